"""Is the demo the town that we promise, and does it hold to the rules it shows?"""

import itertools
from datetime import timedelta

from django.utils import timezone

from meldkring.cases import advice, forwarding, judging, reporting, validity
from meldkring.cases.models import Called, Case, Outcome, Status
from meldkring.demo import loading, places, residents
from meldkring.demo.town import Town
from meldkring.groups import roles
from meldkring.groups.models import ContactCard, Group, Kind, Membership, Role
from meldkring.growth import proposing
from meldkring.intake.models import PoliceMail
from meldkring.messaging.models import Kind as Said
from meldkring.messaging.models import Message, Posting
from meldkring.people.models import Person


def test_groups(town: Town) -> None:
    assert loading.loaded()
    watch = [g for g in town.groups.values() if g.is_watch]
    assert sorted(sum(g.district.name == name for g in watch) for name in ("Zoomwijck", "Poortwijk")) == [2, 5]
    assert Group.objects.filter(kind=Kind.STEERING).count() == 4
    assert Group.objects.filter(kind=Kind.COORDINATION).count() == 2, "a district that begins has none"
    assert Group.objects.filter(kind=Kind.MUNICIPAL).count() == 2, "one more municipality begins"


def test_steering_members_are_residents_too(town: Town) -> None:
    for name, size in (("Stuurgroep Zoomwijck", 4), ("Stuurgroep Poortwijk", 3)):
        members = Membership.objects.filter(group=town.groups[name], role__in=roles.STEERING_ROLES)
        assert members.count() == size
        assert members.filter(role=Role.PHONE_MANAGER).count() == 1
        assert all(m.person.memberships.filter(kind=Kind.WATCH).count() == 1 for m in members)


def test_people_are_many_and_cannot_be_anyone(town: Town) -> None:
    members = Membership.objects.filter(kind=Kind.WATCH)
    assert members.count() == 549
    assert max(members.filter(group=g).count() for g in town.groups.values()) > 80
    assert all(p.email.endswith("@" + residents.DOMAIN) and not p.has_usable_password() for p in Person.objects.all())


def test_history(town: Town) -> None:
    ended = Case.objects.filter(status=Status.CLOSED)
    assert 28 <= ended.count() <= 34
    assert set(ended.values_list("outcome", flat=True)) == set(Outcome.values)
    reach = {reporting.reached(case).count() for case in ended}
    assert {1, 3, 6} <= reach
    assert max(reach) >= 8
    now = timezone.now()
    for case in ended:
        assert case.closed_at is not None
        assert timedelta() < case.closed_at - case.opened_at < timedelta(hours=6)
        assert now - timedelta(days=200) < case.opened_at < now - timedelta(days=1)
        assert case.reference.startswith(f"{timezone.localtime(case.opened_at).year}-")


def test_every_ended_case_is_closed_in_each_group_it_reached(town: Town) -> None:
    for case in Case.objects.filter(status=Status.CLOSED):
        closing = Message.objects.get(contribution__case=case, kind=Said.CLOSING)
        assert set(closing.postings.values_list("group", flat=True)) == set(reporting.reached(case).values_list("pk", flat=True))


def test_numbers_are_gapless_and_in_the_order_of_time(town: Town) -> None:
    for group in Group.objects.all():
        stands = list(Posting.objects.filter(group=group).order_by("number").values_list("number", "posted_at"))
        assert [number for number, _at in stands] == list(range(1, group.last_number + 1))
        assert [at for _number, at in stands] == sorted(at for _number, at in stands)


def test_something_is_happening_now_and_something_waits(town: Town) -> None:
    case = Case.objects.exclude(called=Called.POLICE).get(status=Status.OPEN)
    assert timedelta(minutes=3) < timezone.now() - case.opened_at < timedelta(minutes=6)
    assert reporting.reached(case).count() == 4
    assert [p.group.name for p in judging.waiting(town.groups["Stuurgroep Zoomwijck"])] == ["Centrumrand"]


def test_what_is_over_is_read_and_owed_to_nobody(town: Town) -> None:
    open_case = Case.objects.exclude(called=Called.POLICE).get(status=Status.OPEN)
    owed = Posting.objects.owed().exclude(message__contribution__case__called=Called.POLICE)
    assert set(owed) == set(Posting.objects.filter(message__contribution__case=open_case))


def test_the_open_case_is_renewed_when_it_has_grown_old(town: Town) -> None:
    old = Case.objects.exclude(called=Called.POLICE).get(status=Status.OPEN)
    loading.freshen()
    assert Case.objects.exclude(called=Called.POLICE).get(status=Status.OPEN) == old
    Case.objects.filter(pk=old.pk).update(opened_at=timezone.now() - timedelta(days=2))
    loading.freshen()
    assert Case.objects.exclude(called=Called.POLICE).get(status=Status.OPEN) != old


def test_the_police_have_something_to_show(town: Town) -> None:
    """S16 S35: a mail waits for Zoomwijck, a message holds in Poortwijk with its area advised, the card has one before it."""
    assert PoliceMail.objects.get().state == "waiting"
    case = Case.objects.get(status=Status.OPEN, called=Called.POLICE)
    told = validity.of(case)
    assert told is not None
    assert told.valid_until > timezone.now()
    steering = town.groups["Stuurgroep Poortwijk"]
    posting = judging.waiting(steering).get(message=told.message_id)
    found = advice.for_one(posting, to=forwarding.targets([posting], steering=steering)[posting], steering=steering)
    assert [g.name for g in found.groups] == ["Poortwijk-Zuid"]
    assert ContactCard.objects.filter(district__slug="zoomwijck").count() == 2


def test_households_are_those_of_the_statistics() -> None:
    assert {w.name: sum(b.households for b in w.buurten) for w in places.WIJKEN} == {"Zoomwijck": 2035, "Poortwijk": 1890}


def test_every_label_lies_in_its_own_cell_only() -> None:
    for wijk in places.WIJKEN:
        for buurt in wijk.buurten:
            ring = places.outline(wijk, buurt)["coordinates"][0]  # type: ignore[index]
            assert ring[0] == ring[-1]
            assert [b.name for b in wijk.buurten if inside(b.label, ring)] == [buurt.name]


def inside(point: places.Point, ring: list[list[float]]) -> bool:
    crossed = False
    for (ax, ay), (bx, by) in itertools.pairwise(ring):
        if (ay > point[1]) != (by > point[1]) and point[0] < ax + (point[1] - ay) / (by - ay) * (bx - ax):
            crossed = not crossed
    return crossed


def test_a_district_has_just_grown_past_one_group(town: Town) -> None:
    """S4 S22 S23: one watch group of 83, no coordination group, and a proposal that divides it evenly."""
    steering = town.groups["Stuurgroep Zeeheldenwijk"]
    assert [g.name for g in proposing.due(steering)] == ["Zeeheldenwijk"]
    drafts = proposing.divide(town.groups["Zeeheldenwijk"])
    sizes = [Membership.objects.filter(person__neighbourhood__in=d.neighbourhoods, kind=Kind.WATCH, left_at=None).count() for d in drafts]
    assert sum(sizes) == 83
    assert max(sizes) - min(sizes) <= 5
