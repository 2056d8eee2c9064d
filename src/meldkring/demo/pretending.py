"""Who plays a resident in the demo's pretend WhatsApp? Wim, who has nothing else: what is typed or pressed in his chat knocks at our real webhook,
and what our worker sends him shows there.

The provider (`vendor`) lives in the process that serves the demo and forgets the chat when that ends; what we know of Wim stays.
"""

import logging
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import httpx
from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.channels.contract import Answer
from meldkring.delivery import addresses, ledger
from meldkring.delivery.models import Address
from meldkring.demo import vendor
from meldkring.people.models import Person

logger = logging.getLogger(__name__)
KEY = "wim"
NUMBER = "31600000000"  # nobody has it: numbers in 06-00 are not given out
EUROS = 25
# These open nothing anywhere but in the demo, whose provider they are.
SETTINGS = {
    "WHATSAPP_TOKEN": "demo", "WHATSAPP_PHONE_ID": "100000000000001", "WHATSAPP_APP_SECRET": "demo-app-secret", "WHATSAPP_VERIFY_TOKEN": "demo",
    "WHATSAPP_NUMBER": "31600000001", "WHATSAPP_ACCOUNT_ID": "200000000000001", "WHATSAPP_RATES": "utility=0.05,service=0.05", "WHATSAPP_VERSION": "v23.0",
}  # fmt: skip
SILENT_FOR = 11.0  # our client waits ten seconds


@dataclass
class Pretended:
    """The provider, and what was seen happening there; `twice` says that the next webhook is brought two times."""

    provider: vendor.Vendor
    seen: deque[tuple[datetime, str]] = field(default_factory=lambda: deque(maxlen=8))
    twice: bool = False

    def note(self, words: str) -> None:
        """Something happened at the provider, for who looks along."""
        self.seen.appendleft((timezone.localtime(), words))


@cache
def here() -> Pretended:
    """The one of this process."""
    made = vendor.Vendor(
        SETTINGS["WHATSAPP_TOKEN"], SETTINGS["WHATSAPP_PHONE_ID"], SETTINGS["WHATSAPP_APP_SECRET"], SETTINGS["WHATSAPP_ACCOUNT_ID"]
    )
    return Pretended(made)


def environment(origin: str) -> dict[str, str]:
    """The settings with which the demo's own WhatsApp is reached, served at this origin."""
    return {**SETTINGS, "WHATSAPP_API": f"{origin}/demo/whatsapp"}


def bind() -> None:
    """Wim is reached by WhatsApp and by nothing else, and that may cost something."""
    wim = person()
    if wim is None or Address.objects.filter(person=wim, channel="whatsapp").exists():
        return
    addresses.add(wim, channel="email", value=wim.email, state=Address.State.OPTED_OUT)
    addresses.add(wim, channel="whatsapp", value=NUMBER)
    ledger.set_ceiling("whatsapp", euros=EUROS)


def person() -> Person | None:
    """Wim, unless this town was made before he came to live there."""
    return Person.objects.filter(email__startswith=f"{KEY}@").first()


def lines() -> Sequence[vendor.Line]:
    """Wim's chat, oldest first."""
    return list(here().provider.chats[NUMBER])


def line(name: str) -> vendor.Line | None:
    """One line of the chat."""
    return next((found for found in lines() if found.id == name), None)


def say(text: str, *, door: str, reply_to: str = "") -> None:
    """Wim types this, perhaps in answer to a line."""
    knock(door, messages=[here().provider.says(NUMBER, text, reply_to=reply_to)])


def press(under: vendor.Line, which: str, *, door: str) -> None:
    """Wim presses a button."""
    if which in dict(under.buttons):
        knock(door, messages=[here().provider.presses(NUMBER, under, which)])


def look(*, door: str) -> None:
    """The phone is on: what it shows now has arrived and was read."""
    fresh = [found for found in lines() if found.ours and found.state != "read"]
    if fresh:
        provider = here().provider
        knock(door, statuses=[provider.status(NUMBER, found, state) for found in fresh for state in ("sent", "delivered", "read")])


def knock(door: str, *, messages: list[dict[str, Any]] | None = None, statuses: list[dict[str, Any]] | None = None) -> None:
    """Bring this to our webhook, signed, as the provider does; a second time if that was asked for."""
    chat = here()
    times, chat.twice = (2 if chat.twice and messages else 1), chat.twice and not messages
    _bring(door, *chat.provider.webhook(messages=messages, statuses=statuses), times=times, noted=bool(messages))


def _bring(door: str, raw: bytes, headers: Mapping[str, str], *, times: int = 1, noted: bool = True) -> None:
    for _n in range(times):
        try:
            answer = httpx.post(door, content=raw, headers={**headers, "content-type": "application/json"}, trust_env=False, timeout=10)
        except httpx.HTTPError as error:
            logger.warning("the demo's webhook was not answered: %s", type(error).__name__)
            continue
        if noted:
            here().note(_("Webhook brought: answer %(status)d") % {"status": answer.status_code})


def mishap(which: str, *, door: str) -> bool:
    """Let the next message go wrong in one of these ways; False for another word."""
    chat = here()
    if which == "twice":
        chat.twice = True
    elif which == "error":
        chat.provider.mishaps.append(131000)
    elif which == "silence":
        chat.provider.mishaps.append(vendor.AFTER)
    elif which == "paused":
        paused = chat.provider.approvals.get("alarm_wijk", "APPROVED") != "APPROVED"
        _bring(door, *chat.provider.rules("alarm_wijk", "APPROVED" if paused else "PAUSED"))
    else:
        return False
    return True


def asked(method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[Answer, float]:
    """What the provider answers our channel, and how long it is silent before it does."""
    chat = here()
    if method == "GET":
        return chat.provider.wordings(path, headers), 0.0
    going_wrong = chat.provider.mishap(body)
    if isinstance(going_wrong, int):
        chat.note(_("Message refused with error %(code)d") % {"code": going_wrong})
        return vendor.error(going_wrong, status=500), 0.0
    answer = chat.provider.take(path, headers, body)
    if b'"status": "read"' not in body:
        chat.note(_("Message taken") if answer.status == 200 else _("Message refused: it is against the rules of the provider"))
    if going_wrong == vendor.AFTER:
        chat.note(_("…but we got no answer to that (time-out)"))
        return answer, SILENT_FOR
    return answer, 0.0
