"""A resident with nothing but Telegram: ties the chat by a link, reports with buttons, is told, answers, stops."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
import time_machine
from asgiref.sync import async_to_sync
from django.test import Client
from django.utils import timezone
from tests.channels import cases_telegram as cases
from tests.delivery import post_office
from tests.stories import scene
from tests.town import Town, town

from meldkring.cases.models import Called, Case
from meldkring.channels import registry, telegram
from meldkring.channels.contract import Answer, Fact
from meldkring.delivery import addresses, fanout
from meldkring.delivery.models import Address
from meldkring.intake import binding, taking
from meldkring.messaging.models import Posting

pytestmark = [pytest.mark.django_db]


@dataclass
class Bot:
    """Telegram with our bot: takes what we send, numbers it, and brings what Arie does to our webhook."""

    clock: time_machine.Traveller
    channel: telegram.Telegram = field(default_factory=cases.channel)
    shown: list[dict[str, Any]] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    updates: int = 100
    client: Client = field(default_factory=Client)

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes, timeout: float = 10.0) -> Answer:
        wanted = json.loads(body)
        if url.endswith("/answerCallbackQuery"):
            self.ended.append(wanted["callback_query_id"])
            return Answer(200, b'{"ok": true, "result": true}')
        self.shown.append({**wanted, "message_id": 500 + len(self.shown)})
        return Answer(200, json.dumps({"ok": True, "result": {"message_id": self.shown[-1]["message_id"]}}).encode())

    async def get(self, url: str, *, headers: Mapping[str, str], timeout: float = 10.0) -> Answer:
        return Answer(404, b"")

    def brings(self, *, twice: bool = False, **what: Any) -> dict[str, Any]:
        """An update comes in, and all that follows is done; what the chat shows last."""
        self.updates += 1
        raw = cases.body(self.updates, **what)
        for _n in range(2 if twice else 1):
            assert (
                self.client.post("/api/v1/webhooks/telegram/", raw, content_type="application/json", headers=cases.signed(raw)).status_code
                == 200
            )
        self.round()
        return self.shown[-1] if self.shown else {}

    def says(self, text: str, **more: Any) -> dict[str, Any]:
        return self.brings(message=cases.message(text, **more))

    def presses(self, label: str) -> dict[str, Any]:
        for line in reversed(self.shown):
            for row in line.get("reply_markup", {}).get("inline_keyboard", []):
                if row[0]["text"] == label:
                    return self.brings(
                        callback_query=cases.press(row[0]["callback_data"], under=line["message_id"], name=f"p{self.updates}")
                    )
        raise AssertionError(f"no button {label}")

    def round(self) -> None:
        seen: list[tuple[str, Fact]] = []
        taking.work({"telegram": self.channel}, seen=seen)
        async_to_sync(taking.acknowledge)(seen, {"telegram": self.channel}, self)
        fanout.run(channels={"telegram"}, paid=())
        for _n in range(3):
            self.clock.shift(2)  # one message a second to a chat
            post_office.carry(self.channel, self)


@pytest.fixture
def place(db: None) -> Town:
    return town()


@pytest.fixture
def bot(place: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bot]:
    for name, value in cases.SETTINGS.items():
        monkeypatch.setenv(name, value)
    registry.here.cache_clear()
    with time_machine.travel(timezone.now(), tick=True) as clock:
        yield Bot(clock)
    registry.here.cache_clear()


@pytest.mark.requirement("S27", "S28", "S29", "S30")
def test_from_the_link_to_stop(bot: Bot, place: Town) -> None:
    """S27 S28 S29 S30: all that a resident does here."""
    addresses.add(place.arie, channel="email", value=place.arie.email, state=Address.State.OPTED_OUT)
    token = binding.begin(place.arie, channel="telegram")
    assert "Arie" in bot.says(f"/start {token}")["text"]
    assert Address.objects.get(channel="telegram").person == place.arie
    asked = bot.says("Iemand klimt over de schutting bij nummer 8.")
    assert "112" in asked["text"]
    bot.presses("Ja, door mij")
    bot.presses("Ja, verstuur")
    assert len(bot.ended) == 2, "no button waits for ever"
    case = Case.objects.get()
    assert (case.called, case.origin) == (Called.BY_ME, place.watch_a)

    other = scene.report(place, text="Een busje rijdt rondjes zonder licht.")
    bot.round()
    alarm = bot.shown[-1]
    assert "busje" in alarm["text"]
    assert "Anna" not in alarm["text"]
    asked = bot.says("Het busje staat nu bij de kerk.", reply_to_message={"message_id": alarm["message_id"]})
    assert "Mogen we dit doorgeven?" in asked["text"]
    assert not Posting.objects.filter(message__text="Het busje staat nu bij de kerk.").exists()
    answered = bot.presses("Ja, geef door")
    assert place.watch_a.name in answered["text"]
    assert Posting.objects.get(message__text="Het busje staat nu bij de kerk.").message.contribution.case == scene.case_of(other)

    bot.brings(message=cases.message("/stop"), twice=True)
    assert Address.objects.get(channel="telegram").state == Address.State.OPTED_OUT
    heard = len(bot.shown)
    scene.report(place, text="Glasgerinkel in de Lindelaan.")
    bot.round()
    assert len(bot.shown) == heard
    bot.says("/start")
    assert Address.objects.get(channel="telegram").state == Address.State.ACTIVE
