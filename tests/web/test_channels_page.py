"""The page of who runs the installation: how the channels are, and what they may cost."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.town import Town, town

from meldkring.audit.models import Line
from meldkring.delivery import accounts, addresses, answering, ledger, troubles
from meldkring.delivery.models import Account, Delivery
from meldkring.groups import joining
from meldkring.groups.models import Role
from meldkring.people.models import Person

PAGE, CEILING = "/beheer/kanalen/", "/beheer/kanalen/whatsapp/maximum/"


@pytest.fixture
def place(db: None) -> Town:
    made = town()
    joining.join(made.outsider, made.municipal, role=Role.ADMINISTRATOR)
    return made


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.mark.parametrize("who", ["anna", "sam", "zora", "officer", "official"])
def test_for_everybody_else_the_page_is_not_there(place: Town, who: str) -> None:
    client = as_(getattr(place, who))
    assert {client.get(path).status_code for path in (PAGE, CEILING)} == {404}
    assert client.post(CEILING, {"euros": "5", "sure": "1"}).status_code == 404
    assert not Account.objects.filter(ceiling__gt=0).exists()


def test_an_administrator_without_a_second_step_sees_nothing(place: Town) -> None:
    Person.objects.filter(pk=place.outsider.pk).update(second_factor_since=None)
    assert as_(place.outsider).get(PAGE).status_code == 404


def test_what_waits_what_failed_and_why_a_channel_rests(place: Town) -> None:
    address = addresses.add(place.arie, channel="web_push", value="push-arie")
    for _ in range(3):
        answering.answer(address, "Hello")
    first = Delivery.objects.first()
    Delivery.objects.filter(pk=first.pk).update(state=Delivery.State.FAILED)
    accounts.carried(["email"])
    accounts.shut("web_push", why="401")
    text = as_(place.outsider).get(PAGE).content.decode()
    for words in ("Web Push", "werkt niet", "“401”", "<dd>2</dd>", "<dd>1</dd>", "accepteert ons account niet (401)"):
        assert words in text
    assert "push-arie" not in text, "no address of anybody"


def test_costs_by_month_and_the_ceiling_after_a_second_look(place: Town) -> None:
    ledger.write("whatsapp", cost=1_250_000, letters=25, now=timezone.now())
    client = as_(place.outsider)
    accounts.carried(["whatsapp"])
    answering.answer(addresses.add(place.arie, channel="whatsapp", value="31600000002"), "Hello")
    assert "€ 1,25 van hoogstens € 0 deze maand" in client.get(PAGE).content.decode()
    assert client.post(CEILING, {"euros": "-1"}).status_code == 422
    asked = client.post(CEILING, {"euros": "12"})
    assert asked.status_code == 200
    assert "Dat wordt € 12." in asked.content.decode()
    assert not Account.objects.get(channel="whatsapp").ceiling
    assert client.post(CEILING, {"euros": "12", "sure": "1"}).status_code == 302
    assert Account.objects.get(channel="whatsapp").ceiling == 12 * ledger.EURO
    assert Line.objects.filter(action="set_ceiling", by_id=place.outsider.pk).exists()


def test_what_is_free_has_no_ceiling(place: Town) -> None:
    assert as_(place.outsider).get("/beheer/kanalen/email/maximum/").status_code == 404


def test_the_number_of_queries_does_not_grow(place: Town, django_assert_max_num_queries: object) -> None:
    client = as_(place.outsider)
    for n in range(30):
        answering.answer(addresses.add(place.arie, channel="web_push", value=f"push-{n}"), "Hello")
        troubles.note("content", f"email {n}")
    Delivery.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    with django_assert_max_num_queries(60):  # type: ignore[operator]
        assert client.get(PAGE).status_code == 200
