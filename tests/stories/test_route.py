"""The two routes of the source: a resident's message and a message from the police, from the first word to the closing message."""

import pytest
from tests.stories import scene
from tests.town import town

from meldkring.cases import closing, forwarding, holding, judging, lifecycle, police, reporting
from meldkring.cases.models import Called, Holder, Outcome
from meldkring.groups import roles
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Kind

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def test_a_residents_message_travels_the_whole_route() -> None:
    """S5 S6 S27 S28 S29 S30 S31 S32 S33 S34 S13 S14 S15: from one neighbour to another district and back to everyone with its end."""
    t = town()
    first = scene.report(t, direction="n", going_to_do="I keep watching")
    case = scene.case_of(first)
    assert holding.holder(case, t.watch_a).person == t.anna
    assert first.number == 1
    assert case.is_alarm

    reaction = reporting.react("They took a bicycle.", case=case, group=t.watch_a, by=t.arie)
    assert set(judging.waiting(t.steering_1)) == {first, reaction}
    both = forwarding.forward(first, to=[t.watch_b, t.coordination_noord], steering=t.steering_1, by=t.sam)
    assert {p.group for p in both.made.all()} == {t.watch_b, t.coordination_noord}
    judging.not_relevant(reaction, steering=t.steering_1, by=t.sofie)
    assert not judging.waiting(t.steering_1).exists()

    above = both.made.get(group=t.coordination_noord)
    municipal = scene.onward(above, t.municipal, steering=t.steering_1, by=t.fatima)
    zuid = scene.onward(municipal, t.coordination_zuid, steering=t.steering_2, by=t.zora)
    there = scene.onward(zuid, t.watch_c, steering=t.steering_2, by=t.zeno)
    assert there.message.text == scene.TEXT

    holding.call("I see them at the quay, I called 112.", case=case, group=t.watch_c, by=t.carla)
    assert holding.holder(case, t.watch_c).person == t.carla
    assert holding.holder(case, t.watch_a).person == t.anna

    closing.close(case, outcome=Outcome.CAUGHT, text="Both were arrested. Thank you all.", by=t.carla)
    for group in (t.watch_a, t.watch_b, t.watch_c, t.coordination_noord, t.coordination_zuid, t.municipal):
        assert scene.standing(case, group)[-1].message.kind == Kind.CLOSING
    with pytest.raises(lifecycle.CaseClosed):
        reporting.react("Also seen here", case=case, group=t.watch_a, by=t.arie)


def test_a_report_says_whether_112_was_called() -> None:
    """S1 S28: without an answer about 112 there is no report, and what is not urgent is no alarm."""
    t = town()
    for answer in ("", "maybe", Called.POLICE):
        with pytest.raises(reporting.BadAnswer):
            scene.report(t, called=answer)
    assert not scene.case_of(scene.report(t, called=Called.NOT_NEEDED)).is_alarm


def test_a_message_from_the_coordination_group_goes_to_the_own_watch_groups() -> None:
    """S15 S32: each steering group forwards to the groups it runs and to no others."""
    t = town()
    first = scene.report(t)
    above = scene.onward(first, t.coordination_noord, steering=t.steering_1, by=t.sam)
    with pytest.raises(forwarding.NotOnRoute):
        forwarding.forward(above, to=[t.watch_c], steering=t.steering_1, by=t.sam)
    with pytest.raises((forwarding.NotOnRoute, roles.NotAllowed)):
        forwarding.forward(above, to=[t.watch_c], steering=t.steering_2, by=t.zora)
    with pytest.raises(roles.NotAllowed):
        forwarding.forward(first, to=[t.watch_b], steering=t.steering_1, by=t.arie)
    assert {g.pk for g in forwarding.targets([above], steering=t.steering_1)[above]} == {t.watch_b.pk, t.municipal.pk}


def test_a_police_message_reaches_the_watch_groups() -> None:
    """S16 S35 S36 S37: the officer places it above, who forwards it holds it below, and neighbours react."""
    t = town()
    case = scene.police_message(t, [t.steering_1, t.coordination_noord])
    assert case.called == Called.POLICE
    placed = scene.standing(case, t.steering_1)[0]
    forwarding.forward(placed, to=[t.watch_a, t.watch_b], steering=t.steering_1, by=t.sofie)
    for group in (t.watch_a, t.watch_b):
        held = holding.holder(case, group)
        assert (held.person, held.how) == (t.sofie, Holder.How.FORWARDED)
    reaction = reporting.react("I saw that van.", case=case, group=t.watch_a, by=t.anna)
    assert reaction in judging.waiting(t.steering_1)
    answer = reporting.react("Which plate?", case=case, group=t.coordination_noord, by=t.officer)
    assert answer.number == 2


def test_police_may_not_post_in_a_watch_group_and_others_need_a_source() -> None:
    """S16 S35: the police enter by way of a steering or coordination group; on their behalf with who told it and when."""
    t = town()
    with pytest.raises(roles.NotAllowed):
        scene.police_message(t, [t.watch_a])
    with pytest.raises(reporting.BadAnswer):
        police.place("Van", by=t.outsider)
    with pytest.raises(reporting.BadAnswer):
        police.place("Van", to=[t.steering_1], by=t.sam)
    with pytest.raises(roles.NotAllowed):
        police.place("Van", to=[t.steering_1], by=t.anna, source="Desk", source_at=scene.told_at())
    case = police.place("Van", to=[t.steering_1], by=t.sam, source="Officer De Wit", source_at=scene.told_at())
    assert case.contributions.get().source == "Officer De Wit"
    assert set(police.places(t.officer)) == {t.steering_1, t.coordination_noord}


def test_provenance_over_five_steps_cannot_be_forged() -> None:
    """S13 S14 S15 S32: every copy has the same words, and the way it came is the way it went."""
    t = town()
    steps = scene.up_and_over(t, scene.report(t))
    assert postings.provenance(steps[-1]) == steps
    assert [p.group for p in postings.provenance(steps[-1])] == [
        t.watch_a, t.coordination_noord, t.municipal, t.coordination_zuid, t.watch_c,
    ]  # fmt: skip
    assert {p.message_id for p in steps} == {steps[0].message_id}
    assert {p.message.text for p in postings.provenance(steps[-1])} == {scene.TEXT}
    assert [p.posted_by for p in postings.provenance(steps[-1])] == [t.anna, t.fatima, t.fatima, t.zora, t.zeno]
    assert not [name for name in dir(postings) if "edit" in name or "change_text" in name]


def test_a_message_never_comes_twice_in_a_group() -> None:
    """S13 S15 S32: forwarded along two ways it stands once, and it does not come back to where it began."""
    t = town()
    first = scene.report(t)
    above = scene.onward(first, t.coordination_noord, steering=t.steering_1, by=t.sam)
    again = forwarding.forward(above, to=[t.watch_a, t.watch_b], steering=t.steering_1, by=t.sam)
    # Placed by themselves it counts as judged; an undone judgement is the way back.
    assert {p.group for p in again.made.all()} == {t.watch_b}
    assert len(scene.standing(scene.case_of(first), t.watch_a)) == 1
