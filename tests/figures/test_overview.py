"""Is the overview of a municipality right, for the right people, and as quick for a large one?"""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.town import Town, town

from meldkring.cases import reporting
from meldkring.figures import overview
from meldkring.figures.models import Size
from meldkring.groups.models import Group, Kind
from meldkring.people.models import Person
from meldkring.places.models import District, Municipality, Neighbourhood

pytestmark = pytest.mark.postgres
SQUARE = {"type": "Polygon", "coordinates": [[[4.4, 51.8], [4.41, 51.8], [4.41, 51.81], [4.4, 51.8]]]}


@pytest.fixture
def place(db: None) -> Town:
    here = town()
    for district, group, members in ((here.noord, here.watch_a, 40), (here.noord, here.watch_b, 20), (here.zuid, here.watch_c, 30)):
        served = Neighbourhood.objects.create(district=district, name=f"Buurt {group.name}", households=400, outline=SQUARE)
        group.neighbourhoods.add(served)
        Size.objects.create(group=group, month=timezone.localdate().replace(day=1), members=members)
    Neighbourhood.objects.create(district=here.zuid, name="Buurt D", households=200)
    return here


def page(client: Client, person: Person, path: str) -> Any:
    client.force_login(person)
    return client.get(path)


def path(place: Town, more: str = "") -> str:
    return f"/gemeenten/{place.municipality.pk}/{more}"


@pytest.mark.parametrize("name", ["anna", "sam", "zora", "officer", "outsider"])
def test_only_who_oversees_it(client: Client, place: Town, name: str) -> None:
    for more in ("", "csv/", "nieuw/", f"wijk/{place.noord.pk}/", f"wijk/{place.noord.pk}/sluit/", f"wijk/{place.noord.pk}/voeg-samen/"):
        assert page(client, getattr(place, name), path(place, more)).status_code == 404
    assert page(client, getattr(place, name), "/gemeenten/").status_code == 404


def test_the_districts_in_numbers(client: Client, place: Town) -> None:
    """S9: coverage, members per hundred households, open cases as counts."""
    for n in range(6):
        reporting.report("Iemand voelt aan deuren", group=place.watch_c, by=(place.carla, place.cees)[n % 2], called="by_me")
    found = overview.of(place.municipality)
    noord, zuid = found.lines
    assert (noord.name, noord.covered, noord.neighbourhoods, noord.members, noord.per_hundred, noord.open) == ("Noord", 2, 2, 60, 7.5, 0)
    assert (zuid.name, zuid.covered, zuid.neighbourhoods, zuid.members, zuid.per_hundred, zuid.open) == ("Zuid", 1, 2, 30, 5.0, 6)
    assert (found.whole.members, found.whole.open, found.whole.households) == (90, 6, 1400)
    answer = page(client, place.official, path(place))
    assert answer.status_code == 200
    assert "deuren" not in answer.content.decode()


def test_search_filter_and_order(client: Client, place: Town) -> None:
    def names(query: str) -> list[str]:
        return [line.name for line in page(client, place.official, path(place) + query).context["page"].object_list]

    assert names("") == ["Noord", "Zuid"]
    assert names("?zoek=zui") == ["Zuid"]
    assert names("?toon=ongedekt") == ["Zuid"]
    assert names("?volgorde=dichtheid") == ["Zuid", "Noord"]
    assert names("?volgorde=leden&toon=nonsense") == ["Noord", "Zuid"]
    assert names("?zoek=nergens") == []
    text = page(client, place.official, path(place, "csv/?toon=ongedekt")).content.decode("utf-8-sig")
    assert text.splitlines()[1].startswith("Zuid;2;1;600;30;5,0;0;")
    assert len(text.splitlines()) == 2


def test_a_small_district_takes_another_with_it(place: Town) -> None:
    """Rules 7: the total must not give away that Zuid has three members."""
    Size.objects.filter(group=place.watch_c).update(members=3)
    found = overview.of(place.municipality)
    assert [line.members for line in found.lines] == [None, None]
    assert [line.per_hundred for line in found.lines] == [None, None]
    assert found.whole.members == 63


def test_all_municipalities_for_who_administers_the_installation(client: Client, place: Town) -> None:
    other = Municipality.objects.create(name="Andere", code="GM0002")
    Person.objects.filter(pk=place.outsider.pk).update(is_superuser=True)
    lines = page(client, place.outsider, "/gemeenten/").context["page"].object_list
    assert [(line.name, line.districts, line.members) for line in lines] == [("Andere", 0, 0), ("Waterdam", 2, 90)]
    assert page(client, place.outsider, f"/gemeenten/{other.pk}/").status_code == 200
    assert page(client, place.official, f"/gemeenten/{other.pk}/").status_code == 404


def test_as_many_questions_for_many_as_for_few(client: Client, place: Town) -> None:
    Person.objects.filter(pk=place.outsider.pk).update(is_superuser=True)
    counts = []
    for size in (1, 30):
        grow(place.municipality, size)
        for n in range(size):
            grow(Municipality.objects.create(name=f"Plaats {size}-{n}", code=f"GM{size}{n}"), 2)
        for who, where in ((place.official, path(place)), (place.outsider, "/gemeenten/")):
            page(client, who, where)
            with CaptureQueriesContext(connection) as taken:
                assert client.get(where).status_code == 200
            counts.append(len(taken))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 30


def grow(municipality: Municipality, size: int) -> None:
    """So many more districts with a group."""
    start = District.objects.count()
    for n in range(start, start + size):
        district = District.objects.create(municipality=municipality, name=f"Wijk {n}", slug=f"wijk-{n}")
        steering = Group.objects.create(kind=Kind.STEERING, name=f"S{n}", municipality=municipality, district=district)
        watch = Group.objects.create(kind=Kind.WATCH, name=f"W{n}", municipality=municipality, district=district, run_by=steering)
        watch.neighbourhoods.add(Neighbourhood.objects.create(district=district, name="Buurt", households=100, outline=SQUARE))
        Size.objects.create(group=watch, month=timezone.localdate().replace(day=1), members=10 + n)


def test_an_official_begins_at_the_overview(client: Client, place: Town) -> None:
    """S9: who has no group of their own is not told that it is quiet there."""
    client.force_login(place.official)
    answer = client.get("/", follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain[-1][0] == path(place)
