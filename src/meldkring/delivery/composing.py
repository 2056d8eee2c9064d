"""In what words is somebody told? A posting becomes a neutral letter in the person's language, rendered once per language (law 6).

A letter never suggests that it reached the police: it says whether 112 was called and by whom (rules 4, S29a).
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meldkring.cases import hints
from meldkring.cases.models import Case
from meldkring.channels.contract import Action, Capabilities, Letter, Urgency
from meldkring.delivery import tokens, verdicts
from meldkring.delivery.models import Delivery
from meldkring.messaging import access
from meldkring.messaging.models import Kind, Posting
from meldkring.people.models import Person

PLAIN = Capabilities()
Offer = Callable[[Sequence[Posting]], Mapping[tuple[int, int], Action]]
# What parts above this one let somebody do with a posting, by posting and person: an action that opens a page.
OFFERS: list[Offer] = []


@dataclass(frozen=True)
class Content:
    """What is the same for everyone who is told of a posting in one language."""

    title: str
    text: str
    url: str
    topic: str
    actions: tuple[Action, ...]
    exercise: bool
    kind: str = ""


def letters(deliveries: Sequence[Delivery], *, able: Capabilities = PLAIN) -> list[tuple[list[Delivery], Letter | None]]:
    """One letter per delivery, and one per address for what goes together; None where composing failed: that one fails alone."""
    chains = access.chains([d.posting for d in deliveries if d.posting])
    judges = verdicts.offered([d.posting for d in deliveries if d.posting]) if _has_room_for_verdicts(able) else {}
    offered = {key: action for offer in OFFERS for key, action in offer([d.posting for d in deliveries if d.posting]).items()}
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
                contents[key] = _content(chains[key[0]], language=key[1], names=able.names)
            parts.append(contents[key])
        written = [p for p in parts if p is not None]
        letter = _letter(parcel[0], written) if len(written) == len(parts) else None
        if letter and len(parcel) == 1 and (choices := judges.get((parcel[0].posting_id or 0, parcel[0].address.person_id))):
            letter = replace(letter, actions=choices)
        if letter and len(parcel) == 1 and (more := offered.get((parcel[0].posting_id or 0, parcel[0].address.person_id))):
            letter = replace(letter, actions=(*letter.actions, more))
        if letter and able.buttons and not able.inbound:
            letter = _with_call(letter, parcel[0])
        found.append((parcel, letter))
    return found


def _with_call(letter: Letter, delivery: Delivery) -> Letter:
    """Where a button can only open a page, an alarm has one for who has called 112 too (S29a)."""
    contribution = getattr(delivery.posting.message, "contribution", None) if delivery.posting else None
    if letter.urgency != Urgency.ALARM or contribution is None or not contribution.case.is_open or contribution.case.exercise:
        return letter
    with translation.override(letter.language):
        call = Action("called", _("112 called"), _url("case_call", contribution.case.reference))
    return replace(letter, actions=(*letter.actions, call))


def again(delivery: Delivery, *, able: Capabilities) -> Letter | None:
    """What this delivery told, whole and with its buttons, for who asks to see more of it."""
    return letters([delivery], able=able)[0][1]


def bulletin(chain: Sequence[Posting], *, language: str) -> str:
    """The words for a group outside Meldkring, where a person places them: who said it by role, which way it came, and what to do now.

    No reporter's name or number is in it, and no number plate: what stands there can be passed on by anybody and is never taken back.
    """
    posting = chain[-1]
    case = posting.message.contribution.case
    with translation.override(language):
        at = date_format(timezone.localtime(chain[0].message.said_at), "j F H:i")
        original = posting.message.kind in (Kind.REPORT, Kind.POLICE)
        kind = (_("Alarm") if case.is_alarm else _("Not urgent")) if original else _heading(posting, case)
        about = "" if original else case.title
        said = _words(chain, case, names=False, leave=("source",) if len(chain) > 1 else ("source", "way"))
        words = [_marked(f"{kind} · {posting.group.name}", case.exercise), " · ".join(filter(None, (at, _role(chain)))), about, *said]
        plain = hints.without_plates("\n".join(filter(None, words)), instead=_("[number plate]"))
        return "\n".join([plain, *_to_do(posting, case)])


def taken_back(chain: Sequence[Posting], *, language: str) -> str:
    """The line that follows a bulletin whose message was withdrawn or hidden, or has run out; it does not repeat what was wrong."""
    told = chain[-1].message.contribution
    case = told.case
    with translation.override(language):
        at = date_format(timezone.localtime(chain[0].message.said_at), "j F H:i")
        title, words = _("Taken back"), _("The message of %(at)s has been taken back. Please do not pass it on.") % {"at": at}
        if told.expired_at:
            title, words = _("No longer valid"), _("The message of %(at)s no longer holds. Please do not pass it on.") % {"at": at}
        where = _("What holds now stands in Meldkring: %(url)s") % {"url": _url("case", case.reference)}
        return "\n".join([_marked(f"{title} · {chain[-1].group.name}", case.exercise), words, where])


def _role(chain: Sequence[Posting]) -> str:
    """Who said it, without a name: the police, or a resident of which group. How it ended may be told by anybody."""
    said, home = chain[-1].message, chain[0].group
    if said.kind in (Kind.POLICE, Kind.NEWS):
        return _("message from the police")
    if said.kind in (Kind.CLOSING, Kind.REOPENING):
        return ""
    if home.is_watch:
        return _("a resident of %(group)s") % {"group": home.name}
    return home.name


def _to_do(posting: Posting, case: Case) -> list[str]:
    where = _url("case", case.reference)
    if not case.is_open or posting.message.kind == Kind.CLOSING:
        return [_("Read back in Meldkring: %(url)s") % {"url": where}]
    if case.exercise:
        return [_("Do you want to join in? React in Meldkring, not here: %(url)s") % {"url": where}]
    # Nobody may think that a reaction in a chat reaches the police (S28).
    react = _("React in Meldkring, not here: %(url)s") % {"url": where}
    return [_("Do you see this too? Call 112 and keep your distance."), react]


def _has_room_for_verdicts(able: Capabilities) -> bool:
    return able.inbound and able.buttons >= verdicts.MOST


def _answer(delivery: Delivery) -> Letter:
    words = delivery.words or {}
    actions = tuple(Action(a["id"], a["label"], a.get("url", "")) for a in words.get("actions", ()))
    return Letter(
        id=delivery.pk.hex, to=delivery.address.value, title=words.get("title", ""), text=words["text"], url=words.get("url") or _url("home"),
        urgency=Urgency(delivery.urgency), expires_at=delivery.expires_at, language=delivery.address.person.language, actions=actions,
        reply_to=tokens.reply(delivery.pk), topic=words.get("topic", ""), answers=words.get("answers", ""),
    )  # fmt: skip


def _letter(delivery: Delivery, contents: list[Content]) -> Letter:
    content = contents[0] if len(contents) == 1 else _digest(contents, delivery.address.person.language)
    inbound = delivery.posting is not None and delivery.posting.message.kind not in (Kind.CLOSING, Kind.NOTICE) and len(contents) == 1
    return Letter(
        id=delivery.pk.hex, to=delivery.address.value, title=content.title, text=content.text, url=content.url,
        urgency=Urgency(delivery.urgency), expires_at=delivery.expires_at, language=delivery.address.person.language, topic=content.topic,
        actions=content.actions, reply_to=tokens.reply(delivery.pk) if inbound else "", unsubscribe=_url("unsubscribe", tokens.address(delivery.address_id)),
        exercise=content.exercise, may_be_template=delivery.as_template, kind=content.kind,
    )  # fmt: skip


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


def _content(chain: Sequence[Posting], *, language: str, names: bool) -> Content | None:
    posting = chain[-1]
    try:
        with translation.override(language):
            contribution = getattr(posting.message, "contribution", None)
            found = _of_case(chain, contribution.case, names) if contribution else _of_group(posting, names)
            return replace(found, kind=posting.message.kind)
    except Exception:
        tokens.logger.exception("posting %s cannot be put in words", posting.pk)
        return None


def _of_case(chain: Sequence[Posting], case: Case, names: bool) -> Content:
    posting = chain[-1]
    title = f"{_heading(posting, case)} · {posting.group.name}"
    actions: tuple[Action, ...] = ()
    if case.is_open:
        actions = (Action("open", _("Open")), Action("seen_nothing", _("Saw nothing here")))
    return Content(
        _marked(title, case.exercise),
        "\n".join(filter(None, _words(chain, case, names=names))),
        _url("case", case.reference),
        f"case-{case.pk}",
        actions,
        case.exercise,
    )


def _words(chain: Sequence[Posting], case: Case, *, names: bool, leave: Collection[str] = ()) -> list[str]:
    """What is told of a message of a case: its text, its extras but for those to `leave` out, whether 112 was called, which way it came."""
    posting = chain[-1]
    contribution = posting.message.contribution
    if contribution.expired_at:
        return [_("This message of the police is no longer valid.")]
    lines = [posting.message.text]
    lines += [f"{label}: {value}" for label, value in _facts(contribution, leave) if value]
    if contribution.valid_until:
        lines.append(f"{_('Valid until')}: {date_format(timezone.localtime(contribution.valid_until), 'j F H:i')}")
    lines += [case.about_112] if case.exercise or posting.message.kind in (Kind.REPORT, Kind.POLICE) else []
    return lines if "way" in leave else [*lines, _source(chain, names)]


def _of_group(posting: Posting, names: bool) -> Content:
    title = f"{_('Notice') if posting.message.kind == Kind.NOTICE else _('Message')} · {posting.group.name}"
    text = "\n".join([posting.message.text, *([_name(posting.message.author)] if names else [])])
    return Content(title, text, _url("group", posting.group_id), f"group-{posting.group_id}", (Action("open", _("Open")),), False)


def _heading(posting: Posting, case: Case) -> str:
    kind = posting.message.kind
    if kind == Kind.CLOSING:
        return f"{_('Over')}: {case.get_outcome_display()}"
    if kind in (Kind.REPORT, Kind.POLICE):
        return f"{_('Alarm') if case.is_alarm else _('Not urgent')}: {case.title}"
    return f"{_('News about')}: {case.title}"


def _marked(title: str, exercise: bool) -> str:
    return f"{_('EXERCISE')} · {title}" if exercise else title


def _source(chain: Sequence[Posting], names: bool) -> str:
    """The way it came, as a line: who said it, from which group, forwarded by whom; or the groups alone, where names may not be told."""
    if not names:
        return _("Way: %(groups)s") % {"groups": " → ".join(p.group.name for p in chain)}
    steps = [_("from %(group)s, forwarded by %(name)s") % {"group": a.group.name, "name": _name(b.posted_by)} for a, b in pairwise(chain)]
    said = chain[-1].message
    # What ended because time passed was closed by nobody, which is no former member.
    author = "" if said.author is None and said.kind == Kind.CLOSING else _name(said.author)
    return " · ".join(filter(None, [author, *steps]))


def _facts(contribution: object, leave: Collection[str] = ()) -> list[tuple[str, str]]:
    words = {
        "persons": _("Persons"),
        "vehicle": _("Vehicle"),
        "place": _("Place"),
        "going_to_do": _("I am going to"),
        "source": _("Source"),
    }
    found = [(label, getattr(contribution, name)) for name, label in words.items() if name not in leave]
    direction = contribution.get_direction_display() if getattr(contribution, "direction", "") else ""  # type: ignore[attr-defined]
    return [*found, (_("Direction"), direction)]


def _digest(contents: list[Content], language: str) -> Content:
    with translation.override(language):
        title = ngettext("%(n)d message from your neighbourhood", "%(n)d messages from your neighbourhood", len(contents)) % {
            "n": len(contents)
        }
        text = "\n\n".join(f"{c.title}\n{c.text}" for c in contents)
    return replace(contents[0], title=title, text=text, url=_url("home"), topic="digest", exercise=all(c.exercise for c in contents))


def _name(person: Person | None) -> str:
    return person.shown_name if person else _("former member")


def _url(name: str, *args: object) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=args)}"
