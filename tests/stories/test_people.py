"""Who is what, who may do what, and who reads what."""

import pytest
from django.http import Http404
from tests.stories import scene
from tests.town import town

from meldkring.cases import access, closing, forwarding, lifecycle, reporting
from meldkring.cases.models import Outcome
from meldkring.groups import access as group_access
from meldkring.groups import joining, roles
from meldkring.groups.models import Role
from meldkring.messaging import access as messaging_access
from meldkring.messaging import letters
from meldkring.messaging import posting as postings

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def test_membership_above_follows_from_the_role() -> None:
    """S7 S8 S9 S10 S12 S17: a steering member stands in its watch groups and the coordination group without being put there."""
    t = town()
    assert set(group_access.groups(t.sam)) == {t.watch_a, t.watch_b, t.steering_1, t.coordination_noord}
    assert set(group_access.groups(t.fatima)) == {t.watch_a, t.watch_b, t.steering_1, t.coordination_noord, t.municipal}
    assert set(group_access.groups(t.anna)) == {t.watch_a}
    assert roles.has(t.fatima, roles.Right.MEMBERS, t.watch_a)
    assert not roles.has(t.sam, roles.Right.MEMBERS, t.watch_a)
    joining.leave(t.sam, t.steering_1)
    assert group_access.groups(t.sam) == []
    with pytest.raises(Http404):
        group_access.group(t.anna, t.watch_b.pk)
    assert group_access.groups(t.official) == []


def test_a_resident_is_in_one_watch_group() -> None:
    """S6: exactly one; a second one is refused, also after coming back."""
    t = town()
    with pytest.raises(joining.AlreadyMember):
        joining.join(t.anna, t.watch_b)
    with pytest.raises(joining.AlreadyMember):
        joining.join(t.anna, t.watch_a)
    joining.leave(t.anna, t.watch_a)
    joining.join(t.anna, t.watch_b)
    with pytest.raises(roles.NotAllowed):
        reporting.report("x", group=t.watch_a, by=t.anna, called="by_me")


def test_one_phone_manager_per_steering_group() -> None:
    """S10: a second phone manager is refused."""
    t = town()
    with pytest.raises(joining.AlreadyMember):
        joining.join(t.outsider, t.steering_1, role=Role.PHONE_MANAGER)


def test_reach_counts_everyone_once() -> None:
    """S7 S8: who is in several of the groups counts once."""
    t = town()
    both = roles.reach([t.watch_a, t.watch_b])
    assert both == 7
    assert set(roles.members([t.watch_c])) == {t.carla, t.cees, t.zora, t.zeno}
    assert set(roles.members([t.municipal])) == {t.fatima, t.zora}


def test_four_people_look_at_one_case() -> None:
    """S6 S12 S29: a member and the steering group here read it; the steering group elsewhere and an outsider do not know it exists."""
    t = town()
    first = scene.report(t)
    case = scene.case_of(first)
    for person in (t.arie, t.sam):
        assert messaging_access.posting(person, first.pk) == first
        assert access.case(person, case.reference) == case
    for person in (t.bea, t.zora, t.officer, t.official, t.outsider):
        assert scene.reads(person, case) == []
        with pytest.raises(Http404):
            messaging_access.posting(person, first.pk)
        with pytest.raises(Http404):
            access.case(person, case.reference)


def test_who_leaves_keeps_what_stood_then_and_gets_nothing_new() -> None:
    """S6 S19: after leaving the later messages do not exist for a person, the earlier ones stay."""
    t = town()
    first = scene.report(t)
    case = scene.case_of(first)
    joining.leave(t.arie, t.watch_a)
    later = reporting.react("More", case=case, group=t.watch_a, by=t.anna)
    closing.close(case, outcome=Outcome.GONE, text="Over", by=t.anna)
    assert scene.reads(t.arie, case) == ["report"]
    with pytest.raises(Http404):
        messaging_access.posting(t.arie, later.pk)
    joining.join(t.outsider, t.watch_a)
    assert len(scene.reads(t.outsider, case)) == 3


def test_the_holder_reads_the_whole_case() -> None:
    """S21 S29: new information goes to the police through the holder, so the holder reads what stands elsewhere too; nobody else does."""
    t = town()
    first = scene.report(t)
    case = scene.case_of(first)
    scene.onward(first, t.watch_b, steering=t.steering_1, by=t.sam)
    elsewhere = reporting.react("Seen in the Eikstraat", case=case, group=t.watch_b, by=t.bea)
    assert elsewhere in access.timeline(t.anna, case)
    assert elsewhere not in access.timeline(t.arie, case)


def test_screening_before() -> None:
    """S12: where the group chose so, a message appears after a steering member let it, and only then counts."""
    t = town()
    t.watch_a.screens_first = True
    t.watch_a.save(update_fields=["screens_first"])
    first = scene.report(t)
    case = scene.case_of(first)
    assert first.number is None
    with pytest.raises(Http404):
        messaging_access.posting(t.arie, first.pk)
    assert messaging_access.posting(t.sam, first.pk) == first
    with pytest.raises(roles.NotAllowed):
        reporting.release(first, by=t.arie)
    assert reporting.release(first, by=t.sam).number == 1
    with pytest.raises(postings.NotHere):
        reporting.release(first, by=t.sofie)
    held = reporting.react("Late word", case=case, group=t.watch_a, by=t.arie)
    assert reporting.react("From steering", case=case, group=t.watch_a, by=t.sam).number == 2
    closing.close(case, outcome=Outcome.GONE, text="Over", by=t.anna)
    with pytest.raises(lifecycle.CaseClosed):
        reporting.release(held, by=t.sam)


def test_screening_after_and_a_private_word() -> None:
    """S12: a posting is hidden with a reason, shown again, and the resident is spoken to where nobody else listens."""
    t = town()
    first = scene.report(t)
    with pytest.raises(postings.BadText):
        postings.hide(first, by=t.sam, reason=" ")
    with pytest.raises(roles.NotAllowed):
        postings.hide(first, by=t.arie, reason="name")
    hidden = postings.hide(first, by=t.sam, reason="It has a name in it")
    with pytest.raises(postings.NotHere):
        postings.hide(first, by=t.sofie, reason="again")
    with pytest.raises(postings.NotHere):
        forwarding.forward(hidden, to=[t.watch_b], steering=t.steering_1, by=t.sam)
    assert postings.unhide(hidden, by=t.sofie).hidden_at is None

    with pytest.raises(roles.NotAllowed):
        letters.write("Hello?", steering=t.steering_1, resident=t.anna, by=t.anna)
    letters.write("Please leave names out.", steering=t.steering_1, resident=t.anna, by=t.sam, about=first)
    letters.write("I will.", steering=t.steering_1, resident=t.anna, by=t.anna)
    assert len(letters.exchange(t.anna, steering=t.steering_1.pk, resident=t.anna.pk)) == 2
    assert letters.readable(t.sofie).count() == 2
    for person in (t.arie, t.zora, t.officer, t.outsider):
        assert not letters.readable(person).exists()
        with pytest.raises(roles.NotAllowed):
            letters.write("Me too", steering=t.steering_1, resident=t.anna, by=person)


def test_no_chatter() -> None:
    """S16 S17 S26: in a watch group there is nothing outside a case but a notice; conversation is for the groups above."""
    t = town()
    for person in (t.anna, t.sam, t.fatima, t.officer):
        with pytest.raises(roles.NotAllowed):
            postings.converse("Hi all", group=t.watch_a, by=person)
    with pytest.raises(roles.NotAllowed):
        postings.place_notice("Hi all", group=t.watch_a, by=t.anna)
    notice = postings.place_notice("Meeting on Monday", group=t.watch_a, by=t.sam)
    with pytest.raises(postings.NotHere):
        forwarding.forward(notice, to=[t.watch_b], steering=t.steering_1, by=t.sam)
    assert postings.converse("Good morning", group=t.steering_1, by=t.officer).number == 1
    assert postings.converse("Good morning", group=t.coordination_noord, by=t.sofie).number == 1
