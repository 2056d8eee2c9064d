"""How do we say one thing about a message of a case: its heading, its words with what belongs to them, the way it came, an address of ours?

The pieces of which letters (`composing`) and bulletins in our own words (`bulletins`) are made, in the language that holds.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from meldkring.cases.models import Case, Contribution
from meldkring.channels.contract import Action
from meldkring.messaging.models import Kind, Posting
from meldkring.people.models import Person

ORIGINAL = (Kind.REPORT, Kind.POLICE)


@dataclass(frozen=True)
class Content:
    """What is the same for everyone who is told of a posting in one language; `facts_only`: without what the member said in it; `call`: the button
    of who has called 112 too."""

    title: str
    text: str
    url: str
    topic: str
    actions: tuple[Action, ...]
    exercise: bool
    kind: str = ""
    facts_only: bool = False
    call: Action | None = None


def heading(posting: Posting, case: Case) -> str:
    """What sort of message it is, and of which case."""
    if posting.message.kind == Kind.CLOSING:
        return outcome(case)
    if posting.message.kind in ORIGINAL:
        return f"{loudness(case)}: {case.title}"
    return f"{_('News about')}: {case.title}"


def outcome(case: Case) -> str:
    """How it ended."""
    return f"{_('Over')}: {case.get_outcome_display()}"


def loudness(case: Case) -> str:
    """An alarm, or not urgent."""
    return _("Alarm") if case.is_alarm else _("Not urgent")


def marked(title: str, exercise: bool) -> str:
    """Of an exercise nobody may think that it is real."""
    return f"{_('EXERCISE')} · {title}" if exercise else title


def words(chain: Sequence[Posting], case: Case, *, names: bool, leave: Collection[str] = ()) -> list[str]:
    """What is told of a message of a case: its text, its extras but for those to `leave` out, whether 112 was called, which way it came."""
    posting = chain[-1]
    contribution = posting.message.contribution
    if contribution.expired_at:
        return [_("This message of the police is no longer valid.")]
    lines = [posting.message.text]
    lines += [f"{label}: {value}" for label, value in facts(contribution, leave) if value]
    if contribution.valid_until:
        lines.append(f"{_('Valid until')}: {moment(contribution.valid_until)}")
    lines += [case.about_112] if case.exercise or posting.message.kind in ORIGINAL else []
    return lines if "way" in leave else [*lines, source(chain, names)]


def source(chain: Sequence[Posting], names: bool) -> str:
    """The way it came, as a line: who said it, from which group, forwarded by whom; or the groups alone, where names may not be told."""
    if not names:
        return _("Way: %(groups)s") % {"groups": " → ".join(p.group.name for p in chain)}
    steps = [_("from %(group)s, forwarded by %(name)s") % {"group": a.group.name, "name": name(b.posted_by)} for a, b in pairwise(chain)]
    said = chain[-1].message
    # What ended because time passed was closed by nobody, which is no former member.
    author = "" if said.author is None and said.kind == Kind.CLOSING else name(said.author)
    return " · ".join(filter(None, [author, *steps]))


def facts(contribution: Contribution, leave: Collection[str] = ()) -> list[tuple[str, str]]:
    """The extras of a message, each with its label."""
    labels = {
        "persons": _("Persons"),
        "vehicle": _("Vehicle"),
        "place": _("Place"),
        "going_to_do": _("I am going to"),
        "source": _("Source"),
    }
    found = [(label, getattr(contribution, name)) for name, label in labels.items() if name not in leave]
    return [*found, (_("Direction"), contribution.get_direction_display() if contribution.direction else "")]


def moment(at: datetime) -> str:
    """A day and a time as people say them."""
    return date_format(timezone.localtime(at), "j F H:i")


def name(person: Person | None) -> str:
    """How neighbours see somebody."""
    return person.shown_name if person else _("former member")


def url(page: str, *args: object) -> str:
    """The whole address of a page of ours."""
    return f"{settings.SITE_URL}{reverse(page, args=args)}"
