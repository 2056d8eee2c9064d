"""What devices say by themselves, without a page: here is my address, this letter was shown, I want no more.

None of these has a session: a device proves itself with what only it knows, its own keys or the seal of a letter that only it could read.
"""

import json
from collections.abc import Iterable
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from meldkring.channels import push_sealing, web_push
from meldkring.channels.contract import Receipt
from meldkring.delivery import addresses, receipts
from meldkring.delivery.models import Address
from meldkring.people.models import Person

MOST_DEVICES = 10
CHANNEL = web_push.KIND.name
# In this order: a browser on Android also calls itself Linux, and nearly every browser also calls itself Chrome or Safari.
SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "Macintosh": "Mac", "Linux": "Linux"}
BROWSERS = {
    "Edg": "Edge", "OPR/": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox": "Firefox", "FxiOS": "Firefox",
    "CriOS": "Chrome", "Chrome": "Chrome", "Safari": "Safari",
}  # fmt: skip


class NotThisDevice(Exception):
    """A device whose address we do not take; the words are for the person."""


def channel() -> web_push.WebPush:
    """The Web Push channel of this installation."""
    return web_push.make(settings.WEB_PUSH)


def add(person: Person, subscription: object, *, name: str) -> Address:
    """From now on this device is told. Raises `NotThisDevice`."""
    if Address.objects.filter(person=person, channel=CHANNEL).exclude(state=Address.State.GONE).count() >= MOST_DEVICES:
        raise NotThisDevice(_("You have many devices already. Remove one first."))
    return addresses.add(person, channel=CHANNEL, value=checked(subscription), label=name)


def of(person: Person) -> list[Address]:
    """The devices on which this person switched messages on, also those that no longer work."""
    return list(Address.objects.filter(person=person, channel=CHANNEL))


def lost(devices: Iterable[Address]) -> list[str]:
    """The names of those that their browser no longer tells: whoever expects to hear of an alarm there must know."""
    return [a.label or _("A device") for a in devices if a.state == Address.State.GONE]


def called(user_agent: str) -> str:
    """The browser and the system of a device, as people call them: “Firefox · Windows”."""
    named = (next((word for sign, word in words.items() if sign in user_agent), "") for words in (BROWSERS, SYSTEMS))
    return " · ".join(filter(None, named)) or _("Another device")


def checked(subscription: object) -> str:
    """The address of this device, if its push service is a place where we may knock. Raises `NotThisDevice`."""
    try:
        value = push_sealing.address(subscription)
        async_to_sync(channel().check)(push_sealing.read(value))
    except (push_sealing.BadAddress, OSError) as error:
        raise NotThisDevice(_("Your browser gave an address that we cannot send to. Try another browser.")) from error
    return value


@csrf_exempt
@require_POST
def received(request: HttpRequest) -> HttpResponse:
    """A device has shown a letter, or somebody has opened it."""
    if not channel().verify(request.body, request.headers):
        return HttpResponse(status=403)
    for fact in channel().parse(request.body, request.headers):
        if isinstance(fact, Receipt):
            receipts.take(CHANNEL, fact)
    return HttpResponse(status=204)


@csrf_exempt
@require_POST
def renewed(request: HttpRequest) -> HttpResponse:
    """A browser gave a device another address by itself."""
    told = _told(request)
    known = _known(told.get("old"))
    if known is None:
        return HttpResponse(status=403)
    try:
        addresses.move(CHANNEL, known.value, checked(told.get("subscription")))
    except NotThisDevice:
        return HttpResponse(status=422)
    return HttpResponse(status=204)


@csrf_exempt
@require_POST
def stopped(request: HttpRequest) -> HttpResponse:
    """Somebody signed out on a device: what happens in the neighbourhood no longer shows there."""
    known = _known(_told(request).get("subscription"))
    if known is not None:
        addresses.remove(known, by=known.person)
    return HttpResponse(status=204)


def _told(request: HttpRequest) -> dict[str, Any]:
    try:
        found = json.loads(request.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _known(subscription: object) -> Address | None:
    """The address with exactly these keys: who can name them is that device."""
    try:
        value = push_sealing.address(subscription)
    except push_sealing.BadAddress:
        return None
    return Address.objects.select_related("person").filter(channel=CHANNEL, value=value).first()
