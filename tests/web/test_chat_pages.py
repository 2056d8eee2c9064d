"""The pages around chats: a member ties one, an administrator sees how the wordings stand; and the commands that go with them."""

import json
import re
import urllib.parse
from collections.abc import Iterator
from io import StringIO
from types import TracebackType

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from tests.intake import chatting
from tests.town import Town, person, town

from meldkring.channels import http, whatsapp_templates
from meldkring.delivery.models import Address
from meldkring.demo import vendor
from meldkring.groups import joining
from meldkring.groups.models import Role
from meldkring.intake.models import Binding
from meldkring.people.models import Person

pytestmark = pytest.mark.django_db
WORDINGS, TIE = "/beheer/kanalen/whatsapp/teksten/", "/ik/meldingen/koppelen/whatsapp/"


@pytest.fixture
def place(db: None) -> Town:
    return town()


@pytest.fixture
def chat(place: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[chatting.Chat]:
    with chatting.opened(monkeypatch) as chat:
        monkeypatch.setattr(http, "Client", lambda: Reached(chat.provider))
        yield chat


class Reached:
    """The way out over HTTP leads to the pretend provider."""

    def __init__(self, provider: vendor.Vendor) -> None:
        self._provider = provider

    async def __aenter__(self) -> vendor.Vendor:
        return self._provider

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None) -> None:
        return None


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def administrator(place: Town) -> Client:
    runs_it = person("Beheer")
    joining.join(runs_it, place.municipal, role=Role.ADMINISTRATOR)
    return signed_in(runs_it)


def test_only_who_runs_the_installation_finds_the_wordings(chat: chatting.Chat, place: Town) -> None:
    for other in (place.anna, place.sam, place.fatima, place.zora, place.officer, place.official, place.outsider):
        for answer in (signed_in(other).get(WORDINGS), signed_in(other).post(f"{WORDINGS}vraag/")):
            assert answer.status_code == 404, other
    assert Client().get(WORDINGS).status_code == 302
    client = administrator(place)
    assert WORDINGS in client.get("/beheer/kanalen/").content.decode(), "that page leads here"
    page = client.get(WORDINGS)
    assert page.status_code == 200
    assert all(name in page.content.decode() for name in whatsapp_templates.TEMPLATES)


def test_an_administrator_without_a_second_step_finds_nothing(chat: chatting.Chat, place: Town) -> None:
    client = administrator(place)
    Person.objects.filter(first_name="Beheer").update(second_factor_since=None)
    assert client.get(WORDINGS).status_code == 404


def test_the_state_of_each_wording_is_asked_and_shown_with_the_reason(chat: chatting.Chat, place: Town) -> None:
    client = administrator(place)
    assert "nog niet gevraagd" in client.get(WORDINGS).content.decode()
    assert "toegestaan" in client.post(f"{WORDINGS}vraag/", follow=True).content.decode()
    chat.provider.approvals |= {"afloop": "REJECTED", "alarm_wijk": "PAUSED", "bericht_van_stuurgroep": "PENDING"}
    shown = client.post(f"{WORDINGS}vraag/", follow=True).content.decode()
    for words in ("geweigerd", "stilgezet", "wacht op antwoord", "Laatst gehoord"):
        assert words in shown


def test_a_key_that_has_ended_is_said_in_words(chat: chatting.Chat, place: Town) -> None:
    chat.provider.token = "another"
    shown = administrator(place).post(f"{WORDINGS}vraag/", follow=True).content.decode()
    assert "WHATSAPP_TOKEN" in shown
    assert "190" in shown


def test_a_member_ties_a_chat_with_a_link_that_works_once(chat: chatting.Chat, place: Town) -> None:
    client = signed_in(place.bea)
    assert TIE in client.get("/ik/meldingen/").content.decode()
    asked = client.get(TIE).content.decode()
    assert "wa.me" not in asked, "the link is made by a tap, not by looking"
    assert "STOP" in asked
    shown = client.post(TIE)
    assert "no-store" in shown["Cache-Control"]
    found = re.search(r'href="https://wa\.me/31850000000\?text=([^"]+)"', shown.content.decode())
    assert found
    words = urllib.parse.unquote(found[1])
    assert "Bea" in chat.says("31612345003", words).text
    assert Address.objects.get(channel="whatsapp", value="31612345003").person == place.bea
    chat.says("31612345099", words)
    assert not Address.objects.filter(value="31612345099").exists(), "whoever finds it later ties nothing"
    assert words.split()[1] not in str(Binding.objects.values())


def test_a_channel_without_a_link_has_no_page(chat: chatting.Chat, place: Town) -> None:
    client = signed_in(place.bea)
    assert client.get("/ik/meldingen/koppelen/email/").status_code == 404
    assert client.get("/ik/meldingen/koppelen/telegram/").status_code == 404
    assert Client().get(TIE).status_code == 302


def test_the_wordings_are_printed_ready_to_enter(settings: object) -> None:
    said, lines = StringIO(), StringIO()
    call_command("whatsapp-templates", stdout=said)
    assert "UTILITY" in said.getvalue()
    assert "{{1}}" in said.getvalue()
    call_command("whatsapp-templates", "--json", stdout=lines)
    wanted = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [w["name"] for w in wanted] == list(whatsapp_templates.TEMPLATES)
    for body in (w["components"][0] for w in wanted):
        assert len(body["example"]["body_text"][0]) == len(set(re.findall(r"\{\{\d\}\}", body["text"])))
        assert not body["text"].startswith("{{")
        assert not body["text"].rstrip().endswith("}}"), "the provider refuses a place at either end"


def test_telegram_is_told_only_an_address_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TELEGRAM_TOKEN", "TELEGRAM_SECRET", "TELEGRAM_BOT"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(CommandError, match="TELEGRAM_TOKEN"):
        call_command("telegram-webhook")
    for name, value in {"TELEGRAM_TOKEN": "1:a", "TELEGRAM_SECRET": "a-word-of-our-own_1", "TELEGRAM_BOT": "B"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(CommandError, match="https"):
        call_command("telegram-webhook")
