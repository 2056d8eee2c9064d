"""Two people do something at the same moment. One is first, the other hears so, and nothing stands half."""

from collections.abc import Callable, Sequence
from functools import partial

import pytest
from tests.stories import scene
from tests.town import town

from meldkring.cases import closing, forwarding, judging, lifecycle, reporting
from meldkring.cases.models import Case, Judgement, Outcome
from meldkring.groups import joining
from meldkring.groups.models import Group
from meldkring.messaging.models import Kind, Posting

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
Together = Callable[[Sequence[Callable[[], object]]], list[object]]


def numbers(group: Group) -> list[int]:
    return list(Posting.objects.filter(group=group).order_by("number").values_list("number", flat=True))


def test_two_colleagues_judge_at_once(together: Together) -> None:
    """S31: exactly one judgement stands; the other colleague is told."""
    t = town()
    for _round in range(4):
        first = scene.report(t)
        answers = together([
            partial(judging.not_relevant, first, steering=t.steering_1, by=t.sam),
            partial(forwarding.forward, first, to=[t.watch_b], steering=t.steering_1, by=t.sofie),
        ])  # fmt: skip
        assert {type(a) for a in answers} == {Judgement, judging.AlreadyJudged}
        assert Judgement.objects.filter(posting=first, undone_at=None).count() == 1


def test_twenty_people_post_at_once(together: Together) -> None:
    """S29 S30: the numbers in a group have no gap and no double, whoever was first."""
    t = town()
    answers = together([partial(scene.report, t, text=f"Report {i}") for i in range(20)])
    assert [type(a) for a in answers] == [Posting] * 20
    assert numbers(t.watch_a) == list(range(1, 21))
    assert Case.objects.count() == 20


def test_closing_against_a_reaction(together: Together) -> None:
    """S34: after the closing message comes no reaction."""
    t = town()
    for _round in range(5):
        case = scene.case_of(scene.report(t))
        answers = together([
            partial(closing.close, case, outcome=Outcome.GONE, text="Over", by=t.anna),
            partial(reporting.react, "One more", case=case, group=t.watch_a, by=t.arie),
        ])  # fmt: skip
        assert isinstance(answers[1], Posting | lifecycle.CaseClosed)
        assert scene.standing(case, t.watch_a)[-1].message.kind == Kind.CLOSING


def test_closing_against_forwarding(together: Together) -> None:
    """S34: whoever got the case also gets its end."""
    t = town()
    for _round in range(5):
        first = scene.report(t)
        case = scene.case_of(first)
        answers = together([
            partial(closing.close, case, outcome=Outcome.GONE, text="Over", by=t.anna),
            partial(forwarding.forward, first, to=[t.watch_b, t.coordination_noord], steering=t.steering_1, by=t.sam),
        ])  # fmt: skip
        assert isinstance(answers[1], Judgement | lifecycle.CaseClosed)
        for group in lifecycle.reached(case):
            assert scene.standing(case, group)[-1].message.kind == Kind.CLOSING


def test_cases_that_cross_do_not_wait_for_each_other_forever(together: Together) -> None:
    """S13 S14 S15: one case is followed upwards, the other downwards, and neighbours react to both at once."""
    t = town()
    up = scene.report(t)
    case_up = scene.case_of(up)
    forwarding.forward(up, to=[t.coordination_noord], steering=t.steering_1, by=t.sam, follow=True)
    case_down = scene.police_message(t, [t.coordination_noord])
    placed = scene.standing(case_down, t.coordination_noord)[0]
    forwarding.forward(placed, to=[t.watch_a], steering=t.steering_1, by=t.sam, follow=True)

    def many(case: Case, group: Group, by: object) -> int:
        return len([reporting.react(f"Word {i}", case=case, group=group, by=by) for i in range(12)])

    def others() -> int:
        return len([scene.report(t, text=f"Other {i}") for i in range(12)])

    assert together([partial(many, case_up, t.watch_a, t.anna), partial(many, case_down, t.coordination_noord, t.officer), others]) == [
        12,
        12,
        12,
    ]
    for group in (t.watch_a, t.coordination_noord):
        assert numbers(group) == list(range(1, len(numbers(group)) + 1))


def test_joining_twice_at_once(together: Together) -> None:
    """S6: one of two admissions at the same moment is refused by name."""
    t = town()
    answers = together([partial(joining.join, t.outsider, group) for group in (t.watch_a, t.watch_b)])
    assert sorted(type(a).__name__ for a in answers) == ["AlreadyMember", "Membership"]
