"""An owed e-mail goes out once, also after a failing server or a crash, and its text is erased."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from meldkring.config import ticker
from meldkring.people import mailing
from meldkring.people.models import Mail, Person

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
    assert mail.outbox[0].extra_headers["Auto-Submitted"] == "auto-generated"
    assert Mail.objects.get().text == ""


def page() -> str:
    (made,) = mail.outbox[-1].alternatives  # type: ignore[attr-defined]
    return str(made[0])


def test_a_mail_is_a_page_too_with_its_code_and_its_button_in_the_language_of_the_person() -> None:
    with translation.override("en"):
        mailing.write(
            "anna@example.org",
            subject="Your <code>",
            text="This is your code.\n\n123456\n\nSign in at:\nhttps://wacht.example.org/?a=1&b=2",
        )
    mailing.send_due()
    assert '<html lang="en">' in page()
    assert "Your &lt;code&gt;" in page()
    assert "letter-spacing" in page().rpartition("123456")[0].rpartition("<p")[2]
    assert 'href="https://wacht.example.org/?a=1&amp;b=2"' in page()
    assert "Open in Meldkring" in page()


def test_an_address_in_a_sentence_is_a_link_and_takes_no_full_stop_along() -> None:
    mailing.write("anna@example.org", subject="Welcome", text="Look at https://wacht.example.org/a, or at https://wacht.example.org/b.")
    mailing.send_due()
    assert 'href="https://wacht.example.org/a"' in page()
    assert 'href="https://wacht.example.org/b"' in page()


def test_a_code_to_sign_in_comes_by_our_own_mail_in_our_own_words(client: Client) -> None:
    cache.clear()  # codes to one address are limited
    person = Person.objects.create_user("anna@example.org", first_name="Anna", language="nl")
    client.post(reverse("account_request_login_code"), {"email": "Anna@example.org"})
    assert not mail.outbox, "nobody waits for a mail server"
    mailing.send_due()
    assert mail.outbox[0].to == [person.email]
    assert re.findall(r"^\d{6}$", str(mail.outbox[0].body), re.MULTILINE)
    assert "Geef hem aan niemand" in str(mail.outbox[0].body)
    cache.clear()


def test_who_has_no_account_hears_so_by_mail_and_nobody_else_does(client: Client) -> None:
    known = client.post(reverse("account_request_login_code"), {"email": "nobody@example.org"})
    assert known.status_code == 302
    mailing.send_due()
    assert mail.outbox[0].to == ["nobody@example.org"]
    assert settings.SITE_URL in str(mail.outbox[0].body)
    assert not re.findall(r"\b\d{6}\b", str(mail.outbox[0].body))
    cache.clear()


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
