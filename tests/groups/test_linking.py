"""How districts are linked, and who then speaks for them in the municipal group: kept and derived must always say the same (S9)."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.town import Town, town

from meldkring.cases import forwarding, judging, reporting
from meldkring.groups import joining, linking, representing, roles, routes, steering
from meldkring.groups.models import Chosen, Group, Kind, Link, Membership, Role
from meldkring.messaging import access as messaging
from meldkring.people.models import Mail, Person

pytestmark = pytest.mark.postgres


@pytest.fixture
def place(db: None) -> Town:
    return town()


@pytest.fixture
def apart(place: Town) -> Town:
    """The same town before its districts were linked."""
    Link.objects.all().delete()
    return place


def inside(place: Town) -> set[str]:
    return set(roles.members([place.municipal]).values_list("first_name", flat=True))


def test_a_district_is_linked_when_its_steering_members_agree(apart: Town) -> None:
    """S9 S22: asked by an official, agreed on by two, and only then anybody of Noord reads in the municipal group."""
    assert inside(apart) == set()
    assert apart.municipal not in routes.targets(apart.coordination_noord, steering=apart.steering_1)
    link = linking.propose(apart.noord, by=apart.official)
    linking.agree(link, by=apart.sam)
    assert inside(apart) == set()
    linking.agree(link, by=apart.sofie)
    assert inside(apart) == {"Fatima"}
    assert apart.municipal in routes.targets(apart.coordination_noord, steering=apart.steering_1)
    assert apart.municipal not in routes.targets(apart.coordination_zuid, steering=apart.steering_2)
    assert {m.to for m in Mail.objects.all()} == {"fatima@example.org", "sam@example.org", "sofie@example.org"}


def test_linking_makes_the_groups_that_are_missing(apart: Town) -> None:
    """S22: the coordination group is optional in phase 1, needed as soon as districts are linked."""
    Group.objects.filter(kind__in=(Kind.COORDINATION,)).update(closed_at=timezone.now())
    link = linking.propose(apart.zuid, by=apart.official)
    linking.agree(link, by=apart.zeno)
    linking.agree(link, by=apart.zora)
    made = Group.objects.get(kind=Kind.COORDINATION, district=apart.zuid, closed_at=None)
    assert set(roles.members([made])) == {apart.zora, apart.zeno}


@pytest.mark.parametrize("name", ["anna", "sam", "zora", "officer", "outsider"])
def test_only_who_oversees_the_municipality_asks(apart: Town, name: str) -> None:
    with pytest.raises(roles.NotAllowed):
        linking.propose(apart.noord, by=getattr(apart, name))


@pytest.mark.parametrize("name", ["anna", "zora", "officer", "official", "outsider"])
def test_only_steering_members_of_the_district_agree_and_choose(apart: Town, name: str) -> None:
    link = linking.propose(apart.noord, by=apart.official)
    with pytest.raises(roles.NotAllowed):
        linking.agree(link, by=getattr(apart, name))
    with pytest.raises(roles.NotAllowed):
        linking.choose(apart.noord, [apart.sam], by=getattr(apart, name))


def test_asked_once_and_declined(apart: Town) -> None:
    link = linking.propose(apart.noord, by=apart.official)
    with pytest.raises(linking.CannotLink):
        linking.propose(apart.noord, by=apart.official)
    linking.end(link, by=apart.sam)
    with pytest.raises(linking.CannotLink):
        linking.agree(link, by=apart.sofie)
    with pytest.raises(roles.NotAllowed):
        linking.end(linking.propose(apart.noord, by=apart.official), by=apart.zora)


def test_the_steering_members_choose_who_speaks_for_them(place: Town) -> None:
    """S9: some of the members of the coordination group, and they may judge there."""
    linking.choose(place.noord, [place.sam, place.sofie], by=place.sam)
    assert inside(place) == {"Sam", "Sofie", "Zora"}
    assert roles.has(place.sam, roles.Right.JUDGE, place.municipal)
    assert not roles.has(place.fatima, roles.Right.READ, place.municipal)
    with pytest.raises(linking.CannotLink):
        linking.choose(place.noord, [place.zeno], by=place.sam)
    linking.choose(place.noord, [], by=place.fatima)
    assert inside(place) == {"Fatima", "Zora"}


def test_when_nobody_who_was_chosen_is_left_the_phone_manager_speaks_again(place: Town) -> None:
    linking.choose(place.noord, [place.sam], by=place.fatima)
    steering.dismiss(place.sam, place.steering_1, by=place.fatima)
    assert inside(place) == {"Fatima", "Zora"}


def test_what_stood_there_in_their_time_stays_readable(place: Town) -> None:
    """Who speaks for a district reads from then on, and reads back what was in that time after it."""
    begin = timezone.now()
    Membership.objects.update(joined_at=begin - timedelta(days=10))
    Link.objects.update(agreed_at=begin - timedelta(days=10))
    Chosen.objects.create(district=place.noord, person=place.sam, since=begin - timedelta(days=5), until=begin - timedelta(days=2))
    spans = {
        name: [(s.since, s.until) for s in roles.standings(getattr(place, name)) if s.group == place.municipal]
        for name in ("fatima", "sam")
    }
    assert spans["sam"] == [(begin - timedelta(days=5), begin - timedelta(days=2))]
    assert spans["fatima"] == [(begin - timedelta(days=10), begin - timedelta(days=5)), (begin - timedelta(days=2), None)]


def test_a_message_travels_through_the_municipality_with_its_provenance(place: Town) -> None:
    """S9 S31 S32: A, coordination Noord, municipal, coordination Zuid, C; judged at each step by who was chosen."""
    linking.choose(place.noord, [place.sam], by=place.fatima)
    posting = reporting.report("Iemand voelt aan deuren", group=place.watch_a, by=place.anna, called="by_me")
    hops = [
        (place.coordination_noord, place.steering_1, place.fatima), (place.municipal, place.steering_1, place.sam),
        (place.coordination_zuid, place.steering_2, place.zora), (place.watch_c, place.steering_2, place.zeno),
    ]  # fmt: skip
    at = posting
    for to, by_group, by in hops:
        assert judging.can_be_judged(at, steering=by_group)
        forwarding.forward(at, to=[to], steering=by_group, by=by, follow=False)
        at = to.postings.get(message=posting.message)
    came = messaging.chains([at])[at.pk]
    assert [p.group.name for p in came] == ["A", "Coordination Noord", "Waterdam", "Coordination Zuid", "C"]
    assert place.fatima not in set(roles.members([place.municipal]))


def test_after_unlinking_nothing_comes_or_goes(place: Town) -> None:
    link = Link.objects.get(district=place.noord)
    linking.end(link, by=place.fatima)
    assert inside(place) == {"Zora"}
    assert place.municipal not in routes.targets(place.coordination_noord, steering=place.steering_1)
    assert not routes.targets(place.municipal, steering=place.steering_1).exists()
    assert not routes.judges(place.steering_1, place.municipal, linked=routes.linked())


def test_as_many_questions_with_many_who_were_chosen(place: Town) -> None:
    for size in (1, 6):
        for n in range(size):
            extra = Person.objects.create_user(f"x{size}{n}@example.org", first_name="X", second_factor_since=timezone.now())
            joining.join(extra, place.steering_1, role=Role.STEERING)
            Chosen.objects.create(district=place.noord, person=extra, since=timezone.now())
        with CaptureQueriesContext(connection) as taken:
            roles.standings(place.fatima)
        assert len(taken) == 4


NAMES = ("fatima", "sam", "sofie", "zora", "zeno", "anna", "official")
DEEDS = st.lists(
    st.tuples(st.sampled_from(["choose", "leave", "role", "unlink", "link", "factor", "close"]), st.sampled_from(NAMES[:5]), st.sets(st.sampled_from(NAMES[:5]))),
    max_size=8,
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DEEDS)
def test_what_a_person_stands_in_and_who_stands_in_a_group_always_agree(place: Town, deeds: list[tuple[str, str, set[str]]]) -> None:
    """S7 S8 S9: `standings` asks from the person, `members` from the group; after whatever happened they say the same."""
    with transaction.atomic():
        for deed, name, others in deeds:
            do(place, deed, getattr(place, name), others)
        for group in Group.objects.all():
            reads = {name for name in NAMES if roles.has(fresh(place, name), roles.Right.READ, group)}
            there = {p.first_name.lower() for p in roles.members([group])} & set(NAMES)
            assert reads == there, (group, deeds)
            assert {m.person.first_name.lower() for m in roles.roster(group)} & set(NAMES) == there
        transaction.set_rollback(True)


def do(place: Town, deed: str, person: Person, others: set[str]) -> None:
    now = timezone.now()
    district = place.noord if person in (place.fatima, place.sam, place.sofie) else place.zuid
    if deed == "choose":
        Chosen.objects.filter(district=district, until=None).update(until=now)
        Chosen.objects.bulk_create(Chosen(district=district, person=getattr(place, n), since=now) for n in sorted(others))
    elif deed == "leave":
        person.memberships.filter(kind=Kind.STEERING).update(left_at=now)
    elif deed == "role":
        Membership.objects.filter(person=person, kind=Kind.STEERING, role=Role.PHONE_MANAGER).update(role=Role.STEERING)
    elif deed == "unlink":
        Link.objects.filter(district=district).update(ended_at=now)
    elif deed == "link" and not representing.linked().filter(district=district).exists():
        Link.objects.create(municipal=place.municipal, district=district, proposed_at=now, agreed_at=now)
    elif deed == "factor":
        Person.objects.filter(pk=person.pk).update(second_factor_since=None)
    elif deed == "close":
        Group.objects.filter(kind=Kind.MUNICIPAL).update(closed_at=now)


def fresh(place: Town, name: str) -> Person:
    return Person.objects.get(pk=getattr(place, name).pk)
