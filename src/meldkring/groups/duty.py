"""Who judges tonight? The duty rota of a steering group: evenings that members take, give to each other, or share out in turn.

An evening runs from six until seven the next morning. By day everybody looks; and an alarm that waits too long reaches the others anyway.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meldkring.audit import log
from meldkring.groups import roles, steering
from meldkring.groups.models import Group, Shift
from meldkring.people import mailing
from meldkring.people.models import Person

BEGINS, ENDS = time(18), time(7)
SHOWN, LONGEST = 14, 12  # days on the page; weeks to share out at once


class Overlap(Exception):
    """Somebody has duty in these hours already; the text says who."""


class NotYours(Exception):
    """Only who has the duty gives it away, or who manages the group; and only while it lasts."""


@dataclass(frozen=True)
class Evening:
    """One evening of the rota, with its shift if somebody has it."""

    day: date
    shift: Shift | None


def on_duty(group: Group, at: datetime | None = None) -> Person | None:
    """Who judges first for this steering group at this moment, if anybody."""
    shift = current(group, at)
    return shift.person if shift else None


def current(group: Group, at: datetime | None = None) -> Shift | None:
    """The shift of this moment, of somebody who is a steering member still."""
    at = at or timezone.now()
    return _shifts(group).filter(starts_at__lte=at, ends_at__gt=at).first()


def evenings(group: Group, days: int = SHOWN) -> list[Evening]:
    """The coming evenings, tonight first (and until seven in the morning: last night first)."""
    first = _today()
    shifts = {timezone.localdate(s.starts_at): s for s in _shifts(group).filter(ends_at__gt=timezone.now())}
    return [Evening(day, shifts.get(day)) for day in (first + timedelta(days=n) for n in range(days))]


@transaction.atomic
def take(group: Group, day: date, *, by: Person) -> Shift:
    """Take the duty of an evening; refuses with `Overlap` when somebody has it, or `NotYours` for an evening that is over."""
    _lock(group)
    roles.require(by, roles.Right.JUDGE, group)
    return _give(group, day, by, by=by)


@transaction.atomic
def give(shift: Shift, *, to: Person, by: Person) -> Shift:
    """Give a duty to a colleague, who is told."""
    shift = _own(shift, by)
    _inside(shift.steering, to)
    Shift.objects.filter(pk=shift.pk).update(person=to)
    log.record("give_duty", shift, by=by, to=to.pk)
    if to.pk != by.pk:
        _tell(
            to, gettext_lazy("You have duty on %(day)s"), gettext_lazy("%(by)s has given you the duty of %(day)s in %(group)s."), shift, by
        )
    if shift.person_id not in (by.pk, to.pk):
        text = gettext_lazy("%(by)s has given your duty of %(day)s in %(group)s to a colleague.")
        _tell(shift.person, gettext_lazy("Your duty of %(day)s has changed"), text, shift, by)
    shift.person = to
    return shift


@transaction.atomic
def drop(shift: Shift, *, by: Person) -> None:
    """Nobody has this evening any more."""
    shift = _own(shift, by)
    log.record("drop_duty", shift, by=by, person=shift.person_id)
    if shift.person_id != by.pk:
        text = gettext_lazy("%(by)s has taken you off the duty of %(day)s in %(group)s.")
        _tell(shift.person, gettext_lazy("Your duty of %(day)s has changed"), text, shift, by)
    Shift.objects.filter(pk=shift.pk).delete()


@transaction.atomic
def fill(group: Group, weeks: int, *, by: Person) -> int:
    """Share out the empty evenings of the coming weeks, a week each in turn; how many that were. Everybody hears of their own."""
    _lock(group)
    roles.require(by, roles.Right.MEMBERS, group)
    turns, first = _turns(group), _today()
    taken = set(map(timezone.localdate, _shifts(group).filter(ends_at__gt=timezone.now()).values_list("starts_at", flat=True)))
    made: dict[Person, list[date]] = {}
    person = None
    for day in (first + timedelta(days=n) for n in range(7 * max(1, min(weeks, LONGEST)))):
        person = None if day.weekday() == 0 else person
        if day not in taken:
            person = person or next(turns)
            _give(group, day, person, by=by)
            made.setdefault(person, []).append(day)
    _tell_all(group, made, by)
    return sum(map(len, made.values()))


def hours(day: date) -> tuple[datetime, datetime]:
    """From when until when the evening of this day lasts."""
    zone = timezone.get_current_timezone()
    return datetime.combine(day, BEGINS, zone), datetime.combine(day + timedelta(days=1), ENDS, zone)


def _turns(group: Group) -> Iterator[Person]:
    """The steering members in turn without end, beginning after whoever had the last duty that was given out."""
    people = [m.person for m in steering.members(group)]
    last = _all(group).order_by("-starts_at").values_list("person", flat=True).first()
    start = next((n + 1 for n, person in enumerate(people) if person.pk == last), 0)
    while people:
        yield people[start % len(people)]
        start += 1


def _give(group: Group, day: date, person: Person, *, by: Person) -> Shift:
    starts, ends = hours(day)
    if ends <= timezone.now():
        raise NotYours(_("That evening is over."))
    other = _shifts(group).filter(starts_at__lt=ends, ends_at__gt=starts).first()
    if other:
        words = {"name": other.person.first_name, "day": _in_words(timezone.localdate(other.starts_at))}
        raise Overlap(_("%(name)s has the duty of %(day)s already. Ask to take it over.") % words)
    made = Shift.objects.create(steering=group, person=person, starts_at=starts, ends_at=ends)
    log.record("duty", made, by=by, person=person.pk, group=group.pk)
    return made


def _shifts(group: Group) -> QuerySet[Shift]:
    """The shifts that count: of who has left the group, none does."""
    return _all(group).filter(person__in=roles.steers(group).values("person"))


def _all(group: Group) -> QuerySet[Shift]:
    return Shift.objects.filter(steering=group).select_related("person", "steering")


def _own(shift: Shift, by: Person) -> Shift:
    """The shift, fresh and under the lock of its group, if it is this person's or they manage the group."""
    _lock(shift.steering)
    fresh = Shift.objects.select_related("person", "steering").filter(pk=shift.pk, ends_at__gt=timezone.now()).first()
    if fresh is None or not (fresh.person_id == by.pk or roles.has(by, roles.Right.MEMBERS, fresh.steering)):
        raise NotYours(_("This duty is not yours to give away."))
    return fresh


def _inside(group: Group, person: Person) -> None:
    _lock(group)
    if not steering.members(group).filter(person=person).exists():
        raise steering.NotInSteering(
            _("%(person)s is not a steering member of %(group)s.") % {"person": person.first_name, "group": group.name}
        )


def _lock(group: Group) -> None:
    list(Group.objects.select_for_update(no_key=True).filter(pk=group.pk))


def _today() -> date:
    now = timezone.localtime()
    return now.date() - timedelta(days=1) if now.time() < ENDS else now.date()


def _in_words(day: date) -> str:
    return date_format(day, "l j F")


def _tell(person: Person, subject: Promise, text: Promise, shift: Shift, by: Person) -> None:
    with translation.override(person.language):
        words = {"day": _in_words(timezone.localdate(shift.starts_at)), "by": by.first_name, "group": shift.steering.name}
        mailing.write(person.email, subject=str(subject) % words, text=str(text) % words)


def _tell_all(group: Group, made: dict[Person, list[date]], by: Person) -> None:
    for person, evenings_of in made.items():
        if person.pk == by.pk:
            continue
        with translation.override(person.language):
            days = "\n".join(f"- {_in_words(day)}" for day in evenings_of)
            text = _(
                "%(by)s has shared out the duty of %(group)s. Yours is:\n\n%(days)s\n\nDoes a day not suit you? Give it to a colleague."
            )
            words = {"by": by.first_name, "group": group.name, "days": days}
            mailing.write(person.email, subject=_("Your duty in the coming weeks"), text=text % words)
