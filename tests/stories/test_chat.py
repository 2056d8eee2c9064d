"""A resident without our app: reports by chat in the middle of the night, is told by chat, answers by chat, stops and begins again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from asgiref.sync import async_to_sync
from django.utils import timezone
from tests.intake import chatting
from tests.town import Town, town

from meldkring.cases import closing, forwarding, judging
from meldkring.cases.models import Called, Case, Outcome
from meldkring.delivery import ledger, troubles, wordings
from meldkring.delivery.models import Account, Address, Delivery, Spending
from meldkring.demo import vendor
from meldkring.intake import binding
from meldkring.messaging.models import Posting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
ANNA, ARIE, BEA, SAM = "31612345001", "31612345002", "31612345003", "31612345004"
NIGHT = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)


@pytest.fixture
def place(db: None) -> Town:
    return town()


@pytest.fixture
def chat(place: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[chatting.Chat]:
    with chatting.opened(monkeypatch) as chat:
        chat.own(place.anna, ANNA)
        yield chat


def reported(chat: chatting.Chat, text: str = "Twee mannen voelen aan autodeuren in de Lindelaan.") -> Case:
    asked = chat.says(ANNA, text)
    if "Hoort dit bij" in asked.text:
        chat.presses(ANNA, "Nee, iets nieuws")
    chat.presses(ANNA, "Ja, door mij")
    chat.presses(ANNA, "Ja, verstuur")
    return Case.objects.latest("pk")


@pytest.mark.requirement("S27", "S28", "S29", "S31")
@time_machine.travel(NIGHT, tick=True)
def test_a_report_by_chat_at_night_reaches_desk_and_group(chat: chatting.Chat, place: Town) -> None:
    """S27 S28 S29 S30 S31 S34: the whole way of a report, with nothing but WhatsApp on both sides."""
    chat.own(place.arie, ARIE)
    asked = chat.says(ANNA, "Twee mannen voelen aan autodeuren in de Lindelaan.")
    assert "112" in asked.text
    assert not Case.objects.exists(), "nothing goes on before she said yes"
    asked = chat.presses(ANNA, "Ja, door mij")
    assert "zonder naam" in asked.text
    done = chat.presses(ANNA, "Ja, verstuur")
    case = Case.objects.get()
    assert (case.called, case.origin) == (Called.BY_ME, place.watch_a)
    assert place.watch_a.name in done.text
    assert judging.waiting(place.steering_1, by=place.sam).filter(message__contribution__case=case).exists(), "on the desk"
    # Arie has not written for more than a day: approved wording, without her name or number.
    (alarm,) = chat.lines(ARIE)
    assert alarm.link == f"/casus/{case.reference}/"
    assert "Alarm · A" in alarm.text
    assert "112 gebeld door de melder" in alarm.text
    assert "autodeuren" not in alarm.text, "nobody who screens looked at her words"
    assert "Anna" not in alarm.text
    assert ANNA not in alarm.text
    report = Posting.objects.get(message__contribution__case=case, group=place.watch_a)
    forwarding.forward(report, to=[place.coordination_noord], steering=place.steering_1, by=place.sam)
    assert Posting.objects.filter(group=place.coordination_noord, message=report.message).exists()
    assert "autodeuren" in chat.presses(ARIE, "Lees meer", line=alarm).text, "forwarding is approving"
    # He answers the alarm itself: a reaction in that case, once he said yes to that.
    asked = chat.says(ARIE, "Ze lopen nu bij de bakker.", reply_to=alarm.id)
    assert "Mogen we dit doorgeven?" in asked.text
    assert not Posting.objects.filter(message__text="Ze lopen nu bij de bakker.").exists()
    answered = chat.presses(ARIE, "Ja, geef door")
    assert place.watch_a.name in answered.text
    assert Posting.objects.filter(message__text="Ze lopen nu bij de bakker.", message__author=place.arie, group=place.watch_a).exists()
    assert "Een buur schreef iets nieuws" in chat.lines(ANNA)[-1].text
    closing.close(case, outcome=Outcome.CAUGHT, text="Aangehouden bij de bakker.", by=place.anna)
    chat.round()
    assert "Voorbij: De politie heeft iemand" in chat.lines(ARIE)[-1].text
    assert "bakker" not in chat.lines(ARIE)[-1].text


@pytest.mark.requirement("S33")
def test_who_sees_them_elsewhere_is_told_in_the_chat_to_call(chat: chatting.Chat, place: Town) -> None:
    """S33: nobody of Bea's group has called yet; in Arie's own group Anna did."""
    chat.own(place.arie, ARIE)
    chat.own(place.bea, BEA)
    report = Posting.objects.get(message__contribution__case=reported(chat), group=place.watch_a)
    forwarding.forward(report, to=[place.watch_b], steering=place.steering_1, by=place.sam)
    chat.round()
    answers = {}
    for number in (ARIE, BEA):
        chat.says(number, "Ik zie ze ook, bij de school.", reply_to=chat.lines(number)[0].id)
        answers[number] = chat.presses(number, "Ja, geef door").text
    assert "Bel nu 112" in answers[BEA]
    assert "Bel nu 112" not in answers[ARIE]


@pytest.mark.requirement("S30")
def test_a_reaction_by_reply_is_understood_after_a_restart(chat: chatting.Chat, place: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """S30: what ties an answer to its case stands in rows, not in a process."""
    chat.own(place.arie, ARIE)
    case = reported(chat)
    alarm = chat.lines(ARIE)[0]
    with chatting.opened(monkeypatch) as again:
        again.provider = chat.provider
        again.says(ARIE, "Ik zie ze ook.", reply_to=alarm.id)
        again.says(ARIE, "ja")
        assert Posting.objects.filter(message__text="Ik zie ze ook.", message__contribution__case=case).exists()


def test_a_half_told_report_survives_a_restart_and_is_sent_once(chat: chatting.Chat, place: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    chat.says(ANNA, "Iemand klimt over de schutting.")
    with chatting.opened(monkeypatch) as again:
        again.provider = chat.provider
        again.presses(ANNA, "Ja, door een ander")
        line = again.lines(ANNA)[-1]
        again.presses(ANNA, "Ja, verstuur", line=line)
        more = again.presses(ANNA, "Ja, verstuur", line=line)
    assert Case.objects.get().called == Called.BY_OTHER
    assert "al beantwoord" in more.text


def test_stop_is_obeyed_before_the_webhook_is_answered_and_start_begins_again(chat: chatting.Chat, place: Town) -> None:
    address = chat.own(place.arie, ARIE)
    chat.post(*chat.provider.webhook(messages=[chat.provider.says(ARIE, "Stop")]))
    address.refresh_from_db()
    assert address.state == Address.State.OPTED_OUT, "nothing was worked yet"
    chat.round()
    assert "START" in chat.lines(ARIE)[-1].text
    heard = len(chat.lines(ARIE))
    reported(chat)
    assert len(chat.lines(ARIE)) == heard
    chat.says(ARIE, "start")
    reported(chat, "Iemand staat bij de achterdeur.")
    assert any("Alarm · A" in line.text for line in chat.lines(ARIE)[heard:])


def test_the_same_webhook_twice_and_a_batch_of_many_are_each_message_once(chat: chatting.Chat, place: Town) -> None:
    chat.own(place.bea, BEA)
    both = [chat.provider.says(ANNA, "Een man met een ladder bij nummer 12."), chat.provider.says(BEA, "Glasgerinkel in de Eikstraat.")]
    chat.deliver(both, ANNA, twice=True)
    assert len(chat.lines(ANNA)) == len(chat.lines(BEA)) == 1
    assert "ladder" in chat.lines(ANNA)[0].text
    assert "Glasgerinkel" in chat.lines(BEA)[0].text


def test_who_presses_late_is_asked_once_more_whether_it_is_still_so(chat: chatting.Chat) -> None:
    chat.says(ANNA, "Een verdachte auto rijdt steeds rondjes.")
    late = chat.presses(ANNA, "Ja, door mij")
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=45), tick=True):
        again = chat.presses(ANNA, "Ja, verstuur", line=late)
        assert not Case.objects.exists()
        assert "nog zo" in again.text
        assert "steeds rondjes" in again.text
        chat.presses(ANNA, "Niet nodig", line=again)
        chat.presses(ANNA, "Ja, verstuur")
        assert Case.objects.get().called == Called.NOT_NEEDED


# What comes late or in the wrong order: providers bring again, for a day and a half, what our webhook missed


def hours_later(hours: float = 2) -> Any:
    return time_machine.travel(datetime.now(UTC) + timedelta(hours=hours), tick=True)


@time_machine.travel(NIGHT, tick=True)
def test_a_report_that_reached_us_hours_late_is_no_fresh_alarm(chat: chatting.Chat) -> None:
    seen = [chat.provider.says(ANNA, words) for words in ("Er klimt iemand over de schutting.", "Hij is binnen", "ja")]
    with hours_later():
        asked = chat.deliver(seen, ANNA)
        assert "kwam nu pas bij ons aan" in chat.lines(ANNA)[0].text
        assert "voordat we dit vroegen" in asked.text, "a yes from before we asked is no answer"
        assert "Geschreven om" in asked.text
        chat.presses(ANNA, "Ja, nog steeds")
        chat.presses(ANNA, "Niet nodig")
        assert not Case.objects.exists()
        chat.presses(ANNA, "Ja, verstuur")
        text = Case.objects.get().contributions.get().message.text
        assert text == "Er klimt iemand over de schutting.\n(Geschreven om 03:00)\nHij is binnen\n(Geschreven om 03:00)"


def test_who_says_that_it_is_over_sends_nothing(chat: chatting.Chat) -> None:
    late = chat.provider.says(ANNA, "Er klimt iemand over de schutting.")
    with hours_later():
        chat.deliver([late], ANNA)
        assert "niet verstuurd" in chat.presses(ANNA, "Nee, niet meer").text
        assert not Case.objects.exists()


def test_a_late_reaction_says_when_it_was_written(chat: chatting.Chat, place: Town) -> None:
    chat.own(place.arie, ARIE)
    reported(chat)
    late = chat.provider.says(ARIE, "Ze lopen bij de bakker.", reply_to=chat.lines(ARIE)[0].id)
    with hours_later(0.5):
        assert "Geschreven om" in chat.deliver([late], ARIE).text
        chat.presses(ARIE, "Ja, geef door")
        assert Posting.objects.filter(message__text__startswith="Ze lopen bij de bakker.\n(Geschreven om").exists()


def test_a_verdict_that_comes_hours_late_forwards_nothing(chat: chatting.Chat, place: Town) -> None:
    chat.own(place.sam, SAM)
    case = reported(chat)
    shown = chat.presses(SAM, "Lees meer", line=next(line for line in chat.lines(SAM) if line.link))
    which, label = next((which, label) for which, label in shown.buttons if which.endswith(":up"))
    late = chat.provider.presses(SAM, shown, which)
    with hours_later():
        assert "Druk dan nog een keer" in chat.deliver([late], SAM).text
        stands = Posting.objects.filter(message__contribution__case=case, group=place.coordination_noord)
        assert not stands.exists()
        chat.presses(SAM, label, line=shown)
        assert stands.exists()


def test_of_two_answers_the_one_said_last_counts_whichever_comes_last(chat: chatting.Chat) -> None:
    question = chat.says(ANNA, "Er wordt ingebroken bij de buren.")
    buttons = {label: which for which, label in question.buttons}
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=20), tick=True):
        earlier = chat.provider.presses(ANNA, question, buttons["Niet nodig"])
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=40), tick=True):
        later = chat.provider.presses(ANNA, question, buttons["Ja, door mij"])
        chat.deliver([later], ANNA)
        chat.deliver([earlier], ANNA)
        chat.presses(ANNA, "Ja, verstuur")
    assert Case.objects.get().called == Called.BY_ME


def test_a_batch_in_the_wrong_order_is_read_in_the_order_in_which_it_was_said(chat: chatting.Chat) -> None:
    first = chat.provider.says(ANNA, "Een groene bestelbus")
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=5), tick=True):
        second = chat.provider.says(ANNA, "met de lichten uit")
        asked = chat.deliver([second, first], ANNA)
    assert "Een groene bestelbus\nmet de lichten uit" in asked.text


def test_a_stop_that_overtakes_the_tie_with_an_account_holds(chat: chatting.Chat, place: Town) -> None:
    token = binding.begin(place.bea, channel="whatsapp")
    tie = chat.provider.says(BEA, f"koppel {token}")
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=30), tick=True):
        chat.post(*chat.provider.webhook(messages=[chat.provider.says(BEA, "Stop")]))
        chat.round()
        chat.post(*chat.provider.webhook(messages=[tie]))
        chat.round()
    assert not chat.lines(BEA), "and who said STOP before we knew them is not answered"
    assert Address.objects.get(value=BEA).state == Address.State.OPTED_OUT


def test_a_stop_said_after_the_tie_holds_though_the_tie_was_worked_later(chat: chatting.Chat, place: Town) -> None:
    token = binding.begin(place.bea, channel="whatsapp")
    tie = chat.provider.says(BEA, f"koppel {token}")
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=30), tick=True):
        stop = chat.provider.says(BEA, "Stop")
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2), tick=True):
        chat.post(*chat.provider.webhook(messages=[tie]))
        chat.post(*chat.provider.webhook(messages=[stop]))
        chat.round()
    assert Address.objects.get(value=BEA).state == Address.State.OPTED_OUT


def test_a_button_of_an_earlier_report_does_not_send_a_later_one(chat: chatting.Chat) -> None:
    chat.says(ANNA, "Het eerste verhaal.")
    old = chat.presses(ANNA, "Ja, door mij")
    chat.presses(ANNA, "Nee, niet sturen")
    chat.says(ANNA, "Iets heel anders.")
    chat.presses(ANNA, "Niet nodig")
    answer = chat.presses(ANNA, "Ja, verstuur", line=old)
    assert not Case.objects.exists()
    assert "eerdere vraag" in answer.text


def test_the_answer_about_112_can_be_put_right_before_sending(chat: chatting.Chat) -> None:
    question = chat.says(ANNA, "Er wordt ingebroken bij de buren.")
    chat.presses(ANNA, "Niet nodig", line=question)
    chat.presses(ANNA, "Ja, door mij", line=question)
    chat.presses(ANNA, "Ja, verstuur")
    assert Case.objects.get().called == Called.BY_ME


def test_what_is_written_in_pieces_is_one_report_and_a_place_alone_asks_for_words(chat: chatting.Chat) -> None:
    place = {"latitude": 51.8, "longitude": 4.4}
    located = chat.provider.says(ANNA, "") | {"type": "location", "location": place}
    assert "Schrijf in woorden" in chat.deliver([located], ANNA).text
    chat.says(ANNA, "Een groene bestelbus")
    chat.says(ANNA, "met de lichten uit")
    chat.presses(ANNA, "Ja, door mij")
    chat.says(ANNA, "ja")
    said = Case.objects.get().contributions.get()
    assert said.message.text == "Een groene bestelbus\nmet de lichten uit"
    assert (said.latitude, said.longitude) == (51.8, 4.4)


def test_a_photo_is_not_kept_and_the_person_is_told(chat: chatting.Chat) -> None:
    photo = chat.provider.says(ANNA, "") | {"type": "image", "image": {"id": "1", "caption": "Deze man klimt over het hek"}}
    asked = chat.deliver([photo], ANNA)
    assert "foto" in asked.text
    assert "klimt over het hek" in asked.text
    bare = chat.provider.says(ANNA, "") | {"type": "audio", "audio": {"id": "2"}}
    assert "voor de politie" in chat.deliver([bare], ANNA).text


def test_a_greeting_is_no_report(chat: chatting.Chat) -> None:
    assert "wat je ziet" in chat.says(ANNA, "Hallo?").text
    assert "Je melding" in chat.says(ANNA, "Er staat iemand bij mijn auto").text


def test_new_words_during_a_case_are_asked_where_they_belong(chat: chatting.Chat, place: Town) -> None:
    case = reported(chat)
    asked = chat.says(ANNA, "Nu rennen ze weg naar de haven.")
    assert case.title in asked.text
    chat.presses(ANNA, "Ja, voeg toe")
    assert Posting.objects.filter(message__text="Nu rennen ze weg naar de haven.", message__contribution__case=case).exists()


@pytest.mark.requirement("S13", "S14", "S31")
def test_the_steering_member_on_duty_judges_by_button(chat: chatting.Chat, place: Town) -> None:
    """S31 S14: forward to the district, from the phone that rang."""
    chat.own(place.sam, SAM)
    case = reported(chat)
    alarm = next(line for line in chat.lines(SAM) if line.link)
    shown = chat.presses(SAM, "Lees meer", line=alarm)
    assert "autodeuren" in shown.text, "who judges reads for us what is judged"
    labels = [label for _id, label in shown.buttons]
    assert "Niet van belang" in labels
    up = next(label for label in labels if label != "Niet van belang" and "groep" not in label)
    done = chat.presses(SAM, up, line=shown)
    assert place.coordination_noord.name in done.text
    assert Posting.objects.filter(message__contribution__case=case, group=place.coordination_noord).exists()
    again = chat.presses(SAM, "Niet van belang", line=shown)
    assert "net beoordeeld" in again.text, "judged once"


def test_the_number_is_tied_by_a_code_and_a_hidden_number_keeps_its_person(chat: chatting.Chat, place: Town) -> None:
    token = binding.begin(place.bea, channel="whatsapp")
    welcome = chat.says(BEA, f"koppel {token}")
    assert "Bea" in welcome.text
    user = "NL.13491208655302741918"
    chat.says(BEA, "Er loopt iemand op het dak.", user=user)
    hidden = {k: v for k, v in chat.provider.says(BEA, "Nu weer weg.", user=user).items() if k != "from"} | {"from": ""}
    chat.deliver([hidden], user)
    assert Address.objects.get(person=place.bea, channel="whatsapp").value == user
    assert "Nu weer weg" in chat.lines(user)[-1].text


def test_a_stranger_is_told_where_to_sign_up_once_a_day(chat: chatting.Chat) -> None:
    first = chat.says("31612349999", "Wie zijn jullie?")
    assert "Meld je aan" in first.text
    chat.says("31612349999", "Hallo?")
    assert len(chat.lines("31612349999")) == 1


def stranger_says(chat: chatting.Chat, text: str = "Wie zijn jullie?") -> str:
    number = f"316123499{len(chat.provider.chats):02d}"
    chat.post(*chat.provider.webhook(messages=[chat.provider.says(number, text)]))
    return number


def spent() -> tuple[int, int]:
    line = Spending.objects.filter(channel="whatsapp").first()
    return (line.cost, line.letters) if line else (0, 0)


def test_what_an_answer_to_a_stranger_costs_stands_in_the_ledger(chat: chatting.Chat) -> None:
    number = stranger_says(chat)
    chat.round()
    (line,) = chat.lines(number)
    assert spent() == (0, 0), "an answer within a day may be free"
    told = chat.provider.status(number, line, "delivered")
    for times_told in (1, 2):
        chat.post(*chat.provider.webhook(statuses=[{**told, "pricing": {"billable": True, "category": "service", "type": "regular"}}]))
        chat.round()
        assert spent() == (40_000, 1), times_told


def test_an_answer_to_a_stranger_that_was_lost_counts_as_spent_until_it_is_known(chat: chatting.Chat) -> None:
    """Also when the process dies at that moment: it is never sent twice."""
    chat.provider.mishaps.append("lost after")
    number = stranger_says(chat)
    for _again in range(3):
        chat.round()
    (line,) = chat.lines(number)
    assert spent() == (50_000, 1), "nobody knows, so the most it may cost"
    failed = chat.provider.status(number, line, "failed", code=131026)
    chat.post(*chat.provider.webhook(statuses=[failed]))
    chat.round()
    assert spent() == (0, 0)
    chat.provider.mishaps.append(131000)
    refused = stranger_says(chat)
    chat.round()
    assert (chat.lines(refused), spent()) == ([], (0, 0))


class Died(Exception):
    """The process ends here."""


def test_a_process_that_dies_while_answering_a_stranger_has_counted_it(chat: chatting.Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    number = stranger_says(chat)
    with monkeypatch.context() as dying:
        dying.setattr(vendor.Vendor, "post", dies)
        with pytest.raises(Died):
            chat.round()
    assert spent() == (50_000, 1)
    chat.round()
    assert not chat.lines(number)


async def dies(*args: object, **how: object) -> None:
    raise Died


def test_no_stranger_is_answered_above_the_ceiling(chat: chatting.Chat) -> None:
    Account.objects.filter(channel="whatsapp").update(ceiling=100_000)
    ledger.write("whatsapp", cost=60_000, letters=1, now=timezone.now())
    first, second = stranger_says(chat), stranger_says(chat)
    chat.provider.mishaps.append("lost after")
    chat.round()
    assert (len(chat.lines(first)), chat.lines(second)) == (0, [])
    Account.objects.filter(channel="whatsapp").update(ceiling=150_000)
    chat.round()
    assert (len(chat.lines(first)), chat.lines(second), spent()) == (1, [], (110_000, 2))


def test_a_send_that_was_not_answered_is_not_repeated_when_its_receipt_comes(chat: chatting.Chat, place: Town) -> None:
    chat.own(place.arie, ARIE)
    chat.says(ANNA, "Iemand forceert een deur.")
    chat.presses(ANNA, "Ja, door mij")
    chat.provider.mishaps.append("lost after")  # her last answer
    chat.presses(ANNA, "Ja, verstuur")
    lost = chat.lines(ANNA)[-1]
    assert Delivery.objects.get(pk=lost.letter_id).state == Delivery.State.UNKNOWN
    chat.tells(lost, "delivered", ANNA)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=5), tick=True):
        chat.round()
    assert [line.text for line in chat.lines(ANNA)].count(lost.text) == 1
    assert Delivery.objects.get(pk=lost.letter_id).state == Delivery.State.DELIVERED


def test_a_wording_that_is_not_approved_is_not_used_and_another_way_is(chat: chatting.Chat, place: Town) -> None:
    from_arie = chat.own(place.arie, ARIE)
    Address.objects.filter(person=place.arie, channel="email").update(state=Address.State.ACTIVE, position=90)
    chat.provider.approvals["alarm_wijk"] = "PAUSED"
    asked(chat)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=3), tick=True):
        case = reported(chat)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=8), tick=True):
        chat.round()
    assert not chat.lines(ARIE)
    legs = Delivery.objects.filter(posting__message__contribution__case=case, address__person=place.arie)
    assert {(d.channel, d.state) for d in legs} >= {("whatsapp", "failed")}
    assert legs.get(address=from_arie).code == "no template"


def test_what_the_provider_rules_about_a_wording_holds_at_once_and_is_mailed(chat: chatting.Chat, place: Town) -> None:
    """Without waiting for the hour at which we ask: an alarm that it would refuse goes another way."""
    chat.own(place.arie, ARIE)
    asked(chat)
    later = datetime.now(UTC) + timedelta(minutes=1)
    paused = chat.provider.rules("alarm_wijk", "PAUSED", at=later, other_info={"title": "FIRST_PAUSE", "description": "Until 6 PM."})
    earlier = chat.provider.rules("alarm_wijk", "APPROVED", at=later - timedelta(seconds=30))
    chat.provider.approvals["alarm_wijk"] = "PAUSED"
    with time_machine.travel(later + timedelta(minutes=1), tick=True):
        for knock in (paused, earlier, paused):
            chat.post(*knock)
        chat.round()
        reported(chat)
        assert not chat.lines(ARIE)
        row = wordings.known("whatsapp")["alarm_wijk"]
        assert (row.state, row.reason) == ("resting", "Until 6 PM.")
        assert [(t.kind, t.about) for t in troubles.lasting()] == [("wording", "whatsapp alarm_wijk")]
    with time_machine.travel(later + timedelta(hours=6), tick=True):
        chat.post(*chat.provider.rules("alarm_wijk", "REINSTATED"))
        chat.round()
        assert not wordings.unapproved("whatsapp")
        assert not troubles.lasting()


def asked(chat: chatting.Chat) -> None:
    assert async_to_sync(wordings.ask)(chat.channel, chat.provider) is None


def test_what_costs_money_stops_at_the_ceiling_but_a_conversation_goes_on(chat: chatting.Chat, place: Town) -> None:
    chat.own(place.arie, ARIE)
    Account.objects.filter(channel="whatsapp").update(ceiling=490_000)  # 0.44 for alarms, 0.05 kept
    ledger.write("whatsapp", cost=410_000, letters=9, now=timezone.now())
    case = reported(chat)
    assert not chat.lines(ARIE), "no room for the alarm"
    assert Delivery.objects.get(posting__message__contribution__case=case, address__value=ARIE).code == "ceiling"
    assert place.watch_a.name in chat.lines(ANNA)[-1].text
