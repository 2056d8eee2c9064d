"""An owed e-mail goes out once, also after a failing server or a crash, and its text is erased."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from meldkring.config import ticker
from meldkring.people import mailing
from meldkring.people.models import Mail

pytestmark = pytest.mark.django_db


class Away(BaseEmailBackend):
    """A mail server that does not answer."""

    def send_messages(self, email_messages: object) -> int:
        raise ConnectionRefusedError


def test_a_mail_goes_out_with_the_next_tick_and_its_text_is_erased() -> None:
    mailing.write("anna@example.org", subject="Your\ncode", text="123456")
    ticker.tick()
    ticker.tick()
    assert [(m.to, m.subject, m.body) for m in mail.outbox] == [(["anna@example.org"], "Your code", "123456")]
    assert Mail.objects.get().text == ""


def test_a_server_that_is_away_delays_and_loses_nothing(settings: object) -> None:
    written = mailing.write("anna@example.org", subject="Code", text="123456")
    working = settings.EMAIL_BACKEND  # type: ignore[attr-defined]
    settings.EMAIL_BACKEND = "tests.people.test_mailing.Away"  # type: ignore[attr-defined]
    assert mailing.send_due() == 0
    assert mailing.send_due() == 0, "not again at once"
    settings.EMAIL_BACKEND = working  # type: ignore[attr-defined]
    with time_machine.travel(timezone.now() + timedelta(seconds=31)):
        assert mailing.send_due() == 1
    assert Mail.objects.get(pk=written.pk).attempts == 2


def test_after_a_day_of_trying_it_is_given_up(settings: object) -> None:
    written = mailing.write("anna@example.org", subject="Code", text="123456")
    settings.EMAIL_BACKEND = "tests.people.test_mailing.Away"  # type: ignore[attr-defined]
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        mailing.send_due()
    with time_machine.travel(timezone.now() + timedelta(hours=27)):
        mailing.send_due()
    assert Mail.objects.get(pk=written.pk).given_up_at
    assert Mail.objects.get(pk=written.pk).attempts == 1


def test_who_died_while_sending_leaves_it_for_the_next() -> None:
    """The lease passes and the mail is due again: at most one repeat, never a loss."""
    written = mailing.write("anna@example.org", subject="Code", text="123456")
    Mail.objects.filter(pk=written.pk).update(due_at=timezone.now() + mailing.LEASE, attempts=1)
    assert mailing.send_due() == 0
    with time_machine.travel(timezone.now() + mailing.LEASE + timedelta(seconds=1)):
        assert mailing.send_due() == 1
