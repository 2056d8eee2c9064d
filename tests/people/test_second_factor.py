"""Signing in with a second step, through the pages: the role waits for it, works right after, and can be helped back when the phone is lost."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.town import Town, town

from meldkring.audit.models import Line
from meldkring.groups import roles, steering
from meldkring.people import mailing, second_factor
from meldkring.people.models import Person

# allauth says what has changed once it is committed, so these tests commit.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def place() -> Town:
    here = town()
    Person.objects.filter(pk__in=[here.sam.pk, here.fatima.pk]).update(second_factor_since=None)
    return here


def signed_in(person: Person) -> Client:
    """A browser in which this person signed in with the code that came by e-mail."""
    client = Client()
    cache.clear()  # in a test one asks for more codes in a minute than anybody may
    mail.outbox.clear()
    client.post(reverse("account_request_login_code"), {"email": person.email})
    mailing.send_due()
    (code,) = re.findall(r"\b\d{6}\b", mail.outbox[-1].body)
    client.post(reverse("account_confirm_login_code"), {"code": code})
    return client


def code(secret: str) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time()) + 1))


def set_app(client: Client) -> tuple[str, str]:
    """Set the app with codes; its secret, and the page that follows."""
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    page = client.post(reverse("mfa_activate_totp"), {"code": code(secret)}, follow=True)
    assert page.status_code == 200
    return secret, page.content.decode()


def test_who_signed_in_long_ago_shows_first_that_it_is_them(place: Town) -> None:
    client, since = signed_in(place.sam), timezone.now()
    with time_machine.travel(since + timedelta(minutes=6), tick=False):
        page = client.get(reverse("mfa_activate_totp"), follow=True)
        asks, _status = page.redirect_chain[-1]
        assert asks.startswith(reverse("account_request_reauthentication_code"))
        assert place.sam.email in page.content.decode()
        mail.outbox.clear()
        (who,) = re.findall(r'name="recipient" value="([^"]+)"', page.content.decode())
        page = client.post(asks, {"recipient": who}, follow=True)
        mailing.send_due()
        (sent,) = re.findall(r"\b\d{6}\b", mail.outbox[-1].body)
        confirm = reverse("account_confirm_reauthentication_code")
        assert f'action="{confirm}"' in page.content.decode()
        wrong = "000000" if sent != "000000" else "111111"
        assert client.post(confirm, {"code": wrong}).status_code == 200
        assert not Authenticator.objects.filter(user=place.sam).exists()
        client.post(confirm, {"code": sent})
        set_app(client)
    assert Authenticator.objects.filter(user=place.sam, type=Authenticator.Type.TOTP).exists()


@pytest.mark.requirement("S7")
def test_a_role_waits_for_the_second_step_and_works_right_after(place: Town) -> None:
    client, bar = signed_in(place.sam), reverse("mfa_index")
    for path in ("/", "/ik/"):
        assert f'href="{bar}">' in client.get(path).content.decode(), path
    assert client.get(reverse("desk")).status_code == 404
    assert client.get(reverse("running")).status_code == 404
    _secret, page = set_app(client)
    codes = Authenticator.objects.get(user=place.sam, type="recovery_codes").wrap().get_unused_codes()
    assert all(one in page for one in codes), "the recovery codes come at once, without asking again"
    assert client.get(reverse("desk")).status_code == 200
    assert "needs_second_step" in client.get("/").context
    assert not client.get("/").context["needs_second_step"]
    assert Line.objects.filter(action="second_step", by=place.sam).count() == 1


def test_a_resident_is_not_bothered(place: Town) -> None:
    assert not signed_in(place.anna).get("/").context["needs_second_step"]


def test_from_then_on_signing_in_asks_for_the_code(place: Town) -> None:
    elsewhere = signed_in(place.sam)
    secret, _page = set_app(signed_in(place.sam))
    assert elsewhere.get("/ik/").status_code == 302, "a session from before the second step has ended"
    client = signed_in(place.sam)
    assert client.get("/ik/").status_code == 302
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert wrong.context["form"].errors
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert client.post(reverse("mfa_authenticate"), {"code": code(secret)}).status_code == 302
    assert client.get(reverse("desk")).status_code == 200


def test_a_recovery_code_works_once(place: Town) -> None:
    set_app(signed_in(place.sam))
    one = Authenticator.objects.get(user=place.sam, type="recovery_codes").wrap().get_unused_codes()[0]
    for works in (True, False):
        client = signed_in(place.sam)
        client.post(reverse("mfa_authenticate"), {"code": one})
        assert (client.get(reverse("desk")).status_code == 200) is works


def test_removing_the_last_one_stops_the_role(place: Town) -> None:
    client = signed_in(place.sam)
    set_app(client)
    client.post(reverse("mfa_deactivate_totp"))
    assert client.get(reverse("desk")).status_code == 404
    assert Person.objects.get(pk=place.sam.pk).second_factor_since is None
    assert not Authenticator.objects.filter(user=place.sam).exists()


def test_the_secret_is_not_in_the_database(place: Town) -> None:
    secret, _page = set_app(signed_in(place.sam))
    assert secret not in str(Authenticator.objects.get(user=place.sam, type="totp").data)


def test_who_lost_the_phone_is_helped_by_the_phone_manager(place: Town) -> None:
    client = signed_in(place.sam)
    set_app(client)
    set_app(signed_in(place.fatima))
    fatima, sam = Person.objects.get(pk=place.fatima.pk), Person.objects.get(pk=place.sam.pk)
    for who, by in ((fatima, sam), (fatima, fatima), (place.anna, fatima), (place.zora, fatima)):
        with pytest.raises((roles.NotAllowed, steering.NotInSteering)):
            steering.reset_second_step(who, place.steering_1, by=by)
    mail.outbox.clear()
    steering.reset_second_step(sam, place.steering_1, by=fatima)
    mailing.send_due()
    assert [m.to for m in mail.outbox][-1] == ["sam@example.org"]
    assert client.get("/ik/").status_code == 302
    anew = signed_in(place.sam)
    assert anew.get("/").context["needs_second_step"]
    set_app(anew)
    assert anew.get(reverse("desk")).status_code == 200


def test_what_was_missed_by_a_crash_is_seen_at_the_next_look(place: Town) -> None:
    Authenticator.objects.create(user=place.sam, type="totp", data={"secret": "x"})
    second_factor.note(place.sam)
    assert Person.objects.get(pk=place.sam.pk).second_factor_since
    second_factor.note(place.sam)
    assert Line.objects.filter(action="second_step").count() == 1


def test_who_has_a_second_step_shows_it_before_taking_another_address(place: Town) -> None:
    client = signed_in(place.sam)
    secret, _page = set_app(client)
    assert client.get(reverse("my_email")).status_code == 200, "it was shown a moment ago"
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        asks = client.post(reverse("my_email"), {"email": "sam.nieuw@example.org"})["Location"]
        assert asks.startswith(reverse("mfa_reauthenticate"))
        page = client.post(asks, {"code": code(secret)}, follow=True)
        assert page.request["PATH_INFO"] == reverse("my_email_code"), "what was filled in is not asked again"


def test_a_mailbox_alone_does_not_replace_a_second_step(place: Town) -> None:
    client = signed_in(place.sam)
    by_code = reverse("account_request_reauthentication_code")
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        (who,) = re.findall(r'name="recipient" value="([^"]+)"', client.get(reverse("mfa_activate_totp"), follow=True).content.decode())
    client = signed_in(place.sam)
    set_app(client)
    mail.outbox.clear()
    with time_machine.travel(timezone.now() + timedelta(minutes=7), tick=False):
        assert client.get(reverse("mfa_deactivate_totp"))["Location"].startswith(reverse("mfa_reauthenticate"))
        cache.clear()
        turned_away = client.post(by_code, {"recipient": who})["Location"]
        assert turned_away.startswith(reverse("mfa_reauthenticate")), "nor by its address"
        mailing.send_due()
        assert not [m for m in mail.outbox if re.search(r"\b\d{6}\b", m.body)]
    cache.clear()
