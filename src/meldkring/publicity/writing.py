"""What does the letter, the article or the post say? Our text to begin with, theirs once they changed it, and no quote that was not agreed.

A whole letter stands as a template of its own in each language: a letter is written, and does not come about by translating its sentences.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.people.models import Person
from meldkring.places.models import District
from meldkring.publicity import corners, facts, links, printing
from meldkring.publicity.models import Draft, Material, Quote, Text

LETTERS = (Text.START, Text.MEETING, Text.MILESTONE, Text.WARNING, Text.YEAR)
FORMATS = {**dict.fromkeys(LETTERS, ("pdf", "txt")), Text.ARTICLE: ("html", "txt", "pdf"), Text.POST: ("txt",)}
LONGEST = 8000
# Between ‘ and ’ an apostrophe within a word ends nothing, as in “auto’s”.
QUOTED = re.compile(r"[“”„\"«»]([^“”„\"«»]+)[“”\"«»]|‘((?:[^‘’]|’(?=\w))+)’(?!\w)")
BLANK = re.compile(r"\[[^\[\]\n]+\]")


class NotReady(Exception):
    """The text cannot go out yet; what it says is what has to be done first."""


class Overtaken(Exception):
    """A colleague saved in between. `theirs` is what stands there now."""

    def __init__(self, theirs: "Written") -> None:
        self.theirs = theirs
        super().__init__(
            _("%(name)s saved this text in between. Yours still stands here; save once more to put it in its place.")
            % {"name": theirs.saved_by or _("Somebody")}
        )


@dataclass(frozen=True)
class Block:
    """A piece of a text: a paragraph, a heading within it, or a quote with the name below it."""

    kind: str
    text: str
    by: str = ""


@dataclass(frozen=True)
class Written:
    """A text as it stands now; `version` is 0 as long as nobody changed ours."""

    kind: str
    language: str
    title: str
    body: str
    version: int = 0
    quotes: list[Quote] = field(default_factory=list)
    saved_by: str = ""
    saved_at: Any = None

    @property
    def blocks(self) -> list[Block]:
        """The text in pieces; what was agreed to be quoted comes after the second paragraph."""
        parts = [" ".join(part.split()) for part in re.split(r"\n\s*\n", self.body.replace("\r\n", "\n")) if part.strip()]
        found = [Block("heading", p.lstrip("# ")) if p.startswith("#") else Block("text", p) for p in parts]
        after = next((i for i, b in enumerate(found) if i and b.kind == "text"), len(found) - 1) + 1
        agreed = [Block("quote", q.text, q.named) for q in self.quotes]
        return [*found[:after], *agreed, *found[after:]]

    @property
    def blanks(self) -> list[str]:
        """What has to be filled in still."""
        return BLANK.findall(f"{self.title}\n{self.body}")

    def plain(self) -> str:
        """The text to paste."""
        shown = [f"“{b.text}”\n– {b.by}" if b.kind == "quote" else b.text for b in self.blocks]
        return "\n\n".join([self.title, *shown]) + "\n"


def ours(district: District, kind: str, language: str) -> Written:
    """Our own text, with the name and the numbers of the district filled in."""
    material = Material(kind) if kind in (Text.ARTICLE, Text.POST) else Material.LETTER
    told, link = facts.of(district), links.link(district, material)
    with translation.override(language):
        context: dict[str, object] = {"facts": told, "link": links.url(link), "today": timezone.localdate()}
        if kind == Text.YEAR:
            context["year"] = facts.year(district)
        text = render_to_string(f"written/{language}/{kind}.txt", context)
    title, _nothing, body = text.strip().partition("\n")
    return Written(kind, language, title.strip(), re.sub(r"\n{3,}", "\n\n", body.strip()))


def read(district: District, kind: str, language: str) -> Written:
    """The text as the district has it now; ours as long as nobody changed it."""
    draft = Draft.objects.filter(district=district, kind=kind, language=language).select_related("saved_by").first()
    return _written(draft) if draft else ours(district, kind, language)


@transaction.atomic
def keep(
    district: District, kind: str, language: str, *, title: str, body: str, quotes: Collection[int], version: int, by: Person
) -> Written:  # fmt: skip
    """Keep a changed text. Refuses with `Overtaken` when a colleague saved after `version`."""
    corners.require(by, district)
    key = {"district": district, "kind": kind, "language": language}
    fresh = {"title": title, "body": body, "saved_at": timezone.now(), "saved_by": by}
    Draft.objects.bulk_create([Draft(**key, **fresh, version=0)], ignore_conflicts=True)
    draft = Draft.objects.select_for_update(no_key=True, of=("self",)).select_related("saved_by").get(**key)
    if draft.version not in (0, version) and draft.saved_by != by:
        raise Overtaken(_written(draft))
    for name, value in fresh.items():
        setattr(draft, name, value)
    draft.version += 1
    draft.save()
    draft.quotes.set(Quote.objects.filter(pk__in=quotes, district=district, state=Quote.State.AGREED))
    log.record("draft", draft, by=by, version=draft.version)
    return _written(draft)


@transaction.atomic
def begin_again(district: District, kind: str, language: str, *, by: Person) -> None:
    """Throw the changed text away and begin with ours."""
    corners.require(by, district)
    for draft in Draft.objects.filter(district=district, kind=kind, language=language):
        log.record("draft_thrown_away", draft, by=by)
        draft.delete()


@transaction.atomic
def take_out(district: District, kind: str, language: str, *, by: Person) -> Written:
    """The text as it goes out. From now on the quotes in it cannot be taken back. Refuses with `NotReady`."""
    corners.require(by, district)
    agreed = list(Quote.objects.select_for_update(no_key=True).filter(district=district, state=Quote.State.AGREED))
    written = read(district, kind, language)
    text = f"{written.title}\n\n{written.body}"
    if written.blanks:
        raise NotReady(_("Fill in first: %(blanks)s") % {"blanks": ", ".join(written.blanks)})
    if loose := unagreed(text, (q.text for q in agreed)):
        raise NotReady(_("Nobody agreed to be quoted with “%(words)s”. Ask them below, or say it in your own words.") % {"words": loose[0]})
    typed = {_bare(words) for words in _said(text)}
    used = [q.pk for q in agreed if q in written.quotes or _bare(q.text) in typed]
    Quote.objects.filter(pk__in=used, used_at=None).update(used_at=timezone.now())
    log.record("text_taken_out", district, by=by, kind=kind, language=language, quotes=used)
    return written


def unagreed(text: str, agreed: Iterable[str]) -> list[str]:
    """What stands between quotation marks and is more than a name or a title, without somebody's yes."""
    known = {_bare(words) for words in agreed}
    return [words for words in _said(text) if len(words.split()) >= 4 and _bare(words) not in known]


def pdf(written: Written, district: District) -> bytes:
    """The text as a letter on paper."""
    return printing.pdf("letter", sheet(written, district))


def sheet(written: Written, district: District) -> printing.Data:
    """What the drawing of a letter needs."""
    with translation.override(written.language):
        above = {Text.ARTICLE: _("Article for the website"), Text.POST: _("Post for social media")}
        return {
            "language": written.language, "colour": "colour", "title": written.title, "name": district.name,
            "municipality": district.municipality.name, "words": {},
            "sender": _("Neighbourhood watch %(name)s") % {"name": district.name},
            "above": above.get(Text(written.kind)) or _("Message for the press"),
            "blocks": [{"kind": b.kind, "text": b.text, "by": b.by} for b in written.blocks],
        }  # fmt: skip


def html(written: Written) -> str:
    """The text to put into a website: plain elements, no style of its own."""
    return render_to_string("written/article.html", {"written": written})


def _said(text: str) -> list[str]:
    return [" ".join((found[1] or found[2]).split()) for found in QUOTED.finditer(text)]


def _bare(words: str) -> str:
    """Words as they are compared: another line's end, capital or full stop makes no other quote."""
    return " ".join(words.split()).casefold().rstrip(".,")


def _written(draft: Draft) -> Written:
    agreed = list(draft.quotes.filter(state=Quote.State.AGREED).order_by("pk"))
    by = draft.saved_by.first_name if draft.saved_by else ""
    return Written(draft.kind, draft.language, draft.title, draft.body, draft.version, agreed, by, draft.saved_at)
