"""One test for all channels: whatever a provider does, the same holds for each (found through the registry, so a new one cannot be forgotten)."""

import asyncio
import contextlib
import importlib
import importlib.util
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from tests.channels.contract_cases import ACCEPT, AFTER, BEFORE, GONE, THROTTLED, Case, Hook
from tests.delivery import post_office
from tests.town import Town, town

from meldkring.cases import reporting
from meldkring.cases.models import Called
from meldkring.channels import registry
from meldkring.delivery import addresses, dispatch, fanout, ledger, tokens, troubles
from meldkring.delivery.models import Address, Delivery
from meldkring.intake import taking
from meldkring.intake.models import Incoming

State = Delivery.State
NAMES = sorted(registry.kinds())


@pytest.fixture
def place(db: None) -> Town:
    return town()


def test_what_a_channel_says_of_wrong_settings_can_be_said_in_another_language() -> None:
    """Nothing is a good value for each setting at once, so every file says its say."""
    found = registry.read({name: "?" for kind in registry.kinds().values() for name in kind.settings}).wrong
    assert sorted(found) == NAMES
    for error in found.values():
        assert troubles.set_wrongly(error) not in ("", str(error))


@pytest.fixture(params=NAMES)
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    with contextlib.ExitStack() as stack:
        yield stack.enter_context(cases_of(request.param).contract())


@pytest.fixture
def letter(place: Town, case: Case) -> Delivery:
    """An alarm for Arie, planned on this channel."""
    ledger.set_ceiling(case.channel.name, euros=100)
    # Some minutes ago, so that what is said "earlier" below is still said after it.
    addresses.add(place.arie, channel=case.channel.name, value=case.address, at=timezone.now() - timedelta(minutes=30))
    addresses.heard(case.channel.name, case.address, at=timezone.now())
    return alarm(place, case)


def cases_of(name: str) -> Any:
    module = f"tests.channels.cases_{name}"
    assert importlib.util.find_spec(module), f"the channel {name} brings no tests/channels/cases_{name}.py"
    return importlib.import_module(module)


def alarm(place: Town, case: Case, text: str = "Someone forces the back door.") -> Delivery:
    posting = reporting.report(text, group=place.watch_a, by=place.anna, called=Called.BY_ME)
    name = case.channel.name
    fanout.run(channels={name}, paid={name} if case.channel.capabilities().paid else ())
    Delivery.objects.filter(message=posting.message).exclude(address__value=case.address).delete()
    found: Delivery = Delivery.objects.get(message=posting.message)
    return found


def round_of(case: Case, **later: float) -> int:
    with time_machine.travel(timezone.now() + timedelta(**later)):
        return post_office.carry(case.channel, case.http)


def arrives(case: Case, *hooks: Hook) -> None:
    """The provider knocks, and what it brought is worked."""
    for raw, headers in hooks:
        taking.take(case.channel.name, case.channel, raw=raw, headers=headers)
    taking.work({case.channel.name: case.channel})


def receipt_of(case: Case, state: str, letter: Delivery) -> Hook:
    """What the provider tells of a letter; where it never does, the test is left out."""
    if case.receipt is None:
        pytest.skip("what became of a letter is not told here")
    return case.receipt(state, letter.pk.hex)


def state_of(letter: Delivery) -> str:
    letter.refresh_from_db()
    return letter.state


def test_words_without_the_providers_mark_are_not_heard(case: Case, letter: Delivery) -> None:
    if case.said is None or not case.channel.capabilities().knows_sender:
        pytest.skip("the mark is elsewhere, or nobody writes to us here")
    raw, headers = case.said("STOP", "id-1", tokens.reply(letter.pk))
    for given in ({}, {name: value[::-1] for name, value in headers.items()}):
        with pytest.raises(taking.Forged):
            arrives(case, (raw, given))
    assert Address.objects.get(value=case.address).state == Address.State.ACTIVE


def test_half_of_somebodys_words_stop_nothing(case: Case, letter: Delivery) -> None:
    if case.said is None:
        pytest.skip("nobody writes to us here")
    raw, headers = case.said("STOP", "id-1", tokens.reply(letter.pk))
    for end in range(0, len(raw), max(1, len(raw) // 25)):
        with contextlib.suppress(taking.Forged):
            taking.take(case.channel.name, case.channel, raw=raw[:end], headers=headers)
    arrives(case, (raw, headers))
    assert Address.objects.get(value=case.address).state == Address.State.OPTED_OUT
    assert not Incoming.objects.filter(done_at=None).exists()


@pytest.mark.parametrize("name", NAMES)
def test_each_channel_brings_its_cases_and_says_what_it_needs(name: str) -> None:
    assert hasattr(cases_of(name), "contract")
    kind = registry.kinds()[name]
    assert kind.label
    assert all(len(what) > 10 for what in kind.settings.values()), "each setting says what it is for"


# What goes out


def test_a_letter_is_handed_over_once(case: Case, letter: Delivery) -> None:
    assert round_of(case) == 1
    assert (state_of(letter), case.taken()) == (State.ACCEPTED, 1)
    assert round_of(case, minutes=5) == 0


def test_a_provider_out_of_reach_is_tried_again(case: Case, letter: Delivery) -> None:
    case.will(BEFORE)
    round_of(case)
    assert (state_of(letter), case.taken()) == (State.QUEUED, 0)
    case.will(ACCEPT)
    round_of(case, minutes=1)
    assert (state_of(letter), case.taken()) == (State.ACCEPTED, 1)


def test_a_provider_that_falls_silent_gets_it_once_more_at_most(case: Case, letter: Delivery) -> None:
    case.will(AFTER)
    for minutes in (0, 2, 4, 6, 8):
        round_of(case, minutes=minutes)
    if not case.channel.capabilities().idempotent:
        assert (state_of(letter), case.taken()) == (State.FAILED, 2)


def test_a_receipt_after_the_silence_prevents_the_repeat(case: Case, letter: Delivery) -> None:
    hook = receipt_of(case, case.states[0], letter)
    case.will(AFTER)
    round_of(case)
    arrives(case, hook)
    round_of(case, minutes=3)
    assert (state_of(letter), case.taken()) == (case.states[0], 1)


def test_a_throttling_provider_is_left_alone_for_a_while(place: Town, case: Case, letter: Delivery) -> None:
    case.will(THROTTLED)
    round_of(case)
    case.will(ACCEPT)
    second = alarm(place, case, "A van drives around the block.")
    assert round_of(case, seconds=2) == 0, "the whole account waits"
    round_of(case, minutes=2)
    assert {state_of(letter), state_of(second)} == {State.ACCEPTED}
    assert case.taken() == 2


def test_a_permanent_error_ends_that_address_and_no_other(place: Town, case: Case, letter: Delivery) -> None:
    case.will(GONE)
    round_of(case)
    assert state_of(letter) == State.FAILED
    address = Address.objects.get(channel=case.channel.name, value=case.address)
    if address.state == Address.State.ACTIVE:
        alarm(place, case, "A van drives around the block.")
        round_of(case)
        address.refresh_from_db()
    assert address.state in (Address.State.SUSPENDED, Address.State.GONE)
    with pytest.raises(Delivery.DoesNotExist):
        alarm(place, case, "And again.")
    assert not dispatch.accounts.is_shut(case.channel.name, now=timezone.now())


@pytest.mark.postgres
def test_a_restart_between_sending_and_writing_down_repeats_once_at_most(case: Case, letter: Delivery) -> None:
    for minutes in (0, 3, 6, 9):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
            for _deliveries, ready in dispatch.claim(case.channel.name, able=case.channel.capabilities(), limit=10):
                asyncio.run(case.channel.send(ready, case.http))
    if not case.channel.capabilities().idempotent:
        assert (state_of(letter), case.taken()) == (State.FAILED, 2)


def test_stop_is_obeyed_between_planning_and_sending(case: Case, letter: Delivery) -> None:
    addresses.stop(case.channel.name, case.address)
    assert round_of(case) == 0
    assert (state_of(letter), case.taken()) == (State.CANCELLED, 0)


# What comes in


def test_what_is_forged_does_nothing(case: Case, letter: Delivery) -> None:
    """Where a provider signs, it is refused and not kept; a mail has no signature, and says nothing without the secret of its letter."""
    round_of(case)
    raw, headers = receipt_of(case, case.states[0], letter)
    other = raw.replace(letter.pk.hex.encode(), letter.pk.hex[::-1].encode())
    assert other != raw
    for bad, given in ((other, headers), (b"{}", {}), (b"", headers)):
        with contextlib.suppress(taking.Forged):
            arrives(case, (bad, given))
    assert state_of(letter) == State.ACCEPTED
    if case.channel.capabilities().knows_sender:
        assert not Incoming.objects.exists()


def test_a_receipt_twice_and_in_the_wrong_order(case: Case, letter: Delivery) -> None:
    round_of(case)
    hooks = [receipt_of(case, state, letter) for state in reversed(case.states)]
    arrives(case, *hooks, *hooks)
    assert state_of(letter) == case.states[-1]


def test_a_truncated_webhook_never_stops_what_comes_after(case: Case, letter: Delivery) -> None:
    round_of(case)
    raw, headers = receipt_of(case, case.states[-1], letter)
    for end in range(0, len(raw), max(1, len(raw) // 25)):
        case.channel.parse(raw[:end], headers)
        with contextlib.suppress(taking.Forged):
            taking.take(case.channel.name, case.channel, raw=raw[:end], headers=headers)
    arrives(case, (raw, headers))
    assert state_of(letter) == case.states[-1]
    assert not Incoming.objects.filter(done_at=None).exists()


def test_the_same_words_twice_are_said_once(case: Case, letter: Delivery) -> None:
    if case.said is None:
        pytest.skip("nobody writes to us here")
    round_of(case)
    hook = case.said("Ik zie ze ook.", "id-1", tokens.reply(letter.pk))
    arrives(case, hook)
    answers = Delivery.objects.filter(message=None).count()
    assert answers
    arrives(case, hook, hook)
    assert Delivery.objects.filter(message=None).count() == answers


def test_stop_and_start_in_words(case: Case, letter: Delivery) -> None:
    if case.said is None:
        pytest.skip("nobody writes to us here")
    round_of(case)
    token, address = tokens.reply(letter.pk), Address.objects.get(channel=case.channel.name, value=case.address)
    raw, headers = case.said("STOP", "id-stop", token)
    taking.take(case.channel.name, case.channel, raw=raw, headers=headers)
    address.refresh_from_db()
    assert address.state == Address.State.OPTED_OUT, "before anything else is worked"
    arrives(case, case.said("START", "id-start", token))
    arrives(case, (raw, headers))
    address.refresh_from_db()
    assert address.state == Address.State.ACTIVE, "the old STOP, sent again, undoes nothing"


@pytest.mark.parametrize("last", ["STOP", "START"])
def test_the_word_that_was_said_last_holds_whichever_comes_last(case: Case, letter: Delivery, last: str) -> None:
    if case.said is None:
        pytest.skip("nobody writes to us here")
    round_of(case)
    token, first = tokens.reply(letter.pk), "START" if last == "STOP" else "STOP"
    with time_machine.travel(timezone.now() - timedelta(minutes=20)):
        earlier = case.said(first, "id-earlier", token)
    arrives(case, case.said(last, "id-later", token))
    answers = Delivery.objects.filter(message=None).count()
    arrives(case, earlier)
    address = Address.objects.get(channel=case.channel.name, value=case.address)
    assert address.state == (Address.State.OPTED_OUT if last == "STOP" else Address.State.ACTIVE)
    assert Delivery.objects.filter(message=None).count() == answers, "and nobody is told the opposite"


def test_what_is_said_late_says_so(case: Case, letter: Delivery) -> None:
    if case.said is None:
        pytest.skip("nobody writes to us here")
    round_of(case)
    with time_machine.travel(timezone.now() - timedelta(minutes=20)):
        hook = case.said("Ik zie ze ook.", "id-1", tokens.reply(letter.pk))
    arrives(case, hook)
    assert "kwam nu pas bij ons aan" in Delivery.objects.filter(message=None).latest("made_at").words["text"]


def test_a_batch_is_read_whole(case: Case, letter: Delivery) -> None:
    if case.batch is None:
        pytest.skip("one at a time here")
    hooks = [receipt_of(case, state, letter) for state in case.states]
    hooks += (
        [case.said("Ik zie ze ook.", "id-1", tokens.reply(letter.pk)), case.said("STOP", "id-2", tokens.reply(letter.pk))]
        if case.said
        else []
    )
    round_of(case)
    arrives(case, case.batch(hooks))
    assert state_of(letter) == case.states[-1]
    if case.said:
        assert Address.objects.get(value=case.address).state == Address.State.OPTED_OUT
