"""From rows to what a page shows: a post with its provenance, a case with its state. Templates get these and ask nothing more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from meldkring.cases.models import Case, Contribution, Holder
from meldkring.messaging import access
from meldkring.messaging.models import Kind, Posting
from meldkring.people.models import Person

GONE = ("hidden", "withdrawn", "expired", "erased")


@dataclass(frozen=True)
class Step:
    """One step of a message's way: the group it came from, who forwarded it from there, when."""

    group: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Post:
    """A posting as a page shows it. The same for everyone in the group, so it can be rendered once."""

    id: int
    message_id: int
    kind: str
    author: str
    said_at: datetime
    text: str
    badge: str
    facts: list[str]
    provenance: list[Step]
    group: str
    number: int | None
    state: str
    state_text: str
    url: str
    is_forwarded: bool = field(default=False)


def posts(postings: Iterable[Posting]) -> list[Post]:
    """Show these postings; their chains of provenance are read with one query, however long they are."""
    postings = list(postings)
    chains = access.chains(postings)
    return [post(p, chains[p.pk]) for p in postings]


def once(postings: Sequence[Posting]) -> list[Posting]:
    """Each message once: of a message that stands in several groups, the posting nearest to where it was said."""
    nearest: dict[int, Posting] = {}
    for posting in postings:
        nearest.setdefault(posting.message_id, posting)
    return list(nearest.values())


def post(posting: Posting, chain: Sequence[Posting]) -> Post:
    """Show one posting, given the postings through which it came, itself last."""
    state, text = _state(posting)
    return Post(
        id=posting.pk,
        message_id=posting.message_id,
        kind=posting.message.kind,
        author=_author(posting),
        said_at=posting.message.said_at,
        text="" if state in GONE else posting.message.text,
        badge=_badge(posting),
        facts=[] if state in GONE else facts(contribution(posting), number=not posting.group.is_watch),
        provenance=[Step(a.group.name, name(b.posted_by), b.posted_at) for a, b in pairwise(chain)],
        group=posting.group.name,
        number=posting.number,
        state=state,
        state_text=text,
        url=reverse("posting", args=[posting.pk]),
        is_forwarded=len(chain) > 1,
    )


def contribution(posting: Posting) -> Contribution | None:
    """What this posting's message brings to a case, if it belongs to one."""
    return getattr(posting.message, "contribution", None)


def name(person: Person | None) -> str:
    """How a person is shown; who has erased themself is a former member."""
    return person.shown_name if person else _("former member")


def _author(posting: Posting) -> str:
    """Who said it. Words taken in from a chat may be of no member, and a case that ended because time passed was closed by nobody."""
    message = posting.message
    if message.author is None and (found := contribution(posting)) and found.case.imported_at:
        return _("somebody from the WhatsApp group")
    return "" if message.author is None and message.kind == Kind.CLOSING else name(message.author)


def facts(contribution: Contribution | None, *, number: bool = False) -> list[str]:
    """The optional extras of a report in words, each with its label; with `number` also the one that the police have for it."""
    if contribution is None:
        return []
    said = [
        (_("Persons"), contribution.persons),
        (_("Vehicle"), contribution.vehicle),
        (_("Place"), contribution.place),
        (_("Direction"), contribution.get_direction_display() if contribution.direction else ""),
        (_("I am going to"), contribution.going_to_do),
        (_("Source"), contribution.source),
        (_("Number of the police"), contribution.police_number if number or contribution.police_number_shown else ""),
        (_("Valid until"), _clock(contribution.valid_until) if contribution.valid_until else ""),
    ]
    return [f"{label}: {value}" for label, value in said if value]


def _clock(at: datetime) -> str:
    """A moment as people write it: the day only if it is not today."""
    local = timezone.localtime(at)
    return date_format(local, "H:i" if local.date() == timezone.localdate() else _("j M, H:i"))


def holder_line(holder: Holder | None) -> str:
    """Who keeps in touch with the police here, for the banner of a case."""
    return name(holder.person) if holder else ""


def case_state(case: Case) -> tuple[str, str]:
    """The urgency of a case (alarm, working, over) and the word that goes with its colour."""
    if not case.is_open:
        return "over", case.get_outcome_display()
    return ("alarm", _("Now")) if case.is_alarm else ("working", _("Not urgent"))


def _badge(posting: Posting) -> str:
    found = contribution(posting)
    if found and found.case.exercise:
        return f"{_('EXERCISE')} · {found.case.about_112}" if posting.message.kind == Kind.REPORT else _("EXERCISE")
    if posting.message.kind in (Kind.REPORT, Kind.POLICE) and found:
        return found.case.about_112
    return str(_("Police called")) if posting.message.kind == Kind.CALL else ""


def _state(posting: Posting) -> tuple[str, str]:
    if posting.withdrawn_at:
        return "withdrawn", _("This message has been withdrawn.")
    if not posting.message.text:
        return "erased", _("The text has been erased. We keep what is said here for %(n)d days.") % {"n": settings.KEPT_DAYS["messages"]}
    if posting.hidden_at:
        return "hidden", _("Hidden by the steering group: %(reason)s") % {"reason": posting.hidden_reason}
    found = contribution(posting)
    if found and found.expired_at:
        # Those who must tell how it ended read its words; residents no longer do.
        said = _("No longer valid since %(time)s. Do not pass this on.") % {"time": _clock(found.valid_until or found.expired_at)}
        return ("expired" if posting.group.is_watch else "run_out"), said
    return ("held", _("Waiting for the steering group.")) if posting.number is None else ("", "")
