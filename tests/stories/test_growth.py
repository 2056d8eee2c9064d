"""From one watch group to several, as the requirements tell it: proposed at the threshold, agreed, carried out, undone (S4, S20, S22, S23)."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from tests.growth.village import Village, residents, village

from meldkring.cases import access as cases_access
from meldkring.cases import closing, forwarding, holding, judging, reporting
from meldkring.cases.models import Called, Case, Holder, Outcome
from meldkring.groups import roles
from meldkring.groups.models import Group, Kind, Membership, Role
from meldkring.growth import access, arranging, carrying, changing, health, plans, proposing, undoing, weighing
from meldkring.growth.models import Move, Plan
from meldkring.messaging.models import Posting
from meldkring.people import mailing
from meldkring.people.models import Person

pytestmark = pytest.mark.django_db


def divided(v: Village) -> Plan:
    """The phone manager proposes what the software drafts, the deputy agrees, and it is carried out."""
    plan = plans.propose(v.steering, proposing.divide(v.watch), kind=Plan.Kind.DIVIDE, by=v.fatima)
    plans.agree(plan, by=v.sam)
    return carrying.carry_out(plan, by=v.fatima)


def group_of(person: Person) -> Group:
    """The watch group of a resident: exactly one (S6)."""
    return Membership.objects.select_related("group").get(person=person, kind=Kind.WATCH, left_at=None).group


def reads(person: Person, case: Case) -> list[str]:
    return list(dict.fromkeys(p.message.text for p in cases_access.timeline(person, case)))


@pytest.mark.requirement("S4")
@pytest.mark.requirement("S23")
def test_a_group_past_the_threshold_is_named() -> None:
    """S23: when more than 80 have joined; with 80 there is nothing to divide yet."""
    v = village()
    assert v.district.group_threshold == 80
    assert proposing.due(v.steering) == [v.watch]
    size = proposing.due(v.steering)[0].size
    for threshold, due in ((size - 1, [v.watch]), (size, [])):
        v.district.group_threshold = threshold
        v.district.save()
        assert proposing.due(v.steering) == due
        assert ("full" in {sign.code for sign in health.signs(v.steering)}) is bool(due)


@pytest.mark.requirement("S22")
def test_phase_1_has_no_coordination_group_and_a_division_brings_one() -> None:
    v = village()
    assert not Group.objects.filter(kind=Kind.COORDINATION).exists()
    divided(v)
    made = Group.objects.get(kind=Kind.COORDINATION)
    assert made.district == v.district
    assert {p.first_name for p in roles.members([made])} == {"Fatima", "Sam", "Sofie"}


@pytest.mark.requirement("S23")
def test_members_go_to_the_group_of_their_neighbourhood() -> None:
    v = village()
    divided(v)
    groups = Group.objects.filter(kind=Kind.WATCH, closed_at=None)
    assert groups.count() == 2
    for group in groups:
        names = set(group.neighbourhoods.values_list("name", flat=True))
        assert names
        for name in names:
            assert {group_of(p).pk for p in v.residents[name]} == {group.pk}
    sizes = [Membership.objects.filter(group=g, left_at=None).count() for g in groups]
    assert sum(sizes) == 87
    assert max(sizes) - min(sizes) <= 10


@pytest.mark.requirement("S23")
def test_every_member_is_told() -> None:
    v = village()
    divided(v)
    while mailing.send_due():
        pass
    told = {m.to[0] for m in mail.outbox if "Stuurgroep" not in m.subject}
    assert told >= {p.email for p in v.everybody}
    moved = [p for p in v.everybody if group_of(p).pk != v.watch.pk]
    assert {access.unseen(p).begun.group for p in moved if access.unseen(p)} == {group_of(moved[0])}
    assert not any(access.unseen(p) for p in v.everybody if group_of(p).pk == v.watch.pk)


@pytest.mark.requirement("S20")
def test_the_phone_manager_proposes_a_new_group_and_the_others_agree_or_object() -> None:
    v = village()
    drafts = arranging.create("Havenwacht", [v.neighbourhoods["Haven"], v.neighbourhoods["Molen"]], v.steering)
    with pytest.raises(roles.NotAllowed):
        plans.propose(v.steering, drafts, kind=Plan.Kind.CREATE, by=v.sofie)
    plan = plans.propose(v.steering, drafts, kind=Plan.Kind.CREATE, by=v.fatima)
    assert plans.object_to(plan, words="Too early", by=v.sofie).state == Plan.State.OPEN
    assert plans.agree(plan, by=v.sam).state == Plan.State.OPEN
    assert plans.agree(plan, by=v.sofie).state == Plan.State.AGREED
    carrying.carry_out(plan, by=v.fatima)
    assert group_of(v.residents["Haven"][0]).name == "Havenwacht"
    assert roles.has(v.fatima, roles.Right.MEMBERS, group_of(v.residents["Haven"][0]))


@pytest.mark.requirement("S20")
def test_a_plan_without_agreement_is_not_carried_out() -> None:
    v = village()
    plan = plans.propose(v.steering, proposing.divide(v.watch), kind=Plan.Kind.DIVIDE, by=v.fatima)
    with pytest.raises(plans.NotNow):
        carrying.carry_out(plan, by=v.fatima)
    plans.agree(plan, by=v.sam)
    with pytest.raises(roles.NotAllowed):
        carrying.carry_out(plan, by=v.sofie)


@pytest.mark.requirement("S20")
def test_after_a_change_earlier_opinions_no_longer_count() -> None:
    v = village()
    plan = plans.propose(v.steering, proposing.divide(v.watch), kind=Plan.Kind.DIVIDE, by=v.fatima)
    plans.agree(plan, by=v.sam)
    first, second = plan.parts.all()
    moved = first.allotments.first()
    assert moved
    changing.allot(plan, {moved.neighbourhood_id: second.pk}, by=v.sofie)
    plan.refresh_from_db()
    assert plan.state == Plan.State.OPEN
    assert [o.person for o in plans.opinions(plan)] == [v.sofie]


@pytest.mark.requirement("S20")
@pytest.mark.parametrize(("yes", "no", "state"), [(2, 1, "agreed"), (1, 2, "rejected"), (1, 0, "rejected")])
def test_at_the_end_of_the_term_the_most_votes_decide(yes: int, no: int, state: str) -> None:
    v = village()
    plan = plans.propose(v.steering, proposing.divide(v.watch), kind=Plan.Kind.DIVIDE, by=v.fatima)
    for person in [v.sofie, v.sam][:no]:
        plans.object_to(plan, words="No", by=person)
    for person in [v.sam, v.sofie][: yes - 1]:
        plans.agree(plan, by=person)
    assert plans.decide() == 0
    assert plans.decide(now=timezone.now() + timedelta(days=8)) == 1
    plan.refresh_from_db()
    assert plan.state == state


@pytest.mark.requirement("S23")
def test_an_open_case_goes_on_undisturbed() -> None:
    """Everybody keeps reading and can react; the holder still holds; later words go both ways; the end reaches all."""
    v = village()
    reporter = v.residents["Station"][0]
    case = reporting.report("Two men at the garages", group=v.watch, by=reporter, called=Called.BY_ME).message.contribution.case
    reporting.react("I see them too", case=case, group=v.watch, by=v.residents["Dorp"][0])
    divided(v)
    assert {tuple(reads(p, case)) for p in v.everybody} == {("Two men at the garages", "I see them too")}
    assert cases_access.holding(reporter, case)
    groups = list(Group.objects.filter(kind=Kind.WATCH, closed_at=None))
    for group in groups:
        one = next(p for p in v.everybody if group_of(p).pk == group.pk)
        reporting.react(f"Seen from {group.name}", case=case, group=group, by=one)
    for person in v.everybody:
        assert len(reads(person, case)) == 4
    holding.police_news("They are coming", case=case, group=group_of(reporter), by=reporter)
    closing.close(case, outcome=Outcome.GOOD, text="All is well", by=reporter)
    assert {reads(p, case)[-1] for p in v.everybody} == {"All is well"}
    for group in groups:
        numbers = list(Posting.objects.filter(group=group).order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.requirement("S23")
def test_what_was_judged_stays_judged() -> None:
    v = village()
    judged = reporting.report("Judged", group=v.watch, by=v.residents["Dorp"][0], called=Called.NOT_NEEDED)
    judging.not_relevant(judged, steering=v.steering, by=v.sam)
    waiting = reporting.report("Waits", group=v.watch, by=v.residents["Dorp"][0], called=Called.NOT_NEEDED)
    divided(v)
    assert list(judging.waiting(v.steering)) == [waiting]


@pytest.mark.requirement("S31")
def test_what_is_said_after_a_division_is_judged_once() -> None:
    """It stands in both groups by itself, but whether it matters elsewhere somebody still decides; a follow by choice goes on."""
    v = village()
    first = reporting.report("Two men", group=v.watch, by=v.residents["Dorp"][0], called=Called.BY_ME)
    case = first.message.contribution.case
    other = Group.objects.create(kind=Kind.WATCH, name="Zuid", municipality=v.watch.municipality, district=v.district, run_by=v.steering)
    divided(v)
    somebody = next(p for p in v.everybody if group_of(p).pk != v.watch.pk)
    said = reporting.react("There", case=case, group=group_of(somebody), by=somebody)
    assert list(judging.waiting(v.steering)) == [first, said]
    forwarding.forward(first, to=[other], steering=v.steering, by=v.sam, follow=True)
    judging.not_relevant(said, steering=v.steering, by=v.sam)
    reporting.react("And there", case=case, group=group_of(somebody), by=somebody)
    assert not judging.waiting(v.steering).exists()
    assert Posting.objects.filter(group=other, message__text="And there").exists()


@pytest.mark.requirement("S12")
def test_what_waits_for_screening_appears_in_both_groups_when_it_is_released() -> None:
    v = village()
    Group.objects.filter(pk=v.watch.pk).update(screens_first=True)
    v.watch.refresh_from_db()
    author = v.residents["Station"][0]
    case = reporting.report("Held back", group=v.watch, by=author, called=Called.BY_ME).message.contribution.case
    divided(v)
    assert reads(v.residents["Dorp"][0], case) == []
    assert reads(author, case) == ["Held back"]
    moved = Posting.objects.held().get()
    assert moved.group == group_of(author)
    reporting.release(moved, by=v.sam)
    assert {tuple(reads(p, case)) for p in v.everybody} == {("Held back",)}
    assert all(g.screens_first for g in Group.objects.filter(kind=Kind.WATCH))


@pytest.mark.requirement("S7")
@pytest.mark.requirement("S10")
def test_a_new_group_can_have_a_steering_group_of_its_own() -> None:
    v = village()
    plan = plans.propose(v.steering, proposing.divide(v.watch), kind=Plan.Kind.DIVIDE, by=v.fatima)
    new = plan.parts.get(is_new=True)
    changing.seat(new, [v.fatima, v.sofie], own=True, by=v.fatima)
    assert "steering" in {p.code for p in weighing.weigh(plan).problems}
    plans.agree(plan, by=v.sam)
    carrying.carry_out(plan, by=v.fatima)
    new.refresh_from_db()
    assert new.steering
    assert new.group
    assert new.steering != v.steering
    found = {(m.person.first_name, m.group_id): m.role for m in Membership.objects.filter(kind=Kind.STEERING, left_at=None)}
    assert found == {
        ("Fatima", new.steering.pk): Role.PHONE_MANAGER,
        ("Sofie", new.steering.pk): Role.STEERING,
        ("Sam", v.steering.pk): Role.PHONE_MANAGER,
    }
    assert roles.has(v.sofie, roles.Right.JUDGE, new.group)
    assert not roles.has(v.sofie, roles.Right.JUDGE, v.watch)
    undoing.undo(plan, by=v.sam)
    found = {(m.person.first_name, m.group_id): m.role for m in Membership.objects.filter(kind=Kind.STEERING, left_at=None)}
    assert found == {
        ("Fatima", v.steering.pk): Role.PHONE_MANAGER,
        ("Sofie", v.steering.pk): Role.STEERING,
        ("Sam", v.steering.pk): Role.DEPUTY,
    }


@pytest.mark.requirement("S23")
def test_undone_within_a_week_everybody_is_back_and_goes_on_reading() -> None:
    v = village()
    reporter = v.residents["Station"][0]
    case = reporting.report("Two men", group=v.watch, by=reporter, called=Called.BY_ME).message.contribution.case
    plan = divided(v)
    new = Group.objects.exclude(pk=v.watch.pk).get(kind=Kind.WATCH)
    someone = next(p for p in v.everybody if group_of(p).pk == new.pk)
    begun = reporting.report("Only here", group=new, by=someone, called=Called.BY_ME).message.contribution.case
    undoing.undo(plan, by=v.sam)
    assert {group_of(p).pk for p in v.everybody} == {v.watch.pk}
    assert set(v.watch.neighbourhoods.all()) == set(v.neighbourhoods.values())
    assert {tuple(reads(p, case)) for p in v.everybody} == {("Two men",)}
    assert {tuple(reads(p, begun)) for p in v.everybody} == {("Only here",)}
    reporting.react("Going on", case=begun, group=v.watch, by=v.residents["Dorp"][0])
    assert cases_access.holding(someone, begun)
    assert not Group.objects.filter(kind=Kind.COORDINATION, closed_at=None).exists()
    with pytest.raises(plans.NotNow):
        undoing.undo(plan, by=v.sam)


@pytest.mark.requirement("S23")
def test_after_a_week_it_stays() -> None:
    v = village()
    plan = divided(v)
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)), pytest.raises(plans.NotNow):
        undoing.undo(plan, by=v.fatima)


@pytest.mark.requirement("S23")
def test_who_came_or_left_meanwhile_is_placed_or_left_alone() -> None:
    v = village()
    plan = divided(v)
    new = Group.objects.exclude(pk=v.watch.pk).get(kind=Kind.WATCH)
    newcomer = residents(new, new.neighbourhoods.first(), 1)[0]
    gone = next(p for p in v.everybody if group_of(p).pk == new.pk)
    Membership.objects.filter(person=gone, left_at=None).update(left_at=timezone.now())
    undoing.undo(plan, by=v.fatima)
    assert group_of(newcomer) == v.watch
    assert not Membership.objects.filter(person=gone, left_at=None).exists()


@pytest.mark.requirement("S20")
def test_groups_merge_and_the_one_that_closes_can_be_read_back() -> None:
    v = village()
    divided(v)
    new = Group.objects.exclude(pk=v.watch.pk).get(kind=Kind.WATCH)
    one = next(p for p in v.everybody if group_of(p).pk == new.pk)
    case = reporting.report("At the new side", group=new, by=one, called=Called.BY_ME).message.contribution.case
    Group.objects.filter(pk=new.pk).update(screens_first=True)
    reporting.react("Held when the group closes", case=case, group=Group.objects.get(pk=new.pk), by=one)
    plan = plans.propose(v.steering, arranging.merge(new, v.watch), kind=Plan.Kind.MERGE, by=v.fatima)
    plans.agree(plan, by=v.sam)
    carrying.carry_out(plan, by=v.sam)
    new.refresh_from_db()
    assert new.closed_at
    assert {group_of(p).pk for p in v.everybody} == {v.watch.pk}
    assert "At the new side" in reads(v.residents["Dorp"][0], case)
    assert Holder.objects.get(case=case, until=None).group == v.watch
    held = Posting.objects.held().get()
    assert held.group == v.watch
    reporting.release(held, by=v.sam)
    assert {len(reads(p, case)) for p in v.everybody} == {2}
    undoing.undo(plan, by=v.fatima)
    assert Group.objects.get(pk=new.pk).closed_at is None
    assert group_of(one).pk == new.pk


@pytest.mark.requirement("S23")
def test_a_neighbourhood_moves_to_another_group() -> None:
    v = village()
    divided(v)
    new = Group.objects.exclude(pk=v.watch.pk).get(kind=Kind.WATCH)
    moved = v.watch.neighbourhoods.first()
    assert moved
    plan = plans.propose(v.steering, arranging.move(moved, new, v.steering), kind=Plan.Kind.MOVE, by=v.fatima)
    plans.agree(plan, by=v.sam)
    carrying.carry_out(plan, by=v.fatima)
    assert {group_of(p).pk for p in v.residents[moved.name]} == {new.pk}
    assert moved in new.neighbourhoods.all()
    assert Move.objects.filter(plan=plan).count() == len(v.residents[moved.name])


@pytest.mark.requirement("S4")
def test_a_group_over_the_maximum_is_not_made() -> None:
    v = village((60, 50, 10))
    plan = plans.propose(v.steering, proposing.divide(v.watch), kind=Plan.Kind.DIVIDE, by=v.fatima)
    big = plan.parts.first()
    assert big
    changing.allot(plan, dict.fromkeys([n.pk for n in v.neighbourhoods.values()], big.pk), by=v.fatima)
    codes = {p.code for p in weighing.weigh(plan).problems if p.blocks}
    assert codes == {"over", "empty"}
    plans.agree(plan, by=v.sam)
    with pytest.raises(carrying.Blocked):
        carrying.carry_out(plan, by=v.fatima)


@pytest.mark.requirement("S23")
def test_one_neighbourhood_cannot_be_divided_and_we_say_what_to_do() -> None:
    v = village((85,))
    with pytest.raises(proposing.CannotDivide, match=r"postcode"):
        proposing.divide(v.watch)


@pytest.mark.requirement("S23")
def test_members_of_whom_we_do_not_know_where_they_live_stay_and_are_named() -> None:
    v = village(unknown=5)
    plan = divided(v)
    assert {group_of(p).pk for p in v.residents[""]} == {v.watch.pk}
    plan2 = plans.propose(v.steering, proposing.divide(v.watch), kind=Plan.Kind.DIVIDE, by=v.fatima)
    assert "unknown" in {p.code for p in weighing.weigh(plan2).problems}
    assert plan.state == Plan.State.DONE
