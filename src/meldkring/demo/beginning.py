"""A second municipality that begins in the demo: one district with a handful of members, asked to be linked and not there yet (S9, S22)."""

from datetime import timedelta

from django.utils import timezone

from meldkring.demo import building, places, residents
from meldkring.groups.models import Agreement, Kind, Link, Role
from meldkring.people.models import Person
from meldkring.places.models import District, Municipality

# Invented, town and all: it lies in the water beside the real island.
MUNICIPALITY, CODE = "Waterdam", "GM9999"
WIJK = places.Wijk(
    "Havenkwartier", "havenkwartier", ((4.3400, 51.8350), (0.0060, 0.0040)),
    (
        places.Buurt("Oude Haven", 310, (4.3375, 51.8360), 9, ("Ankerkade", "Touwbaan")),
        places.Buurt("Nieuwe Kade", 280, (4.3430, 51.8345), 4, ("Meerpaal", "Sluiswachter")),
    ),
)  # fmt: skip
STEERING = (("lieke", "Lieke", Role.PHONE_MANAGER), ("dirkjan", "Dirk-Jan", Role.STEERING), ("samira", "Samira", Role.STEERING))


def begin(*, start: int) -> None:
    """Make it, beside the town that is there."""
    since = timezone.now() - timedelta(days=20)
    town = Municipality.objects.create(name=MUNICIPALITY, code=CODE)
    district = District.objects.create(municipality=town, name=WIJK.name, slug=WIJK.slug)
    steering = building.group(Kind.STEERING, f"Stuurgroep {WIJK.name}", town, district=district)
    watch = building.group(Kind.WATCH, WIJK.name, town, district=district, run_by=steering)
    for number, buurt in enumerate(WIJK.buurten):
        place = building.neighbourhood(district, WIJK, buurt)
        if number == 0:  # the other one has no watch group yet
            watch.neighbourhoods.add(place)
        people = residents.others(buurt.members, start=start + 100 * number, streets=buurt.streets)
        building.settle(people, watch, place, since=since)
    for key, name, role in STEERING:
        person = residents.person(f"{key}@{residents.DOMAIN}", name, street=WIJK.buurten[0].streets[0])
        made = Person.objects.bulk_create([person])
        building.join(made, watch, Role.MEMBER, since=since)
        building.join(made, steering, role, since=since)
    _ask(town, district)


def _ask(town: Municipality, district: District) -> None:
    """An official asked to link the district; one of the two who must agree has done so."""
    municipal = building.group(Kind.MUNICIPAL, f"Regiegroep {town.name}", town)
    link = Link.objects.create(municipal=municipal, district=district, proposed_at=timezone.now() - timedelta(days=2))
    Agreement.objects.create(link=link, person=Person.objects.get(email=f"lieke@{residents.DOMAIN}"), at=timezone.now() - timedelta(days=1))
