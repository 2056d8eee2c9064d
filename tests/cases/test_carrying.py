"""A division at the same moment as something else: somebody reports, joins, reacts, or a colleague carries it out too."""

from collections.abc import Callable, Sequence
from functools import partial

import pytest
from tests.growth.village import Village, village

from meldkring.cases import access, reporting
from meldkring.cases.models import Called, Case
from meldkring.groups import joining, roles
from meldkring.groups.models import Group, Kind, Membership
from meldkring.growth import carrying, plans, proposing
from meldkring.growth.models import Plan
from meldkring.messaging.models import Posting
from meldkring.people.models import Person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
Together = Callable[[Sequence[Callable[[], object]]], list[object]]


def agreed(v: Village) -> Plan:
    plan = plans.propose(v.steering, proposing.divide(v.watch), kind=Plan.Kind.DIVIDE, by=v.fatima)
    plans.agree(plan, by=v.sam)
    return plan


def test_two_colleagues_carry_out_at_once(together: Together) -> None:
    """S20: it is done once; the other hears so."""
    v = village((4, 4))
    plan = agreed(v)
    answers = together([partial(carrying.carry_out, plan, by=v.fatima), partial(carrying.carry_out, plan, by=v.sam)])
    assert {type(a) for a in answers} == {Plan, plans.NotNow}
    assert Group.objects.filter(kind=Kind.WATCH).count() == 2


def test_who_reports_while_groups_are_divided_is_not_left_alone_with_it(together: Together) -> None:
    """S23 S29: the report stands where its reporter is, or is refused and can be sent again; everybody before it reads it."""
    v = village((4, 4, 4))
    plan = agreed(v)
    reporters = [people[0] for people in v.residents.values() if people]
    deeds: list[Callable[[], object]] = [partial(reporting.report, f"By {p}", group=v.watch, by=p, called=Called.BY_ME) for p in reporters]
    answers = together([*deeds[:2], partial(carrying.carry_out, plan, by=v.fatima), *deeds[2:]])
    assert {type(a) for a in answers} <= {Plan, Posting, roles.NotAllowed}
    for case in Case.objects.all():
        assert case.opened_by
        assert access.cases(case.opened_by).filter(pk=case.pk).exists()
        assert any(roles.has(case.opened_by, roles.Right.REACT, g) for g in reporting.reached(case))
    for group in Group.objects.all():
        numbers = list(Posting.objects.filter(group=group).order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))


def test_who_joins_while_groups_are_divided_is_in_one_group(together: Together) -> None:
    """S6: exactly one watch group, whoever was first."""
    v = village((4, 4))
    plan = agreed(v)
    newcomer = Person.objects.create_user("nieuw@example.org", first_name="Nieuw", neighbourhood=v.neighbourhoods["Haven"])
    together([partial(joining.join, newcomer, v.watch), partial(carrying.carry_out, plan, by=v.fatima)])
    assert Membership.objects.filter(person=newcomer, left_at=None, kind=Kind.WATCH).count() == 1
