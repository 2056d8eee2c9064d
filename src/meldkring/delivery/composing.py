"""In what words is somebody told? A posting becomes a neutral letter in the person's language, rendered once per language (law 6).

A letter never suggests that it reached the police: it says whether 112 was called and by whom (rules 4, S29a).
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meldkring.cases import approving
from meldkring.cases.models import Case
from meldkring.channels.contract import Action, Capabilities, Letter, Urgency
from meldkring.delivery import bulletins, phrasing, tokens, verdicts
from meldkring.delivery.models import Delivery
from meldkring.delivery.phrasing import Content
from meldkring.messaging import access
from meldkring.messaging.models import Kind, Posting

PLAIN = Capabilities()
EMPTY_LINES = re.compile(r"\n{3,}")
Offer = Callable[[Sequence[Posting]], Mapping[tuple[int, int], Action]]
# What parts above this one let somebody do with a posting, by posting and person: an action that opens a page.
OFFERS: list[Offer] = []


def letters(
    deliveries: Sequence[Delivery], *, able: Capabilities = PLAIN, released: Mapping[int, str] | None = None
) -> list[tuple[list[Delivery], Letter | None]]:
    """One letter per delivery, and one per address for what goes together; None where composing failed: that one fails alone.

    Where only our own words may go, each delivery is marked whether it has no more than facts. `released`: whose words may go there, by message.
    """
    postings = list({d.posting.pk: d.posting for d in deliveries if d.posting}.values())
    chains = access.chains(postings)
    judges = verdicts.offered(postings) if _has_room_for_verdicts(able) else {}
    offered = {key: action for offer in OFFERS for key, action in offer(postings).items()}
    if able.own_words and released is None:
        released = approving.decided([p.message for p in postings])
    contents: dict[tuple[int, str], Content | None] = {}
    found: list[tuple[list[Delivery], Letter | None]] = []
    for parcel in together(deliveries):
        if parcel[0].words is not None:
            found.append((parcel, _answer(parcel[0])))
            continue
        parts = []
        for delivery in parcel:
            key = delivery.posting_id or 0, delivery.address.person.language
            if key not in contents:
                contents[key] = _content(chains[key[0]], language=key[1], able=able, released=released or {})
            parts.append(contents[key])
            delivery.facts_only = bool(parts[-1] and parts[-1].facts_only)
        written = [p for p in parts if p is not None]
        letter = _letter(parcel[0], written) if len(written) == len(parts) else None
        if letter and len(parcel) == 1:
            whose = parcel[0].posting_id or 0, parcel[0].address.person_id
            call = written[0].call if letter.urgency == Urgency.ALARM else None
            letter = _with_more(letter, judges.get(whose, ()), (offered.get(whose), call), bare=parcel[0].facts_only)
        found.append((parcel, letter))
    return found


def _with_more(letter: Letter, verdicts: tuple[Action, ...], more: Iterable[Action | None], *, bare: bool) -> Letter:
    """With the buttons of who judges, who has to read first what is judged; and what else may be done with it."""
    if verdicts and bare:
        with translation.override(letter.language):
            verdicts = (Action("show", _("Read and judge")),)
    actions = (*(verdicts or letter.actions), *filter(None, more))
    return letter if actions == letter.actions else replace(letter, actions=actions)


def _call(posting: Posting, able: Capabilities) -> Action | None:
    """Where a button can only open a page, an alarm has one for who has called 112 too (S29a)."""
    contribution = getattr(posting.message, "contribution", None)
    if not able.buttons or able.inbound or contribution is None or not contribution.case.is_open or contribution.case.exercise:
        return None
    return Action("called", _("112 called"), phrasing.url("case_call", contribution.case.reference))


def again(delivery: Delivery, *, able: Capabilities) -> Letter | None:
    """What this delivery told, whole and with its buttons, for who asks to see more of it."""
    return letters([delivery], able=able)[0][1]


def to_judge(delivery: Delivery, *, able: Capabilities) -> Letter | None:
    """The words about which nobody decided yet, for who is asked to: they read them for us, not as a neighbour. None for anybody else."""
    posting, person = delivery.posting, delivery.address.person
    choices = verdicts.offered([posting]).get((posting.pk, person.pk)) if posting and _has_room_for_verdicts(able) else None
    letter = letters([delivery], able=able, released={posting.message_id: ""})[0][1] if posting and choices else None
    if letter is None or posting is None or choices is None:
        return None
    with translation.override(person.language):
        before = _("Not released yet. You judge whether it goes on, and with that release the words.")
        more = verdicts.releasing(posting, by=person) if len(choices) < able.buttons else ()
    return replace(letter, text=f"{before}\n\n{letter.text}", actions=(*choices, *more))


def _has_room_for_verdicts(able: Capabilities) -> bool:
    return able.inbound and able.buttons >= verdicts.MOST


def _answer(delivery: Delivery) -> Letter:
    words = delivery.words or {}
    actions = tuple(Action(a["id"], a["label"], a.get("url", "")) for a in words.get("actions", ()))
    return Letter(
        id=delivery.pk.hex, to=delivery.address.value, title=words.get("title", ""), text=words["text"], url=words.get("url") or phrasing.url("home"),
        urgency=Urgency(delivery.urgency), expires_at=delivery.expires_at, language=delivery.address.person.language, actions=actions,
        reply_to=tokens.reply(delivery.pk), topic=words.get("topic", ""), answers=words.get("answers", ""), heading=words.get("heading", ""),
    )  # fmt: skip


def _letter(delivery: Delivery, contents: list[Content]) -> Letter:
    content = contents[0] if len(contents) == 1 else _digest(contents, delivery.address.person.language)
    inbound = delivery.posting is not None and delivery.posting.message.kind not in (Kind.CLOSING, Kind.NOTICE) and len(contents) == 1
    return Letter(
        id=delivery.pk.hex, to=delivery.address.value, title=content.title, text=content.text, url=content.url,
        urgency=Urgency(delivery.urgency), expires_at=delivery.expires_at, language=delivery.address.person.language, topic=content.topic,
        actions=content.actions, reply_to=tokens.reply(delivery.pk) if inbound else "", unsubscribe=_stop(delivery.address_id),
        exercise=content.exercise, may_be_template=delivery.as_template, kind=content.kind,
    )  # fmt: skip


def _stop(address: int) -> str:
    """The link that stops what goes to this address. Each letter has one, so the page is looked up once."""
    return _stop_page(settings.SITE_URL).replace("token", tokens.address(address))


@cache
def _stop_page(_site: str) -> str:
    return phrasing.url("unsubscribe", "token")


def together(deliveries: Iterable[Delivery]) -> list[list[Delivery]]:
    """What goes in one letter: each by itself, but the notices of a day to one address together."""
    digests: dict[int, list[Delivery]] = {}
    found: list[list[Delivery]] = []
    for delivery in deliveries:
        if not delivery.digest:
            found.append([delivery])
        elif delivery.address_id in digests:
            digests[delivery.address_id].append(delivery)
        else:
            digests[delivery.address_id] = [delivery]
            found.append(digests[delivery.address_id])
    return found


def _content(chain: Sequence[Posting], *, language: str, able: Capabilities, released: Mapping[int, str]) -> Content | None:
    posting = chain[-1]
    try:
        with translation.override(language):
            contribution = getattr(posting.message, "contribution", None)
            if able.own_words:
                found = bulletins.own(chain, words=released.get(posting.message_id))
            else:
                found = _of_case(chain, contribution.case, able.names) if contribution else _of_group(posting, able.names)
            return replace(found, kind=posting.message.kind, call=_call(posting, able))
    except Exception:
        tokens.logger.exception("posting %s cannot be put in words", posting.pk)
        return None


def _of_case(chain: Sequence[Posting], case: Case, names: bool) -> Content:
    posting = chain[-1]
    title = f"{phrasing.heading(posting, case)} · {posting.group.name}"
    actions: tuple[Action, ...] = ()
    if case.is_open:
        actions = (Action("open", _("Open")), Action("seen_nothing", _("Saw nothing here")))
    return Content(
        phrasing.marked(title, case.exercise),
        "\n".join(filter(None, phrasing.words(chain, case, names=names))),
        phrasing.url("case", case.reference),
        f"case-{case.pk}",
        actions,
        case.exercise,
    )


def _of_group(posting: Posting, names: bool) -> Content:
    title = f"{_('Notice') if posting.message.kind == Kind.NOTICE else _('Message')} · {posting.group.name}"
    text = "\n".join([posting.message.text, *([phrasing.name(posting.message.author)] if names else [])])
    return Content(title, text, phrasing.url("group", posting.group_id), f"group-{posting.group_id}", (Action("open", _("Open")),), False)


def _digest(contents: list[Content], language: str) -> Content:
    with translation.override(language):
        title = ngettext("%(n)d message from your neighbourhood", "%(n)d messages from your neighbourhood", len(contents)) % {
            "n": len(contents)
        }
        # Two empty lines keep messages apart, so none is left inside one.
        text = "\n\n\n".join(EMPTY_LINES.sub("\n\n", f"{c.title}\n{c.text}") for c in contents)
    return replace(
        contents[0], title=title, text=text, url=phrasing.url("home"), topic="digest", exercise=all(c.exercise for c in contents)
    )
