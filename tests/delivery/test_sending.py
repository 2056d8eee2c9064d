"""From a planned delivery to exactly one ending: claims, outcomes, crashes, receipts."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.delivery.post_office import Office, plan
from tests.town import Town, town

from meldkring.cases import closing, reporting
from meldkring.cases.models import Called
from meldkring.cases.models import Outcome as Ended
from meldkring.channels.contract import Accepted, Capabilities, Letter, Outcome, Problem, Receipt, SendError
from meldkring.channels.contract import State as Told
from meldkring.delivery import addresses, dispatch, ledger, outcomes, preferences, receipts
from meldkring.delivery.models import Account, Address, Delivery, Trouble
from meldkring.groups import joining
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Posting

State = Delivery.State


@pytest.fixture
def place(db: None) -> Town:
    """Arie and Fatima have a phone that takes push messages; everybody has e-mail."""
    made = town()
    for person in (made.arie, made.fatima):
        addresses.add(person, channel="web_push", value=f"push-{person.first_name}")
    return made


@pytest.fixture
def push(place: Town) -> Office:
    return Office("web_push")


def alarm(place: Town, text: str = "Someone forces the back door.") -> Posting:
    return reporting.report(text, group=place.watch_a, by=place.anna, called=Called.BY_ME)


def of(person: object, channel: str = "web_push") -> Delivery:
    found: Delivery = Delivery.objects.filter(address__person=person, channel=channel).latest("made_at")
    return found


def always(problem: Problem, code: str = "", retry_after: float | None = None) -> object:
    return lambda letter: SendError(problem, code, retry_after)


def later(**passed: float) -> object:
    return time_machine.travel(timezone.now() + timedelta(**passed))


@pytest.mark.postgres
def test_a_letter_says_what_happens_who_called_and_where_to_read_on(place: Town, push: Office) -> None:
    posting = alarm(place)
    plan(push)
    assert push.round() == 2
    letter = push.letters[0]
    assert "Someone forces the back door" in letter.title + letter.text
    assert "112" in letter.text
    assert letter.url.endswith(f"/casus/{posting.message.contribution.case.reference}/")
    assert letter.topic == f"case-{posting.message.contribution.case.pk}"
    assert {d.state for d in Delivery.objects.all()} == {State.ACCEPTED}
    assert of(place.arie).provider_id == f"id-{of(place.arie).pk.hex}"
    assert push.round() == 0, "once"


def test_no_letter_shows_an_address_of_somebody_else(place: Town, push: Office) -> None:
    alarm(place)
    plan(push)
    push.round()
    for letter in push.letters:
        assert "example.org" not in letter.title + letter.text + letter.url


@pytest.mark.parametrize("why", ["withdrawn", "hidden", "left", "muted", "stopped", "read", "closed"])
def test_what_is_no_longer_needed_is_not_sent(place: Town, push: Office, why: str) -> None:
    posting = alarm(place)
    plan(push)
    {
        "withdrawn": lambda: postings.withdraw([posting], by=place.sam),
        "hidden": lambda: reporting.hide(posting, by=place.sam, reason="A name"),
        "left": lambda: joining.leave(place.arie, place.watch_a),
        "muted": lambda: preferences.mute(place.arie, timezone.now() + timedelta(hours=8)),
        "stopped": lambda: addresses.stop("web_push", "push-Arie"),
        "read": lambda: postings.seen([place.arie.pk], place.watch_a.pk, posting.number or 0),
        "closed": lambda: closing.close(posting.message.contribution.case, outcome=Ended.GOOD, text="Over.", by=place.anna),
    }[why]()
    push.round()
    assert of(place.arie).state == State.CANCELLED
    assert "push-Arie" not in [letter.to for letter in push.letters]


def test_what_comes_too_late_expires(place: Town, push: Office) -> None:
    alarm(place)
    plan(push)
    with later(hours=3):
        push.round()
    assert of(place.arie).state == State.EXPIRED
    assert not push.letters


def test_a_transient_error_is_tried_again_ever_later_and_never_past_the_deadline(place: Town, push: Office) -> None:
    push.reply = always(Problem.TRANSIENT, "503")  # type: ignore[assignment]
    alarm(place)
    plan(push)
    waits = []
    now = timezone.now()
    while of(place.arie).state == State.QUEUED:
        with time_machine.travel(max(now, of(place.arie).due_at), tick=False):
            now = timezone.now()
            push.round()
            waits.append((of(place.arie).due_at - now).total_seconds())
    assert of(place.arie).state == State.EXPIRED
    for wait, pause in zip(waits, (15, 60, 300, 900), strict=False):
        assert pause * 0.8 <= wait <= pause * 1.2
    assert now < of(place.arie).expires_at


def test_the_providers_own_wait_wins(place: Town, push: Office) -> None:
    push.reply = always(Problem.THROTTLED, "429", 40)  # type: ignore[assignment]
    alarm(place)
    plan(push)
    push.round()
    push.reply = lambda letter: Accepted("x" + letter.id)
    with later(seconds=30):
        assert push.round() == 0
    with later(seconds=41):
        assert push.round() == 2


def test_a_recipient_who_is_gone_is_not_tried_again_and_is_told_another_way(place: Town, push: Office) -> None:
    mail = Office("email")
    push.reply = always(Problem.GONE, "410")  # type: ignore[assignment]
    Address.objects.filter(channel="email").delete()
    alarm(place)
    plan(push)
    addresses.ensure_email([place.arie])
    push.round()
    assert of(place.arie).state == State.FAILED
    assert Address.objects.get(value="push-Arie").state == Address.State.GONE
    assert mail.round() == 1
    assert mail.letters[0].to == place.arie.email


def test_stop_said_by_the_provider_is_obeyed(place: Town, push: Office) -> None:
    push.reply = always(Problem.OPTED_OUT, "131050")  # type: ignore[assignment]
    alarm(place)
    plan(push)
    push.round()
    assert set(Address.objects.filter(channel="web_push").values_list("state", flat=True)) == {Address.State.OPTED_OUT}


def test_our_own_mistake_stops_that_message_on_that_channel_only(place: Town, push: Office) -> None:
    push.reply = lambda letter: SendError(Problem.CONTENT, "400") if "forces" in letter.text else Accepted(letter.id)
    first = alarm(place)
    plan(push)
    second = alarm(place, "A van drives around the block.")
    plan(push)
    while push.round(limit=1):
        pass
    assert {d.state for d in first.message.deliveries.filter(channel="web_push")} == {State.FAILED}
    assert sum("forces" in letter.text for letter in push.letters) == 1
    assert {d.state for d in second.message.deliveries.filter(channel="web_push")} == {State.ACCEPTED}
    assert Trouble.objects.filter(kind="content").exists()


def test_trouble_with_our_account_shuts_the_channel_for_a_while_and_blocks_no_address(place: Town, push: Office) -> None:
    push.reply = always(Problem.ACCOUNT, "401")  # type: ignore[assignment]
    alarm(place)
    plan(push)
    push.round()
    push.reply = lambda letter: Accepted(letter.id)
    assert push.round() == 0, "shut"
    assert set(Address.objects.values_list("state", flat=True)) == {Address.State.ACTIVE}
    with later(seconds=31):
        assert push.round() == 1, "first one, to see whether it works again"
        assert push.round() == 1
    assert Account.objects.get(channel="web_push").shut_times == 0
    assert not Trouble.objects.filter(kind="account", over_at=None).exists()


def test_a_channel_that_is_down_delays_no_other(place: Town, push: Office) -> None:
    mail = Office("email")
    push.reply = always(Problem.ACCOUNT, "401")  # type: ignore[assignment]
    alarm(place)
    plan(push, mail)
    push.round()
    assert mail.round() == 4
    assert {d.state for d in Delivery.objects.filter(channel="email")} == {State.ACCEPTED}


def test_a_letter_that_breaks_its_channel_stops_only_itself(place: Town, push: Office) -> None:
    def broken(letter: Letter) -> Outcome:
        if letter.to == "push-Arie":
            raise RuntimeError("boom")
        return Accepted(letter.id)

    push.reply = broken
    alarm(place)
    plan(push)
    push.round()
    assert of(place.arie).state == State.UNKNOWN, "it may have gone out"
    assert of(place.fatima).state == State.ACCEPTED
    with later(minutes=2):
        push.round()
    with later(minutes=4):
        push.round()
    assert [letter.to for letter in push.letters].count("push-Arie") == 2
    assert of(place.arie).state == State.FAILED


@pytest.mark.parametrize(("idempotent", "sent"), [(True, 2), (False, 2)])
def test_who_dies_after_sending_repeats_at_most_once(place: Town, idempotent: bool, sent: int) -> None:
    """Killed between sending and writing down, over and over: on an idempotent channel it is the same id, elsewhere one repeat at most."""
    push = Office("web_push", Capabilities(idempotent=idempotent, per_second=0))
    alarm(place)
    plan(push)
    now = timezone.now()
    for n in range(5):
        with time_machine.travel(now + n * dispatch.LEASE * 2, tick=False):
            for _deliveries, letter in dispatch.claim("web_push", able=push.able, limit=10):
                push.letters.append(letter)
    to_arie = [letter.id for letter in push.letters if letter.to == "push-Arie"]
    assert len(set(to_arie)) == 1
    if not idempotent:
        assert len(to_arie) == sent
        assert of(place.arie).state == State.FAILED


def test_a_time_out_is_repeated_once_and_not_if_a_receipt_came_meanwhile(place: Town) -> None:
    push = Office("web_push", Capabilities(receipts=True, per_second=0))
    push.reply = always(Problem.UNKNOWN, "time-out")  # type: ignore[assignment]
    alarm(place)
    plan(push)
    push.round()
    assert of(place.arie).state == State.UNKNOWN
    receipts.take("web_push", Receipt(Told.DELIVERED, timezone.now(), letter_id=of(place.arie).pk.hex))
    with later(minutes=3):
        push.round()
    assert [letter.to for letter in push.letters].count("push-Arie") == 1
    assert [letter.to for letter in push.letters].count("push-Fatima") == 2
    with later(minutes=6):
        push.round()
    assert of(place.arie).state == State.DELIVERED
    assert of(place.fatima).state == State.FAILED


def test_a_receipt_that_overtakes_our_own_writing_is_not_undone(place: Town, push: Office) -> None:
    alarm(place)
    plan(push)
    ready = dispatch.claim("web_push", able=push.able, limit=10)
    for _deliveries, letter in ready:
        receipts.take("web_push", Receipt(Told.READ, timezone.now(), letter_id=letter.id))
    outcomes.record("web_push", [(deliveries, Accepted("p" + letter.id)) for deliveries, letter in ready], able=push.able)
    assert {d.state for d in Delivery.objects.all()} == {State.READ}
    assert of(place.arie).provider_id


def test_a_receipt_known_only_by_the_providers_id_waits_until_we_know_it(place: Town, push: Office) -> None:
    alarm(place)
    plan(push)
    receipts.take("web_push", Receipt(Told.DELIVERED, timezone.now(), provider_id=f"id-{of(place.arie).pk.hex}"))
    push.round()
    assert receipts.late() == 1
    assert of(place.arie).state == State.DELIVERED


told = st.sampled_from([Told.ACCEPTED, Told.SENT, Told.DELIVERED, Told.READ])


@given(order=st.lists(told, min_size=1, max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
def test_receipts_in_any_order_never_move_a_delivery_back(place: Town, order: list[Told]) -> None:
    push = Office("web_push")
    posting = alarm(place)
    plan(push)
    push.round()
    ranks = []
    for state in order:
        receipts.take("web_push", Receipt(state, timezone.now(), letter_id=of(place.arie).pk.hex))
        ranks.append(receipts.RANK[State(posting.message.deliveries.get(address__value="push-Arie").state)])
    assert ranks == sorted(ranks)
    assert ranks[-1] == max(receipts.RANK[State(s)] for s in order)


def test_nothing_is_spent_above_the_ceiling_and_never_silently(place: Town) -> None:
    paid = Office("web_push", Capabilities(paid=True, per_second=0), reply=lambda letter: Accepted(letter.id, cost=50_000))
    ledger.set_ceiling("web_push", euros=0)
    alarm(place)
    plan(paid)
    with later(minutes=3):
        assert paid.round() == 0
    assert of(place.arie).state == State.CANCELLED
    assert of(place.arie).code == "ceiling"
    assert Trouble.objects.filter(kind="ceiling").exists()


def test_a_paid_way_is_not_taken_when_something_has_arrived(place: Town) -> None:
    paid = Office("whatsapp", Capabilities(paid=True, per_second=0), reply=lambda letter: Accepted(letter.id, cost=50_000))
    push = Office("web_push")
    addresses.add(place.arie, channel="whatsapp", value="NL.1")
    ledger.set_ceiling("whatsapp", euros=10)
    alarm(place)
    plan(push, paid)
    push.round()
    receipts.take("web_push", Receipt(Told.DELIVERED, timezone.now(), letter_id=of(place.arie).pk.hex))
    with later(minutes=3):
        paid.round()
    assert of(place.arie, "whatsapp").state == State.CANCELLED
    assert not paid.letters


def test_notices_of_a_day_go_together_and_end_together(place: Town) -> None:
    mail = Office("email")
    for n in range(3):
        postings.place_notice(f"Notice {n}", group=place.watch_a, by=place.sam)
    plan(mail)
    with later(hours=25):
        mail.round()
    mine = [letter for letter in mail.letters if letter.to == place.anna.email]
    assert len(mine) == 1
    assert all(f"Notice {n}" in mine[0].text for n in range(3))
    assert {d.state for d in Delivery.objects.all()} == {State.ACCEPTED}
