"""Whatever is divided, merged or undone while cases are open: who read goes on reading and reacting, and nobody reads what never stood near them."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from tests.growth.village import Village, village

from meldkring.cases import access as cases_access
from meldkring.cases import closing, following, reporting
from meldkring.cases.models import Called, Case, Follow, Outcome, Status
from meldkring.groups import roles
from meldkring.groups.models import Group, Kind, Membership
from meldkring.growth import carrying, plans, proposing, undoing
from meldkring.growth.models import Plan
from meldkring.messaging.models import Posting
from meldkring.people.models import Person

pytestmark = pytest.mark.django_db


def people(v: Village) -> list[Person]:
    return [*v.everybody, v.fatima, v.sam, v.sofie]


def readable(person: Person) -> dict[int, set[int]]:
    """By open case, the messages this person reads."""
    return {
        case.pk: {p.message_id for p in cases_access.timeline(person, case)}
        for case in cases_access.cases(person).filter(status=Status.OPEN)
    }


def may_react(person: Person, case: int) -> bool:
    groups = reporting.reached(Case.objects.get(pk=case))
    return any(roles.has(person, roles.Right.REACT, g) for g in groups)


def home(person: Person) -> Group | None:
    found = Membership.objects.select_related("group").filter(person=person, kind=Kind.WATCH, left_at=None)
    return found.get().group if found else None


def watch_groups(v: Village) -> list[Group]:
    return list(Group.objects.filter(kind=Kind.WATCH, run_by=v.steering, closed_at=None).order_by("pk"))


def happen(v: Village, data: st.DataObject) -> None:
    """Something is reported, reacted to, hidden or closed in some group."""
    for _ in range(data.draw(st.integers(1, 4), "deeds")):
        who = data.draw(st.sampled_from(v.everybody), "who")
        group = home(who)
        assert group
        cases = [c for c in Case.objects.filter(status=Status.OPEN) if group in reporting.reached(c)]
        deed = data.draw(st.sampled_from(["report", "react", "hide", "close", "screen"] if cases else ["report"]), "deed")
        if deed == "report":
            reporting.report("Something", group=group, by=who, called=Called.BY_ME)
        elif deed == "screen":
            Group.objects.filter(pk=group.pk).update(screens_first=not group.screens_first)
        else:
            _to_a_case(deed, data.draw(st.sampled_from(cases), "case"), group, who)


def _to_a_case(deed: str, case: Case, group: Group, who: Person) -> None:
    if deed == "react":
        reporting.react("More", case=case, group=group, by=who)
    elif deed == "close":
        steers = [p for p in Person.objects.filter(memberships__role__in=roles.STEERING_ROLES) if closing.may_close(p, case)]
        closing.close(case, outcome=Outcome.GONE, text="Over", by=steers[0])
    else:
        posting = Posting.objects.standing().filter(message__contribution__case=case, group=group, hidden_at=None).first()
        steers = [p for p in Person.objects.filter(memberships__role__in=roles.STEERING_ROLES) if roles.has(p, roles.Right.SCREEN, group)]
        if posting and steers:
            reporting.hide(posting, by=steers[0], reason="Not kind")


def some_plan(v: Village, data: st.DataObject) -> Plan | None:
    """Any division of what there is over any parts, old and new."""
    groups = watch_groups(v)
    drafts = [proposing.Draft(g.name, g) for g in groups]
    drafts += [proposing.Draft(f"New {n} {Plan.objects.count()}") for n in range(data.draw(st.integers(0, 2), "new groups"))]
    for place in [n for g in groups for n in proposing.territory(g)]:
        data.draw(st.sampled_from(drafts), f"part of {place.name}").neighbourhoods.append(place)
    drafts = [d for d in drafts if d.group or d.neighbourhoods]
    if not any(d.neighbourhoods for d in drafts):
        return None
    return plans.propose(v.steering, drafts, kind=Plan.Kind.DIVIDE, by=v.fatima)


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_a_division_takes_nothing_away_and_gives_nothing_away(data: st.DataObject) -> None:
    with transaction.atomic():
        v = village(
            data.draw(st.lists(st.integers(0, 2), min_size=2, max_size=4).filter(any), "members"), unknown=data.draw(st.integers(0, 1))
        )
        done: Plan | None = None
        for _ in range(data.draw(st.integers(1, 3), "plans")):
            happen(v, data)
            done = _change(v, data, done)
        transaction.set_rollback(True)


def _change(v: Village, data: st.DataObject, done: Plan | None) -> Plan | None:
    before = {p.pk: readable(p) for p in people(v)}
    could = {(p.pk, case) for p in people(v) for case in before[p.pk] if may_react(p, case)}
    homes = {p.pk: home(p) for p in v.everybody}
    near = {g.pk: {c.pk for c in Case.objects.filter(contributions__message__postings__group=g)} for g in Group.objects.all()}
    if done and data.draw(st.booleans(), "undo"):
        undoing.undo(done, by=v.fatima)
        done = None
    else:
        plan = some_plan(v, data)
        if plan is None:
            return done
        plans.agree(plan, by=v.sam)
        done = carrying.carry_out(plan, by=v.fatima)
    for person in people(v):
        _check(person, before[person.pk], could)
    # Who lived in one group before reads nothing that did not stand in a group that people of the present group come from.
    now = {p.pk: home(p) for p in v.everybody}
    for person in v.everybody:
        origins = {homes[other.pk] for other in v.everybody if now[other.pk] == now[person.pk]} | {homes[person.pk], now[person.pk]}
        stood = {case for g in origins if g for case in near.get(g.pk, set())}
        assert set(readable(person)) <= stood | set(before[person.pk])
    _numbers()
    return done


def _check(person: Person, before: dict[int, set[int]], could: set[tuple[int, int]]) -> None:
    after = readable(person)
    for case, messages in before.items():
        note(f"{person} case {case}")
        assert messages <= after.get(case, set())
        assert (person.pk, case) not in could or may_react(person, case)
    assert Membership.objects.filter(person=person, kind=Kind.WATCH, left_at=None, group__closed_at=None).count() == (
        1 if Membership.objects.filter(person=person, kind=Kind.WATCH).exists() else 0
    )


def _numbers() -> None:
    for group in Group.objects.all():
        numbers = list(Posting.objects.filter(group=group, number__isnull=False).order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) == group.last_number


def test_later_words_reach_everybody_who_reads() -> None:
    """Also after a chain of changes: what one of them says, all of them read."""
    v = village((3, 3, 3, 3))
    case = reporting.report("Something", group=v.watch, by=v.residents["Dorp"][0], called=Called.BY_ME).message.contribution.case
    n = v.neighbourhoods
    steps = [
        [["Dorp"], ["Haven", "Molen", "Park"]],
        [["Dorp", "Haven"], ["Park"], ["Molen"]],
        [[], ["Park", "Dorp", "Haven"], ["Molen"]],
    ]
    for step in steps:
        groups = watch_groups(v)
        drafts = [
            proposing.Draft(
                groups[i].name if i < len(groups) else f"New {i}", groups[i] if i < len(groups) else None, [n[name] for name in names]
            )
            for i, names in enumerate(step)
        ]
        plan = plans.propose(v.steering, drafts, kind=Plan.Kind.DIVIDE, by=v.fatima)
        plans.agree(plan, by=v.sam)
        carrying.carry_out(plan, by=v.fatima)
        for speaker in (v.residents["Dorp"][1], v.residents["Molen"][1]):
            group = home(speaker)
            assert group
            said = reporting.react("Still there", case=case, group=group, by=speaker).message_id
            for person in v.everybody:
                assert said in readable(person)[case.pk], (person, group)
    lasting = Follow.objects.filter(until=None)
    assert lasting.exists()
    assert not lasting.exclude(source__closed_at=None, target__closed_at=None).exists()
    assert not following.active(v.steering).exists()
