"""Which words of a member may go where only our own words may (ADR 0007)? Those about which somebody who screens decided; until then facts go.

Decided is: said by who screens or by an officer, forwarded by judging, released from the hold, or approved here, perhaps in other words. What
went along by itself was decided by nobody. What somebody pressed instead of wrote is ours already, and so is what we say when nobody does.

How a case ended matters more than who told it: when its writer has erased themself, who screens tells it in words of their own. Of what the
writer said nothing is made ready then: we no longer know their name, so we could not take it out.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meldkring.audit import log
from meldkring.cases import hints, judging, lifecycle, whereabouts
from meldkring.cases.models import UNDO, Approval, Case, Contribution, Judgement, Status
from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Change, Kind, Message, Posting, PostingQuery
from meldkring.people.models import Person

KINDS = (Kind.REPORT, Kind.REACTION, Kind.NEWS, Kind.CALL, Kind.CLOSING)
EXTRAS = {
    "persons": gettext_lazy("Persons"), "vehicle": gettext_lazy("Vehicle"), "place": gettext_lazy("Place"),
    "going_to_do": gettext_lazy("I am going to"),
}  # fmt: skip
FRESH = timedelta(hours=24)
QUICK_ANSWERS = (
    gettext_lazy("I have seen nothing in my street."), gettext_lazy("I am looking out of the window."), gettext_lazy("I see them too."),
)  # fmt: skip
SAW_NOTHING, CALLED_TOO = gettext_lazy("Saw nothing here."), gettext_lazy("I have called the police too.")
NO_WORD = gettext_lazy("The message of the police is no longer valid, and we heard nothing more from the police.")
OURS = (*QUICK_ANSWERS, SAW_NOTHING, CALLED_TOO, NO_WORD)


class AlreadyApproved(Exception):
    """A colleague was before us; the text says so."""


@transaction.atomic
def approve(posting: Posting, *, words: str, by: Person) -> Approval:
    """Let these words of a message go out, some seconds from now, without names and number plates. The first to decide has decided.

    Refuses with `NotAllowed`, `NotHere`, `CaseClosed`, `BadText` or `AlreadyApproved`.
    """
    roles.require(by, roles.Right.SCREEN, posting.group)
    told = Contribution.objects.select_related("case", "message").filter(message=posting.message_id).first()
    if told is None or not _may_be(told.message):
        raise postings.NotHere(_("Only what a member said in a case is approved."))
    case = lifecycle.locked(told.case)
    if not case.is_open and told.message.kind != Kind.CLOSING:
        raise lifecycle.CaseClosed(_("This case has ended: these words go nowhere any more."))
    if told.expired_at or not Posting.objects.standing().filter(pk=posting.pk, hidden_at=None).exists():
        raise postings.NotHere(_("This message no longer stands here."))
    if lasting(told.message_id).exists() or told.message_id in decided([told.message]):
        raise AlreadyApproved(_("A colleague has released these words already."))
    now = timezone.now()
    made = Approval.objects.create(
        message=told.message, posting=posting, words=plain(postings.checked(words), told.message), by=by, at=now, holds_from=now + UNDO
    )
    log.record("approve", posting, by=by)
    _note(posting)
    return made


def release(posting: Posting, *, by: Person) -> None:
    """It was held and is shown now, by who looked at it: its words may go as they are. Inside the transaction of that."""
    now = timezone.now()
    if hasattr(posting.message, "contribution") and not lasting(posting.message_id).exists():
        Approval.objects.create(message=posting.message, posting=posting, by=by, at=now, holds_from=now)


@transaction.atomic
def undo(approval: Approval, *, by: Person) -> None:
    """Take one's own approval back before anything went out; refuses with `TooLate`."""
    fresh = Approval.objects.select_for_update(of=("self",), no_key=True).select_related("posting__group").get(pk=approval.pk)
    now = timezone.now()
    if fresh.by_id != by.pk or fresh.undone_at or now >= fresh.holds_from:
        raise judging.TooLate(_("Undoing is possible within ten seconds, by the person who released the words."))
    fresh.undone_at = now
    fresh.save(update_fields=["undone_at"])
    log.record("undo", fresh, by=by)
    _note(fresh.posting)


def decided(messages: Iterable[Message]) -> dict[int, str]:
    """The messages whose words may go, with those words; empty where they go as they were said. Three queries."""
    asked = {m.pk: m for m in messages}
    holding = Approval.objects.filter(message__in=asked, undone_at=None, holds_from__lte=timezone.now())
    found = dict(holding.values_list("message", "words"))
    ours = roles.deciding({m.author_id for m in asked.values() if m.author_id})
    forwarded = set(_forwarded().filter(posting__message__in=asked).values_list("posting__message", flat=True))
    for pk, message in asked.items():
        if message.author_id in ours or pk in forwarded or message.kind == Kind.POLICE or message.text in _ours():
            found.setdefault(pk, "")
    return found


def may(posting: Posting, *, by: Person) -> bool:
    """Whether this person screens here and nobody decided about the words."""
    if not _may_be(posting.message) or not roles.has(by, roles.Right.SCREEN, posting.group):
        return False
    return posting.message_id not in decided([posting.message]) and not lasting(posting.message_id).exists()


def lasting(message: int) -> QuerySet[Approval]:
    """The approval of this message, if there is one that was not undone."""
    return Approval.objects.filter(message=message, undone_at=None)


def owed_to(message_field: str) -> Q:
    """Of rows with a message in this field: where somebody decided about its words since it was said."""
    at = OuterRef(message_field)
    approved = Approval.objects.filter(message=at, undone_at=None, holds_from__lte=timezone.now())
    return Q(Exists(approved)) | Q(Exists(_forwarded().filter(posting__message=at)))


def waiting(person: Person, groups: Collection[Group]) -> list[Posting]:
    """What was said of late in those of these groups where this person screens and about whose words nobody decided, newest first."""
    mine = {g.pk for g in roles.with_right(person, roles.Right.SCREEN)} & {g.pk for g in groups}
    return undecided(Posting.objects.filter(group__in=mine))


def undecided(among: PostingQuery) -> list[Posting]:
    """What was said of late among these, still matters, and nobody decided about its words; each message once, newest first. Four queries."""
    somebody_told = Q(message__author__isnull=False, message__kind__in=KINDS) | Q(message__kind=Kind.CLOSING)
    said = among.standing().filter(
        somebody_told, hidden_at=None, posted_at__gt=timezone.now() - FRESH, message__contribution__case__imported_at=None
    )
    live = said.filter(Q(message__contribution__case__status=Status.OPEN) | Q(message__kind=Kind.CLOSING))
    live = live.filter(message__contribution__expired_at=None).exclude(
        Exists(Approval.objects.filter(message=OuterRef("message"), undone_at=None))
    )
    shown = live.select_related("message__author", "message__contribution__case", "group", "posted_by", "forwarded_from__group")
    once = {p.message_id: p for p in shown.order_by("-posted_at", "-pk")}
    known = decided([p.message for p in once.values()])
    return [p for p in once.values() if p.message_id not in known]


def of_case(person: Person, case: Case, groups: Collection[Group]) -> list[Posting]:
    """What of this case waits for this person to decide about its words."""
    return [p for p in waiting(person, groups) if p.message.contribution.case_id == case.pk]


def recent(person: Person, groups: Collection[Group]) -> list[Approval]:
    """What this person approved in these groups and can still take back."""
    mine = Approval.objects.filter(by=person, posting__group__in=[g.pk for g in groups], undone_at=None, holds_from__gt=timezone.now())
    return list(mine.exclude(words="").select_related("message__contribution__case", "posting__group").order_by("-at"))


def draft(message: Message) -> str:
    """The words of one message as they may go, to begin with."""
    return drafts([message])[message.pk]


def drafts(messages: Iterable[Message]) -> dict[int, str]:
    """The words as they may go, to begin with, by message: what was said and its extras, without names and number plates; or what was taken
    back last. Nothing of who has erased themself. Few queries, however many there are."""
    asked = {m.pk: m for m in messages}
    before = Approval.objects.filter(message__in=asked, undone_at__isnull=False).order_by("undone_at").values_list("message", "words")
    taken_back, known = dict(before), _known(asked.values())
    said = {pk: "\n".join([m.text, *_extras(m.contribution)]) if m.author_id else "" for pk, m in asked.items()}
    return {pk: taken_back.get(pk) or _without(words, known[pk]) for pk, words in said.items()}


def plain(text: str, message: Message) -> str:
    """The text without number plates, telephone numbers, and names: those told as such, and of everybody in the districts where it stands.
    Streets of those districts stay, whoever they are named after."""
    return _without(text, _known([message])[message.pk])


def no_name() -> str:
    """What stands in the place of a name."""
    return _("[name]")


def _may_be(message: Message) -> bool:
    """Whether its words are a member's, or tell how it ended."""
    return message.kind == Kind.CLOSING or (message.kind in KINDS and message.author_id is not None)


def _extras(told: Contribution) -> list[str]:
    return [f"{label}: {getattr(told, name)}" for name, label in EXTRAS.items() if getattr(told, name)]


@dataclass(frozen=True)
class Known:
    """What is known where a message stands: whose names may not go along, and which streets are no names."""

    people: frozenset[str]
    places: frozenset[str]


def _without(text: str, known: Known) -> str:
    text = hints.without_plates(text, instead=_("[number plate]"))
    return hints.without_people(text, known.people, name=no_name(), number=_("[number]"), places=known.places)


def _known(messages: Iterable[Message]) -> dict[int, Known]:
    """The names of everybody in the districts where each message stands, and of its author; and the streets there."""
    asked = list(messages)
    stands: dict[int, set[int]] = {m.pk: set() for m in asked}
    for pk, district in Posting.objects.filter(message__in=asked, withdrawn_at=None).values_list("message", "group__district"):
        stands[pk] |= {district} if district else set()
    by_districts: dict[frozenset[int], Known] = {}
    found = {}
    for message in asked:
        districts = frozenset(stands[message.pk])
        if districts not in by_districts:
            living = Person.objects.filter(memberships__group__district__in=districts, memberships__left_at=None)
            people = frozenset(part for names in living.values_list("first_name", "last_name") for part in names if part)
            by_districts[districts] = Known(people, whereabouts.streets(districts))
        author, here = message.author, by_districts[districts]
        found[message.pk] = replace(here, people=here.people | {author.first_name, author.last_name}) if author else here
    return found


def _forwarded() -> QuerySet[Judgement]:
    return Judgement.objects.filter(verdict=Judgement.Verdict.FORWARDED, undone_at=None)


@cache
def _ours() -> frozenset[str]:
    return _in_every_language(OURS)


@cache
def saw_nobody() -> frozenset[str]:
    """What says, in words of ours, that somebody saw nothing or is only looking."""
    return _in_every_language((*QUICK_ANSWERS[:2], SAW_NOTHING))


def _in_every_language(words: Iterable[Any]) -> frozenset[str]:
    found: set[str] = set()
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found |= {str(one) for one in words}
    return frozenset(found)


def _note(posting: Posting) -> None:
    """Open desks of colleagues show at once that it is done."""
    if posting.group.run_by:
        postings.note(Change.Kind.JUDGED, [posting.group.run_by], posting=posting)
