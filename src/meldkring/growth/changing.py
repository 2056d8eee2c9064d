"""Changing a proposal while it is discussed: a neighbourhood to another group, a group more or less, who goes along to a new steering group.

Every steering member may; what others thought of it before no longer counts, and the time for consultation starts again.
"""

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.growth import plans
from meldkring.growth.models import Opinion, Part, Plan, Seat
from meldkring.people.models import Person


class NotPossible(Exception):
    """The plan cannot be changed like this; the text says why."""


@transaction.atomic
def allot(plan: Plan, wishes: Mapping[int, int], *, by: Person) -> bool:
    """Let neighbourhoods (by id) fall under other parts (by id); whether anything changed."""
    plan = _open(plan, by)
    parts, changed = {p.pk for p in plan.parts.all()}, 0
    for allotment in plan.allotments.filter(neighbourhood__in=wishes):
        wanted = wishes[allotment.neighbourhood_id]
        if wanted not in parts:
            raise NotPossible(_("That group is not in this proposal."))
        if allotment.part_id != wanted:
            allotment.part_id = wanted
            allotment.save(update_fields=["part"])
            changed += 1
    return bool(changed) and _changed(plan, by)


@transaction.atomic
def add(plan: Plan, name: str, *, by: Person) -> Part:
    """One new watch group more."""
    plan = _open(plan, by)
    last = plan.parts.aggregate(last=Max("order"))["last"] or 0
    part = Part.objects.create(plan=plan, name=_named(plan, name), is_new=True, steering=plan.steering, order=last + 1)
    _changed(plan, by)
    return part


@transaction.atomic
def remove(part: Part, *, by: Person) -> None:
    """One new watch group less; its neighbourhoods go to the first of the other parts."""
    plan = _open(part.plan, by)
    if not part.is_new:
        raise NotPossible(_("%(group)s exists. Give its neighbourhoods to another group; then it closes.") % {"group": part.name})
    first = plan.parts.exclude(pk=part.pk).first()
    if first is None:
        raise NotPossible(_("A proposal has at least one group."))
    part.allotments.update(part=first)
    part.delete()
    _changed(plan, by)


@transaction.atomic
def rename(part: Part, name: str, *, by: Person) -> None:
    """Give a new watch group another name; a group that exists keeps its own."""
    plan = _open(part.plan, by)
    if part.is_new and name.strip() != part.name:
        part.name = _named(plan, name, besides=part)
        part.save(update_fields=["name"])
        _changed(plan, by)


@transaction.atomic
def seat(part: Part, people: Iterable[Person], *, own: bool, by: Person) -> None:
    """Have a new watch group run by a new steering group, made of these steering members; or, without `own`, by the same one as now."""
    plan = _open(part.plan, by)
    wanted = {p.pk for p in people} if own and part.is_new else set()
    present = set(part.seats.values_list("person", flat=True))
    steering = None if own and part.is_new else plan.steering if part.is_new else part.steering
    if wanted == present and getattr(steering, "pk", None) == part.steering_id:
        return
    if not wanted <= _steers(plan.steering):
        raise NotPossible(_("Only steering members of now go along to a new steering group."))
    if Seat.objects.filter(part__plan=plan, person__in=wanted).exclude(part=part).exists():
        raise NotPossible(_("Somebody cannot go along to two steering groups."))
    part.seats.exclude(person__in=wanted).delete()
    Seat.objects.bulk_create(Seat(part=part, person_id=pk) for pk in sorted(wanted - present))
    part.steering = steering
    part.save(update_fields=["steering"])
    _changed(plan, by)


def _open(plan: Plan, by: Person) -> Plan:
    roles.require(by, roles.Right.JUDGE, plan.steering)
    return plans.undecided(plan)


def _changed(plan: Plan, by: Person) -> bool:
    now = timezone.now()
    plan.changed_at, plan.decide_by = now, now + plan.district.consultation_term
    plan.save(update_fields=["changed_at", "decide_by"])
    Opinion.objects.update_or_create(plan=plan, person=by, defaults={"agrees": True, "words": "", "at": now})
    plans.settle(plan)
    log.record("change_plan", plan, by=by)
    return True


def _named(plan: Plan, name: str, besides: Part | None = None) -> str:
    name = " ".join(name.split())[:100]
    others = plan.parts.exclude(pk=besides.pk) if besides else plan.parts.all()
    if not name:
        raise NotPossible(_("Give the group a name."))
    if name.lower() in {n.lower() for n in others.values_list("name", flat=True)}:
        raise NotPossible(_("There is a group with this name already."))
    return name


def _steers(steering: Group) -> set[int]:
    return set(roles.steers(steering).values_list("person", flat=True))
