"""Does the code on paper lead to the page, and is nothing kept but a number per day?"""

import concurrent.futures
import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, connections
from django.test import Client
from django.utils import timezone
from tests.town import Town, town

from meldkring.publicity import corners, links
from meldkring.publicity.models import Corner, Scan, ShortLink

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def place() -> Town:
    return town()


def corner(place: Town, name: str = "Lindelaan / Kade") -> Corner:
    values = {"name": name, "number": 1, "permitted_by": "", "permitted_on": None, "ordered_on": None, "placed_on": None}
    return corners.write(place.noord, values, by=place.sam)


@pytest.mark.requirement("S3")
def test_a_scan_leads_to_the_district_and_counts_one(place: Town) -> None:
    """S3: without a cookie, and however the letters were typed."""
    link = links.link(place.noord, "poster-a4")
    for path in (f"/q/{link.code}", f"/q/{link.code.upper()}", f"/q/{link.code}/"):
        answer = Client().get(path, REMOTE_ADDR="203.0.113.7", HTTP_USER_AGENT="Phone")
        assert (answer.status_code, answer["Location"]) == (302, "/noord/")
        assert not answer.cookies
        assert "no-store" in answer["Cache-Control"]
    (kept,) = Scan.objects.values()
    assert {k: v for k, v in kept.items() if k != "id"} == {"link_id": link.pk, "day": timezone.localdate(), "number": 3}
    assert {f.name for f in Scan._meta.get_fields()} == {"id", "link", "day", "number"}, "nothing else is kept of who scans"


@pytest.mark.parametrize(
    ("address", "nowhere"),
    [("http://127.0.0.1:8000", True), ("http://localhost", True), ("", True), ("https://meldkring.example.org", False)],
)
def test_paper_with_codes_that_lead_nowhere_is_not_printed(place: Town, settings: Any, address: str, nowhere: bool) -> None:
    settings.SITE_URL, settings.DEMO = address, False
    client = Client()
    client.force_login(place.sam, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert ("SITE_URL" in client.get("/bekend/noord/").content.decode()) is nowhere


def test_who_only_looks_ahead_is_not_counted(place: Town) -> None:
    link = links.link(place.noord, "poster-a4")
    Client().head(f"/q/{link.code}")
    Client().get(f"/q/{link.code}", headers={"Sec-Purpose": "prefetch"})
    assert not Scan.objects.exists()
    assert Client().get("/q/zzzzzz").status_code == 404
    assert Client().post(f"/q/{link.code}").status_code == 405


def test_each_material_and_each_corner_has_its_own_link_and_keeps_it(place: Town) -> None:
    here = corner(place)
    made = [links.link(place.noord, m, c) for m in ("poster-a4", "sign") for c in (None, here)]
    assert len({link.code for link in made}) == 4
    assert made == [links.link(place.noord, m, c) for m in ("poster-a4", "sign") for c in (None, here)]
    assert links.link(place.zuid, "sign").code not in {link.code for link in made}
    assert set("".join(link.code for link in made)) <= set(links.LETTERS)


def test_what_hangs_at_a_corner_that_left_the_list_still_leads_somewhere(place: Town) -> None:
    here = corner(place)
    printed, everywhere = links.link(place.noord, "sign", here), links.link(place.noord, "sign")
    corners.remove(here, by=place.sofie)
    assert Client().get(f"/q/{printed.code}").status_code == 302
    assert links.link(place.noord, "sign") == everywhere
    again = corner(place)
    assert links.link(place.noord, "sign", again) != printed


def test_under_five_nothing_is_told(place: Town) -> None:
    link, here = links.link(place.noord, "flyer"), corner(place)
    there = links.link(place.noord, "flyer", here)
    assert links.counts(place.noord) == {}
    with time_machine.travel(timezone.now() - timedelta(days=40)):
        for _n in range(3):
            links.opened(link.code)
    links.opened(there.code)
    assert links.counts(place.noord) == {"flyer": links.Count(None, None)}
    for _n in range(4):
        links.opened(there.code)
    assert links.counts(place.noord) == {"flyer": links.Count(8, 5)}
    assert links.counts_by_corner(place.noord) == {here.pk: links.Count(5, 5)}
    assert links.counts(place.zuid) == {}


@pytest.mark.django_db(transaction=True)
def test_scans_at_once_are_all_counted(place: Town) -> None:
    link = links.link(place.noord, "poster-a3")

    def scan(_n: int) -> None:
        links.opened(link.code)
        connections["default"].close()

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(scan, range(12)))
    assert Scan.objects.get().number == 12
    assert ShortLink.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_corner_from_colleagues_at_once_is_on_the_list_once(place: Town) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("the SQLite of these tests lives in memory, where threads lock each other out")
    begin = threading.Barrier(4)

    def add(_n: int) -> str:
        Corner.objects.exists()  # with its line to the database open
        begin.wait()
        try:
            return corner(place).name
        except corners.BadCorner:
            return "there already"
        finally:
            connections["default"].close()

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(add, range(4))) == ["Lindelaan / Kade", *["there already"] * 3]
