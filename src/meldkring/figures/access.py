"""Whose figures may a person see? Steering members those of their own groups and district, officials and administrators of their municipality.

Anything else does not exist for them: 404. `full` is the one level at which a person sees what a number is made of; below it only totals and
times, because the parts of the parts would give away what is left out.
"""

from dataclasses import dataclass

from django.db.models import Q
from django.http import Http404

from meldkring.groups import roles
from meldkring.groups.models import Group, Kind
from meldkring.people.models import Person
from meldkring.places.models import District, Municipality

KINDS = ("municipality", "district", "group")


@dataclass(frozen=True)
class Scope:
    """What the figures are about."""

    kind: str
    pk: int
    name: str
    municipality: int
    full: bool

    @property
    def groups(self) -> Q:
        """The condition on a group that belongs to it."""
        return Q(pk=self.pk) if self.kind == "group" else Q(**{self.kind: self.pk})


def municipalities(person: Person) -> list[Municipality]:
    """The municipalities this person oversees, by name; all of them for who administers the installation."""
    if administers(person):
        return list(Municipality.objects.order_by("name"))
    overseen = {g.municipality_id: g.municipality for g in roles.with_right(person, roles.Right.FIGURES)}
    return sorted(overseen.values(), key=lambda m: m.name)


def municipality(person: Person, pk: int) -> Municipality:
    """One of those, or 404."""
    for found in municipalities(person):
        if found.pk == pk:
            return found
    raise Http404


def administers(person: Person) -> bool:
    """Whether this person administers the installation, and signs in with a second step."""
    return person.is_active and person.is_superuser and person.second_factor_since is not None


def scopes(person: Person) -> list[Scope]:
    """Where this person may look first: their municipalities, else their districts with the groups they run."""
    found = [Scope("municipality", m.pk, m.name, m.pk, full=True) for m in municipalities(person)]
    steering = roles.steering_groups(person)
    for district in sorted({g.district for g in steering if g.district}, key=lambda d: d.name):
        found.append(Scope("district", district.pk, district.name, district.municipality_id, full=True))
    run = Group.objects.filter(kind=Kind.WATCH, run_by__in=[g.pk for g in steering], closed_at=None)
    return found + [Scope("group", g.pk, g.name, g.municipality_id, full=False) for g in run.order_by("name")]


def scope(person: Person, kind: str, pk: int) -> Scope:
    """One of those, or a district or group in a municipality that this person oversees; else 404."""
    for found in scopes(person):
        if (found.kind, found.pk) == (kind, pk):
            return found
    overseen = [m.pk for m in municipalities(person)]
    if kind == "district":
        for district in District.objects.filter(pk=pk, municipality__in=overseen):
            return Scope(kind, pk, district.name, district.municipality_id, full=False)
    if kind == "group":
        for group in Group.objects.filter(pk=pk, municipality__in=overseen, kind=Kind.WATCH):
            return Scope(kind, pk, group.name, group.municipality_id, full=False)
    raise Http404
