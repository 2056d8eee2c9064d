"""Is this e-mail address or mobile number theirs? Six digits go there, and whoever types them over has shown that it is.

Only a keyed digest of the code is kept. It works for ten minutes and for five attempts. A new one is sent at most once in half a minute
and five times an hour to the same address, whoever asks; how much one connection may ask is the page's to limit. What is proven with it is
the row's own matter: a sign-up (`joining.sign_up_codes`), a new e-mail address (`new_email`).
"""

import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from meldkring.people.models import SentCode

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


def may_send(sent: QuerySet[Any]) -> None:
    """Whether another code may follow those that were sent. Refuses with `TooSoon` and `TooMany`."""
    now = timezone.now()
    lately = sent.filter(sent_at__gt=now - HOUR)
    if lately.count() >= MOST_PER_HOUR:
        raise TooMany(_("We have sent five codes this hour. Wait an hour and try again."))
    if lately.filter(sent_at__gt=now - PAUSE).exists():
        raise TooSoon(_("We have just sent a code. Wait half a minute before you ask for another."))


def made(about: str) -> tuple[str, str]:
    """New digits and what is kept of them; `about` says whose they are and what they prove, so that they open nothing else."""
    digits = f"{secrets.randbelow(1_000_000):06d}"
    if settings.DEMO:
        cache.set(_demo_key(about), digits, LASTS.total_seconds())
    return digits, _digest(about, digits)


def use(code: SentCode | None, about: str, digits: str) -> None:
    """Use up the code if these are its digits. Refuses with `Wrong` and `Expired`. The attempt counts also when it is refused."""
    if code is None or code.used_at or timezone.now() - code.sent_at > LASTS or not _attempt(code):
        raise Expired(_("This code no longer works. Ask for a new one."))
    if not constant_time_compare(code.digest, _digest(about, "".join(digits.split()))):
        raise Wrong(_("These are not the right digits. Look once more, or ask for a new code."))
    if not _rows(code).filter(used_at=None).update(used_at=timezone.now()):
        raise Expired(_("This code no longer works. Ask for a new one."))


def shown_in_demo(about: str) -> str:
    """The digits that the demo shows on the page, because its mail goes nowhere; outside the demo there is nothing to show."""
    return cache.get(_demo_key(about), "") if settings.DEMO else ""


def _attempt(code: SentCode) -> bool:
    # Its own transaction: a refusal afterwards must not give the attempt back.
    with transaction.atomic(durable=True):
        return bool(_rows(code).filter(attempts__lt=MOST_ATTEMPTS).update(attempts=F("attempts") + 1))


def _rows(code: SentCode) -> QuerySet[Any]:
    return type(code)._default_manager.filter(pk=code.pk)


def _digest(about: str, digits: str) -> str:
    return salted_hmac("meldkring.joining.code", f"{about}:{digits}", algorithm="sha256").hexdigest()


def _demo_key(about: str) -> str:
    return f"demo-code:{about}"
