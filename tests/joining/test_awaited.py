"""Whoever waits for a district is told when it comes: once, and only where it is certain; the link goes on where they were."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.joining import applying
from tests.town import Town, town

from meldkring.joining import awaited, signing_up
from meldkring.joining.models import Application
from meldkring.people.models import Mail
from meldkring.places import neighbourhoods
from meldkring.places.models import District, Municipality

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("S24")]
State = Application.State


@pytest.fixture
def t() -> Town:
    return town()


@pytest.fixture
def noor(t: Town) -> Application:
    return signing_up.await_district(first_name="Noor", postcode="3262 AB", email="noor@example.org", language="nl")


def claim(t: Town) -> None:
    neighbourhoods.create(t.noord, "Linden", postcodes=["3262"], by=None)


def link() -> str:
    return next(line for line in Mail.objects.get().text.splitlines() if line.startswith("http"))


def test_nobody_is_told_before_the_district_comes(t: Town, noor: Application) -> None:
    assert awaited.tell() == 0
    # A district without a watch group has nothing to take part in, and one that is closed takes nobody.
    empty = District.objects.create(municipality=Municipality.objects.create(name="Elders", code="GM0002"), name="Weide", slug="weide")
    neighbourhoods.create(empty, "Rand", postcodes=["3262"], by=None)
    assert awaited.tell() == 0
    claim(t)  # two districts claim the postcode: not certain
    assert awaited.tell() == 0
    assert not Mail.objects.exists()


def test_told_once_with_a_link_that_goes_on(t: Town, noor: Application) -> None:
    claim(t)
    assert [awaited.tell(), awaited.tell()] == [1, 0]
    mail = Mail.objects.get()
    assert (mail.to, "Noord" in mail.subject) == ("noor@example.org", True)
    assert "noor@" not in link()
    client = Client()
    answer = client.get(link(), follow=True)
    page = answer.content.decode()
    assert 'value="Noor"' in page
    assert 'value="3262AB"' in page
    typed = {"first_name": "Noor", "last_name": "de Vries", "birth_year": "1980", "postcode": "3262AB", "house_number": "1"}
    reach = client.post("/noord/meedoen/?stap=1", typed, follow=True).content.decode()
    assert 'value="noor@example.org"' in reach
    noor.refresh_from_db()
    assert (noor.state, noor.district) == (State.BEGUN, t.noord)
    assert noor.neighbourhood is not None


def test_the_link_is_of_that_district_and_ends(t: Town, noor: Application) -> None:
    claim(t)
    awaited.tell()
    for bad in (link().replace("/noord/", "/zuid/"), link()[:-3] + "xx/"):
        page = Client().get(bad, follow=True).content.decode()
        assert "Deze link werkt niet meer" in page
        assert "Noor" not in page.replace("Noord", "")
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        assert signing_up.forget_unfinished() == 1
        assert "werkt niet meer" in Client().get(link(), follow=True).content.decode()


def test_who_found_the_way_already_is_not_written_to(t: Town, noor: Application) -> None:
    claim(t)
    applying.apply(t.noord, None, email="noor@example.org")
    anna = signing_up.await_district(first_name="Anna", postcode="3262AB", email="anna@example.org", language="nl")
    assert awaited.tell() == 0
    assert not Mail.objects.exists()
    assert not Application.objects.filter(pk__in=[noor.pk, anna.pk]).exists()


def test_the_same_number_of_questions_for_many(t: Town, noor: Application) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert awaited.tell() == 0
        return len(queries)

    few = asked()
    Application.objects.bulk_create(
        Application(state=State.ELSEWHERE, postcode=f"{4000 + n}AB", email=f"wacht{n}@example.org", sent_at=timezone.now())
        for n in range(400)
    )
    assert asked() == few
