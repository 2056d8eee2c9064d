"""Do figures tell truly what happened, stay when everything else is erased, and come out the same when kept twice?"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.town import Town, town
from time_machine import TimeMachineFixture, travel

from meldkring.cases import closing, forwarding, judging, reporting
from meldkring.cases.models import Case, Judgement, Outcome
from meldkring.delivery import fanout
from meldkring.delivery.models import Address, Delivery
from meldkring.figures import keeping
from meldkring.figures.models import Passage, Size, Told
from meldkring.messaging.models import Change, Message, Posting

START = datetime(2026, 5, 4, 20, 0, tzinfo=UTC)


@pytest.fixture
def place(db: None) -> Town:
    return town()


def happened(place: Town, clock: Any) -> Case:
    """Anna reports in A; Sam sends it on after two minutes; Bea reacts in B; Zora passes it to C; Anna closes after an hour."""
    posting = reporting.report("Iemand voelt aan deuren", group=place.watch_a, by=place.anna, called="by_me", place="Lindelaan")
    case = posting.message.contribution.case
    clock.shift(timedelta(seconds=120))
    to = [place.watch_b, place.coordination_noord]
    forwarding.forward(posting, to=to, steering=place.steering_1, by=place.sam, follow=False)
    clock.shift(timedelta(seconds=60))
    reporting.react("Hij loopt door de Eikstraat", case=case, group=place.watch_b, by=place.bea)
    clock.shift(timedelta(seconds=3420))
    closing.close(case, outcome=Outcome.GONE, text="Niet meer gezien", by=place.anna)
    return case


def rows() -> list[tuple[Any, ...]]:
    skipped = ("id", "kept_at")
    names = [f.attname for f in Passage._meta.concrete_fields if f.name not in skipped]
    return [*Passage.objects.order_by("case", "group").values_list(*names), *Told.objects.order_by("passage", "channel").values_list()]


@pytest.mark.postgres
def test_each_step_is_timed_from_the_report(place: Town) -> None:
    """S29 S31 S32 S34: where it began, what was decided, and how long each step took."""
    with travel(START, tick=False) as clock:
        case = happened(place, clock)
        assert keeping.keep() == 1
    began = Passage.objects.get(case=case.pk, origin=True)
    assert (began.group, began.day, began.called, began.outcome) == (place.watch_a, START.date(), "by_me", Outcome.GONE)
    assert (began.verdict, began.judged_after, began.coordination_after, began.elsewhere_after) == ("forwarded", 120, 120, 120)
    assert (began.reaction_after, began.closed_after) == (180, 3600)
    assert (began.with_place, began.with_direction, began.hidden) == (True, False, False)
    came = Passage.objects.get(case=case.pk, origin=False)
    assert (came.group, came.arrived_after, came.verdict) == (place.watch_b, 120, "none")


@pytest.mark.postgres
def test_keeping_twice_is_keeping_once(place: Town) -> None:
    with travel(START, tick=False) as clock:
        happened(place, clock)
        keeping.keep()
        before = rows()
        assert keeping.keep() == 0  # it was looked at a moment ago
        clock.shift(timedelta(minutes=11))
        assert keeping.keep() == 1
        assert rows() == before
        clock.shift(timedelta(days=4))
        assert keeping.keep() == 0  # nothing changes any more


def test_figures_stay_when_everything_else_is_erased(place: Town) -> None:
    """Rules 7: figures for ever, without any message."""
    with travel(START, tick=False) as clock:
        case = happened(place, clock)
        keeping.keep()
        before = rows()
        Judgement.objects.all().delete()
        Change.objects.all().delete()
        Posting.objects.update(forwarded_from=None)
        Posting.objects.all().delete()
        Message.objects.all().delete()
        case.delete()
        clock.shift(timedelta(days=1))
        keeping.keep()
    assert rows() == before


def test_what_is_undone_is_not_counted(place: Town) -> None:
    with travel(START, tick=False) as clock:
        posting = reporting.report("Iemand voelt aan deuren", group=place.watch_a, by=place.anna, called="by_me")
        judgement = forwarding.forward(posting, to=[place.watch_b], steering=place.steering_1, by=place.sam, follow=False)
        keeping.keep()
        assert Passage.objects.filter(origin=False).count() == 1
        judging.undo(judgement, by=place.sam)
        clock.shift(timedelta(minutes=11))
        keeping.keep()
    assert [p.verdict for p in Passage.objects.all()] == ["none"]


def test_how_many_were_told_and_how_fast(place: Town) -> None:
    """Told by e-mail: two within five seconds, one after a minute, one not at all."""
    with travel(START, tick=False) as clock:
        posting = reporting.report("Iemand voelt aan deuren", group=place.watch_a, by=place.anna, called="by_me")
        fanout.part(posting.pk, channels=["email"], paid=())
        made = list(Delivery.objects.order_by("pk"))
        assert len(made) == 4  # Arie, Fatima, Sam, Sofie
        for delivery, seconds in zip(made, (2, 5, 61), strict=False):
            Delivery.objects.filter(pk=delivery.pk).update(state="accepted", handed_over_at=START + timedelta(seconds=seconds))
        Delivery.objects.filter(pk=made[3].pk).update(state="failed")
        keeping.keep()
        told = Told.objects.get()
        assert (told.channel, told.within_5, told.within_15, told.within_300, told.failed) == ("email", 2, 0, 1, 1)
        assert told.passage.told_after == 5
        # What was known stays known when the deliveries are gone.
        Address.objects.all().delete()
        clock.shift(timedelta(minutes=11))
        keeping.keep()
    assert Passage.objects.get().told_after == 5
    assert Told.objects.get().within_5 == 2


@pytest.mark.postgres
def test_how_many_members_each_month(place: Town, time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(START)
    assert keeping.sizes() == 3
    assert keeping.sizes() == 0
    assert Size.objects.get(group=place.watch_a).members == 2
    time_machine.move_to(START + timedelta(days=40))
    keeping.sizes()
    assert Size.objects.filter(group=place.watch_a).count() == 2
