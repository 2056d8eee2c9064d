"""What must hold whatever happens: a poison stops only itself, a pace is kept, nobody is told in the wrong place, and somebody hears of trouble."""

import asyncio
import threading
from collections.abc import Callable
from datetime import time, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from asgiref.sync import sync_to_async
from django.db import connection
from django.test import Client
from django.utils import timezone, translation
from tests.channels import cases_telegram
from tests.delivery.post_office import NoHttp, Office, Slow, Sticking, plan
from tests.town import Town, town

from meldkring.cases import forwarding, reporting
from meldkring.cases.models import Called, Contribution
from meldkring.channels import registry
from meldkring.channels.contract import Accepted, Capabilities, Problem, Receipt, SendError, Urgency
from meldkring.channels.contract import State as Told
from meldkring.delivery import addresses, answering, auditor, dispatch, ledger, outcomes, preferences, receipts, troubles, worker
from meldkring.delivery.models import Account, Address, Delivery, Preference, ReceiptRow, Spending, Trouble
from meldkring.groups import joining
from meldkring.groups.models import Role
from meldkring.intake.models import Incoming
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Posting
from meldkring.people.models import Mail

State = Delivery.State
PUSH = Capabilities(per_second=0, replaces=True, receipts=True)


@pytest.fixture
def place(db: None) -> Town:
    made = town()
    for person in (made.arie, made.fatima):
        addresses.add(person, channel="web_push", value=f"push-{person.first_name}")
    return made


@pytest.fixture
def push(place: Town) -> Office:
    return Office("web_push", PUSH)


def alarm(place: Town, text: str = "Someone forces the back door.") -> Posting:
    return reporting.report(text, group=place.watch_a, by=place.anna, called=Called.BY_ME)


def of(person: object, channel: str = "web_push") -> Delivery:
    found: Delivery = Delivery.objects.filter(address__person=person, channel=channel).latest("made_at")
    return found


def later(**passed: float) -> object:
    return time_machine.travel(timezone.now() + timedelta(**passed))


def say(address: Address, count: int) -> None:
    for n in range(count):
        answering.answer(address, f"Answer {n}")


# A poison stops only itself


def test_a_posting_that_cannot_be_planned_keeps_no_other_waiting_and_is_reported(place: Town, push: Office) -> None:
    poisoned = alarm(place)
    Contribution.objects.filter(message=poisoned.message).delete()
    good = alarm(place, "A van drives around the block.")
    assert plan(push) == 1
    assert good.message.deliveries.filter(channel="web_push").count() == 2
    with later(minutes=1):
        assert "not_fanned_out" in {t.kind for t in auditor.look()}


def test_a_delivery_that_cannot_be_put_in_words_keeps_no_other_waiting(place: Town, push: Office) -> None:
    alarm(place)
    plan(push)
    poisoned = answering.answer(Address.objects.get(value="push-Arie"), "Hello")
    Delivery.objects.filter(pk=poisoned.pk).update(words={"no": "text"}, due_at=timezone.now() - timedelta(minutes=1))
    assert push.round() == 2
    poisoned.refresh_from_db()
    assert (poisoned.state, poisoned.problem) == (State.FAILED, Problem.CONTENT)
    assert {d.state for d in Delivery.objects.exclude(pk=poisoned.pk)} == {State.ACCEPTED}


def test_a_receipt_that_cannot_be_applied_keeps_no_other_waiting(place: Town, push: Office) -> None:
    alarm(place)
    plan(push)
    push.round()
    for state, letter in (("nonsense", of(place.fatima)), ("read", of(place.arie))):
        ReceiptRow.objects.create(channel="web_push", letter_id=letter.pk.hex, state=state, at=timezone.now())
    assert receipts.late() == 1
    assert of(place.arie).state == State.READ


# A pace is kept


def test_one_address_gets_a_few_at_once_and_then_one_at_a_time(place: Town) -> None:
    office = Office("web_push", Capabilities(per_second=0, per_address=6, ahead=3))
    say(Address.objects.get(value="push-Arie"), 6)
    say(Address.objects.get(value="push-Fatima"), 1)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert (office.round(), office.round()) == (4, 0)
        for _ in range(3):
            clock.shift(6)
            assert office.round() == 1


@pytest.mark.postgres
def test_workers_together_stay_within_the_pace_of_the_account(place: Town) -> None:
    office = Office("web_push", Capabilities(per_second=5))
    say(Address.objects.get(value="push-Arie"), 20)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert (office.round(limit=3), office.round(limit=3), office.round()) == (3, 2, 0)
        clock.shift(0.5)
        assert office.round() == 2
        clock.shift(60)
        assert office.round() == 5, "never more than a second's worth saved up"


def test_a_longer_wait_that_the_provider_asked_is_not_shortened(place: Town, push: Office) -> None:
    waits = iter((300.0, 10.0))
    push.reply = lambda letter: SendError(Problem.THROTTLED, "429", next(waits))
    alarm(place)
    plan(push)
    push.round()
    assert Account.objects.get(channel="web_push").paused_until > timezone.now() + timedelta(seconds=200)


# Told in the right place, at the right time, once


def test_the_notices_of_a_day_stay_together_when_few_can_be_taken_at_once(place: Town) -> None:
    mail = Office("email")
    for n in range(3):
        postings.place_notice(f"Notice {n}", group=place.watch_a, by=place.sam)
    plan(mail)
    with later(hours=25):
        while mail.round(limit=2):
            pass
    people = [letter.to for letter in mail.letters]
    assert len(people) == len(set(people)) == 4


def test_older_news_tried_again_does_not_take_the_place_of_newer_news(place: Town, push: Office) -> None:
    first = alarm(place)
    plan(push)
    push.round()
    push.reply = lambda letter: SendError(Problem.TRANSIENT, "503")
    case = first.message.contribution.case
    reporting.react("A grey van.", case=case, group=place.watch_a, by=place.anna)
    plan(push)
    push.round()
    push.reply = lambda letter: Accepted(letter.id)
    reporting.react("They drove off.", case=case, group=place.watch_a, by=place.anna)
    plan(push)
    with later(minutes=2):
        push.round()
    told = [letter.text for letter in push.letters if letter.to == "push-Arie"]
    assert "They drove off." in told[-1]
    assert Delivery.objects.filter(code="replaced", address__value="push-Arie").count() == 1


def test_quiet_hours_chosen_after_the_planning_hold(place: Town, push: Office) -> None:
    first = alarm(place)
    reporting.react("A grey van.", case=first.message.contribution.case, group=place.watch_a, by=place.anna)
    plan(push)
    now = timezone.localtime()
    Preference.objects.create(
        person=place.arie, quiet_from=(now - timedelta(hours=1)).time(), quiet_until=(now + timedelta(hours=2)).time()
    )
    push.round()
    assert [letter.urgency for letter in push.letters if letter.to == "push-Arie"] == ["alarm"]
    with later(hours=2, minutes=1):
        push.round()
    assert len([letter for letter in push.letters if letter.to == "push-Arie"]) == 2


def test_a_digest_does_not_fall_in_quiet_hours(place: Town) -> None:
    wish = Preference(person=place.arie, quiet_from=time(17), quiet_until=time(20), digest_at=time(18))
    now = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    [way] = preferences.ways([Address()], wish, urgency=preferences.Urgency.NOTICE, now=now, paid=())
    assert timezone.localtime(way.due_at).hour == 20


def test_who_left_one_group_of_a_message_is_still_told_as_member_of_another(place: Town, push: Office) -> None:
    addresses.add(place.officer, channel="web_push", value="push-Officer")
    posting = alarm(place)
    forwarding.forward(posting, to=[place.coordination_noord], steering=place.steering_1, by=place.sam)
    joining.join(place.officer, place.watch_a, role=Role.MEMBER)
    plan(push)
    assert of(place.officer).posting.group == place.watch_a
    joining.leave(place.officer, place.watch_a)
    push.round()
    assert of(place.officer).state == State.ACCEPTED
    assert of(place.officer).posting.group == place.coordination_noord


def test_an_address_that_stayed_behind_with_somebody_else_stops_no_planning(place: Town) -> None:
    Address.objects.create(person=place.bea, channel="email", value="arie@example.org")
    addresses.ensure_email([place.bea])
    place.arie.email, place.bea.email = "old@example.org", "bea@example.org"
    Address.objects.filter(channel="email", person=place.arie).delete()
    Address.objects.create(person=place.bram, channel="email", value="new@example.org")
    place.arie.email = "new@example.org"
    place.arie.save()
    mail = Office("email")
    alarm(place)
    plan(mail)
    assert of(place.arie, "email").address.value == "new@example.org"


def test_a_phone_that_changes_hands_does_not_show_what_waited_for_the_other(place: Town, push: Office) -> None:
    answering.answer(Address.objects.get(value="push-Arie"), "For Arie alone")
    addresses.add(place.anna, channel="web_push", value="push-Arie")
    assert push.round() == 0


def test_an_older_stop_that_comes_late_does_not_undo_a_start(place: Town) -> None:
    now = timezone.now()
    addresses.stop("web_push", "push-Arie", at=now)
    addresses.start("web_push", "push-Arie", at=now + timedelta(seconds=5))
    addresses.stop("web_push", "push-Arie", at=now + timedelta(seconds=2))
    assert Address.objects.get(value="push-Arie").state == Address.State.ACTIVE


# Two workers and one letter


def test_a_worker_that_lost_its_lease_does_not_disturb_the_next_one(place: Town, push: Office) -> None:
    alarm(place)
    plan(push)
    slow = dispatch.claim("web_push", able=push.able, limit=10)
    with later(minutes=2):
        dispatch.claim("web_push", able=push.able, limit=10)
    with later(minutes=4):
        assert len(dispatch.claim("web_push", able=push.able, limit=10)) == 2
        outcomes.record("web_push", [(ds, SendError(Problem.TRANSIENT, "503")) for ds, _l in slow], able=push.able)
        assert {d.state for d in Delivery.objects.all()} == {State.CLAIMED}, "still with the other"
        outcomes.record("web_push", [(ds, Accepted("late")) for ds, _l in slow], able=push.able)
        assert {d.state for d in Delivery.objects.all()} == {State.ACCEPTED}, "now it is known that it went"


def test_a_receipt_applied_twice_at_once_counts_once(place: Town, push: Office) -> None:
    alarm(place)
    plan(push)
    push.round()
    row = ReceiptRow.objects.create(channel="web_push", letter_id=of(place.arie).pk.hex, state="failed", problem="gone", at=timezone.now())
    assert [receipts.apply(row), receipts.apply(row)] == [True, False]
    assert Address.objects.get(value="push-Arie").failures == 1


# Money


def test_what_is_under_way_counts_for_the_ceiling(place: Town) -> None:
    paid = Office("web_push", Capabilities(paid=True, per_second=0, price=400_000))
    ledger.set_ceiling("web_push", euros=1)
    say(Address.objects.get(value="push-Arie"), 4)
    assert len(dispatch.claim("web_push", able=paid.able, limit=1)) == 1
    assert len(dispatch.claim("web_push", able=paid.able, limit=3)) == 1, "two of 40 cents fit, three do not"
    assert ledger.spent("web_push", now=timezone.now()) == 800_000


def test_the_ledger_holds_what_was_said_at_once_and_what_a_receipt_adds(place: Town) -> None:
    paid = Office("web_push", Capabilities(paid=True, per_second=0, price=50_000), reply=lambda letter: Accepted(letter.id, cost=40_000))
    ledger.set_ceiling("web_push", euros=1)
    alarm(place)
    plan(paid)
    with later(minutes=3):
        assert paid.round() == 2
        receipts.take("web_push", Receipt(Told.DELIVERED, timezone.now(), letter_id=of(place.arie).pk.hex, cost=50_000))
        line = Spending.objects.get(channel="web_push")
        assert (line.cost, line.letters) == (90_000, 2)
        assert ledger.spent("web_push", now=timezone.now()) == 90_000


def test_what_nobody_knows_counts_as_spent(place: Town) -> None:
    paid = Office("web_push", Capabilities(paid=True, per_second=0, price=50_000), reply=lambda letter: SendError(Problem.UNKNOWN, "x"))
    ledger.set_ceiling("web_push", euros=1)
    say(Address.objects.get(value="push-Arie"), 1)
    for minutes in (0, 2, 4):
        with later(minutes=minutes):
            paid.round()
    assert of(place.arie).state == State.FAILED
    assert Spending.objects.get().cost == 50_000


# Somebody hears of it


def test_administrators_get_one_mail_about_what_is_new(place: Town, push: Office) -> None:
    joining.join(place.outsider, place.municipal, role=Role.ADMINISTRATOR)
    alarm(place)
    plan(push)
    with later(minutes=3):
        assert {t.about for t in auditor.look()} == {"web_push"}
        auditor.look()
        [mail] = Mail.objects.filter(to=place.outsider.email)
        assert "/beheer/kanalen/" in mail.text
        push.round()
        assert not auditor.look()
    assert Trouble.objects.get().over_at


def test_trouble_with_mail_is_told_by_another_way_too(place: Town, push: Office) -> None:
    joining.join(place.outsider, place.municipal, role=Role.ADMINISTRATOR)
    addresses.add(place.outsider, channel="web_push", value="push-administrator")
    for about, count in (("web_push: 401", 0), ("email: 535", 1)):
        troubles.note("account", about)
        assert troubles.tell() == 1
        assert Delivery.objects.filter(address__value="push-administrator").count() == count
    push.round()
    assert push.letters[0].url.endswith("/beheer/kanalen/")
    assert "535" in push.letters[0].text


def test_a_worker_that_died_with_letters_in_its_hands_is_noticed(place: Town, push: Office) -> None:
    alarm(place)
    plan(push)
    dispatch.claim("web_push", able=push.able, limit=10)
    with later(minutes=4):
        assert [t.kind for t in auditor.look()] == ["overdue"]


def test_what_no_worker_carries_any_more_still_comes_to_an_end(place: Town, push: Office) -> None:
    alarm(place)
    plan(push)
    with later(hours=3):
        assert dispatch.sweep() == 2
    assert {d.state for d in Delivery.objects.all()} == {State.EXPIRED}


@pytest.mark.parametrize(
    ("kind", "about", "words"),
    [
        ("not_fanned_out", "postings", "nobody has been told"), ("overdue", "email", "E-mail wait"), ("account", "email: 535", "not accept our account (535)"),
        ("ceiling", "whatsapp", "WhatsApp has reached"), ("content", "email 554", "(554)"), ("unreadable", "email", "came in by E-mail"),
    ],
)  # fmt: skip
def test_each_trouble_says_what_is_the_matter_and_what_to_do(db: None, kind: str, about: str, words: str) -> None:
    with translation.override("en"):
        said = troubles.words(Trouble(kind=kind, about=about))
    assert words in said.what
    assert said.advice


def test_a_provider_that_is_down_for_an_hour_delays_only_its_own_channel(place: Town, push: Office) -> None:
    mail, start, down = Office("email"), timezone.now(), True
    push.reply = lambda letter: SendError(Problem.TRANSIENT, "503") if down else Accepted(letter.id)
    alarm(place)
    for minute in range(90):
        down = minute < 60
        with time_machine.travel(start + timedelta(minutes=minute)):
            if minute == 30:
                alarm(place, "A van drives around the block.")
            plan(push, mail)
            push.round()
            mail.round()
            assert not Delivery.objects.waiting().filter(channel="email").exists(), "never behind"
    told = Delivery.objects.filter(channel="web_push")
    assert {d.state for d in told} == {State.ACCEPTED}, "within two hours it is still an alarm"
    assert told.count() == 4


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_stop_is_obeyed_while_others_are_being_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Said at the webhook's door, with both queues full: the real worker holds as many letters as it may, the rest has not been looked at yet;
    two hundred messages that came in wait to be understood. When the door has answered, nothing more goes to who said STOP."""
    if connection.vendor == "sqlite":
        pytest.skip("the SQLite of these tests lives in memory, where threads lock each other out")
    made = town()
    sam = addresses.add(made.sam, channel="telegram", value="77")
    answering.answer(sam, "Hello")
    for n in range(30):  # what was said last goes first
        answering.answer(addresses.add(made.anna, channel="telegram", value=f"other-{n:02}"), "Hello")
    slow = Slow()
    waiting = [Incoming(channel="telegram", raw=cases_telegram.SAID, came_at=timezone.now()) for _n in range(200)]
    Incoming.objects.bulk_create(waiting)
    for name, value in cases_telegram.SETTINGS.items():
        monkeypatch.setenv(name, value)
    registry.here.cache_clear()

    def stop() -> None:
        raw = cases_telegram.body(9001, message=cases_telegram.message("STOP", sender="77"))
        door = Client().post("/api/v1/webhooks/telegram/", raw, content_type="application/json", headers=cases_telegram.signed(raw))
        assert door.status_code == 200
        connection.close()

    async def told() -> None:
        task = asyncio.create_task(worker.run({"telegram": slow}, NoHttp()))
        while len(slow.letters) < 8:
            await asyncio.sleep(0.01)
        await sync_to_async(stop, thread_sensitive=False)()
        slow.may_answer.set()
        while len(slow.letters) < 30:
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(asyncio.wait_for(told(), 30))
    registry.here.cache_clear()
    assert Incoming.objects.filter(done_at=None).count() == 201, "nothing of it was understood yet"
    assert "77" not in {letter.to for letter in slow.letters}
    assert Delivery.objects.get(address=sam).state == State.CANCELLED


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_was_taken_ahead_of_a_quick_provider_is_looked_at_again_when_it_falls_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody says STOP while letters that were looked at wait for their turn: only the two that were under way have gone."""
    if connection.vendor == "sqlite":
        pytest.skip("the SQLite of these tests lives in memory, where threads lock each other out")
    made = town()
    for n in range(40):
        answering.answer(addresses.add(made.anna, channel="telegram", value=f"{n:02}"), "Hello")
    provider = Sticking(after=12)

    def everybody_stops() -> None:
        for n in range(40):
            addresses.stop("telegram", f"{n:02}")

    async def there(work: Callable[[], Any]) -> Any:
        def done() -> Any:
            try:
                return work()
            finally:
                connection.close()

        return await sync_to_async(done, thread_sensitive=False)()

    async def told() -> None:
        task = asyncio.create_task(worker.run({"telegram": provider}, NoHttp()))
        while len(provider.letters) < 14 or await there(Delivery.objects.claimed().count) < 2 * worker.AHEAD:
            await asyncio.sleep(0.01)
        await there(everybody_stops)
        monkeypatch.setattr(worker, "QUICK", 0)
        provider.may_answer.set()
        while await there((Delivery.objects.waiting() | Delivery.objects.claimed()).exists):
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(asyncio.wait_for(told(), 30))
    assert len(provider.letters) == 14
    assert Delivery.objects.filter(state=State.CANCELLED).count() == 26


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_never_take_the_same_letter() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("the SQLite of these tests lives in memory; test_killed.py tries it on a file")
    made = town()
    address = addresses.add(made.arie, channel="web_push", value="push-Arie")
    say(address, 40)
    able, taken = Capabilities(per_second=0), []

    def work() -> None:
        try:
            while ready := dispatch.claim("web_push", able=able, limit=3):
                taken.extend(letter.id for _ds, letter in ready)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert len(taken) == len(set(taken))
    # Whoever found nothing free at that moment stopped; what it left is still there for the next.
    assert Delivery.objects.waiting().count() == 40 - len(taken)


def test_what_is_no_longer_needed_keeps_nothing_waiting(place: Town) -> None:
    """Many letters end unsent at one look, as when a message was withdrawn: what comes after them goes at that same look."""
    push = Office("web_push")
    for person in (place.arie, *[place.anna] * 6):
        answering.answer(addresses.add(person, channel="web_push", value=f"old-{Address.objects.count()}"), "Hello")
    Address.objects.filter(person=place.anna).update(state=Address.State.OPTED_OUT)
    assert push.round(limit=2) == 1
    assert Delivery.objects.filter(state=State.CANCELLED).count() == 6


def test_looking_for_work_reads_past_nothing_that_is_done(db: None) -> None:
    """In SQLite too, where an index with a condition serves only a statement in which the condition can be read; loudest first without sorting."""
    now, due = timezone.now(), partial(Delivery.objects.due, "web_push")
    looks = [
        ("delivery_due", due(now=now)[:1]),
        ("delivery_due", due(now=now, urgencies=[Urgency.ALARM]).order_by("-due_at", "-address_id")[:64]),
        ("delivery_due", due(now=now, urgencies=[Urgency.NEWS, Urgency.NOTICE]).order_by("urgency", "due_at", "address_id")[:64]),
        ("delivery_leased", Delivery.objects.claimed().filter(channel="web_push", lease_until__lt=now)),
        ("delivery_reserved", Delivery.objects.reserving().filter(channel="web_push")),
    ]
    for index, look in looks:
        assert f"USING INDEX {index}" in (plan := look.explain()), plan
        assert "TEMP B-TREE" not in plan, plan
