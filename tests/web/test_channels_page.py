"""The page of who runs the installation: how the channels are, and what they may cost."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.town import Town, town

from meldkring.audit.models import Line
from meldkring.channels import registry
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


@pytest.fixture
def half_set(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Somebody forgot half of the settings of WhatsApp, on a server that only shows pages."""
    monkeypatch.setenv("WHATSAPP_TOKEN", "token-1")
    monkeypatch.setenv("TELEGRAM_TOKEN", "123456:test-token")
    monkeypatch.setenv("TELEGRAM_SECRET", "a-word-of-our-own_1")
    monkeypatch.setenv("TELEGRAM_BOT", "WaterdamBot")
    registry.here.cache_clear()
    yield
    registry.here.cache_clear()


def test_a_channel_that_is_set_wrongly_is_told_in_words_and_stops_no_page(place: Town, half_set: None) -> None:
    administrator, member = as_(place.outsider), as_(place.arie)
    text = administrator.get(PAGE).content.decode()
    assert "WhatsApp is maar half ingesteld; ook nodig: WHATSAPP_PHONE_ID, WHATSAPP_APP_SECRET" in text, "in the language of the page"
    assert "Er is niets aan de hand" not in text
    mine = member.get("/ik/meldingen/").content.decode()
    assert "/ik/meldingen/koppelen/telegram/" in mine, "the others are offered"
    assert "/ik/meldingen/koppelen/whatsapp/" not in mine
    assert member.get("/ik/meldingen/koppelen/whatsapp/").status_code == 404
    assert administrator.get("/beheer/kanalen/whatsapp/teksten/").status_code == 200
    brought = Client().post("/api/v1/webhooks/whatsapp/", b"{}", content_type="application/json")
    assert brought.status_code == 503, "so that the provider brings it again"


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
