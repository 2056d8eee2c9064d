"""Who is told, along which way and when: the rules of preferences and of the fan-out."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.delivery import post_office
from tests.town import Town, town

from meldkring.cases import closing, forwarding, reporting
from meldkring.cases.models import Called, Outcome
from meldkring.channels.contract import Capabilities, Urgency
from meldkring.delivery import addresses, fanout, preferences
from meldkring.delivery.models import Address, Delivery, Preference
from meldkring.groups import roles
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Posting

NIGHT = datetime(2026, 11, 24, 2, 0, tzinfo=ZoneInfo("Europe/Amsterdam"))
PUSH, MAIL = post_office.Office("web_push"), post_office.Office("email")


@pytest.fixture
def place(db: None) -> Town:
    return town()


def alarm(place: Town, called: str = Called.BY_ME) -> Posting:
    return reporting.report("Someone forces the back door.", group=place.watch_a, by=place.anna, called=called)


def told(posting: Posting) -> set[str]:
    return set(Delivery.objects.filter(message=posting.message).values_list("address__person__first_name", flat=True))


@pytest.mark.postgres
def test_everyone_in_the_group_but_the_author_is_told_once(place: Town) -> None:
    posting = alarm(place)
    assert post_office.plan(MAIL) == 1
    assert told(posting) == {"Arie", "Fatima", "Sam", "Sofie"}
    assert post_office.plan(MAIL) == 0, "what is done is not owed any more"


@pytest.mark.postgres
def test_who_stands_in_two_groups_of_the_message_is_told_once_per_address(place: Town) -> None:
    posting = alarm(place)
    forwarding.forward(posting, to=[place.watch_b, place.coordination_noord], steering=place.steering_1, by=place.sam)
    assert post_office.plan(MAIL) == 3
    mails = list(Delivery.objects.values_list("address__person__first_name", flat=True))
    assert len(mails) == len(set(mails))
    assert set(mails) == {"Arie", "Fatima", "Sam", "Sofie", "Bea", "Bram", "Officer"}


def test_who_has_it_on_the_screen_is_not_told_again(place: Town) -> None:
    posting = alarm(place)
    postings.seen([place.arie.pk], place.watch_a.pk, posting.number or 0)
    post_office.plan(MAIL)
    assert "Arie" not in told(posting)


def test_nobody_outside_the_group_is_ever_told(place: Town) -> None:
    posting = alarm(place)
    post_office.plan(MAIL, PUSH)
    readers = set(roles.members([place.watch_a]).values_list("pk", flat=True))
    assert set(Delivery.objects.values_list("address__person", flat=True)) <= readers
    assert posting.message.deliveries.count() == len(readers) - 1


@pytest.mark.postgres
def test_a_great_many_are_told_some_at_a_time_and_an_alarm_elsewhere_goes_between(place: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each part is a transaction of its own, which another process may take over; nobody is left out and nobody is told twice."""
    monkeypatch.setattr(fanout, "AT_ONCE", 1)
    long = alarm(place)
    assert post_office.plan(MAIL) == 1
    assert len(told(long)) == 1
    short = reporting.report("A van drives around.", group=place.watch_b, by=place.bea, called=Called.BY_ME)
    assert post_office.plan(MAIL) == 2
    assert len(told(short)) == 1, "not after all the others"
    while post_office.plan(MAIL):
        pass
    assert told(long) == {"Arie", "Fatima", "Sam", "Sofie"}
    assert len(told(short)) == Delivery.objects.filter(message=short.message).count() > 1


def test_what_is_too_old_to_be_of_use_is_told_to_nobody(place: Town) -> None:
    posting = alarm(place)
    with time_machine.travel(timezone.now() + timedelta(hours=3)):
        assert post_office.plan(MAIL) == 1
    assert told(posting) == set()


def test_an_alarm_at_night_goes_along_every_free_way_at_once_and_a_paid_one_waits(place: Town) -> None:
    for channel in ("web_push", "whatsapp"):
        addresses.add(place.arie, channel=channel, value=f"{channel}-arie")
    preferences.choose(place.arie, quiet_from=time(22), quiet_until=time(7), digest_at=None)
    with time_machine.travel(NIGHT, tick=False):
        alarm(place)
        post_office.plan(PUSH, MAIL, post_office.Office("whatsapp", Capabilities(paid=True)))
        now = timezone.now()
    ways = {d.channel: d.due_at - now for d in Delivery.objects.filter(address__person=place.arie)}
    assert ways == {"web_push": timedelta(0), "email": timedelta(0), "whatsapp": preferences.PAID_AFTER}


def test_news_of_a_case_takes_the_first_way_and_waits_for_the_morning(place: Town) -> None:
    addresses.add(place.arie, channel="web_push", value="push-arie")
    preferences.choose(place.arie, quiet_from=time(22), quiet_until=time(7), digest_at=None)
    with time_machine.travel(NIGHT, tick=False):
        case = alarm(place).message.contribution.case
        post_office.plan(PUSH, MAIL)
        closing.close(case, outcome=Outcome.GOOD, text="It is over.", by=place.anna)
        post_office.plan(PUSH, MAIL)
    over = Delivery.objects.get(address__person=place.arie, message__kind="closing")
    assert over.channel == "web_push"
    assert timezone.localtime(over.due_at).time() == time(7)


def test_what_is_no_alarm_waits_for_the_digest(place: Town) -> None:
    with time_machine.travel(NIGHT, tick=False):
        alarm(place, called=Called.NOT_NEEDED)
        post_office.plan(MAIL)
    assert {timezone.localtime(d.due_at).time() for d in Delivery.objects.all()} == {time(18)}
    assert all(d.digest for d in Delivery.objects.all())


def test_who_muted_hears_nothing_until_then_not_even_an_alarm(place: Town) -> None:
    preferences.mute(place.arie, timezone.now() + timedelta(days=2))
    posting = alarm(place)
    post_office.plan(MAIL)
    assert "Arie" not in told(posting)


clock = st.one_of(st.none(), st.times(timezones=st.none()).map(lambda t: t.replace(microsecond=0)))


@given(
    start=clock,
    end=clock,
    minutes=st.integers(0, 365 * 24 * 60),
    urgency=st.sampled_from(list(Urgency)),
    n=st.integers(0, 4),
)
def test_a_way_is_never_in_the_past_and_only_an_alarm_has_more_than_one(
    start: time, end: time, minutes: int, urgency: Urgency, n: int
) -> None:
    at = NIGHT + timedelta(minutes=minutes)
    where = [Address(pk=i, channel=("web_push", "whatsapp", "email", "telegram")[i], value=str(i)) for i in range(n)]
    found = preferences.ways(where, Preference(quiet_from=start, quiet_until=end), urgency=urgency, now=at, paid={"whatsapp"})
    assert all(at <= way.due_at <= at + timedelta(days=2, hours=1) for way in found)
    assert len(found) == (n if urgency is Urgency.ALARM else min(n, 1))
    if urgency is Urgency.ALARM and n:
        assert min(way.due_at for way in found) == at
