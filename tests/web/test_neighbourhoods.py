"""The pages about neighbourhoods: who may look and change, and a change of borders that is shown first and loses nothing that was typed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests import town
from tests.growth.village import NAMES, Village, village

from meldkring.groups import joining
from meldkring.groups.models import Group, Kind, Role
from meldkring.growth import mapping
from meldkring.growth.models import Redrawing
from meldkring.people.models import Person
from meldkring.places import corners, neighbourhoods, shapes
from meldkring.places.models import District, Neighbourhood

pytestmark = pytest.mark.django_db
SignedIn = Callable[[Person], Client]
SQUARE = "51.8000, 4.4000\n51.8000, 4.4040\n51.8040, 4.4040\n51.8040, 4.4000"


@pytest.fixture(autouse=True)
def _asks_nobody(settings: Any) -> None:
    settings.LOCATIESERVER_URL = ""


@pytest.fixture
def v() -> Village:
    v = village((3, 2))
    for n, person in enumerate(v.residents["Dorp"]):
        person.street, person.postcode, person.house_number = ("Kade", "1234AA", 7) if n == 0 else ("Lindelaan", "1234BB", n)
        person.save()
    return v


@pytest.fixture
def client_of() -> SignedIn:
    def signed_in(person: Person) -> Client:
        client = Client()
        client.force_login(person, "allauth.account.auth_backends.AuthenticationBackend")
        return client

    return signed_in


def where(name: str, page: str = "neighbourhood") -> str:
    return reverse(page, args=[Neighbourhood.objects.get(name=name).pk])


def home(person: Person) -> str:
    person.refresh_from_db()
    assert person.neighbourhood
    return person.neighbourhood.name


def manager_of_another_district(v: Village) -> Person:
    """The phone manager of a district beside this one."""
    zuid = District.objects.create(municipality=v.district.municipality, name="Zuid", slug="zuid")
    steering = Group.objects.create(kind=Kind.STEERING, name="Zuid", municipality=zuid.municipality, district=zuid)
    zora = town.person("Zora")
    joining.join(zora, steering, role=Role.PHONE_MANAGER)
    return zora


def test_four_people_at_the_door(v: Village, client_of: SignedIn) -> None:
    """Steering members look, who manages the phone changes, for all others there is nothing here."""
    looks = [reverse("neighbourhoods", args=["noord"]), where("Dorp")]
    changes = [
        reverse("neighbourhood_make", args=["noord"]),
        *(where("Dorp", f"neighbourhood_{p}") for p in ("addresses", "split", "remove")),
    ]
    for path in looks:
        assert client_of(v.sofie).get(path).status_code == 200
    for path in changes:
        assert client_of(v.fatima).get(path).status_code == 200
        assert client_of(v.sam).get(path).status_code == 200
        assert client_of(v.sofie).get(path).status_code == 404
    outsider = town.person("Outsider")
    for stranger in (v.residents["Dorp"][0], manager_of_another_district(v), outsider):
        for path in [*looks, *changes]:
            assert client_of(stranger).get(path).status_code == 404
            assert client_of(stranger).post(path).status_code in (404, 405)
    assert client_of(v.sofie).post(where("Dorp"), {"name": "Stad"}).status_code == 422
    assert client_of(v.sofie).get(reverse("neighbourhoods_every")).headers["Location"] == looks[0]
    assert client_of(outsider).get(reverse("neighbourhoods_every")).status_code == 404


def test_a_wrong_line_is_named_and_nothing_typed_is_lost(v: Village, client_of: SignedIn) -> None:
    typed = {"postcodes": "1234 AB, 1234AC 1234AD\n12\n", "streets": "Kade\n-", "codes": "x", "corners": "51.8, 4.4\nhier\n"}
    answer = client_of(v.fatima).post(where("Dorp", "neighbourhood_addresses"), typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    for words in ("Regel 2, “12”", "Regel 2, “-”", "Regel 1, “x”", "Regel 2: “hier”", "1234 AB, 1234AC 1234AD", "hier"):
        assert words in page
    assert not Redrawing.objects.exists()


def test_who_moves_is_shown_then_done_then_undone(v: Village, client_of: SignedIn) -> None:
    fatima, kade = client_of(v.fatima), v.residents["Dorp"][0]
    path, given = where("Haven", "neighbourhood_addresses"), {"postcodes": "1234AA", "corners": ""}
    shown = fatima.post(path, given)
    page = shown.content.decode()
    assert shown.status_code == 422
    assert "Kade" in page
    assert home(kade) == "Dorp"
    lots = [lot for lot, _to, _from in shown.context["rows"]]
    sent = given | {"lot": [lot.key for lot in lots], "to": [value for _lot, value, _from in shown.context["rows"]]}
    back = fatima.post(path, sent | {"back": "1"})
    assert (back.status_code, "1234AA" in back.content.decode()) == (200, True)
    assert fatima.post(path, sent | {"confirmed": "1"}).status_code == 302
    assert home(kade) == "Haven"
    done = Redrawing.objects.get()
    listed = fatima.get(reverse("neighbourhoods", args=["noord"])).content.decode()
    assert reverse("borders_undo", args=[done.pk]) in listed
    assert reverse("borders_undo", args=[done.pk]) not in client_of(v.sofie).get(reverse("neighbourhoods", args=["noord"])).content.decode()
    assert client_of(v.sofie).post(reverse("borders_undo", args=[done.pk])).status_code == 404
    assert "1 lid" in fatima.get(reverse("borders_undo", args=[done.pk])).content.decode()
    fatima.post(reverse("borders_undo", args=[done.pk]))
    assert home(kade) == "Dorp"


def test_another_choice_than_was_proposed_is_kept(v: Village, client_of: SignedIn) -> None:
    fatima, path = client_of(v.fatima), where("Haven", "neighbourhood_addresses")
    given = {"postcodes": "1234AA"}
    shown = fatima.post(path, given)
    stays = str(v.neighbourhoods["Dorp"].pk)
    lots = [lot.key for lot, _to, _from in shown.context["rows"]]
    fatima.post(path, given | {"lot": lots, "to": [stays] * len(lots), "confirmed": "1"})
    assert home(v.residents["Dorp"][0]) == "Dorp"
    assert neighbourhoods.claims(Neighbourhood.objects.get(name="Haven")).postcodes == ("1234AA",)


def test_nobody_is_asked_where_nobody_moves(v: Village, client_of: SignedIn) -> None:
    path = reverse("neighbourhood_make", args=["noord"])
    given = {"name": "Park", "postcodes": "9999", "corners": SQUARE, "group": v.watch.pk}
    neighbourhoods.redraw(v.neighbourhoods["Dorp"], None, by=None)
    assert client_of(v.fatima).post(path, given).status_code == 302
    park = Neighbourhood.objects.get(name="Park")
    assert park.watch_groups.get() == v.watch
    assert park.outline == corners.read(SQUARE)
    assert client_of(v.fatima).post(path, given).status_code == 422


def test_a_neighbourhood_is_split_by_ticking_streets(v: Village, client_of: SignedIn) -> None:
    fatima, path = client_of(v.fatima), where("Dorp", "neighbourhood_split")
    page = fatima.get(path).content.decode()
    assert "Kade (1)" in page
    assert "Lindelaan (2)" in page
    assert fatima.post(path, {"name": "Kadebuurt"}).status_code == 422
    given = {"name": "Kadebuurt", "ticked": ["Kade"]}
    shown = fatima.post(path, given)
    rows = shown.context["rows"]
    sent = given | {"lot": [lot.key for lot, *_rest in rows], "to": [to for _lot, to, _from in rows], "confirmed": "1"}
    assert fatima.post(path, sent).status_code == 302
    assert [home(p) for p in v.residents["Dorp"]] == ["Kadebuurt", "Dorp", "Dorp"]
    assert Neighbourhood.objects.get(name="Kadebuurt").watch_groups.get() == v.watch


def test_what_is_drawn_is_cut_out_of_what_was_there(v: Village, client_of: SignedIn) -> None:
    """The outline of the old part is what is left; a drawing outside it is refused in words."""
    path, fatima = where("Dorp", "neighbourhood_split"), client_of(v.fatima)
    outside = SQUARE.replace("4.4", "4.5")
    assert "buiten de buurt" in fatima.post(path, {"name": "West", "corners": outside}).content.decode()
    half = "51.8, 4.4\n51.8, 4.402\n51.804, 4.402\n51.804, 4.4"
    shown = fatima.post(path, {"name": "West", "corners": half})
    rows = shown.context["rows"]
    sent = {"name": "West", "corners": half, "lot": [r[0].key for r in rows], "to": [r[1] for r in rows], "confirmed": "1"}
    assert fatima.post(path, sent).status_code == 302
    west, dorp = Neighbourhood.objects.get(name="West"), Neighbourhood.objects.get(name="Dorp")
    assert shapes.read(west.outline).area == pytest.approx(shapes.read(dorp.outline).area, rel=0.01)
    assert mapping.beside_of(dorp) == {west.pk, v.neighbourhoods["Haven"].pk}


def test_name_households_and_what_adjoins(v: Village, client_of: SignedIn) -> None:
    fatima = client_of(v.fatima)
    assert fatima.post(where("Dorp"), {"name": "haven"}).status_code == 422
    assert fatima.post(where("Dorp"), {"name": "Oud Dorp", "households": "120"}).status_code == 302
    dorp = Neighbourhood.objects.get(name="Oud Dorp")
    assert dorp.households == 120
    fatima.post(where("Oud Dorp", "neighbourhood_beside"), {})
    assert mapping.beside_of(dorp) == set()


def test_only_an_empty_neighbourhood_goes(v: Village, client_of: SignedIn) -> None:
    fatima = client_of(v.fatima)
    fatima.post(where("Dorp", "neighbourhood_remove"))
    assert Neighbourhood.objects.filter(name="Dorp").exists()
    neighbourhoods.create(v.district, "Weide", by=None)
    assert 'method="post"' in fatima.get(where("Weide", "neighbourhood_remove")).content.decode()
    assert fatima.post(where("Weide", "neighbourhood_remove")).status_code == 302
    assert not Neighbourhood.objects.filter(name="Weide").exists()


@pytest.mark.parametrize("text", ["51.8, 4.4\n51.8, 4.41", "4.4", "51.8 4.4 7\n1 2\n3 4"])
def test_corners_that_draw_nothing_are_refused(text: str) -> None:
    with pytest.raises(shapes.BadOutline):
        corners.read(text)


def test_corners_are_read_as_they_were_written(v: Village) -> None:
    """Also in pieces, with the longitude behind, and with the last corner said twice."""
    for outline in [v.neighbourhoods[name].outline for name in NAMES[:2]]:
        again = corners.read(corners.write(outline))
        assert again
        assert shapes.read(again).equals_exact(shapes.read(outline), 1e-6)
    two = corners.read(SQUARE + "\n\n" + SQUARE.replace("4.4", "4.6") + "\n" + "51.8000, 4.6000")
    assert two
    assert (two["type"], len(two["coordinates"])) == ("MultiPolygon", 2)
    assert corners.read(corners.write(two)) == two
    assert corners.read("") is None
    assert corners.read("51.8; 4.4\n51.8\t4.41\n51.81° 4.41°") is not None


def test_an_outline_with_a_hole_stays_when_its_lines_do() -> None:
    ring, hole = [[4, 51], [4, 52], [5, 52], [4, 51]], [[4.2, 51.5], [4.2, 51.6], [4.3, 51.6], [4.2, 51.5]]
    outline = {"type": "Polygon", "coordinates": [ring, hole]}
    assert corners.read(corners.write(outline) + "\n", before=outline) == outline
