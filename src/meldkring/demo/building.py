"""How do the places, groups and people of the demo come to stand in the database? In bulk and as they are: none of it is a deed of anybody."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from meldkring.demo import places
from meldkring.groups.models import Group, Kind, Membership, Role
from meldkring.people.models import Person
from meldkring.places.models import District, Municipality, Neighbourhood

LIVED_HERE = timedelta(days=400)


def group(kind: Kind, name: str, municipality: Municipality, *, district: District | None = None, run_by: Group | None = None) -> Group:
    """A group."""
    return Group.objects.create(kind=kind, name=name, municipality=municipality, district=district, run_by=run_by)


def neighbourhood(district: District, wijk: places.Wijk, buurt: places.Buurt) -> Neighbourhood:
    """A neighbourhood with its outline."""
    longitude, latitude = buurt.label
    return Neighbourhood.objects.create(
        district=district, name=buurt.name, households=buurt.households,
        longitude=longitude, latitude=latitude, outline=places.outline(wijk, buurt),
    )  # fmt: skip


def settle(people: Sequence[Person], watch: Group, home: Neighbourhood, *, since: datetime | None = None) -> None:
    """People who are not saved yet come to live here, and are members."""
    for person in people:
        person.neighbourhood = home
    join(Person.objects.bulk_create(people), watch, Role.MEMBER, since=since)


def join(people: Sequence[Person], group: Group, role: str, *, since: datetime | None = None) -> None:
    """They are members of this group, since long unless it is said since when."""
    at = since or timezone.now() - LIVED_HERE
    Membership.objects.bulk_create([Membership(person=p, group=group, role=role, kind=group.kind, joined_at=at) for p in people])
