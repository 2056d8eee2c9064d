"""Another e-mail address: proven before it counts, told to the old one, put back from there; and what hangs on an address follows."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.town import Town, town

from meldkring.channels.contract import Capabilities, Problem, Receipt, Said
from meldkring.delivery import addresses, answering, own_email, receipts, tokens
from meldkring.delivery.models import Address, Delivery
from meldkring.forgetting import ageing
from meldkring.intake import believing
from meldkring.joining import barring, moving
from meldkring.joining.models import Application, Barred
from meldkring.people import codes, mailing, new_email
from meldkring.people import tokens as keys
from meldkring.people.models import NewEmail, Person

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
NEW = "anna.nieuw@example.org"


@pytest.fixture
def place() -> Town:
    return town()


def of(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def sent(to: str) -> str:
    """The text of the last mail to this address."""
    mailing.send_due()
    return next(m.body for m in reversed(mail.outbox) if m.to == [to])


def digits(to: str) -> str:
    return re.findall(r"\b\d{6}\b", sent(to))[0]


def changed(person: Person, to: str = NEW) -> str:
    """This person takes that address; the way back, from the notice to the old one."""
    before = person.email
    new_email.ask(person, to)
    own_email.prove(person, digits(to))
    person.refresh_from_db()
    return re.findall(r"/e-mail-terug/\S+", sent(before))[0]


def test_it_counts_once_the_code_is_typed_over(place: Town) -> None:
    client, old = of(place.anna), place.anna.email
    asked = client.post(reverse("my_email"), {"email": f" {NEW.upper()} "}, follow=True)
    assert NEW in asked.content.decode()
    assert Person.objects.get(pk=place.anna.pk).email == old
    right = digits(NEW)
    wrong = client.post(reverse("my_email_code"), {"code": "000000" if right != "000000" else "111111"})
    assert wrong.status_code == 422
    done = client.post(reverse("my_email_code"), {"code": f"{right[:3]} {right[3:]}"}, follow=True)
    assert NEW in done.content.decode()
    assert Person.objects.get(pk=place.anna.pk).email == NEW
    assert NEW not in sent(old), "the old mailbox may be somebody else's by now"
    assert client.post(reverse("my_email_code"), {"code": right})["Location"] == reverse("my_email")


def test_signing_in_goes_with_the_new_address_alone(place: Town) -> None:
    old = place.anna.email
    of(place.anna).get(reverse("mfa_activate_totp"))
    changed(place.anna)
    for address, known in ((NEW, True), (old, False)):
        cache.clear()
        mail.outbox.clear()
        Client().post(reverse("account_request_login_code"), {"email": address})
        assert bool(re.search(r"\b\d{6}\b", sent(address))) is known, address
    cache.clear()  # who asks for a code in the next test has not asked before


def test_nobody_learns_who_has_an_account(place: Town) -> None:
    shown = []
    for person, address in ((place.anna, place.bea.email), (place.arie, NEW)):
        client = of(person)
        first = client.post(reverse("my_email"), {"email": address}, follow=True)
        tried = client.post(reverse("my_email_code"), {"code": "123456"})
        for page in (first, tried):
            (main,) = re.findall(r"<main.*</main>", page.content.decode(), re.DOTALL)
            shown.append((page.status_code, re.sub(r'value="\w{64}"', "", main).replace(address, "")))
    assert shown[:2] == shown[2:]
    told = sent(place.bea.email)
    assert not re.search(r"\b\d{6}\b", told), "no code opens it"
    assert reverse("account_request_login_code") in told


def test_an_address_that_was_taken_meanwhile_is_refused_in_words(place: Town) -> None:
    new_email.ask(place.anna, NEW)
    Person.objects.filter(pk=place.bea.pk).update(email=NEW)
    page = of(place.anna).post(reverse("my_email_code"), {"code": digits(NEW)})
    assert page.status_code == 422
    assert Person.objects.get(pk=place.anna.pk).email == "anna@example.org"
    assert not NewEmail.objects.filter(changed_at__isnull=False).exists()


def test_codes_are_rationed_and_ones_own_address_is_none(place: Town) -> None:
    new_email.ask(place.anna, NEW)
    with pytest.raises(codes.TooSoon):
        new_email.ask(place.anna, "another@example.org")
    with pytest.raises(codes.TooSoon):
        new_email.ask(place.arie, NEW)
    with pytest.raises(new_email.NotThisAddress):
        new_email.ask(place.anna, place.anna.email.upper())
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False), pytest.raises(codes.Expired):
        own_email.prove(place.anna, digits(NEW))


def test_the_old_address_puts_itself_back_and_nobody_stays(place: Town) -> None:
    anna, old = place.anna, place.anna.email
    thief = of(anna)
    thief.get("/ik/")
    link = changed(anna)
    _key, secret = keys.create(anna, name="x")
    phone = addresses.add(anna, channel="telegram", value="99")
    Authenticator.objects.create(user=anna, type=Authenticator.Type.TOTP, data={"secret": "x"})
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        second = changed(anna, "thief@example.org")
    assert Client().get(link).status_code == 200
    assert Person.objects.get(pk=anna.pk).email == "thief@example.org", "to look changes nothing"
    assert Client().post(link).status_code == 200
    anna.refresh_from_db()
    assert anna.email == old
    assert Address.objects.get(person=anna, channel="email").value == old
    assert not Address.objects.filter(pk=phone.pk).exists()
    assert thief.get("/ik/").status_code == 302
    assert keys.found(secret) is None
    assert not Authenticator.objects.filter(user=anna).exists()
    for gone in (link, second, "/e-mail-terug/1:x/"):
        assert Client().post(gone).status_code == 410
    anna.refresh_from_db()
    assert anna.email == old


def test_after_a_week_there_is_no_way_back_and_nothing_is_kept(place: Town) -> None:
    link = changed(place.anna)
    new_email.ask(place.arie, "arie.nieuw@example.org")
    with time_machine.travel(timezone.now() + timedelta(days=6), tick=False):
        ageing.codes()
        assert NewEmail.objects.get().person == place.anna
        assert Client().get(link).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        assert Client().post(link).status_code == 410
        ageing.codes()
    assert not NewEmail.objects.exists()


def test_the_old_address_is_not_taken_from_who_has_it_now(place: Town) -> None:
    link = changed(place.anna)
    Person.objects.create_user("anna@example.org", first_name="Annie")
    assert Client().post(link).status_code == 422
    assert Person.objects.get(pk=place.anna.pk).email == NEW


@pytest.mark.parametrize(
    ("state", "becomes"),
    [(Address.State.SUSPENDED, Address.State.ACTIVE), (Address.State.OPTED_OUT, Address.State.OPTED_OUT)],
)
def test_what_was_known_of_the_old_address_is_not_held_against_the_new(place: Town, state: str, becomes: str) -> None:
    addresses.ensure_email([place.anna])
    Address.objects.filter(person=place.anna, channel="email").update(state=state, failures=2, reason="550")
    changed(place.anna)
    now = Address.objects.get(person=place.anna, channel="email")
    assert (now.value, now.state, now.failures, now.reason) == (NEW, becomes, 0, "")


def answered(person: Person) -> Delivery:
    """A letter to the e-mail address of this person that was handed over."""
    addresses.ensure_email([person])
    answering.answer(Address.objects.get(person=person, channel="email"), "Is alles goed?", title="Vraag")
    Delivery.objects.update(state=Delivery.State.ACCEPTED, handed_over_at=timezone.now(), provider_id="p1")
    return Delivery.objects.get()


def test_a_bounce_of_an_old_letter_says_nothing_of_the_new_address(place: Town) -> None:
    letter = answered(place.anna)
    changed(place.anna)
    for problem in (Problem.GONE, Problem.OPTED_OUT):
        Delivery.objects.update(state=Delivery.State.ACCEPTED)
        receipts.take("email", Receipt("failed", timezone.now(), provider_id="p1", problem=problem, code=str(problem)))
    now = Address.objects.get(pk=letter.address_id)
    assert (now.state, now.failures) == (Address.State.ACTIVE, 0)


def test_replies_and_stop_links_of_old_letters_keep_working(place: Town) -> None:
    letter, old = answered(place.anna), place.anna.email
    stop = reverse("unsubscribe", args=[tokens.address(letter.address_id)])
    changed(place.anna)

    def read(address: str) -> str | None:
        said = Said(id="m1", at=timezone.now(), address=address, text="Ja", reply_to=tokens.reply(letter.pk))
        found = believing.believed("email", said, able=Capabilities(knows_sender=False))
        return found.address if isinstance(found, Said) else None

    assert read(NEW) == NEW
    assert read(old) == NEW, "the letter lies in the old mailbox, so the answer comes from there"
    assert read("stranger@example.org") is None
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        assert read(old) is None
    assert Client().post(stop).status_code == 200
    assert Address.objects.get(pk=letter.address_id).state == Address.State.OPTED_OUT


def test_what_waits_under_the_old_address_follows(place: Town) -> None:
    old = place.anna.email
    mine = Application.objects.create(district=place.zuid, email=old, state="waiting", email_proven_at=timezone.now())
    not_mine = Application.objects.create(district=place.noord, email=old, state="waiting")
    Barred.objects.create(district=place.zuid, digest=barring.digest(old), until=timezone.now() + timedelta(days=9))
    changed(place.anna)
    mine.refresh_from_db()
    not_mine.refresh_from_db()
    assert (mine.email, not_mine.email) == (NEW, old)
    assert moving.waits_for(place.anna) == mine
    assert barring.was_expelled(place.zuid, NEW, "")
    assert barring.was_expelled(place.zuid, old, "")


def test_a_steering_member_elsewhere_and_a_visitor_have_nothing_to_do_here(place: Town) -> None:
    new_email.ask(place.anna, NEW)
    assert of(place.zora).get(reverse("my_email_code"))["Location"] == reverse("my_email")
    assert Client().get(reverse("my_email")).status_code == 302
    assert of(place.anna).get("/account/email/")["Location"] == reverse("my_email")
