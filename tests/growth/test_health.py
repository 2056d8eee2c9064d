"""What needs attention is seen, and goes away when it is attended to."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.growth.village import Village, residents, village

from meldkring.cases import reporting
from meldkring.cases.models import Called
from meldkring.groups.models import Membership, Role, Shift
from meldkring.growth import forecast, health
from meldkring.joining.models import Acceptance, HouseRules, Proof, RollCall
from meldkring.people.models import Person

pytestmark = pytest.mark.django_db


def codes(v: Village) -> set[str]:
    return {s.code for s in health.signs(v.steering)}


def test_an_empty_start_shows_what_is_to_be_done() -> None:
    v = village((3, 2))
    Person.objects.filter(pk=v.sofie.pk).update(second_factor_since=None)
    Membership.objects.filter(person=v.fatima).update(left_at=timezone.now())
    found = codes(v)
    assert found == {"steering", "phone_manager", "second_step", "inactive", "duty", "unproven", "no_rules", "roll_call", "exercise"}
    assert all(s.words and s.advice for s in health.signs(v.steering))


def _active(v: Village) -> None:
    Person.objects.filter(pk__in=[v.fatima.pk, v.sam.pk]).update(last_login=timezone.now())


def _duty(v: Village) -> None:
    now = timezone.now()
    Shift.objects.create(steering=v.steering, person=v.sam, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1))


def _proven(v: Village) -> None:
    for person in v.everybody:
        Proof.objects.create(person=person, how="approved", proven_at=timezone.now(), until=timezone.now() + timedelta(days=300))


def _ruled(v: Village) -> None:
    rules = HouseRules.objects.create(district=v.district, version=1, published_at=timezone.now())
    for person in v.everybody:
        Acceptance.objects.create(person=person, rules=rules, at=timezone.now())


def _called(v: Village) -> None:
    RollCall.objects.create(district=v.district, begun_at=timezone.now(), until=timezone.now() + timedelta(days=14))


def _exercised(v: Village) -> None:
    reporting.report("This is an exercise", group=v.watch, by=v.everybody[0], called=Called.NOT_NEEDED, exercise=True)


@pytest.mark.parametrize(
    ("code", "attend"),
    [("inactive", _active), ("duty", _duty), ("unproven", _proven), ("no_rules", _ruled), ("roll_call", _called), ("exercise", _exercised)],
)
def test_a_sign_goes_away_when_it_is_attended_to(code: str, attend: Callable[[Village], None]) -> None:
    v = village((3, 2))
    assert code in codes(v)
    attend(v)
    assert code not in codes(v)


def test_proofs_that_end_soon_and_new_rules_are_counted() -> None:
    v = village((3, 2))
    _proven(v)
    _ruled(v)
    Proof.objects.filter(person=v.everybody[0]).update(until=timezone.now() + timedelta(days=3))
    HouseRules.objects.create(district=v.district, version=2, published_at=timezone.now())
    found = {s.code: s.words for s in health.signs(v.steering)}
    assert "1" in found["expiring"]
    assert "5" in found["rules"]
    assert "unproven" not in found


def test_the_number_of_queries_does_not_grow() -> None:
    v = village((3, 2))

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            health.signs(v.steering)
        return len(queries)

    few = asked()
    residents(v.watch, v.neighbourhoods["Dorp"], 500)
    assert asked() == few < 20


@pytest.mark.requirement("S23")
def test_a_year_ahead_follows_the_rate_of_sign_ups() -> None:
    """Who signed up in the last year tells the rate; founders do not; households are the limit."""
    v = village((10, 10, 10))
    Membership.objects.filter(role=Role.MEMBER).update(joined_at=timezone.now() - timedelta(days=365))
    fast = residents(v.watch, v.neighbourhoods["Dorp"], 12)
    Membership.objects.filter(person__in=fast).update(joined_at=timezone.now() - timedelta(days=100))
    v.neighbourhoods["Molen"].households = 11
    v.neighbourhoods["Molen"].save()
    found = forecast.outlook([v.watch], v.district)
    dorp, haven, molen = (found[v.neighbourhoods[name].pk] for name in ("Dorp", "Haven", "Molen"))
    assert dorp.now == 22
    assert 27 < dorp.later < 32  # 12 a year, drawn towards the mean of 4
    assert 11 < haven.later < 14
    assert molen.later == 11
