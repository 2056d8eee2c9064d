"""What if nobody judges an alarm? After the district's setting the whole steering group is told, as long again later the coordination group (S8).

Told means: a bar on their pages that goes when somebody judges, and one e-mail. An escalation is a row written once, so a restart tells nobody twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.cases import lifecycle
from meldkring.cases.models import Called, Case, Escalation, Judgement, Status
from meldkring.groups import roles, routes
from meldkring.groups.models import Group
from meldkring.groups.models import Kind as GroupKind
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Change, Kind, Posting
from meldkring.people import mailing
from meldkring.people.models import Person

Level = Escalation.Level
ALARMS = (Kind.REPORT, Kind.POLICE)


@dataclass(frozen=True)
class Late:
    """An alarm that waits on a desk longer than it should."""

    posting: Posting
    steering: Group
    level: int


def escalate() -> int:
    """Tell whoever must be told by now; how many times. One query when no alarm waits, six when some do but nothing is new."""
    now, told = timezone.now(), 0
    for late in _late(now):
        with transaction.atomic():
            told += _tell(late, now)
    return told


def alarms(person: Person, *, judges_in: Sequence[Group] | None = None) -> QuerySet[Escalation]:
    """What this person has been told of and nobody has judged yet, longest waiting first. Who knows where they judge can pass it on."""
    mine = roles.with_right(person, roles.Right.JUDGE) if judges_in is None else judges_in
    steering = [g.pk for g in mine if g.is_steering]
    above = [g.district_id for g in mine if g.kind == GroupKind.COORDINATION]
    told = Q(level=Level.COLLEAGUES, steering__in=steering, posting__group__in=[g.pk for g in mine])
    told |= Q(level=Level.COORDINATION, steering__district__in=above) & ~Q(steering__in=steering)
    judged = Judgement.objects.filter(posting=OuterRef("posting"), steering=OuterRef("steering"), undone_at=None)
    return (
        Escalation.objects.filter(told, ~Exists(judged), posting__hidden_at=None, posting__withdrawn_at=None)
        .filter(posting__message__contribution__case__status=Status.OPEN, steering__closed_at=None)
        .filter(posting__message__contribution__expired_at=None)
        .select_related("posting__message__contribution__case", "posting__group", "steering")
        .order_by("posting__posted_at", "pk")
    )


def _waiting() -> QuerySet[Posting]:
    """The reports and police messages of open alarms that stand somewhere."""
    return (
        Posting.objects.standing()
        .filter(message__kind__in=ALARMS, hidden_at=None, message__contribution__case__status=Status.OPEN)
        .filter(message__contribution__expired_at=None)
        .exclude(message__contribution__case__called=Called.NOT_NEEDED)
        .select_related("group", "message__contribution__case__origin")
    )


def _late(now: datetime) -> list[Late]:
    waiting = list(_waiting())
    if not waiting:
        return []
    places = {p.group.municipality_id for p in waiting}
    desks = list(Group.objects.filter(kind=GroupKind.STEERING, closed_at=None, municipality__in=places).select_related("district"))
    coordinated = set(Group.objects.filter(kind=GroupKind.COORDINATION, closed_at=None).values_list("district", flat=True))
    linked = routes.linked()
    done = set(Judgement.objects.filter(posting__in=waiting, undone_at=None).values_list("posting", "steering"))
    told = set(Escalation.objects.filter(posting__in=waiting).values_list("posting", "steering", "level"))
    found = []
    for posting in waiting:
        for steering in desks:
            if routes.judges(steering, posting.group, linked=linked) and (posting.pk, steering.pk) not in done:
                # What stands in the coordination group itself, or above it, its members have on their own desks.
                above = steering.district_id in coordinated and posting.group.kind in (GroupKind.WATCH, GroupKind.STEERING)
                levels = _levels(now - posting.posted_at, steering, above=above)
                found += [Late(posting, steering, n) for n in levels if (posting.pk, steering.pk, n) not in told]
    return found


def _levels(waited: timedelta, steering: Group, *, above: bool) -> list[int]:
    """How far this should have come by now; `above` says whether there is a coordination group that does not see it yet."""
    assert steering.district is not None  # noqa: S101 - the database keeps it so
    within = steering.district.judge_within
    return [*[Level.COLLEAGUES] * (waited >= within), *[Level.COORDINATION] * (above and waited >= 2 * within)]


def _tell(late: Late, now: datetime) -> int:
    # Under the lock of the case: whoever judges in this moment does so before or after, and another process waits its turn.
    if not lifecycle.locked(late.posting.message.contribution.case).is_open:
        return 0
    if Judgement.objects.filter(posting=late.posting, steering=late.steering, undone_at=None).exists():
        return 0
    _row, made = Escalation.objects.get_or_create(posting=late.posting, steering=late.steering, level=late.level, defaults={"at": now})
    if not made:
        return 0
    log.record("escalate", late.posting, by=None, steering=late.steering.pk, level=int(late.level))
    # Without the posting itself: not everybody who reads in these groups may read what waits. Each page asks for its own part anew.
    postings.note(Change.Kind.JUDGED, [late.steering, *_above(late)])
    for person in _people(late):
        _mail(person, late)
    return 1


def _above(late: Late) -> Iterable[Group]:
    if late.level == Level.COLLEAGUES:
        return []
    return Group.objects.filter(kind=GroupKind.COORDINATION, district=late.steering.district_id, closed_at=None)


def _people(late: Late) -> list[Person]:
    """Who is told now: those of the steering group who may judge here, later the steering members of the rest of the district."""
    own = {m.person_id: m.person for m in roles.roster(late.steering) if m.role in roles.STEERING_ROLES}
    if late.level == Level.COLLEAGUES:
        readers = set(roles.members([late.posting.group]).values_list("pk", flat=True))
        return [person for pk, person in own.items() if pk in readers]
    above = [m for group in _above(late) for m in roles.roster(group) if m.role in roles.STEERING_ROLES]
    return list({m.person_id: m.person for m in above if m.person_id not in own}.values())


def _mail(person: Person, late: Late) -> None:
    case: Case = late.posting.message.contribution.case
    words = {"group": late.posting.group.name, "steering": late.steering.name, "reference": case.reference}
    with translation.override(person.language):
        if late.level == Level.COLLEAGUES:
            subject = _("Nobody has judged the alarm in %(group)s yet")
            text = _("An alarm in %(group)s (%(reference)s) waits for %(steering)s. Sign in to Meldkring and look at it now.")
        else:
            subject = _("%(steering)s has not judged an alarm yet")
            text = _("An alarm in %(group)s (%(reference)s) waits. Call somebody of %(steering)s, or ask in the coordination group.")
        if case.exercise:
            subject = _("EXERCISE: ") + subject
        mailing.write(person.email, subject=subject % words, text=text % words)
