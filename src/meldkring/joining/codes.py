"""Is this e-mail address or mobile number theirs? Six digits go there, and whoever types them over has shown that it is.

Only a keyed digest of the code is kept. It works for ten minutes and for five attempts. A new one is sent at most once in half a minute
and five times an hour to the same address, whoever asks; how much one connection may ask is the page's to limit.
"""

import secrets
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from meldkring.joining.models import Application, Code

LASTS, PAUSE, HOUR = timedelta(minutes=10), timedelta(seconds=30), timedelta(hours=1)
MOST_ATTEMPTS, MOST_PER_HOUR = 5, 5


class CodeRefused(Exception):
    """The code does not prove anything, or no code is sent. The text is for the person."""


class TooSoon(CodeRefused):
    """A code was sent a moment ago, or there were too many this hour."""


class TooMany(TooSoon):
    """There were too many codes this hour."""


class Wrong(CodeRefused):
    """Other digits than those we sent."""


class Expired(CodeRefused):
    """The code is older than ten minutes, used, tried too often, or there is none."""


@transaction.atomic
def new(application: Application, to: str, address: str) -> str:
    """The digits of a new code for this address, which makes older ones void. Refuses with `TooSoon` and `TooMany`."""
    # Two requests at once would both find no code of a moment ago; the row of the application lets them wait for each other.
    Application.objects.select_for_update().get(pk=application.pk)
    _may_send(address)
    digits = f"{secrets.randbelow(1_000_000):06d}"
    digest = _digest(application, to, address, digits)
    Code.objects.create(application=application, to=to, address=address, digest=digest, sent_at=timezone.now())
    if settings.DEMO:
        cache.set(_demo_key(application, to), digits, LASTS.total_seconds())
    return digits


def check(application: Application, to: str, address: str, digits: str) -> None:
    """Use up the code if these are its digits. Refuses with `Wrong` and `Expired`. The attempt counts also when it is refused."""
    code = Code.objects.filter(application=application, to=to, address=address).order_by("-sent_at", "-pk").first()
    if code is None or code.used_at or timezone.now() - code.sent_at > LASTS or not _attempt(code):
        raise Expired(_("This code no longer works. Ask for a new one."))
    if not constant_time_compare(code.digest, _digest(application, to, address, "".join(digits.split()))):
        raise Wrong(_("These are not the right digits. Look once more, or ask for a new code."))
    if not Code.objects.filter(pk=code.pk, used_at=None).update(used_at=timezone.now()):
        raise Expired(_("This code no longer works. Ask for a new one."))


def shown_in_demo(application: Application, to: str) -> str:
    """The digits that the demo shows on the page, because its mail goes nowhere; outside the demo there is nothing to show."""
    return cache.get(_demo_key(application, to), "") if settings.DEMO else ""


def _may_send(address: str) -> None:
    now = timezone.now()
    sent = Code.objects.filter(address=address, sent_at__gt=now - HOUR)
    if sent.count() >= MOST_PER_HOUR:
        raise TooMany(_("We have sent five codes this hour. Wait an hour and try again."))
    if sent.filter(sent_at__gt=now - PAUSE).exists():
        raise TooSoon(_("We have just sent a code. Wait half a minute before you ask for another."))


def _attempt(code: Code) -> bool:
    # Its own transaction: a refusal afterwards must not give the attempt back.
    with transaction.atomic(durable=True):
        return bool(Code.objects.filter(pk=code.pk, attempts__lt=MOST_ATTEMPTS).update(attempts=F("attempts") + 1))


def _digest(application: Application, to: str, address: str, digits: str) -> str:
    return salted_hmac("meldkring.joining.code", f"{application.pk}:{to}:{address}:{digits}", algorithm="sha256").hexdigest()


def _demo_key(application: Application, to: str) -> str:
    return f"demo-code:{application.pk}:{to}"
