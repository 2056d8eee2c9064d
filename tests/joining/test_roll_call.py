"""Do you still live here? One question for everybody, one tap, and a mail scanner that follows links answers nothing."""

import datetime
import re

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.town import Town, town

from meldkring.groups import joining, roles
from meldkring.joining import proving, roll_call
from meldkring.joining.models import Proof, RollAnswer, RollCall
from meldkring.people import mailing
from meldkring.people.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def link(token: str) -> str:
    return f"https://meldkring.example.org/woon-je-hier/{token}/"


def of(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def place() -> Town:
    return town()


def begun(place: Town) -> RollCall:
    return roll_call.begin(place.steering_1, by=place.fatima, link=link)


def test_every_member_of_the_district_is_asked_once(place: Town) -> None:
    begun(place)
    while mailing.send_due():
        pass
    asked = {m.to[0].split("@")[0] for m in mail.outbox}
    assert asked == {"anna", "arie", "bea", "bram", "fatima", "sam", "sofie"}
    assert len(mail.outbox) == len(asked)


def test_only_the_phone_manager_asks_and_not_too_often(place: Town) -> None:
    for other in (place.sam, place.anna, place.zora, place.outsider):
        with pytest.raises(roles.NotAllowed):
            roll_call.begin(place.steering_1, by=other, link=link)
    begun(place)
    with pytest.raises(roll_call.RollCallRuns):
        begun(place)
    assert not roll_call.due(place.noord)
    assert roll_call.due(place.zuid)
    with time_machine.travel(timezone.now() + roll_call.EVERY + datetime.timedelta(days=1)):
        assert roll_call.due(place.noord)
        begun(place)


def test_answers_are_counted_and_can_be_put_right(place: Town) -> None:
    call = begun(place)
    roll_call.answer(call, place.anna, lives_here=True)
    roll_call.answer(call, place.bea, lives_here=False)
    roll_call.answer(call, place.arie, lives_here=False)
    roll_call.answer(call, place.arie, lives_here=True)
    totals = roll_call.totals(call, place.steering_1)
    assert (totals.asked, totals.here, totals.moved, totals.silent) == (7, 2, 1, 4)
    assert list(roll_call.without(call, place.steering_1, answer=False)) == [place.bea]
    assert set(roll_call.without(call, place.steering_1, answer=None)) == {place.bram, place.fatima, place.sam, place.sofie}
    joining.leave(place.bea, place.watch_b)
    assert roll_call.totals(call, place.steering_1).moved == 0


def test_yes_renews_only_what_was_once_proven_better(place: Town) -> None:
    call = begun(place)
    with time_machine.travel(timezone.now() - datetime.timedelta(days=300)):
        proving.prove(place.anna, Proof.How.LETTER, None)
    roll_call.answer(call, place.anna, lives_here=True)
    roll_call.answer(call, place.arie, lives_here=True)
    assert [p.how for p in place.anna.proofs.order_by("proven_at")] == [Proof.How.LETTER, Proof.How.SAID]
    assert place.anna.proofs.latest("proven_at").until > timezone.now() + datetime.timedelta(days=360)
    assert not place.arie.proofs.exists()


def test_who_was_not_asked_or_is_too_late_cannot_answer(place: Town) -> None:
    call = begun(place)
    for other in (place.carla, place.outsider, place.officer):
        with pytest.raises(roll_call.RollCallOver):
            roll_call.answer(call, other, lives_here=True)
    with time_machine.travel(call.until), pytest.raises(roll_call.RollCallOver):
        roll_call.answer(call, place.anna, lives_here=True)
    assert not RollAnswer.objects.exists()


def test_a_link_that_is_only_looked_at_answers_nothing(place: Town) -> None:
    call = begun(place)
    mailing.send_due()
    (text,) = [m.body for m in mail.outbox if m.to == ["anna@example.org"]]
    path = re.search(r"https://meldkring.example.org(/woon-je-hier/\S+)", text)[1]
    scanner = Client()
    for look in (scanner.get, scanner.head, scanner.options):
        look(path)
    assert scanner.post(path, {}).status_code == 200
    assert not RollAnswer.objects.exists()
    assert "anna" not in path.lower()
    page = Client(enforce_csrf_checks=True)
    assert page.post(path, {"lives_here": "yes"}).status_code == 403
    assert reverse("my_address") in Client().post(path, {"lives_here": "no"}).content.decode()
    assert RollAnswer.objects.get().lives_here is False
    forged = path.replace(f"{call.pk}.{place.anna.pk}", f"{call.pk}.{place.arie.pk}")
    assert forged != path
    assert Client().get(forged).status_code == 404


def test_the_question_stands_at_home_until_it_is_answered(place: Town) -> None:
    where = reverse("roll_call")
    anna = of(place.anna)
    assert where not in anna.get("/").content.decode()
    assert anna.get(where).status_code == 404
    begun(place)
    assert where in anna.get("/").content.decode()
    assert where not in of(place.carla).get("/").content.decode()
    assert anna.post(where, {"lives_here": "yes"}).status_code == 200
    assert where not in anna.get("/").content.decode()
    assert RollAnswer.objects.get().person == place.anna


def test_the_steering_group_sees_how_far_it_is(place: Town) -> None:
    where = reverse("roll_call_overview")
    manager = of(place.fatima)
    assert manager.get(where).context["call"] is None
    for other in (place.sam, place.anna, place.outsider):
        assert of(other).get(where).status_code == 404
    manager.post(where)
    roll_call.answer(RollCall.objects.get(), place.bea, lives_here=False)
    page = manager.get(where)
    assert page.context["totals"].moved == 1
    assert place.bea not in page.context["page"].object_list
    assert list(manager.get(where, {"lijst": "verhuisd"}).context["page"]) == [place.bea]
    manager.post(where)
    assert RollCall.objects.count() == 1


def test_the_overview_asks_as_much_for_many_as_for_few(place: Town) -> None:
    begun(place)
    manager, where = of(place.fatima), reverse("roll_call_overview")
    manager.get(where)
    with CaptureQueriesContext(connection) as few:
        manager.get(where)
    for i in range(80):
        joining.join(Person.objects.create_user(f"p{i}@example.org", first_name=f"P{i}"), place.watch_a)
    with CaptureQueriesContext(connection) as many:
        assert len(manager.get(where).context["page"].object_list) == 50
    assert len(many) == len(few)
