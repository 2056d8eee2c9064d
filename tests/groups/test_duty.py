"""Who judges tonight: taken, given, shared out in turn, and never by two at once."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from tests.town import Town, town

from meldkring.groups import duty, joining, roles, steering
from meldkring.groups.models import Shift
from meldkring.people import mailing

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MONDAY = datetime(2026, 6, 1, 12, 0, tzinfo=AMSTERDAM)


@pytest.fixture
def place(db: None) -> Town:
    return town()


@pytest.fixture(autouse=True)
def clock() -> object:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def test_an_evening_lasts_from_six_to_seven_in_the_morning(place: Town) -> None:
    duty.take(place.steering_1, MONDAY.date(), by=place.sam)
    found = {at: duty.on_duty(place.steering_1, MONDAY.replace(hour=17) + timedelta(hours=at)) for at in (0, 1, 13, 14)}
    assert found == {0: None, 1: place.sam, 13: place.sam, 14: None}


def test_two_cannot_have_the_same_evening(place: Town) -> None:
    duty.take(place.steering_1, MONDAY.date(), by=place.sam)
    with pytest.raises(duty.Overlap, match="Sam"):
        duty.take(place.steering_1, MONDAY.date(), by=place.sofie)
    duty.take(place.steering_2, MONDAY.date(), by=place.zeno)
    assert duty.on_duty(place.steering_2, MONDAY.replace(hour=20)) == place.zeno


def test_only_steering_members_have_duty_and_not_in_the_past(place: Town) -> None:
    for other in (place.anna, place.officer, place.zora):
        with pytest.raises(roles.NotAllowed):
            duty.take(place.steering_1, MONDAY.date(), by=other)
    with pytest.raises(duty.NotYours):
        duty.take(place.steering_1, MONDAY.date() - timedelta(days=1), by=place.sam)


def test_giving_a_duty_tells_the_colleague(place: Town) -> None:
    shift = duty.take(place.steering_1, MONDAY.date(), by=place.sam)
    with pytest.raises(duty.NotYours):
        duty.give(shift, to=place.sofie, by=place.sofie)
    with pytest.raises(steering.NotInSteering):
        duty.give(shift, to=place.anna, by=place.sam)
    duty.give(shift, to=place.sofie, by=place.sam)
    assert duty.on_duty(place.steering_1, MONDAY.replace(hour=20)) == place.sofie
    duty.give(shift, to=place.fatima, by=place.fatima)
    mailing.send_due()
    assert [m.to[0] for m in mail.outbox] == ["sofie@example.org", "sofie@example.org"], "given, and taken away again"


def test_sharing_out_gives_each_a_week_in_turn_and_leaves_what_is_taken(place: Town) -> None:
    duty.take(place.steering_1, MONDAY.date() + timedelta(days=2), by=place.sofie)
    assert duty.fill(place.steering_1, 4, by=place.fatima) == 27
    weeks = [[e.shift.person.first_name for e in duty.evenings(place.steering_1, 28)[n : n + 7] if e.shift] for n in (0, 7, 14, 21)]
    assert weeks[0] == ["Fatima", "Fatima", "Sofie", "Fatima", "Fatima", "Fatima", "Fatima"]
    assert [set(week) for week in weeks[1:]] == [{"Sam"}, {"Sofie"}, {"Fatima"}]
    assert duty.fill(place.steering_1, 4, by=place.fatima) == 0
    assert duty.fill(place.steering_1, 5, by=place.fatima) == 7
    assert Shift.objects.order_by("-starts_at")[0].person == place.sam, "the turn goes on where it was"
    with pytest.raises(roles.NotAllowed):
        duty.fill(place.steering_1, 1, by=place.sam)


def test_who_left_has_no_duty_and_the_evening_is_free(place: Town) -> None:
    duty.take(place.steering_1, MONDAY.date(), by=place.sam)
    joining.leave(place.sam, place.steering_1)
    assert duty.on_duty(place.steering_1, MONDAY.replace(hour=20)) is None
    duty.take(place.steering_1, MONDAY.date(), by=place.sofie)
    assert duty.on_duty(place.steering_1, MONDAY.replace(hour=20)) == place.sofie


def test_the_night_belongs_to_the_evening_before(place: Town, clock: time_machine.Traveller) -> None:
    duty.take(place.steering_1, MONDAY.date(), by=place.sam)
    clock.move_to(MONDAY + timedelta(hours=14))
    tonight = duty.evenings(place.steering_1)[0]
    assert tonight.day == MONDAY.date()
    assert tonight.shift
    assert duty.on_duty(place.steering_1) == place.sam
    duty.drop(tonight.shift, by=place.sam)
    assert duty.on_duty(place.steering_1) is None
