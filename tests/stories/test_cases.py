"""What becomes of a case: who holds it, how it is followed, undone, closed and reopened."""

import datetime

import pytest
import time_machine
from django.utils import timezone
from tests.stories import scene
from tests.town import town

from meldkring.cases import access as case_access
from meldkring.cases import closing, following, forwarding, holding, judging, lifecycle, reporting
from meldkring.cases.models import Holder, Judgement, Outcome
from meldkring.groups import joining, roles, steering
from meldkring.groups.models import Group, Role
from meldkring.joining import expelling, moving
from meldkring.messaging import access as messaging_access
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Kind
from meldkring.people.models import Mail

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def test_one_holder_per_case_and_group() -> None:
    """S11 S21: one holder in a watch group; a second caller is heard and does not take over, and handing over is open to holder and steering."""
    t = town()
    case = scene.case_of(scene.report(t))
    assert holding.call("Me too", case=case, group=t.watch_a, by=t.arie).message.kind == Kind.CALL
    assert [h.person for h in case.holders.filter(until=None)] == [t.anna]
    with pytest.raises(roles.NotAllowed):
        holding.hand_over(case, group=t.watch_a, to=t.arie, by=t.arie)
    with pytest.raises(roles.NotAllowed):
        holding.hand_over(case, group=t.watch_a, to=t.bea, by=t.anna)
    holding.hand_over(case, group=t.watch_a, to=t.arie, by=t.anna)
    holding.hand_over(case, group=t.watch_a, to=t.sam, by=t.sofie)
    assert [h.person for h in case.holders.filter(until=None)] == [t.sam]
    holding.police_news("They are on their way", case=case, group=t.watch_a, by=t.sam)
    with pytest.raises(roles.NotAllowed):
        holding.police_news("I think so", case=case, group=t.watch_a, by=t.arie)


def test_who_is_expelled_holds_no_case_any_more() -> None:
    """S11 S19 S21: an expelled holder keeps no neighbour from calling, and the steering members hear that nobody holds it."""
    t = town()
    case = scene.case_of(scene.report(t))
    expelling.expel(t.anna.memberships.get(), reason="Moved away.", by=t.fatima, link=str)
    assert holding.holder(case, t.watch_a) is None
    holding.call("I called too", case=case, group=t.watch_a, by=t.arie)
    assert [h.person for h in case.holders.filter(until=None)] == [t.arie]
    moving.leave(t.arie)
    Mail.objects.all().delete()
    before = Group.objects.get(pk=t.watch_a.pk).last_change
    assert (holding.settle(), holding.settle()) == (1, 0)
    assert not case.holders.filter(until=None).exists()
    assert Group.objects.get(pk=t.watch_a.pk).last_change == before + 1
    assert set(Mail.objects.values_list("to", flat=True)) == {p.email for p in (t.fatima, t.sam, t.sofie)}


def test_who_steers_no_more_holds_no_case_of_that_watch_group() -> None:
    """S11 S36: who forwarded a message of the police holds it while they steer that group."""
    t = town()
    case = scene.police_message(t, [t.steering_1])
    scene.onward(scene.standing(case, t.steering_1)[0], t.watch_a, steering=t.steering_1, by=t.sam)
    assert holding.settle() == 0
    steering.dismiss(t.sam, t.steering_1, by=t.fatima)
    assert holding.settle() == 1
    assert holding.holder(case, t.watch_a) is None


def test_a_case_is_not_handed_over_where_it_does_not_stand() -> None:
    """S11 S21: nobody gets to read a case by being made its holder in a group it never reached."""
    t = town()
    case = scene.case_of(scene.report(t))
    with pytest.raises(postings.NotHere):
        holding.hand_over(case, group=t.watch_c, to=t.carla, by=t.zora)
    assert scene.reads(t.carla, case) == []


def test_a_caller_takes_over_from_who_only_forwarded() -> None:
    """S33 S36: who called the police knows more than who forwarded their message."""
    t = town()
    case = scene.police_message(t, [t.steering_1])
    scene.onward(scene.standing(case, t.steering_1)[0], t.watch_a, steering=t.steering_1, by=t.sam)
    holding.call("", case=case, group=t.watch_a, by=t.anna)
    held = holding.holder(case, t.watch_a)
    assert (held.person, held.how) == (t.anna, Holder.How.CALLED)
    assert case.holders.filter(group=t.watch_a).count() == 2


def test_follow_sends_reactions_along() -> None:
    """S13 S31 S32: a followed case needs no judging for each reaction, until the follow stops."""
    t = town()
    first = scene.report(t)
    case = scene.case_of(first)
    judgement = forwarding.forward(first, to=[t.watch_b], steering=t.steering_1, by=t.sam, follow=True)
    reporting.react("A third one now", case=case, group=t.watch_a, by=t.arie)
    assert [p.message.text for p in scene.standing(case, t.watch_b)] == [scene.TEXT, "A third one now"]
    assert not judging.waiting(t.steering_1).exists()
    following.stop(judgement.follows.get(), by=t.sofie)
    later = reporting.react("And gone", case=case, group=t.watch_a, by=t.arie)
    assert list(judging.waiting(t.steering_1)) == [later]
    assert len(scene.standing(case, t.watch_b)) == 2


def test_the_first_colleague_judges() -> None:
    """S31: the second one is told who was first."""
    t = town()
    first = scene.report(t)
    judging.not_relevant(first, steering=t.steering_1, by=t.sam)
    with pytest.raises(judging.AlreadyJudged) as refused:
        forwarding.forward(first, to=[t.watch_b], steering=t.steering_1, by=t.sofie)
    assert refused.value.judgement.by == t.sam
    assert judging.recent(t.steering_1).count() == 1


def test_undo_within_ten_seconds() -> None:
    """S12 S31: what was forwarded by mistake is withdrawn: marked for who saw it, never there for who did not."""
    t = town()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        first = scene.report(t)
        judgement = forwarding.forward(first, to=[t.watch_b], steering=t.steering_1, by=t.sam)
        copy = judgement.made.get()
        postings.seen([t.bea.pk, t.bea.pk], t.watch_b.pk, copy.number)
        with pytest.raises(judging.TooLate):
            judging.undo(judgement, by=t.sofie)
        clock.shift(10)
        judging.undo(judgement, by=t.sam)
        assert messaging_access.posting(t.bea, copy.pk).withdrawn_at
        with pytest.raises(messaging_access.Http404):
            messaging_access.posting(t.bram, copy.pk)
        assert first in judging.waiting(t.steering_1)
        again = judging.not_relevant(first, steering=t.steering_1, by=t.sam)
        clock.shift(11)
        with pytest.raises(judging.TooLate):
            judging.undo(again, by=t.sam)
        assert Judgement.objects.filter(posting=first, undone_at=None).count() == 1


def test_undo_takes_the_copies_and_holders_further_on_too() -> None:
    """S12 S36: what others forwarded from the mistaken copy goes, and so does the holding that came with it."""
    t = town()
    case = scene.police_message(t, [t.steering_1])
    up = forwarding.forward(scene.standing(case, t.steering_1)[0], to=[t.coordination_noord], steering=t.steering_1, by=t.sam)
    third = Group.objects.create(kind="steering", name="S3", municipality=t.municipality, district=t.noord)
    other = Group.objects.create(kind="watch", name="D", municipality=t.municipality, district=t.noord, run_by=third)
    joining.join(t.outsider, third, role=Role.STEERING)
    scene.onward(up.made.get(), other, steering=third, by=t.outsider)
    assert holding.holder(case, other).person == t.outsider
    judging.undo(up, by=t.sam)
    assert scene.standing(case, other) == []
    assert holding.holder(case, other) is None


def test_closing_and_reopening() -> None:
    """S34: the holder or steering closes, every group hears it, and only steering opens it again with a reason."""
    t = town()
    first = scene.report(t)
    case = scene.case_of(first)
    scene.onward(first, t.watch_b, steering=t.steering_1, by=t.sam)
    with pytest.raises(roles.NotAllowed):
        closing.close(case, outcome=Outcome.GONE, text="Over", by=t.arie)
    with pytest.raises(reporting.BadAnswer):
        closing.close(case, outcome="", text="Over", by=t.anna)
    with pytest.raises(lifecycle.CaseOpen):
        closing.reopen(case, reason="Again", by=t.sam)
    closing.close(case, outcome=Outcome.GONE, text="Over", by=t.anna)
    with pytest.raises(lifecycle.CaseClosed):
        closing.close(case, outcome=Outcome.GONE, text="Over", by=t.sam)
    assert not judging.waiting(t.steering_1).exists()
    with pytest.raises(roles.NotAllowed):
        closing.reopen(case, reason="Again", by=t.anna)
    closing.reopen(case, reason="Again", by=t.sam)
    kinds = [p.message.kind for p in scene.standing(case, t.watch_b)]
    assert kinds == [Kind.REPORT, Kind.CLOSING, Kind.REOPENING]
    assert reporting.react("Yes", case=case, group=t.watch_b, by=t.bea).number == 4


def test_an_open_case_is_remembered() -> None:
    """S34: first the holders are reminded, as long again later the steering group, each once."""
    t = town()
    case = scene.case_of(scene.report(t))
    hour = datetime.timedelta(hours=1)
    assert closing.remind(now=case.opened_at + hour) == 0
    assert closing.remind(now=case.opened_at + 2 * hour) == 1
    assert closing.remind(now=case.opened_at + 3 * hour) == 0
    assert closing.remind(now=case.opened_at + 4 * hour) == 1
    assert closing.remind(now=case.opened_at + 9 * hour) == 0


def test_undoing_a_followed_forward_takes_back_what_went_along() -> None:
    """S13 S31: a reaction that followed a mistaken forward is withdrawn with it, and waits on the desk to be judged by hand."""
    t = town()
    first = scene.report(t)
    judgement = forwarding.forward(first, to=[t.watch_b], steering=t.steering_1, by=t.sam, follow=True)
    reaction = reporting.react("He turns left", case=scene.case_of(first), group=t.watch_a, by=t.arie)
    assert t.watch_b.postings.filter(withdrawn_at=None).count() == 2
    assert reaction not in judging.waiting(t.steering_1)
    judging.undo(judgement, by=t.sam)
    assert not t.watch_b.postings.filter(withdrawn_at=None).exists()
    assert set(judging.waiting(t.steering_1)) == {first, reaction}


def test_a_holder_who_leaves_the_group_holds_no_longer() -> None:
    """S21: whoever leaves reads no further and cannot close the case, whatever they held."""
    t = town()
    first = scene.report(t)
    case = scene.case_of(first)
    joining.leave(t.anna, t.watch_a)
    later = reporting.react("Gone now", case=case, group=t.watch_a, by=t.arie)
    assert later not in case_access.timeline(t.anna, case)
    with pytest.raises(roles.NotAllowed):
        closing.close(case, outcome=Outcome.GONE, text="Over", by=t.anna)
