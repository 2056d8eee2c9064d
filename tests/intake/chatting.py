"""Somebody with a phone and nothing but WhatsApp: what they type or press goes to our own webhook, what we say shows in their chat.

The provider is `demo.vendor`, at the outer edge; the door, the rows and the worker's round are the real ones.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import Client
from tests.delivery import post_office

from meldkring.channels import registry, whatsapp
from meldkring.channels.contract import Channel, Fact
from meldkring.delivery import addresses, fanout, ledger, releasing
from meldkring.delivery.models import Address
from meldkring.demo import vendor
from meldkring.intake import strangers, taking
from meldkring.people.models import Person

DOOR = "/api/v1/webhooks/whatsapp/"
SETTINGS = {
    "WHATSAPP_TOKEN": "token-1", "WHATSAPP_PHONE_ID": "106540352242922", "WHATSAPP_APP_SECRET": "app-secret", "WHATSAPP_VERIFY_TOKEN": "our-word",
    "WHATSAPP_NUMBER": "31850000000", "WHATSAPP_ACCOUNT_ID": "200000000000001", "WHATSAPP_RATES": "utility=0.05,service=0.04",
}  # fmt: skip


@dataclass
class Chat:
    """The provider, our channel, and the web client through which the provider reaches our door."""

    provider: vendor.Vendor
    channel: whatsapp.WhatsApp
    client: Client = field(default_factory=Client)

    def own(self, person: Person, number: str) -> Address:
        """This number is the only way to reach this person."""
        Address.objects.filter(person=person).delete()
        addresses.add(person, channel="email", value=person.email, state=Address.State.OPTED_OUT)
        return addresses.add(person, channel="whatsapp", value=number)

    def says(self, number: str, text: str = "", *, twice: bool = False, **how: Any) -> vendor.Line:
        """Somebody types; our last line in their chat, when all is quiet again."""
        return self.deliver([self.provider.says(number, text, **how)], number, twice=twice)

    def presses(self, number: str, label: str, *, line: vendor.Line | None = None) -> vendor.Line:
        """Somebody presses the button with these words, under our last line that has it."""
        under = line or next(a for a in reversed(self.lines(number)) if label in (words for _which, words in a.buttons))
        chosen = next(which for which, words in under.buttons if words == label)
        return self.deliver([self.provider.presses(number, under, chosen)], number)

    def deliver(self, messages: list[dict[str, Any]], number: str, *, twice: bool = False) -> vendor.Line:
        """The provider's webhook with these messages comes in, perhaps once more, and everything is done that follows."""
        raw, headers = self.provider.webhook(messages=messages)
        for _n in range(2 if twice else 1):
            self.post(raw, headers)
        self.round()
        return self.lines(number)[-1]

    def post(self, raw: bytes, headers: dict[str, str], status: int = 200) -> None:
        """The provider knocks at our door."""
        answer = self.client.post(DOOR, raw, content_type="application/json", headers=headers)
        assert answer.status_code == status

    def tells(self, line: vendor.Line, state: str, number: str) -> None:
        """The provider tells what became of our line."""
        self.post(*self.provider.webhook(statuses=[self.provider.status(number, line, state)]))
        self.round()

    def round(self) -> None:
        """What came in is worked; everybody is told who must be told now."""
        ours: dict[str, Channel] = {"whatsapp": self.channel}
        seen: list[tuple[str, Fact]] = []
        taking.work(ours, seen=seen)
        asyncio.run(taking.acknowledge(seen, ours, self.provider))
        async_to_sync(strangers.answer)(ours, self.provider)
        fanout.run(channels={"whatsapp"}, paid={"whatsapp"})
        releasing.run({"whatsapp": self.channel.capabilities()})
        while post_office.carry(self.channel, self.provider, limit=50):
            pass

    def lines(self, number: str) -> list[vendor.Line]:
        """What we said to this number."""
        return [line for line in self.provider.chats[number] if line.ours]


@contextmanager
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[Chat]:
    """WhatsApp is set up and may cost something."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    registry.here.cache_clear()
    ledger.set_ceiling("whatsapp", euros=20)
    channel = registry.made(SETTINGS)["whatsapp"]
    assert isinstance(channel, whatsapp.WhatsApp)
    yield Chat(vendor.Vendor(channel.token, channel.phone_id, channel.app_secret), channel)
    registry.here.cache_clear()
