"""What must a steering member still place in the WhatsApp group, and who placed it when? The last mile, by hand.

Nothing is kept of what is owed: an alarm that stands in the watch group and was not ticked is owed; so is how a case ended, or that a message
was taken back, in exactly the chat groups where the alarm was placed (rules 10).
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.cases.models import Called, Case, Status
from meldkring.channels.contract import Action, Urgency
from meldkring.chat_groups import access
from meldkring.chat_groups.models import ChatGroup, Placing
from meldkring.delivery import bulletins, preferences
from meldkring.groups import roles
from meldkring.groups.models import Membership
from meldkring.messaging import access as messaging_access
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Change, Kind, Posting
from meldkring.people.models import Person

FRESH = timedelta(hours=24)
SUPPRESSED_UNDER = 5
ORIGINAL = (Kind.REPORT, Kind.POLICE)
FOLLOW_UP = (Kind.CLOSING, Kind.REOPENING)
What = Placing.What


class AlreadyPlaced(Exception):
    """A colleague was first."""


@dataclass(frozen=True)
class Line:
    """One line for one chat group, with its words ready."""

    chat_group: ChatGroup
    posting: Posting
    what: str
    since: datetime
    text: str

    @property
    def key(self) -> str:
        return f"{self.chat_group.pk}-{self.posting.pk}-{self.what}"


def owed(chat_groups: Iterable[ChatGroup], *, now: datetime | None = None) -> list[Line]:
    """The lines that these chat groups still need, latest first; at most four queries a chat group, however many there are."""
    now = now or timezone.now()
    found: list[tuple[ChatGroup, Posting, str, datetime]] = []
    for chat_group in chat_groups:
        said = _once([*_alarms(chat_group, now), *_follow_ups(chat_group)])
        found += [(chat_group, p, What.SAID, p.posted_at) for p in said]
        found += [(chat_group, p, What.TAKEN_BACK, at) for p in _once(_gone(chat_group)) if (at := _when_gone(p))]
    return _lines(sorted(found, key=lambda line: line[3], reverse=True))


def line(chat_group: ChatGroup, posting: Posting) -> Line:
    """The words of any posting of a case that stands beside this chat group, for who wants to place it."""
    return _lines([(chat_group, posting, str(What.SAID), posting.posted_at)])[0]


def originals(chat_groups: Iterable[ChatGroup], case: Case) -> list[Posting]:
    """With what this case began, as it stands beside these chat groups."""
    groups = [group for chat_group in chat_groups for group in access.groups(chat_group)]
    if not groups:
        return []
    standing = Posting.objects.standing().filter(group__in=groups, message__kind__in=ORIGINAL, message__contribution__case=case)
    return list(standing.select_related("group"))


@transaction.atomic
def place(chat_group: ChatGroup, posting: Posting, *, what: str, by: Person, skipped: bool = False) -> Placing:
    """Tick that the line stands in the chat group, or need not; refuses with `AlreadyPlaced` or `NotHere`."""
    fresh = _locked(chat_group, by)
    posting = Posting.objects.select_related("message__contribution").get(pk=posting.pk)
    if posting.group_id not in _ids(fresh) or what not in What.values or not hasattr(posting.message, "contribution"):
        raise postings.NotHere(_("This message does not stand in the watch group beside it."))
    earlier = fresh.placings.select_related("by").filter(posting__message=posting.message_id, what=what, undone_at=None).first()
    if earlier:
        raise AlreadyPlaced(_("%(name)s has ticked this already.") % {"name": earlier.by.first_name if earlier.by else _("A colleague")})
    since = (_when_gone(posting) if what == What.TAKEN_BACK else None) or posting.posted_at
    made = Placing.objects.create(
        chat_group=fresh, posting=posting, what=what, skipped=skipped, owed_since=since, at=timezone.now(), by=by
    )  # fmt: skip
    log.record("place_in_chat", made, by=by, chat_group=fresh.pk, skipped=skipped)
    _renew(fresh, posting)
    return made


@transaction.atomic
def undo(placing: Placing, *, by: Person) -> Placing:
    """It was not placed after all: the line is owed again."""
    fresh = _locked(placing.chat_group, by)
    placing = Placing.objects.select_for_update(of=("self",), no_key=True).select_related("posting").get(pk=placing.pk)
    if placing.undone_at is None:
        placing.undone_at = timezone.now()
        placing.save(update_fields=["undone_at"])
        log.record("unplace_in_chat", placing, by=by, chat_group=fresh.pk)
        _renew(fresh, placing.posting)
    return placing


def actions(found: Sequence[Posting]) -> dict[tuple[int, int], Action]:
    """In the letter about an alarm, for the steering members of a watch group with a chat group beside it: the way to the ready words."""
    alarms = [p for p in found if p.group.is_watch and preferences.urgency(p) is Urgency.ALARM]
    beside = access.beside_any(p.group for p in alarms)
    if not alarms or not beside.exists():
        return {}
    steering = {group.pk: c.group.run_by_id for c in beside for group in access.groups(c)}
    seats = Membership.objects.filter(group__in=steering.values(), role__in=roles.STEERING_ROLES, left_at=None).select_related("person")
    people = list(seats)
    made = {}
    for posting in alarms:
        for seat in people:
            if seat.group_id == steering.get(posting.group_id):
                with translation.override(seat.person.language):
                    url = f"{settings.SITE_URL}{reverse('chat_placing', args=[posting.pk])}"
                    made[posting.pk, seat.person_id] = Action("place", _("Put it in WhatsApp"), url)
    return made


def recent(chat_groups: Iterable[ChatGroup], *, now: datetime | None = None) -> QuerySet[Placing]:
    """What was ticked in the last day, latest first."""
    since = (now or timezone.now()) - FRESH
    found = Placing.objects.filter(chat_group__in=list(chat_groups), undone_at=None, at__gte=since)
    return found.select_related("chat_group", "by", "posting__message__contribution__case").order_by("-at")


@dataclass(frozen=True)
class Pace:
    """How many alarms were placed, and the median number of minutes that took; None where so few would tell about one person."""

    placed: int
    minutes: int | None


def pace(chat_group: ChatGroup) -> Pace:
    """How fast alarms reached the chat group (for the figures)."""
    alarms = chat_group.placings.filter(what=What.SAID, skipped=False, undone_at=None, posting__message__kind__in=ORIGINAL)
    took = [(at - since).total_seconds() for at, since in alarms.values_list("at", "owed_since")]
    return Pace(len(took), math.ceil(median(took) / 60) if len(took) >= SUPPRESSED_UNDER else None)


def _alarms(chat_group: ChatGroup, now: datetime) -> QuerySet[Posting]:
    since = max(chat_group.begun_at, now - FRESH)
    standing = Posting.objects.standing().filter(
        group__in=_ids(chat_group), hidden_at=None, posted_at__gte=since, message__kind__in=ORIGINAL
    )
    alarms = standing.filter(message__contribution__case__status=Status.OPEN, message__contribution__expired_at=None).exclude(
        message__contribution__case__called=Called.NOT_NEEDED
    )
    return _with_words(alarms.exclude(_ticked(chat_group, What.SAID)))


def _follow_ups(chat_group: ChatGroup) -> QuerySet[Posting]:
    original = _placed(chat_group).filter(posting__message__kind__in=ORIGINAL)
    said = Posting.objects.standing().filter(group__in=_ids(chat_group), hidden_at=None, message__kind__in=FOLLOW_UP)
    told = said.filter(message__contribution__case__in=original.values("posting__message__contribution__case"))
    return _with_words(told.exclude(_ticked(chat_group, What.SAID)))


def _gone(chat_group: ChatGroup) -> Sequence[Posting]:
    no_more = Q(withdrawn_at__isnull=False) | Q(hidden_at__isnull=False) | Q(message__contribution__expired_at__isnull=False)
    gone = Posting.objects.filter(no_more, pk__in=_placed(chat_group).values("posting"))
    found = _with_words(gone.exclude(_ticked(chat_group, What.TAKEN_BACK)))
    return list(found)


def _placed(chat_group: ChatGroup) -> QuerySet[Placing]:
    return chat_group.placings.filter(what=What.SAID, skipped=False, undone_at=None)


def _ticked(chat_group: ChatGroup, what: str) -> Exists:
    """By message, not by posting: what stands in two watch groups that share a chat group is placed there once."""
    return Exists(Placing.objects.filter(chat_group=chat_group, posting__message=OuterRef("message"), what=what, undone_at=None))


def _once(found: Iterable[Posting]) -> list[Posting]:
    """Of each message the posting that stood there first."""
    first: dict[int, Posting] = {}
    for posting in found:
        known = first.get(posting.message_id)
        if known is None or posting.pk < known.pk:
            first[posting.message_id] = posting
    return list(first.values())


def _ids(chat_group: ChatGroup) -> list[int]:
    return [group.pk for group in access.groups(chat_group)]


def _with_words(found: QuerySet[Posting]) -> QuerySet[Posting]:
    return found.select_related("message__author", "message__contribution__case", "group").order_by("-posted_at", "-pk")


def _when_gone(posting: Posting) -> datetime | None:
    contribution = getattr(posting.message, "contribution", None)
    run_out = contribution.expired_at if contribution else None
    return min((at for at in (posting.withdrawn_at, posting.hidden_at, run_out) if at), default=None)


def _lines(found: Sequence[tuple[ChatGroup, Posting, str, datetime]]) -> list[Line]:
    chains = messaging_access.chains([posting for _c, posting, _w, _s in found])
    made = []
    for chat_group, posting, what, since in found:
        chain = [*chains[posting.pk][:-1], posting]
        write = bulletins.taken_back if what == What.TAKEN_BACK else bulletins.outside
        made.append(Line(chat_group, posting, str(what), since, write(chain, language=_language(chat_group))))
    return made


def _language(chat_group: ChatGroup) -> str:
    """The language of the group: nobody's own, for everybody reads it."""
    return "nl"


def _locked(chat_group: ChatGroup, by: Person) -> ChatGroup:
    fresh = ChatGroup.objects.select_for_update(of=("self",), no_key=True).select_related("group__run_by").get(pk=chat_group.pk)
    roles.require(by, roles.Right.JUDGE, fresh.group)
    if fresh.ended_at:
        raise postings.NotHere(_("This WhatsApp group is no longer used."))
    return fresh


def _renew(chat_group: ChatGroup, posting: Posting) -> None:
    """Open desks of colleagues show at once that it is done."""
    if chat_group.group.run_by:
        postings.note(Change.Kind.JUDGED, [chat_group.group.run_by], posting=posting)
