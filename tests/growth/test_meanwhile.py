"""Somebody is admitted while the groups are being divided: in whichever order it falls, they end in the group of where they live (S6, S23)."""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest
from django.db import connection
from tests.cases.conftest import real, together  # noqa: F401 - fixtures
from tests.growth.village import Village, village
from tests.joining import applying

from meldkring.groups.models import Group, Kind, Membership
from meldkring.growth import borders, carrying, plans, proposing, resettling, undoing
from meldkring.growth.models import Plan, Redrawing
from meldkring.joining import admission, moving
from meldkring.joining.models import Application
from meldkring.places.models import Neighbourhood
from meldkring.places.neighbourhoods import Claims

pytestmark = [pytest.mark.postgres, pytest.mark.requirement("S23")]
Together = Callable[[Sequence[Callable[[], object]]], list[object]]
SMALL = (6, 5, 6, 5)


def agreed(v: Village) -> Plan:
    plan = plans.propose(v.steering, proposing.divide(v.watch), kind=Plan.Kind.DIVIDE, by=v.fatima)
    return plans.agree(plan, by=v.sam)


def far(v: Village, plan: Plan) -> Neighbourhood:
    """A neighbourhood that goes to the new group."""
    allotment = plan.allotments.filter(part__is_new=True).first()
    assert allotment
    return allotment.neighbourhood


def is_home(application: Application) -> bool:
    """Whether the one watch group of this member is the group of their neighbourhood."""
    group = Membership.objects.get(person__email=application.email, kind=Kind.WATCH, left_at=None).group
    application.refresh_from_db()
    return group.neighbourhoods.filter(pk=application.neighbourhood_id).exists()


def halfway(deed: Callable[[], object], begun: threading.Event, go_on: threading.Event) -> object:
    """Do this, but stop for a moment once the first things have been locked and written."""
    done = 0

    def stopping(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal done
        answer = execute(sql, params, many, context)
        done += sql.startswith(("INSERT", "UPDATE"))
        if done == 3:
            begun.set()
            go_on.wait(10)
        return answer

    with connection.execute_wrapper(stopping):
        return deed()


def after(begun: threading.Event, go_on: threading.Event, deed: Callable[[], object]) -> object:
    """Do this once the other has begun; the other goes on as soon as this asks anything."""
    begun.wait(10)

    def telling(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        go_on.set()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(telling):
        return deed()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["admit", "as shown", "consider", "bulk"])
def test_admission_during_a_division(together: Together, way: str) -> None:  # noqa: F811 - the fixture
    v = village(SMALL)
    for _round in range(2):
        plan = agreed(v)
        asked = applying.apply(v.district, far(v, plan))
        if way == "consider":
            applying.open_door(v.district)
        deed: dict[str, Callable[[], object]] = {
            "admit": partial(admission.admit, asked, by=v.fatima),
            "as shown": partial(admission.admit, asked, by=v.fatima, group=v.watch, shown=v.watch),
            "consider": partial(admission.consider, asked),
            "bulk": partial(admission.bulk_admit, [asked], v.fatima),
        }
        begun, go_on = threading.Event(), threading.Event()
        answers = together(
            [partial(halfway, partial(carrying.carry_out, plan, by=v.fatima), begun, go_on), partial(after, begun, go_on, deed[way])]
        )
        assert not [a for a in answers if isinstance(a, Exception)]
        assert is_home(asked)
        undoing.undo(Plan.objects.get(pk=plan.pk), by=v.fatima)
        assert is_home(asked)


@pytest.mark.django_db(transaction=True)
def test_moving_house_during_a_division(together: Together) -> None:  # noqa: F811 - the fixture
    v = village(SMALL)
    plan = agreed(v)
    to = far(v, plan)
    who = next(
        p
        for p in v.everybody
        if p.neighbourhood_id not in set(plan.allotments.filter(part__is_new=True).values_list("neighbourhood", flat=True))
    )
    begun, go_on = threading.Event(), threading.Event()
    answers = together([
        partial(halfway, partial(carrying.carry_out, plan, by=v.fatima), begun, go_on),
        partial(after, begun, go_on, partial(moving.move_house, who, moving.Address("1234AB", 1, "Kade", to))),
    ])  # fmt: skip
    assert not [a for a in answers if isinstance(a, Exception)]
    group = who.memberships.get(kind=Kind.WATCH, left_at=None).group
    assert group.neighbourhoods.filter(pk=to.pk).exists()


@pytest.mark.django_db
def test_a_page_of_before_admits_to_the_group_of_now(db: None) -> None:
    """The choice that was left as it stood follows the division; a choice of one's own stays."""
    v = village(SMALL)
    plan = agreed(v)
    place = far(v, plan)
    left, own = applying.apply(v.district, place), applying.apply(v.district, place)
    carrying.carry_out(plan, by=v.fatima)
    new = Group.objects.get(kind=Kind.WATCH, neighbourhoods=place)
    assert new != v.watch
    assert admission.admit(left, by=v.fatima, group=v.watch, shown=v.watch).group == new
    assert admission.admit(own, by=v.fatima, group=v.watch, shown=new).group == v.watch


@pytest.mark.django_db(transaction=True)
def test_admission_while_borders_change(together: Together) -> None:  # noqa: F811 - the fixture
    """Whoever is admitted meanwhile is placed by the new borders too, or what was shown is shown again."""
    v = village((3, 3))
    dorp = v.neighbourhoods["Dorp"]
    asked = applying.apply(v.district, dorp)
    change = borders.Change(Redrawing.Kind.SPLIT, v.district, dorp, Claims(), name="Linden", made=Claims(("3262AB",)))
    foreseen = borders.foresee(change, by=v.fatima)
    choices = {lot.key: borders.NEW if lot.after == foreseen.made else str(dorp.pk) for lot in foreseen.lots}
    answers = together([
        partial(resettling.carry_out, change, choices=choices, by=v.fatima),
        partial(admission.admit, asked, by=v.fatima),
    ])  # fmt: skip
    assert {type(a) for a in answers} <= {Redrawing, Membership, resettling.LookAgain}
    person = Membership.objects.get(person__email=asked.email, left_at=None).person
    done = isinstance(answers[0], Redrawing)
    assert person.neighbourhood == (Neighbourhood.objects.get(name="Linden") if done else dorp)
