"""How does the demo get into an empty database? Places, groups and people in bulk, the cases through the verbs; all or nothing."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from meldkring.cases import closing
from meldkring.cases.models import Called, Case, Outcome, Status
from meldkring.demo import beginning, building, chatting, counting, growing, history, known, places, policing, residents
from meldkring.demo.town import Town
from meldkring.groups.models import Group, Kind, Link, Membership, Role
from meldkring.people.models import Person
from meldkring.places.models import District, Municipality, Neighbourhood

STALE = timedelta(minutes=30)


def loaded() -> bool:
    """Whether the demo stands in this database."""
    return Municipality.objects.filter(code=places.CODE).exists()


@transaction.atomic
def load() -> None:
    """Fill an empty database with the demo."""
    municipality = Municipality.objects.create(name=places.MUNICIPALITY, code=places.CODE)
    municipal = building.group(Kind.MUNICIPAL, f"Regiegroep {municipality.name}", municipality)
    people = 0
    for wijk in places.WIJKEN:
        district = District.objects.create(municipality=municipality, name=wijk.name, slug=wijk.slug)
        building.group(Kind.COORDINATION, f"Regiegroep {wijk.name}", municipality, district=district)
        steering = building.group(Kind.STEERING, f"Stuurgroep {wijk.name}", municipality, district=district)
        for buurt in wijk.buurten:
            neighbourhood = building.neighbourhood(district, wijk, buurt)
            watch = building.group(Kind.WATCH, buurt.name, municipality, district=district, run_by=steering)
            watch.neighbourhoods.add(neighbourhood)
            people += _people(buurt, watch, neighbourhood, start=people)
        _steering(wijk, steering)
        since = timezone.now() - building.LIVED_HERE
        Link.objects.create(municipal=municipal, district=district, proposed_at=since, agreed_at=since)
    _growing(municipality, start=people)
    _officer_and_official()
    known.settle(Town.here())
    beginning.begin(start=5000)
    growing.settle()
    chatting.settle()
    town = Town.here()
    policing.settle(town)
    history.tell_all(town)
    policing.tell_now(town)
    counting.count()


@transaction.atomic
def freshen() -> None:
    """See to it that something is happening now, also when the demo is opened again days later."""
    still_open = Case.objects.filter(status=Status.OPEN).order_by("-opened_at")
    newest = still_open.exclude(called=Called.POLICE).first()
    if newest and timezone.now() - newest.opened_at < STALE:
        return
    town = Town.here()
    for case in still_open:
        by = town.phone_manager(case.origin)
        closing.close(case, outcome=Outcome.NO_WORD, text="We hoorden niets meer van de politie. We sluiten deze melding.", by=by)
    policing.tell_now(town)
    history.tell_now(town)


def _growing(municipality: Municipality, *, start: int) -> None:
    """One watch group and one steering group, and no coordination group yet (S22)."""
    wijk = places.GROWING
    district = District.objects.create(municipality=municipality, name=wijk.name, slug=wijk.slug)
    steering = building.group(Kind.STEERING, f"Stuurgroep {wijk.name}", municipality, district=district)
    watch = building.group(Kind.WATCH, wijk.name, municipality, district=district, run_by=steering)
    for buurt in wijk.buurten:
        neighbourhood = building.neighbourhood(district, wijk, buurt)
        watch.neighbourhoods.add(neighbourhood)
        start += _people(buurt, watch, neighbourhood, start=start)
    members = list(Membership.objects.filter(group=watch).order_by("pk"))
    growing.spread_joining(members)
    Membership.objects.bulk_update(members, ["joined_at"])
    _steering(wijk, steering)


def _people(buurt: places.Buurt, watch: Group, neighbourhood: Neighbourhood, *, start: int) -> int:
    parts = [part for part in residents.CAST if part.buurt == buurt.name]
    made = [residents.person(part.email, part.first_name, street=buurt.streets[0]) for part in parts]
    made += residents.others(buurt.members - len(parts), start=start, streets=buurt.streets)
    building.settle(made, watch, neighbourhood)
    return len(made)


def _steering(wijk: places.Wijk, steering: Group) -> None:
    for part in residents.CAST:
        if part.wijk == wijk.name:
            building.join([Person.objects.get(email=part.email)], steering, part.role)


def _officer_and_official() -> None:
    for part in residents.CAST:
        if not part.buurt:
            person = Person.objects.bulk_create([residents.person(part.email, part.first_name)])[0]
            kinds = [Kind.MUNICIPAL] if part.role in (Role.OFFICIAL, Role.ADMINISTRATOR) else [Kind.COORDINATION, Kind.STEERING]
            Person.objects.filter(pk=person.pk).update(is_superuser=part.role == Role.ADMINISTRATOR)
            for group in Group.objects.filter(kind__in=kinds):
                building.join([person], group, part.role)
