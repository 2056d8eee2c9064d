"""S6: moving house moves you, with history, and whatever happens nobody is ever in two watch groups at once."""

import contextlib
from collections.abc import Callable, Sequence
from functools import partial

import pytest
from django.core import mail
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from tests.cases.conftest import real, together  # noqa: F401 - fixtures
from tests.joining import applying
from tests.stories import scene
from tests.town import Town, town

from meldkring.groups import joining, roles
from meldkring.groups.models import Kind, Membership
from meldkring.joining import access, admission, expelling, moving, places, proving
from meldkring.joining.models import Application, Proof
from meldkring.people import mailing
from meldkring.people.models import Person
from meldkring.places.models import District, Neighbourhood

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
State, What = Application.State, moving.What
NAMED = (roles.NotAllowed, moving.NotAMember, moving.StillSteers, places.GroupFull, admission.NoGroup, expelling.NotAMember)
Together = Callable[[Sequence[Callable[[], object]]], list[object]]


def address(where: Neighbourhood | None, number: int = 7) -> moving.Address:
    return moving.Address("3262CD", number, "Eikstraat", where)


def groups_of(person: Person) -> list[str]:
    return list(person.memberships.filter(kind=Kind.WATCH, left_at=None).values_list("group__name", flat=True))


@pytest.fixture
def t() -> Town:
    return town()


@pytest.mark.requirement("S6")
def test_moving_house_moves_you(t: Town) -> None:
    """S6: to the watch group of the new neighbourhood, at once; what stood in the old one in that time stays readable."""
    where = applying.settle(t)
    first = scene.report(t)
    proving.prove(t.arie, Proof.How.LETTER, None)
    assert moving.plan(t.arie, address(where["eiken"])) == moving.Plan(What.GOES, t.watch_a, t.watch_b)
    assert moving.move_house(t.arie, address(where["eiken"])).what == What.GOES
    later = scene.report(t)
    t.arie.refresh_from_db()
    assert (groups_of(t.arie), t.arie.street, t.arie.neighbourhood) == (["B"], "Eikstraat", where["eiken"])
    assert scene.reads(t.arie, scene.case_of(first)) == ["report"]
    assert scene.reads(t.arie, scene.case_of(later)) == []
    old, new = t.arie.memberships.order_by("pk")
    assert old.left_at == new.joined_at
    assert not proving.proven(t.arie)
    assert proving.ask_to_renew() == 0
    mailing.send_due()
    assert "B" in mail.outbox[0].subject


def test_within_the_group_only_the_address_changes(t: Town) -> None:
    """S6: another street of the same watch group."""
    where = applying.settle(t)
    assert moving.move_house(t.arie, address(where["linden"])).what == What.STAYS
    assert Person.objects.get(pk=t.arie.pk).street == "Eikstraat"
    assert t.arie.memberships.count() == 1


@pytest.mark.requirement("S6")
def test_a_full_group_lets_you_wait_where_you_are(t: Town) -> None:
    """S6: no room, so the member stays and gets the first place that comes free, without being asked again."""
    where = applying.settle(t)
    applying.room(t.noord, 2)
    applying.open_door(t.noord)
    assert moving.move_house(t.arie, address(where["eiken"])).what == What.WAITS
    assert groups_of(t.arie) == ["A"]
    waits = moving.waits_for(t.arie)
    assert waits
    assert waits.group == t.watch_b
    moving.leave(t.bea)
    assert groups_of(t.arie) == ["B"]
    assert moving.waits_for(t.arie) is None


@pytest.mark.requirement("S6")
def test_another_district_admits_first(t: Town) -> None:
    """S6 S18: the phone manager there decides; in that moment the member leaves the old group and its next gets the place."""
    where = applying.settle(t)
    applying.room(t.noord, 2)
    applying.open_door(t.noord)
    queued = admission.consider(applying.apply(t.noord, where["linden"]))
    assert moving.move_house(t.arie, address(where["haven"])).what == What.APPLIES
    assert groups_of(t.arie) == ["A"]
    (sign_up,) = access.waiting(t.zora)
    admission.admit(sign_up, by=t.zora)
    assert groups_of(t.arie) == ["C"]
    assert Person.objects.get(pk=t.arie.pk).neighbourhood == where["haven"]
    assert admission.fill_places() == 1
    queued.refresh_from_db()
    assert queued.state == State.ADMITTED


def test_nowhere_and_changing_ones_mind(t: Town) -> None:
    """S6: where there is no group one stays; a second move takes the place of the first."""
    where = applying.settle(t)
    lonely = applying.neighbourhood("Polder", t.noord)
    for nowhere in (address(None), address(lonely)):
        assert moving.plan(t.arie, nowhere).what == What.NOWHERE
        with pytest.raises(admission.NoGroup):
            moving.move_house(t.arie, nowhere)
    moving.move_house(t.arie, address(where["haven"]))
    moving.move_house(t.arie, address(where["linden"]))
    assert moving.waits_for(t.arie) is None
    applying.apply(t.zuid, where["haven"], email=t.arie.email)
    moving.move_house(t.arie, address(where["haven"]))
    assert access.waiting(t.zora).get().person == t.arie
    with pytest.raises(moving.NotAMember):
        moving.move_house(t.outsider, address(where["linden"]))


@pytest.mark.requirement("S7")
def test_who_steers_hands_over_first(t: Town) -> None:
    """S7 S10: a steering member stays a resident of the groups they run; leaving or moving out of them waits for the handing over."""
    where = applying.settle(t)
    joining.join(t.sam, t.watch_a)
    for refused in (partial(moving.leave, t.sam), partial(moving.move_house, t.sam, address(where["haven"]))):
        with pytest.raises(moving.StillSteers, match="S1"):
            refused()
    assert moving.move_house(t.sam, address(where["eiken"])).what == What.GOES
    joining.leave(t.sam, t.steering_1)
    moving.leave(t.sam)
    assert groups_of(t.sam) == []


@pytest.mark.requirement("S18")
def test_the_phone_manager_moves_a_member(t: Town) -> None:
    """S18: between their own watch groups, while there is a place."""
    member = t.arie.memberships.get()
    for by in (t.sam, t.zora, t.anna):
        with pytest.raises(roles.NotAllowed):
            moving.move_member(member, t.watch_b, by=by)
    with pytest.raises(roles.NotAllowed):
        moving.move_member(member, t.watch_c, by=t.fatima)
    moving.move_member(member, t.watch_b, by=t.fatima)
    with pytest.raises(moving.NotAMember):
        moving.move_member(member, t.watch_b, by=t.fatima)
    applying.room(t.noord, 3)
    with pytest.raises(places.GroupFull):
        moving.move_member(t.anna.memberships.get(), t.watch_b, by=t.fatima)
    assert (groups_of(t.arie), groups_of(t.anna)) == (["B"], ["A"])


def test_still_living_here(t: Town) -> None:
    """S18: saying so renews what was once proven better; alone it proves nothing."""
    moving.still_here(t.arie)
    assert not proving.proven(t.arie)
    proving.prove(t.arie, Proof.How.LETTER, None)
    moving.still_here(t.arie)
    assert t.arie.proofs.count() == 2


@pytest.mark.django_db(transaction=True)
def test_moving_leaving_and_being_moved_at_once(together: Together) -> None:  # noqa: F811 - the fixture
    """S6: whoever is first, one membership or none is left, and the last place is given once."""
    t = town()
    where = applying.settle(t)
    applying.room(t.noord, 3)
    for _round in range(4):
        member = moving.watch_membership(t.arie)
        if member is None:
            member = joining.join(t.arie, t.watch_a)
        to = t.watch_b if member.group_id == t.watch_a.pk else t.watch_a
        answers = together([
            partial(moving.move_house, Person.objects.get(pk=t.arie.pk), address(where["eiken"])),
            partial(moving.move_member, member, to, by=t.fatima),
            partial(moving.leave, Person.objects.get(pk=t.arie.pk)),
            partial(moving.move_house, Person.objects.get(pk=t.anna.pk), address(where["eiken"])),
        ])  # fmt: skip
        assert not [a for a in answers if isinstance(a, Exception) and not isinstance(a, NAMED)]
        assert len(groups_of(t.arie)) <= 1
        assert len(groups_of(t.anna)) == 1
        assert t.watch_b.memberships.filter(left_at=None).count() <= 3


def refused(verb: Callable[..., object], *args: object, **how: object) -> None:
    """A verb that may refuse, by name only."""
    with contextlib.suppress(*NAMED):
        verb(*args, **how)


class Living(RuleBasedStateMachine):
    """Two districts with small groups, and people who sign up, are admitted, move, leave and are expelled in any order."""

    def __init__(self, t: Town, where: list[Neighbourhood]) -> None:
        super().__init__()
        self.town, self.where = t, where
        self.block = transaction.atomic()
        self.block.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    people = st.integers(0, 5)
    spots = st.integers(0, 2)

    def person(self, number: int) -> Person | None:
        everybody = [self.town.anna, self.town.arie, self.town.bea, self.town.carla]
        everybody += list(Person.objects.filter(applications__isnull=False).exclude(pk__in=[p.pk for p in everybody]).order_by("pk")[:2])
        return Person.objects.get(pk=everybody[number].pk) if number < len(everybody) else None

    @rule(spot=spots, who=people, again=st.booleans())
    def sign_up(self, spot: int, who: int, again: bool) -> None:
        where, person = self.where[spot], self.person(who) if again else None
        given = {"email": person.email} if person else {}
        waiting = Application.objects.filter(district=where.district, email=given.get("email"), state__in=access.UNDECIDED)
        if not waiting.exists():
            admission.consider(applying.apply(where.district, where, **given))

    @rule(open_=st.booleans(), spot=spots)
    def choose_approval(self, open_: bool, spot: int) -> None:
        district = District.objects.get(pk=self.where[spot].district_id)
        applying.open_door(district, asks_approval=not open_)

    @rule()
    def admit_everybody(self) -> None:
        for manager in (self.town.fatima, self.town.zora):
            admission.bulk_admit(access.waiting(manager), by=manager)

    @rule(who=people, spot=spots)
    def move(self, who: int, spot: int) -> None:
        if person := self.person(who):
            refused(moving.move_house, person, address(self.where[spot]))

    @rule(who=people, to=st.sampled_from(["watch_a", "watch_b"]))
    def be_moved(self, who: int, to: str) -> None:
        person = self.person(who)
        if person and (member := moving.watch_membership(person)):
            refused(moving.move_member, member, getattr(self.town, to), by=self.town.fatima)

    @rule(who=people)
    def leave(self, who: int) -> None:
        if person := self.person(who):
            refused(moving.leave, person)

    @rule(who=people)
    def expel(self, who: int) -> None:
        person = self.person(who)
        if person and (member := moving.watch_membership(person)):
            manager = self.town.zora if member.group_id == self.town.watch_c.pk else self.town.fatima
            refused(expelling.expel, member, reason="No", by=manager, link=str)

    @rule()
    def tick(self) -> None:
        admission.fill_places()

    @invariant()
    def one_watch_group_each(self) -> None:
        lasting = list(Membership.objects.filter(kind=Kind.WATCH, left_at=None).values_list("person", flat=True))
        assert len(lasting) == len(set(lasting))

    @invariant()
    def no_group_over_its_maximum(self) -> None:
        assert all(c.taken <= c.most for c in places.capacities([self.town.watch_a, self.town.watch_b, self.town.watch_c]))

    @invariant()
    def who_was_admitted_is_or_was_a_member(self) -> None:
        admitted = Application.objects.filter(state=State.ADMITTED).select_related("person")
        assert all(a.person and a.person.memberships.filter(kind=Kind.WATCH).exists() for a in admitted)


def test_one_watch_group_per_resident_whatever_people_do(t: Town) -> None:
    """S6: exactly one active watch membership per resident, and no group over its maximum."""
    where = list(applying.settle(t).values())
    for district in (t.noord, t.zuid):
        applying.room(district, 3)
    quick = settings(max_examples=20, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(lambda: Living(t, where), settings=quick)
