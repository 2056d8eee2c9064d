"""A number that no row can have, or a very long one, is as if it was not sent: no page breaks on it."""

import pytest
from django.test import Client
from tests.joining import applying
from tests.town import Town, town

from meldkring.chat_groups import keeping
from meldkring.people.models import Person
from meldkring.web.frame import numbers

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
ODD = (str(2**63), "9" * 5000, "-1", "٣", "1.0", "x", "")


@pytest.fixture
def place() -> Town:
    made = town()
    applying.settle(made)
    return made


def test_only_what_can_be_a_row_is_a_number() -> None:
    assert numbers.every(["7", *ODD, "8"]) == [7, 8]
    assert numbers.one("9" * 18) == int("9" * 18)
    assert [numbers.one(odd) for odd in ODD] == [None] * len(ODD)


@pytest.mark.parametrize("odd", ODD)
def test_no_page_breaks_on_it(place: Town, odd: str) -> None:
    chat = keeping.begin(place.watch_a, name="Buurtapp", invite="", size_limit=100, by=place.fatima)

    def of(person: Person) -> Client:
        client = Client()
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    fatima = of(place.fatima)
    asked = [
        fatima.post("/koppelen/noord/wie/", {"person": odd}),
        fatima.get("/bekend/noord/", {"hoek": odd}),
        fatima.get("/bekend/noord/citaten/", {"wie": odd}),
        fatima.post(f"/whatsapp/{chat.pk}/afvinken/", {"wie": odd, "wat": "in"}),
        fatima.post(f"/whatsapp/{chat.pk}/terug/", {"wie": odd}),
        fatima.get(f"/groepen/{place.coordination_noord.pk}/", {"voor": odd}),
        of(place.anna).post("/melden/", {"group": odd, "text": "Iets", "called": "by_me"}),
    ]
    assert {answer.status_code for answer in asked} <= {200, 302, 404, 422}
