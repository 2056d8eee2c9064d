"""Who runs a steering group: appointed from its watch groups, exactly one phone manager whatever happens, and told what is not in order."""

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests.town import Town, person, town

from meldkring.audit.models import Line
from meldkring.groups import duty, joining, roles, steering
from meldkring.groups.models import Membership, Role
from meldkring.messaging import access as messaging_access
from meldkring.messaging import posting as postings
from meldkring.people import mailing
from meldkring.people.models import Person

REFUSED = (
    roles.NotAllowed, joining.AlreadyMember, joining.PhoneManagerStays, steering.NotFromHere, steering.NotInSteering, steering.NoSecondStep,
)  # fmt: skip


@pytest.fixture
def place(db: None) -> Town:
    return town()


def role(who: Person, place: Town) -> str | None:
    return who.memberships.filter(group=place.steering_1, left_at=None).values_list("role", flat=True).first()


def manager(place: Town) -> Person:
    return Membership.objects.select_related("person").get(group=place.steering_1, left_at=None, role=Role.PHONE_MANAGER).person


def problems(place: Town) -> list[str]:
    return [p.name for p in steering.problems(place.steering_1)]


@pytest.mark.requirement("S7")
def test_steering_members_come_from_the_watch_groups_they_run(place: Town) -> None:
    steering.appoint(place.anna, place.steering_1, by=place.fatima)
    assert role(place.anna, place) == Role.STEERING
    assert roles.has(place.anna, roles.Right.SCREEN, place.watch_a)
    assert roles.has(place.anna, roles.Right.SCREEN, place.watch_b), "administrator of each watch group the steering group runs"
    for stranger in (place.carla, place.outsider):
        with pytest.raises(steering.NotFromHere):
            steering.appoint(stranger, place.steering_1, by=place.fatima)
    with pytest.raises(joining.AlreadyMember):
        steering.appoint(place.anna, place.steering_1, by=place.fatima)
    mailing.send_due()
    assert [m.to for m in mail.outbox] == [["anna@example.org"]]


@pytest.mark.requirement("S7")
def test_only_who_manages_the_group_appoints_and_dismisses(place: Town) -> None:
    for other in (place.sam, place.anna, place.zora, place.officer):
        with pytest.raises(roles.NotAllowed):
            steering.appoint(place.bea, place.steering_1, by=other)
        with pytest.raises(roles.NotAllowed):
            steering.dismiss(place.sofie, place.steering_1, by=other)
    steering.dismiss(place.sofie, place.steering_1, by=place.fatima)
    assert not roles.has(place.sofie, roles.Right.READ, place.watch_a)


@pytest.mark.requirement("S8")
def test_membership_of_the_coordination_group_follows_by_itself(place: Town) -> None:
    assert not roles.has(place.anna, roles.Right.READ, place.coordination_noord)
    steering.appoint(place.anna, place.steering_1, by=place.fatima)
    assert roles.has(place.anna, roles.Right.JUDGE, place.coordination_noord)
    assert not roles.has(place.anna, roles.Right.READ, place.coordination_zuid)
    steering.dismiss(place.anna, place.steering_1, by=place.fatima)
    assert not roles.has(place.anna, roles.Right.READ, place.coordination_noord)
    assert not Membership.objects.filter(group=place.coordination_noord, person=place.anna).exists(), "never kept by hand"


@pytest.mark.requirement("S10")
def test_the_phone_managership_is_handed_over_with_all_that_belongs_to_it(place: Town) -> None:
    before = postings.converse("For the municipality", group=place.municipal, by=place.fatima)
    steering.hand_over(place.sam, place.steering_1, by=place.fatima)
    assert manager(place) == place.sam
    assert role(place.fatima, place) == Role.STEERING
    assert roles.has(place.sam, roles.Right.READ, place.municipal)
    assert not roles.has(place.fatima, roles.Right.READ, place.municipal)
    assert messaging_access.postings(place.fatima).filter(pk=before.pk).exists(), "what one could read stays"
    assert Line.objects.filter(action="role", by=place.fatima).count() == 2
    mailing.send_due()
    assert {m.to[0] for m in mail.outbox} == {"fatima@example.org", "sam@example.org", "sofie@example.org"}


@pytest.mark.requirement("S10")
def test_the_phone_manager_hands_over_before_going(place: Town) -> None:
    deeds = [
        lambda: steering.step_down(place.steering_1, by=place.fatima),
        lambda: steering.dismiss(place.fatima, place.steering_1, by=place.fatima),
        lambda: joining.leave(place.fatima, place.steering_1),
    ]
    for deed in deeds:
        with pytest.raises(joining.PhoneManagerStays):
            deed()
    steering.hand_over(place.sam, place.steering_1, by=place.fatima)
    steering.step_down(place.steering_1, by=place.fatima)
    assert role(place.fatima, place) is None


@pytest.mark.requirement("S10")
def test_a_deputy_takes_over_at_once_and_everybody_hears_of_it(place: Town) -> None:
    steering.name_deputy(place.sam, place.steering_1, by=place.fatima)
    with pytest.raises(roles.NotAllowed):
        steering.take_over(place.steering_1, by=place.sofie)
    steering.take_over(place.steering_1, by=place.sam)
    assert manager(place) == place.sam
    assert role(place.fatima, place) == Role.STEERING
    mailing.send_due()
    told = [m.to[0] for m in mail.outbox if place.steering_1.name in m.subject]
    assert {"fatima@example.org", "sofie@example.org"} <= set(told)


def test_there_is_one_deputy_at_most(place: Town) -> None:
    for who in (place.sam, place.sofie):
        steering.name_deputy(who, place.steering_1, by=place.fatima)
    assert (role(place.sam, place), role(place.sofie, place)) == (Role.STEERING, Role.DEPUTY)
    steering.end_deputy(place.steering_1, by=place.sofie)
    assert role(place.sofie, place) == Role.STEERING
    with pytest.raises(steering.NotInSteering):
        steering.name_deputy(place.fatima, place.steering_1, by=place.fatima)


def test_nobody_without_a_second_step_becomes_phone_manager(place: Town) -> None:
    Person.objects.filter(pk=place.sam.pk).update(second_factor_since=None)
    with pytest.raises(steering.NoSecondStep):
        steering.hand_over(Person.objects.get(pk=place.sam.pk), place.steering_1, by=place.fatima)
    assert manager(place) == place.fatima


@pytest.mark.requirement("S7")
def test_three_or_four_is_the_rule_and_the_rest_is_said(place: Town) -> None:
    for who, watch in (("fatima", "watch_a"), ("sam", "watch_b"), ("sofie", "watch_b")):
        joining.join(getattr(place, who), getattr(place, watch))
    assert problems(place) == ["deputy"]
    steering.name_deputy(place.sam, place.steering_1, by=place.fatima)
    assert problems(place) == []
    steering.appoint(place.anna, place.steering_1, by=place.fatima)
    assert problems(place) == []
    steering.appoint(place.arie, place.steering_1, by=place.fatima)
    assert problems(place) == ["many"]
    for who in (place.anna, place.arie, place.sofie):
        steering.dismiss(who, place.steering_1, by=place.fatima)
    Person.objects.filter(pk=place.sam.pk).update(second_factor_since=None)
    joining.leave(place.sam, place.watch_b)
    assert problems(place) == ["few", "second_step", "elsewhere"]
    assert all(p.what and p.to_do for p in steering.problems(place.steering_1))


def test_what_is_not_in_order_takes_the_same_queries_for_any_size(place: Town) -> None:
    for n in range(10):
        joining.join(person(f"Extra{n}"), place.watch_a)
        steering.appoint(Person.objects.get(first_name=f"Extra{n}"), place.steering_1, by=place.fatima)
    with CaptureQueriesContext(connection) as taken:
        steering.problems(place.steering_1)
    assert len(taken) <= 3


def test_who_goes_takes_no_duty_along(place: Town) -> None:
    (tonight, *_rest) = duty.evenings(place.steering_1)
    duty.take(place.steering_1, tonight.day, by=place.sam)
    steering.dismiss(place.sam, place.steering_1, by=place.fatima)
    assert duty.evenings(place.steering_1)[0].shift is None


PEOPLE = ("anna", "arie", "bea", "fatima", "sam", "sofie", "officer", "carla")
DEEDS = ("appoint", "dismiss", "hand_over", "take_over", "name_deputy", "end_deputy", "step_down", "leave", "second_step")


class OnePhoneManager(TestCase):
    """S10: whatever people try, in whatever order, a steering group has exactly one phone manager, and at most one deputy."""

    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.tuples(st.sampled_from(DEEDS), st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)), max_size=12))
    def test_always(self, deeds: list[tuple[str, str, str]]) -> None:
        place = town()
        for deed, who, by in deeds:
            attempt(deed, Person.objects.get(first_name=who.capitalize()), Person.objects.get(first_name=by.capitalize()), place)
            lasting = list(place.steering_1.memberships.filter(left_at=None).values_list("role", flat=True))
            assert lasting.count(Role.PHONE_MANAGER) == 1
            assert lasting.count(Role.DEPUTY) <= 1


def attempt(deed: str, who: Person, by: Person, place: Town) -> None:
    here = place.steering_1
    if deed == "second_step":
        Person.objects.filter(pk=who.pk).update(second_factor_since=None)
        return
    try:
        if deed in ("take_over", "end_deputy", "step_down"):
            getattr(steering, deed)(here, by=by)
        elif deed == "leave":
            joining.leave(who, here)
        else:
            getattr(steering, deed)(who, here, by=by)
    except REFUSED:
        pass
