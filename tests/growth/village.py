"""A village in phase 1: one watch group and one steering group, no coordination group (S22). Six neighbourhoods in two rows of three.

`village(members=…)` gives how many residents live in each neighbourhood; the steering members live in the first three.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone
from tests import town

from meldkring.groups import joining
from meldkring.groups.models import Group, Kind, Membership, Role
from meldkring.people.models import Person
from meldkring.places.models import District, Municipality, Neighbourhood

NAMES = ("Dorp", "Haven", "Molen", "Park", "Polder", "Station")
STEP = 0.004


@dataclass
class Village:
    """What stands in it; `residents` by the name of their neighbourhood, under "" who lives nowhere we know."""

    district: District
    neighbourhoods: dict[str, Neighbourhood]
    watch: Group
    steering: Group
    fatima: Person  # phone manager, lives in Dorp
    sam: Person  # deputy, lives in Haven
    sofie: Person  # steering member, lives in Molen
    residents: dict[str, list[Person]] = field(default_factory=dict)

    @property
    def everybody(self) -> list[Person]:
        return [p for people in self.residents.values() for p in people]


def village(members: Sequence[int] = (18, 12, 15, 14, 12, 16), *, unknown: int = 0) -> Village:
    """Build it, with the watch group's own neighbourhoods written down."""
    municipality = Municipality.objects.create(name="Waterdam", code="GM0001")
    district = District.objects.create(municipality=municipality, name="Noord", slug="noord")
    places = {name: neighbourhood(district, name, n) for n, name in enumerate(NAMES[: len(members)])}
    steering = Group.objects.create(kind=Kind.STEERING, name="Stuurgroep", municipality=municipality, district=district)
    watch = Group.objects.create(kind=Kind.WATCH, name="Buurtwacht", municipality=municipality, district=district, run_by=steering)
    watch.neighbourhoods.set(places.values())
    steers = {}
    for name, home, role in (("fatima", 0, Role.PHONE_MANAGER), ("sam", 1, Role.DEPUTY), ("sofie", 2, Role.STEERING)):
        steers[name] = town.person(name.capitalize())
        Person.objects.filter(pk=steers[name].pk).update(neighbourhood=list(places.values())[min(home, len(places) - 1)])
        joining.join(steers[name], steering, role=role)
        steers[name].refresh_from_db()
    found = Village(district, places, watch, steering, **steers)
    for name, count in [*zip(places, members, strict=True), ("", unknown)]:
        found.residents[name] = residents(watch, places.get(name), count)
    return found


def neighbourhood(district: District, name: str, n: int) -> Neighbourhood:
    """A square in the grid."""
    x, y = 4.4 + STEP * (n % 3), 51.8 + STEP * (n // 3)
    ring = [[x, y], [x + STEP, y], [x + STEP, y + STEP], [x, y + STEP], [x, y]]
    return Neighbourhood.objects.create(
        district=district, name=name, households=400, longitude=x + STEP / 2, latitude=y + STEP / 2,
        outline={"type": "Polygon", "coordinates": [ring]},
    )  # fmt: skip


def residents(group: Group, home: Neighbourhood | None, count: int) -> list[Person]:
    """So many more members of this group who live here, joined ten days ago."""
    start = Person.objects.count()
    name = home.name.lower() if home else "ergens"
    people = Person.objects.bulk_create(
        Person(email=f"{name}{start + n}@example.org", first_name=f"{name.capitalize()} {n}", neighbourhood=home, password="!")
        for n in range(count)
    )
    joined = timezone.now() - timedelta(days=10)
    Membership.objects.bulk_create(Membership(group=group, person=p, role=Role.MEMBER, kind=Kind.WATCH, joined_at=joined) for p in people)
    return people
