"""The neighbourhoods of a district, looked after by its phone managers: made, named, counted, taken away when empty, and which of them adjoin.

Changing their borders, which may move members, is `borders` (look first) and `resettling`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from meldkring.groups.models import Group, Kind
from meldkring.growth import borders
from meldkring.growth.models import Allotment, Plan
from meldkring.joining.models import Application
from meldkring.people.models import Person
from meldkring.places import adjoining, neighbourhoods
from meldkring.places.models import Neighbourhood

LIVE_IN = Q(residents__memberships__kind=Kind.WATCH, residents__memberships__left_at=None)
UNDECIDED = Q(applications__state__in=(Application.State.WAITING, Application.State.FULL))


class NotEmpty(Exception):
    """Somebody lives there, or it is in a proposal; the text says what to do first."""


@dataclass(frozen=True)
class Size:
    """A neighbourhood with its members, the sign-ups that wait, and the watch groups it falls under."""

    neighbourhood: Neighbourhood
    members: int
    waiting: int
    groups: list[Group]


def sizes(found: Iterable[Neighbourhood]) -> list[Size]:
    """These neighbourhoods with their sizes, in their order; four queries however many there are."""
    asked = list(found)
    members = _counted(asked, LIVE_IN, "residents")
    waiting = _counted(asked, UNDECIDED, "applications")
    under: dict[int, list[Group]] = {}
    groups = {g.pk: g for g in Group.objects.filter(kind=Kind.WATCH, closed_at=None, neighbourhoods__in=asked).distinct()}
    for neighbourhood, group in Group.neighbourhoods.through.objects.filter(group__in=groups).values_list("neighbourhood_id", "group_id"):
        under.setdefault(neighbourhood, []).append(groups[group])
    return [Size(n, members.get(n.pk, 0), waiting.get(n.pk, 0), under.get(n.pk, [])) for n in asked]


@transaction.atomic
def describe(neighbourhood: Neighbourhood, *, name: str, households: int | None, by: Person) -> None:
    """Give it another name or number of households. Refuses with `NotAllowed` or `neighbourhoods.BadName`."""
    borders.require(neighbourhood.district, by=by)
    if name != neighbourhood.name:
        neighbourhoods.rename(neighbourhood, name, by=by)
    if households != neighbourhood.households:
        neighbourhoods.count(neighbourhood, households, by=by)


@transaction.atomic
def remove(neighbourhood: Neighbourhood, *, by: Person) -> None:
    """Take away a neighbourhood in which nobody lives. Refuses with `NotAllowed` or `NotEmpty`."""
    borders.require(neighbourhood.district, by=by)
    fresh = Neighbourhood.objects.select_for_update(of=("self",)).get(pk=neighbourhood.pk)
    if reason := occupied(fresh):
        raise NotEmpty(reason)
    neighbourhoods.remove(fresh, by=by)


def occupied(neighbourhood: Neighbourhood) -> str:
    """Why it cannot be taken away, or nothing."""
    (size,) = sizes([neighbourhood])
    if size.members or size.waiting:
        return _("People live in %(name)s. First give its addresses to another neighbourhood.") % {"name": neighbourhood.name}
    if Allotment.objects.filter(neighbourhood=neighbourhood, plan__state__in=(Plan.State.OPEN, Plan.State.AGREED)).exists():
        return _("%(name)s is part of a proposal about the groups. Decide about that first.") % {"name": neighbourhood.name}
    return ""


@transaction.atomic
def say_adjoining(one: Neighbourhood, beside: Iterable[Neighbourhood], *, by: Person) -> int:
    """Which neighbourhoods adjoin this one; how many are kept by hand, because the outlines say otherwise. Refuses with `NotAllowed`."""
    borders.require(one.district, by=by)
    return adjoining.say(one, [n.pk for n in beside], by=by)


def beside_of(neighbourhood: Neighbourhood) -> set[int]:
    """The ids of the neighbourhoods that adjoin this one now."""
    pairs = adjoining.pairs(neighbourhood.district)
    return {key for pair in pairs if neighbourhood.pk in pair for key in pair} - {neighbourhood.pk}


def streets(neighbourhood: Neighbourhood) -> list[tuple[str, int]]:
    """The streets in which its members live, with how many."""
    here = Person.objects.filter(neighbourhood=neighbourhood, memberships__kind=Kind.WATCH, memberships__left_at=None).exclude(street="")
    found = here.values_list("street").annotate(n=Count("pk", distinct=True)).order_by("street")
    return [(street, n) for street, n in found]


def _counted(asked: list[Neighbourhood], living: Q, what: str) -> dict[int, int]:
    rows = Neighbourhood.objects.filter(living, pk__in=[n.pk for n in asked]).values_list("pk")
    return dict(rows.annotate(n=Count(what, distinct=True)).order_by())
