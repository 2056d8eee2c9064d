"""S19: somebody is expelled with a reason, hears how to object, and is recognised for a time without a list of names."""

import datetime
import re

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.joining import applying
from tests.town import Town, town

from meldkring.audit.models import Line
from meldkring.groups import access, joining, roles
from meldkring.groups.models import Membership, Role
from meldkring.joining import admission, barring, expelling
from meldkring.joining.models import Application, Barred, Expulsion
from meldkring.people import mailing
from meldkring.people.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.postgres, pytest.mark.requirement("S19")]
REASON = "You passed on photos of other people outside the group."


def link(token: str) -> str:
    return f"https://meldkring.example.org/bezwaar/{token}/"


def of(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def place() -> Town:
    made = town()
    made.anna.mobile = "+31612345678"
    made.anna.save()
    return made


def expelled(place: Town) -> Expulsion:
    return expelling.expel(place.anna.memberships.get(), reason=REASON, by=place.fatima, link=link)


def mails_to(person: Person) -> list[str]:
    mailing.send_due()
    return [m.body for m in mail.outbox if m.to == [person.email]]


def test_expelling_ends_the_membership_and_tells_why(place: Town) -> None:
    made = expelled(place)
    assert access.groups(place.anna) == []
    (text,) = mails_to(place.anna)
    assert REASON in text
    assert link(expelling.token(made)) in text
    assert Line.objects.get(action="expel").by == place.fatima
    assert REASON not in str(list(Line.objects.values()))


def test_only_who_manages_the_members_expels(place: Town) -> None:
    for by in (place.sam, place.arie, place.zora, place.outsider):
        with pytest.raises(roles.NotAllowed):
            expelling.expel(place.anna.memberships.get(), reason=REASON, by=by, link=link)
    joining.join(place.bram, place.steering_1, role=Role.DEPUTY)
    assert expelling.expel(place.anna.memberships.get(), reason=REASON, by=place.bram, link=link).by == place.bram


def test_a_steering_member_is_dismissed_first(place: Town) -> None:
    own = joining.join(place.sam, place.watch_a)
    with pytest.raises(expelling.StillSteering):
        expelling.expel(own, reason=REASON, by=place.fatima, link=link)
    assert Membership.objects.get(pk=own.pk).left_at is None


def test_no_reason_no_double_and_not_oneself(place: Town) -> None:
    with pytest.raises(expelling.NoWords):
        expelling.expel(place.anna.memberships.get(), reason="  ", by=place.fatima, link=link)
    expelled(place)
    with pytest.raises(expelling.NotAMember):
        expelled(place)
    own = joining.join(place.fatima, place.watch_a)
    with pytest.raises(expelling.NotAMember):
        expelling.expel(own, reason=REASON, by=place.fatima, link=link)


def test_an_objection_that_is_right_brings_back(place: Town) -> None:
    made = expelled(place)
    expelling.object_to(made, text="That was my neighbour, not me.")
    assert len(mails_to(place.sam)) == 1
    assert mails_to(place.fatima) == []
    with pytest.raises(expelling.FourEyes):
        expelling.decide(made, upheld=False, answer="No.", by=place.fatima)
    with pytest.raises(roles.NotAllowed):
        expelling.decide(made, upheld=True, answer="Yes.", by=place.zora)
    expelling.decide(made, upheld=True, answer="You are right, sorry.", by=place.sam)
    assert access.groups(place.anna) == [place.watch_a]
    assert not barring.was_expelled(place.noord, place.anna.email, place.anna.mobile)
    assert "You are right, sorry." in mails_to(place.anna)[-1]
    with pytest.raises(expelling.AlreadyDecided):
        expelling.decide(made, upheld=False, answer="No.", by=place.sofie)


def test_an_objection_that_is_not_right_changes_nothing(place: Town) -> None:
    made = expelled(place)
    with pytest.raises(expelling.AlreadyDecided):
        expelling.decide(made, upheld=True, answer="?", by=place.sam)
    expelling.object_to(made, text="I do not agree.")
    with pytest.raises(expelling.ObjectionOver):
        expelling.object_to(made, text="Once more.")
    expelling.decide(made, upheld=False, answer="We talked about it twice.", by=place.sam)
    assert access.groups(place.anna) == []
    assert barring.was_expelled(place.noord, "ANNA@example.org ", "")


def test_no_room_puts_first_in_line(place: Town) -> None:
    made = expelled(place)
    place.noord.group_maximum = 1
    place.noord.save()
    expelling.object_to(made, text="I do not agree.")
    expelling.decide(made, upheld=True, answer="You are right.", by=place.sam)
    assert access.groups(place.anna) == []
    waiting = Application.objects.get(email=place.anna.email)
    assert (waiting.state, waiting.group, waiting.sent_at) == (Application.State.FULL, place.watch_a, made.at)


def test_the_term_ends(place: Town) -> None:
    made = expelled(place)
    with time_machine.travel(made.object_until + datetime.timedelta(seconds=1)), pytest.raises(expelling.ObjectionOver):
        expelling.object_to(made, text="Too late?")


def test_recognised_without_a_name_and_not_for_ever(place: Town) -> None:
    expelled(place)
    assert barring.was_expelled(place.noord, "", "+31612345678")
    assert barring.was_expelled(place.noord, "anna@example.org", "")
    assert not barring.was_expelled(place.zuid, "anna@example.org", "")
    assert not barring.was_expelled(place.noord, "arie@example.org", "+31611111111")
    kept = str(list(Barred.objects.values()))
    assert "anna" not in kept
    assert "612345678" not in kept
    expelling.forget_due()
    assert Barred.objects.count() == 2
    with time_machine.travel(timezone.now() + place.noord.expulsion_remembered + datetime.timedelta(days=1)):
        assert not barring.was_expelled(place.noord, "anna@example.org", "")
        expelling.forget_due()
    assert not Barred.objects.exists()
    assert not Expulsion.objects.exists()


def test_the_pages_from_expelling_to_coming_back(place: Town) -> None:
    membership = place.anna.memberships.get()
    page = reverse("expel", args=[membership.pk])
    assert of(place.sam).get(page).status_code == 404
    assert of(place.zora).get(page).status_code == 404
    phone_manager = of(place.fatima)
    assert phone_manager.get(page).status_code == 200
    assert phone_manager.post(page, {"ready": "own", "words": ""}).status_code == 422
    assert phone_manager.post(page, {"ready": "own", "words": REASON}).status_code == 302
    (text,) = mails_to(place.anna)
    path = re.search(r"http://testserver(/bezwaar/\S+)", text)[1]
    visitor = Client()
    assert REASON in visitor.get(path).content.decode()
    assert visitor.post(path, {"text": "It was <b>not</b> me."}).status_code == 302
    own = of(place.anna)
    assert own.get("/").status_code == 200
    made = Expulsion.objects.get()
    assert reverse("my_objection", args=[made.pk]) in own.get("/").content.decode()
    assert own.get(reverse("my_objection", args=[made.pk])).status_code == 200
    assert of(place.arie).get(reverse("my_objection", args=[made.pk])).status_code == 404
    decide = reverse("expulsion", args=[made.pk])
    assert of(place.zora).get(decide).status_code == 404
    assert phone_manager.post(decide, {"upheld": "no", "answer": "No."}).status_code == 422
    colleague = of(place.sam)
    assert reverse("expulsions") in colleague.get(reverse("desk")).content.decode()
    assert "It was &lt;b&gt;not&lt;/b&gt; me." in colleague.get(decide).content.decode()
    assert colleague.post(decide, {"upheld": "yes", "answer": "You are right."}).status_code == 302
    assert access.groups(place.anna) == [place.watch_a]


def test_a_forged_link_opens_nothing(place: Town) -> None:
    made = expelled(place)
    other = expelling.token(made).replace(f"{made.pk}:", f"{made.pk + 1}:")
    assert Client().get(reverse("objection", args=[other])).status_code == 404
    assert Client().get(reverse("objection", args=["x"])).status_code == 404


def test_a_move_that_waits_ends_with_the_membership(place: Town) -> None:
    """A place that comes free elsewhere is not offered to who was expelled."""
    applying.room(place.noord, 1)
    waits = applying.apply(place.noord, None, name="Arie", person=place.arie, group=place.watch_b, state="full", email=place.arie.email)
    expelling.expel(place.arie.memberships.get(left_at=None), reason="Reden", by=place.fatima, link=link)
    waits.refresh_from_db()
    assert waits.state == "withdrawn"
    applying.room(place.noord, 100)
    assert not admission.next_in_line(place.watch_b)


def test_who_was_right_comes_back_in_the_group_of_now(place: Town) -> None:
    """S6: where they live has another group since."""
    where = applying.settle(place)["linden"]
    Person.objects.filter(pk=place.arie.pk).update(neighbourhood=where)
    done = expelling.expel(place.arie.memberships.get(left_at=None), reason="Reden", by=place.fatima, link=link)
    expelling.object_to(done, text="Niet waar")
    place.watch_a.neighbourhoods.remove(where)
    place.watch_b.neighbourhoods.add(where)
    expelling.decide(done, upheld=True, answer="Sorry", by=place.sam)
    assert place.arie.memberships.get(left_at=None).group == place.watch_b
