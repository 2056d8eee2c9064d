"""How many places has a watch group, which group is proposed for a resident, and who waits for a place? (S4, S18)

A place is counted while the group's row is locked: `lock` first, then `free`. Which group is proposed may change with a division, so who
acts on it takes the municipality's `turn` before asking: a division holds that from beginning to end.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from meldkring.cases import lifecycle
from meldkring.groups.models import Group, Kind, Membership
from meldkring.joining.models import Application
from meldkring.places.models import District

State = Application.State


class GroupFull(Exception):
    """The watch group has no place left."""


@dataclass(frozen=True)
class Capacity:
    """How full a watch group is, against its limit; `waiting` is the length of its waiting list."""

    group: Group
    taken: int
    most: int
    waiting: int = 0

    @property
    def left(self) -> int:
        return max(self.most - self.taken, 0)

    @property
    def full(self) -> bool:
        return self.taken >= self.most


def turn(*districts: District | None) -> None:
    """Wait until no division of groups and no change of borders goes on here, and let none begin until the end of the transaction."""
    lifecycle.queue({d.municipality_id for d in districts if d is not None})


def lock(*groups: Group | None) -> dict[int, Group]:
    """Lock the rows of these groups, in the order of their ids, and return them fresh."""
    ids = {g.pk for g in groups if g is not None}
    rows = Group.objects.select_for_update(of=("self",), no_key=True).select_related("district")
    return {g.pk: g for g in rows.filter(pk__in=ids).order_by("pk")}


def free(group: Group) -> int:
    """The free places, right only while the group is locked; below nought where a district lowered its maximum."""
    most = group.district.group_maximum if group.district else 0
    return most - group.memberships.filter(left_at=None).count()


def capacities(groups: Iterable[Group]) -> list[Capacity]:
    """How full each of these is, in their order; one query."""
    ids = [g.pk for g in groups]
    inside = _count(Membership.objects.filter(left_at=None))
    waiting = _count(Application.objects.filter(state=State.FULL))
    rows = Group.objects.filter(pk__in=ids).select_related("district").annotate(inside=inside, queue=waiting)
    by = {g.pk: Capacity(g, g.inside, g.district.group_maximum if g.district else 0, g.queue) for g in rows}
    return [by[pk] for pk in ids]


def with_room(groups: QuerySet[Group]) -> list[Group]:
    """Those of these groups that have a place."""
    return [c.group for c in capacities(groups) if not c.full]


def proposed(applications: Iterable[Application]) -> dict[int, Group]:
    """By sign-up, the open watch group whose place it was offered, else that of its neighbourhood: the emptiest if there are several.

    While a district has one watch group, nobody has to say which neighbourhoods it has.
    """
    found = list(applications)
    groups = list(_open_groups({a.district_id for a in found if a.district_id}))
    of = Group.neighbourhoods.through.objects.filter(group__in=[g.pk for g in groups]).values_list("neighbourhood_id", "group_id")
    covering: dict[int | None, set[int]] = {}
    for neighbourhood, group in of:
        covering.setdefault(neighbourhood, set()).add(group)
    return {a.pk: chosen for a in found if (chosen := _for(a, groups, covering.get(a.neighbourhood_id, set())))}


def queue(group: Group) -> QuerySet[Application]:
    """Who waits for a place in this group: put on its list, or living in a neighbourhood that it has now."""
    theirs = Q(neighbourhood__in=group.neighbourhoods.values("pk"), district=group.district_id) | Q(group=group)
    return Application.objects.filter(theirs, state=State.FULL).select_related("district", "neighbourhood", "person")


def _count(rows: QuerySet[Any]) -> Coalesce:
    """How many of these rows each group has, counted apart: joined in one query, members and sign-ups would multiply."""
    of = rows.filter(group=OuterRef("pk")).order_by().values("group").annotate(number=Count("pk"))
    return Coalesce(Subquery(of.values("number")), 0)


def _open_groups(districts: set[int]) -> QuerySet[Group]:
    rows = Group.objects.filter(kind=Kind.WATCH, closed_at=None, district__in=districts).select_related("district")
    return rows.annotate(inside=_count(Membership.objects.filter(left_at=None))).order_by("inside", "pk")


def _for(application: Application, groups: list[Group], covering: set[int]) -> Group | None:
    here = [g for g in groups if g.district_id == application.district_id]
    offered = [g for g in here if application.state == State.WAITING and g.pk == application.group_id]
    fitting = offered or [g for g in here if g.pk in covering]
    if not fitting and len(here) == 1:
        fitting = here
    return fitting[0] if fitting else None
