"""If nobody judges an alarm in time: first the steering group, then the rest of the district; nobody twice, and not once somebody has judged."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.stories import scene
from tests.town import Town, town

from meldkring.cases import closing, escalating, judging, police
from meldkring.cases.models import Called, Escalation, Outcome
from meldkring.config import ticker
from meldkring.groups import joining, routes
from meldkring.groups.models import Group, Kind, Role
from meldkring.people import mailing
from meldkring.people.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Town:
    """The town, with a second steering group in Noord: Cees alone."""
    here = town()
    third = Group.objects.create(kind=Kind.STEERING, name="S3", municipality=here.municipality, district=here.noord)
    joining.join(here.outsider, third, role=Role.PHONE_MANAGER)
    return here


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


def later(clock: time_machine.Traveller, minutes: float) -> list[str]:
    """Time passes and the rows are looked at; who got an e-mail."""
    clock.shift(timedelta(minutes=minutes))
    mail.outbox.clear()
    escalating.escalate()
    mailing.send_due()
    return sorted(m.to[0].partition("@")[0] for m in mail.outbox)


def barred(person: Person) -> list[int]:
    return [told.level for told in escalating.alarms(person)]


@pytest.mark.requirement("S8")
def test_first_the_steering_group_then_the_coordination_group(place: Town, clock: time_machine.Traveller) -> None:
    scene.report(place)
    assert later(clock, 2.9) == []
    assert later(clock, 0.1) == ["fatima", "sam", "sofie"]
    assert later(clock, 2.9) == []
    assert later(clock, 0.1) == ["outsider"], "who told already is not told again; the officer judges nothing"
    assert later(clock, 60) == []
    assert (barred(place.sam), barred(place.outsider), barred(place.anna), barred(place.zora)) == ([1], [2], [], [])


@pytest.mark.requirement("S31")
def test_once_judged_the_bar_goes_and_nobody_else_is_told(place: Town, clock: time_machine.Traveller) -> None:
    posting = scene.report(place)
    later(clock, 3)
    judgement = judging.not_relevant(posting, steering=place.steering_1, by=place.sam)
    assert barred(place.sofie) == []
    assert later(clock, 0.1) == []
    judging.undo(judgement, by=place.sam)
    assert barred(place.sofie) == [1]
    judging.not_relevant(posting, steering=place.steering_1, by=place.sam)
    assert later(clock, 30) == []


def test_a_restart_tells_nobody_twice_and_forgets_nobody(place: Town, clock: time_machine.Traveller) -> None:
    scene.report(place)
    assert later(clock, 20) == ["fatima", "outsider", "sam", "sofie"]
    assert later(clock, 0) == []
    assert Escalation.objects.count() == 2


def test_what_is_no_alarm_or_has_ended_or_is_hidden_waits_quietly(place: Town, clock: time_machine.Traveller) -> None:
    scene.report(place, called=Called.NOT_NEEDED)
    ended = scene.case_of(scene.report(place))
    closing.close(ended, outcome=Outcome.INNOCENT, text="The neighbour", by=place.anna)
    assert later(clock, 10) == []


def test_the_district_chooses_how_long(place: Town, clock: time_machine.Traveller) -> None:
    place.noord.judge_within = timedelta(minutes=10)
    place.noord.save()
    scene.report(place)
    assert later(clock, 9) == []
    assert later(clock, 1) == ["fatima", "sam", "sofie"]


@pytest.mark.requirement("S35")
def test_a_message_of_the_police_with_a_steering_group_too(place: Town, clock: time_machine.Traveller) -> None:
    police.place("White van", to=[place.steering_1], by=place.officer)
    assert later(clock, 3) == ["fatima", "sam", "sofie"]
    assert later(clock, 3) == ["outsider"]


def test_in_the_coordination_group_each_desk_hears_of_its_own(place: Town, clock: time_machine.Traveller) -> None:
    case = scene.police_message(place, [place.coordination_noord])
    (posting,) = scene.standing(case, place.coordination_noord)
    judging.not_relevant(posting, steering=place.steering_1, by=place.sam)
    assert later(clock, 3) == ["outsider"]
    assert later(clock, 30) == [], "there is nobody above who does not see it already"


def test_without_a_coordination_group_it_ends_with_the_steering_group(place: Town, clock: time_machine.Traveller) -> None:
    Group.objects.filter(pk=place.coordination_noord.pk).update(closed_at=timezone.now())
    scene.report(place)
    assert later(clock, 10) == ["fatima", "sam", "sofie"]
    assert later(clock, 10) == []


def test_the_clock_looks_for_it() -> None:
    assert escalating.escalate in ticker.CHORES


def test_looking_is_cheap_and_does_not_grow(place: Town, clock: time_machine.Traveller) -> None:
    with CaptureQueriesContext(connection) as taken:
        escalating.escalate()
    assert len(taken) == 1
    counts = []
    for more in (1, 10):
        for _n in range(more):
            scene.report(place)
        later(clock, 20)
        with CaptureQueriesContext(connection) as taken:
            assert escalating.escalate() == 0
        counts.append(len(taken))
    assert counts[0] == counts[1] <= 6


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by how many rows there are")
def test_what_ended_long_ago_is_not_read_again(place: Town) -> None:
    """Looked at every half minute, so it begins from the cases that are open and not from every message."""
    assert "case_by_status" in escalating._waiting().explain()


@pytest.mark.postgres
def test_the_pair_by_pair_rule_is_the_rule_of_the_routes(place: Town) -> None:
    for steering in Group.objects.filter(kind=Kind.STEERING):
        found = {g.pk for g in Group.objects.all() if routes.judges(steering, g, linked=routes.linked())}
        assert found == {g.pk for g in routes.sources(steering)}


@pytest.mark.postgres
def test_two_clocks_at_once_tell_each_person_once(
    together: Callable[[Sequence[Callable[[], object]]], list[object]], place: Town, clock: time_machine.Traveller
) -> None:
    for _n in range(3):
        scene.report(place)
    clock.shift(timedelta(minutes=4))
    mail.outbox.clear()
    answers = together([escalating.escalate] * 4)
    assert sum(answers) == 3, answers
    mailing.send_due()
    assert len([m for m in mail.outbox if m.to == ["sam@example.org"]]) == 3
