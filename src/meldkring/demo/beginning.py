"""A second municipality that begins in the demo: one district with a handful of members, asked to be linked and not there yet (S9, S22)."""

from datetime import datetime, timedelta

from django.utils import timezone

from meldkring.demo import places, residents
from meldkring.groups.models import Agreement, Group, Kind, Link, Membership, Role
from meldkring.people.models import Person
from meldkring.places.models import District, Municipality, Neighbourhood

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
    steering = Group.objects.create(kind=Kind.STEERING, name=f"Stuurgroep {WIJK.name}", municipality=town, district=district)
    watch = Group.objects.create(kind=Kind.WATCH, name=WIJK.name, municipality=town, district=district, run_by=steering)
    for number, buurt in enumerate(WIJK.buurten):
        longitude, latitude = buurt.label
        place = Neighbourhood.objects.create(
            district=district, name=buurt.name, households=buurt.households, longitude=longitude, latitude=latitude,
            outline=places.outline(WIJK, buurt),
        )  # fmt: skip
        if number == 0:  # the other one has no watch group yet
            watch.neighbourhoods.add(place)
        people = residents.others(buurt.members, start=start + 100 * number, streets=buurt.streets)
        for person in people:
            person.neighbourhood = place
        _join(Person.objects.bulk_create(people), watch, Role.MEMBER, since)
    for key, name, role in STEERING:
        person = residents.person(f"{key}@{residents.DOMAIN}", name, street=WIJK.buurten[0].streets[0])
        made = Person.objects.bulk_create([person])
        _join(made, watch, Role.MEMBER, since)
        _join(made, steering, role, since)
    _ask(town, district)


def _ask(town: Municipality, district: District) -> None:
    """An official asked to link the district; one of the two who must agree has done so."""
    municipal = Group.objects.create(kind=Kind.MUNICIPAL, name=f"Regiegroep {town.name}", municipality=town)
    link = Link.objects.create(municipal=municipal, district=district, proposed_at=timezone.now() - timedelta(days=2))
    Agreement.objects.create(link=link, person=Person.objects.get(email=f"lieke@{residents.DOMAIN}"), at=timezone.now() - timedelta(days=1))


def _join(people: list[Person], group: Group, role: str, since: datetime) -> None:
    Membership.objects.bulk_create([Membership(person=p, group=group, role=role, kind=group.kind, joined_at=since) for p in people])
