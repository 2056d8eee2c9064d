"""Is who screens reminded of words that wait, calmly: once, by day, whoever has the duty first, and not when nobody misses them?"""

import datetime

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from tests.delivery import post_office
from tests.stories import scene
from tests.town import Town, town

from meldkring.cases import approving, closing, forwarding, reporting
from meldkring.cases.models import Case, Outcome
from meldkring.channels.contract import Capabilities
from meldkring.delivery import addresses, unreleased
from meldkring.delivery.models import Address
from meldkring.groups import duty
from meldkring.messaging.models import Posting
from meldkring.people.models import Mail, Person

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
CHAT = Capabilities(inbound=True, buttons=3, names=False, own_words=True, per_second=0, free_window=86400.0)
ZONE = timezone.get_default_timezone()


def at(clock: str, *, day: int = 10) -> time_machine.travel:
    hour, minute = map(int, clock.split(":"))
    return time_machine.travel(datetime.datetime(2026, 11, day, hour, minute, tzinfo=ZONE), tick=False)


@pytest.fixture
def place() -> Town:
    here = town()
    Person.objects.update(language="en")
    Address.objects.filter(person=here.arie).delete()
    addresses.add(here.arie, channel="email", value=here.arie.email, state=Address.State.OPTED_OUT)
    addresses.add(here.arie, channel="whatsapp", value="31612345002")
    return here


def told(posting: Posting) -> Posting:
    """Everybody has been told, by chat with the facts alone."""
    office = post_office.Office(name="whatsapp", able=CHAT)
    post_office.plan(office)
    assert office.round()
    return posting


def reported(place: Town) -> Posting:
    return told(scene.report(place))


def reminded(*, again: bool = True) -> dict[str, str]:
    """Who gets a mail now, with its text."""
    Mail.objects.all().delete()
    unreleased.remind()
    found = {m.to.split("@")[0]: m.text for m in Mail.objects.filter(subject__startswith="Words of neighbours")}
    if again:
        assert not reminded(again=False), "once is enough"
    return found


def react(place: Town, posting: Posting) -> Posting:
    return told(reporting.react("A white van too", case=scene.case_of(posting), group=place.watch_a, by=place.anna))


@pytest.mark.requirement("S12")
def test_who_screens_hears_it_once_after_an_hour(place: Town) -> None:
    """S12: the steering group of that watch group, nobody else; with a link to the words and no word of them."""
    with at("14:00"):
        posting = reported(place)
    with at("14:59"):
        assert not reminded()
    with at("15:01"):
        mails = reminded()
    assert set(mails) == {"fatima", "sam", "sofie"}
    assert reverse("case_words", args=[scene.case_of(posting).reference]) in mails["sam"]
    assert scene.TEXT.split()[1] not in mails["sam"]
    with at("16:00"):
        react(place, posting)
    with at("17:30"):
        assert not reminded(), "the case was asked about"


def test_whoever_has_the_duty_is_asked_and_the_others_are_left_alone(place: Town) -> None:
    with at("18:00"):
        duty.take(place.steering_1, timezone.localdate(), by=place.sofie)
        reported(place)
    with at("20:00"):
        assert set(reminded()) == {"sofie"}


def test_nobody_is_woken_up_for_words(place: Town) -> None:
    with at("21:30"):
        reported(place)
        reported(place)
    for clock, day in (("23:00", 10), ("03:00", 11), ("07:59", 11)):
        with at(clock, day=day):
            assert not reminded()
    with at("08:00", day=11):
        mails = reminded()
    assert "2 cases" in mails["sam"]
    assert reverse("desk") in mails["sam"]


def test_how_it_ended_is_asked_once_more(place: Town) -> None:
    with at("10:00"):
        posting = reported(place)
    with at("11:10"):
        assert reminded()
    with at("12:00"):
        closing.close(scene.case_of(posting), outcome=Outcome.GONE, text="They have gone, the police said", by=place.anna)
        told(posting)
    with at("13:10"):
        assert set(reminded()) == {"fatima", "sam", "sofie"}


@pytest.mark.parametrize("how", ["released", "forwarded", "over", "late", "hidden"])
def test_what_needs_no_decision_any_more_is_not_asked(place: Town, how: str) -> None:
    with at("10:00"):
        posting = reported(place)
        if how == "released":
            approving.approve(posting, words="Two men.", by=place.sam)
        elif how == "forwarded":
            forwarding.forward(posting, to=[place.watch_b], steering=place.steering_1, by=place.sam)
        elif how == "over":
            Case.objects.update(status="closed")
        elif how == "hidden":
            reporting.hide(posting, by=place.sam, reason="x")
    with at("12:00", day=12 if how == "late" else 10):
        assert not reminded()


def test_where_nobody_missed_the_words_nobody_is_asked(place: Town) -> None:
    Address.objects.filter(channel="whatsapp").delete()
    with at("10:00"):
        scene.report(place)
    with at("12:00"):
        assert not reminded()


def test_an_exercise_reminds_nobody(place: Town) -> None:
    with at("10:00"):
        reported(place)
        Case.objects.update(exercise=True)
    with at("12:00"):
        assert not reminded()
