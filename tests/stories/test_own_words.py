"""Where only our own words may go: facts at once, a member's words once somebody who screens decided, and never a name or a plate (ADR 0007)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone
from tests.intake import chatting
from tests.stories import scene
from tests.town import Town, town

from meldkring.audit.models import Line
from meldkring.cases import approving, closing, forwarding, judging, lifecycle, police, reporting
from meldkring.cases.models import Approval, Called, Outcome
from meldkring.delivery.models import Address, Delivery
from meldkring.demo import vendor
from meldkring.forgetting import erasing
from meldkring.groups import roles
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Posting
from meldkring.people.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
ARIE, BEA, SAM = "31612345002", "31612345003", "31612345004"
TEXT = "Anna ziet twee mannen bij een bus met kenteken 12-AB-34. Bel mij op 06-12345678."
NOON = datetime(2026, 11, 27, 11, 0, tzinfo=UTC)


@pytest.fixture
def place(db: None) -> Town:
    return town()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=True) as clock:
        yield clock


@pytest.fixture
def chat(place: Town, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch) -> Iterator[chatting.Chat]:
    """Arie and Bea have WhatsApp and nothing else; Arie wrote a while ago, Bea never did."""
    with chatting.opened(monkeypatch) as chat:
        chat.own(place.arie, ARIE)
        chat.own(place.bea, BEA)
        heard(chat, ARIE)
        yield chat


def heard(chat: chatting.Chat, number: str) -> None:
    """This number wrote just now, so anything may be sent there."""
    chat.says(number, "start")
    chat.provider.chats[number].clear()


def reported(chat: chatting.Chat, here: Town, **extras: object) -> Posting:
    """Anna reports on the page, and everybody is told."""
    posting = scene.report(here, text=TEXT, **extras)
    chat.round()
    return posting


def later(chat: chatting.Chat, clock: time_machine.Traveller, seconds: float = 11) -> None:
    clock.shift(seconds)
    chat.round()


def last(chat: chatting.Chat, number: str = ARIE) -> vendor.Line:
    return chat.lines(number)[-1]


@pytest.mark.requirement("S29", "S31")
def test_facts_go_at_once_and_not_a_word_of_hers(chat: chatting.Chat, place: Town) -> None:
    """S29: alarm, group, moment, 112, a street that we know, direction; and where to read the rest."""
    posting = reported(chat, place, place="bij Kees in de lindelaan 12", direction="n", vehicle="witte bus", persons="twee mannen")
    told = last(chat).text
    case = scene.case_of(posting)
    for fact in (
        "Alarm · A",
        "27 november 12:0",
        "112 gebeld door de melder",
        "Plaats: Lindelaan",
        "noord",
        "Bel 112",
        f"/casus/{case.reference}/",
    ):
        assert fact in told
    for word in ("mannen", "bus", "Kees", "Anna", "AB", "12345678", case.title):
        assert word not in told
    assert [label for _id, label in last(chat).buttons] == ["Lees meer", "Hier niets gezien"]


@pytest.mark.requirement("S12", "S31")
def test_who_asks_for_more_hears_honestly_that_it_waits_and_gets_it_when_it_is_released(
    chat: chatting.Chat, place: Town, clock: time_machine.Traveller
) -> None:
    """S12: words are looked at by who screens before they go to a chat of somebody else's."""
    posting = reported(chat, place)
    waits = chat.presses(ARIE, "Lees meer")
    assert "nog niet vrijgegeven" in waits.text
    assert f"/casus/{scene.case_of(posting).reference}/" in waits.text
    approving.approve(posting, words="Twee mannen bij een witte bus.", by=place.sam)
    chat.round()
    assert last(chat) == waits, "ten seconds to take it back"
    later(chat, clock)
    assert "Meer over het alarm van 12:0" in last(chat).text
    assert "Twee mannen bij een witte bus." in last(chat).text
    heard_so_far = len(chat.lines(ARIE))
    later(chat, clock)
    assert len(chat.lines(ARIE)) == heard_so_far, "told once"
    line = Line.objects.get(action="approve")
    assert (line.by_id, line.subject, line.details) == (place.sam.pk, f"posting:{posting.pk}", {})
    assert Delivery.objects.filter(message=posting.message, address__value=ARIE).count() == 1


def test_outside_the_free_window_the_words_cost_nothing_for_they_come_when_she_presses(
    chat: chatting.Chat, place: Town, clock: time_machine.Traveller
) -> None:
    clock.shift(25 * 3600)
    posting = reported(chat, place)
    alarm = last(chat)
    assert alarm.link, "approved wording, for he wrote more than a day ago"
    approving.approve(posting, words="Twee mannen.", by=place.sam)
    later(chat, clock)
    assert last(chat) == alarm
    assert "Twee mannen." in chat.presses(ARIE, "Lees meer", line=alarm).text
    later(chat, clock)
    assert sum("Twee mannen." in line.text for line in chat.lines(ARIE)) == 1


def test_words_released_before_a_message_leaves_go_in_it(chat: chatting.Chat, place: Town, clock: time_machine.Traveller) -> None:
    Address.objects.filter(person=place.arie, channel="email").update(state=Address.State.ACTIVE)
    posting = scene.report(place, text=TEXT)
    # E-mail comes first and is free, so what costs money waits two minutes.
    from_pages = {"email", "whatsapp"}
    chatting.fanout.run(channels=from_pages, paid={"whatsapp"})
    approving.approve(posting, words="Twee mannen bij een bus.", by=place.sofie)
    later(chat, clock, 121)
    (only,) = chat.lines(ARIE)
    assert "Twee mannen bij een bus." in only.text
    assert "112 gebeld" in only.text
    later(chat, clock)
    assert len(chat.lines(ARIE)) == 1


def test_taken_back_within_ten_seconds_nobody_reads_it(chat: chatting.Chat, place: Town, clock: time_machine.Traveller) -> None:
    posting = reported(chat, place)
    wrong = approving.approve(posting, words="Verkeerd.", by=place.sam)
    with pytest.raises(approving.AlreadyApproved):
        approving.approve(posting, words="Ook.", by=place.sofie)
    with pytest.raises(judging.TooLate):
        approving.undo(wrong, by=place.sofie)
    approving.undo(wrong, by=place.sam)
    later(chat, clock)
    assert not any("Verkeerd" in line.text for line in chat.lines(ARIE))
    assert approving.draft(posting.message) == "Verkeerd.", "nothing that was typed is lost"
    again = approving.approve(posting, words="Goed.", by=place.sofie)
    later(chat, clock)
    assert "Goed." in last(chat).text
    with pytest.raises(judging.TooLate):
        approving.undo(again, by=place.sofie)


def test_names_numbers_and_plates_stay_out_whoever_typed_them(chat: chatting.Chat, place: Town, clock: time_machine.Traveller) -> None:
    posting = reported(chat, place)
    assert approving.draft(posting.message) == "[naam] ziet twee mannen bij een bus met kenteken [kenteken]. Bel mij op [nummer]."
    made = approving.approve(posting, words="Arie en Sam zagen XX-123-Y, 0612345678, a@example.org. Bel 0900-8844.", by=place.sam)
    assert made.words == "[naam] en [naam] zagen [kenteken], [nummer], [nummer]. Bel 0900-8844."


@pytest.mark.requirement("S13", "S15")
def test_what_went_along_by_itself_was_looked_at_by_nobody(chat: chatting.Chat, place: Town) -> None:
    """S13: Sam forwards the report, and with that its words; a later reaction that follows is not released by it."""
    posting = reported(chat, place)
    judged = forwarding.forward(posting, to=[place.watch_b], steering=place.steering_1, by=place.sam, follow=True)
    chat.round()
    assert "twee mannen" in last(chat, BEA).text
    assert "twee mannen" in last(chat, ARIE).text, "who had the facts gets the words"
    heard(chat, BEA)
    reaction = reporting.react("Ze lopen bij de kerk", case=scene.case_of(posting), group=place.watch_a, by=place.anna)
    chat.round()
    assert Posting.objects.filter(message=reaction.message, group=place.watch_b).exists()
    assert "Een buur schreef iets nieuws" in last(chat, BEA).text
    assert "kerk" not in last(chat, BEA).text
    judging.undo(judged, by=place.sam)
    assert posting.message_id not in approving.decided([posting.message])


def test_what_who_screens_or_the_police_say_needs_nobody_else(chat: chatting.Chat, place: Town) -> None:
    posting = reported(chat, place)
    case = scene.case_of(posting)
    reporting.react("Ik fiets er langs.", case=case, group=place.watch_a, by=place.fatima)
    chat.round()
    assert "Ik fiets er langs." in last(chat).text
    reporting.react(str(approving.SAW_NOTHING), case=case, group=place.watch_a, by=place.anna)
    chat.round()
    assert "Hier niets gezien." in last(chat).text, "pressed, not written"
    told = police.place("Witte bus gezocht.", to=[place.steering_1], by=place.officer, source="Officer de Vries", source_at=timezone.now())
    here = Posting.objects.get(message__contribution__case=told)
    forwarding.forward(here, to=[place.watch_a], steering=place.steering_1, by=place.sam)
    chat.round()
    assert "Witte bus gezocht." in last(chat).text
    assert "Vries" not in last(chat).text


def test_what_was_held_and_shown_was_looked_at(chat: chatting.Chat, place: Town) -> None:
    place.watch_a.screens_first = True
    place.watch_a.save(update_fields=["screens_first"])
    posting = reported(chat, place)
    assert not chat.lines(ARIE)
    reporting.release(posting, by=place.sam)
    chat.round()
    assert "twee mannen" in last(chat).text
    assert "12-AB-34" not in last(chat).text
    assert Approval.objects.get().by == place.sam


@pytest.mark.parametrize("how", ["hidden", "withdrawn", "closed"])
def test_what_no_longer_stands_is_neither_released_nor_shown(
    chat: chatting.Chat, place: Town, clock: time_machine.Traveller, how: str
) -> None:
    posting = reported(chat, place)
    alarm = last(chat)
    approving.approve(posting, words="Twee mannen.", by=place.sam)
    if how == "hidden":
        reporting.hide(posting, by=place.sam, reason="Klopt niet")
    elif how == "withdrawn":
        postings.withdraw([posting], by=place.sam)
    else:
        closing.close(scene.case_of(posting), outcome=Outcome.INNOCENT, text="Klaar.", by=place.sam)
    later(chat, clock)
    assert not any("Twee mannen." in line.text for line in chat.lines(ARIE))
    if how != "closed":
        assert "staat er niet meer" in chat.presses(ARIE, "Lees meer", line=alarm).text
    other = scene.report(place, text="Iets anders", called=Called.NOT_NEEDED)
    postings.withdraw([other], by=place.sam)
    with pytest.raises(postings.NotHere):
        approving.approve(other, words="x", by=place.sam)


def test_a_message_of_the_police_that_ran_out_is_not_shown_any_more(
    chat: chatting.Chat, place: Town, clock: time_machine.Traveller
) -> None:
    case = police.place("Witte bus gezocht.", to=[place.steering_1], by=place.officer)
    forwarding.forward(Posting.objects.get(message__contribution__case=case), to=[place.watch_a], steering=place.steering_1, by=place.sam)
    clock.shift(25 * 3600)
    case.contributions.update(valid_until=timezone.now() + timedelta(hours=1))
    chat.round()
    case.contributions.update(expired_at=timezone.now())
    shown = chat.presses(ARIE, "Lees meer").text if chat.lines(ARIE) else ""
    assert "bus" not in shown


@pytest.mark.requirement("S34")
def test_how_it_ended_is_told_at_once_and_the_words_about_it_when_released(
    chat: chatting.Chat, place: Town, clock: time_machine.Traveller
) -> None:
    """S34: the outcome in our words, to everybody; what the holder wrote about it by the same rule."""
    posting = reported(chat, place)
    case = scene.case_of(posting)
    closing.close(case, outcome=Outcome.CAUGHT, text="De agent zei: twee broers.", by=place.anna)
    chat.round()
    assert "Voorbij: De politie heeft iemand · A" in last(chat).text
    assert "broers" not in last(chat).text
    end = Posting.objects.get(message__kind="closing", group=place.watch_a)
    with pytest.raises(lifecycle.CaseClosed):
        approving.approve(posting, words="Te laat.", by=place.sam)
    approving.approve(end, words="Er is iemand aangehouden.", by=place.sam)
    later(chat, clock)
    assert "Er is iemand aangehouden." in last(chat).text


def test_only_who_screens_here_releases_words(chat: chatting.Chat, place: Town) -> None:
    posting = reported(chat, place)
    for somebody in (place.arie, place.anna, place.zora, place.officer, place.outsider):
        with pytest.raises(roles.NotAllowed):
            approving.approve(posting, words="x", by=somebody)
    talk = postings.converse("Wie kijkt er mee?", group=place.steering_1, by=place.sam)
    with pytest.raises(roles.NotAllowed):
        approving.approve(talk, words="x", by=place.sam)


@pytest.mark.requirement("S12", "S31")
def test_the_steering_member_on_duty_reads_judges_and_releases_in_the_chat(
    chat: chatting.Chat, place: Town, clock: time_machine.Traveller
) -> None:
    """S12 S31: who judges reads for us what is judged; not relevant elsewhere still leaves the words to be released."""
    chat.own(place.sam, SAM)
    heard(chat, SAM)
    reported(chat, place)
    assert [label for _id, label in last(chat, SAM).buttons] == ["Lees en beoordeel"]
    assert "mannen" not in last(chat, SAM).text
    shown = chat.presses(SAM, "Lees en beoordeel")
    assert "Nog niet vrijgegeven" in shown.text
    assert "twee mannen" in shown.text
    assert "12-AB-34" not in shown.text
    assert len(shown.buttons) == 3
    answered = chat.presses(SAM, "Niet van belang")
    assert [label for _id, label in answered.buttons] == ["Geef woorden vrij"]
    assert "vrijgegeven" in chat.presses(SAM, "Geef woorden vrij").text
    later(chat, clock)
    assert "twee mannen" in last(chat).text
    assert "al vrijgegeven" in chat.presses(SAM, "Geef woorden vrij", line=answered).text


def test_a_question_about_a_case_does_not_bring_the_words_of_somebody_else(chat: chatting.Chat, place: Town) -> None:
    posting = reported(chat, place)
    asked = chat.says(ARIE, "Ik zie twee jongens rennen.")
    assert "het alarm van 12:0" in asked.text
    assert scene.case_of(posting).title not in asked.text


def test_news_of_the_police_is_told_without_the_words_of_who_brings_it(chat: chatting.Chat, place: Town) -> None:
    posting = reported(chat, place)
    reporting.react("Ze komen mijn tuin in", case=scene.case_of(posting), group=place.watch_a, by=place.anna, kind="news", direction="s")
    chat.round()
    assert "Er is nieuws van de politie." in last(chat).text
    assert "zuid" in last(chat).text
    assert "tuin" not in last(chat).text


@pytest.mark.requirement("S34")
@pytest.mark.parametrize("erased", ["before it was told", "after"])
def test_how_it_ended_is_told_also_when_its_writer_is_gone(
    chat: chatting.Chat, place: Town, clock: time_machine.Traveller, erased: str
) -> None:
    """S34: in words of who screens; of what the erased member wrote nothing is made ready, for we no longer know what to take out of it."""
    case = scene.case_of(reported(chat, place))
    closing.close(case, outcome=Outcome.CAUGHT, text="Ik, Annabel, hoorde het van de agent.", by=place.anna)
    if erased == "after":
        chat.round()
    erasing.erase(place.anna, by=place.anna)
    chat.round()
    assert "Annabel" not in last(chat).text
    end = Posting.objects.get(message__kind="closing", group=place.watch_a)
    assert approving.waiting(place.sam, [place.watch_a]) == [end]
    assert approving.draft(end.message) == ""
    approving.approve(end, words="Twee broers zijn aangehouden.", by=place.sam)
    later(chat, clock)
    assert "Twee broers zijn aangehouden." in last(chat).text
    assert not any("Annabel" in line.text for line in chat.lines(ARIE))


def test_what_else_an_erased_member_said_goes_nowhere(chat: chatting.Chat, place: Town) -> None:
    posting = reported(chat, place)
    erasing.erase(place.anna, by=place.anna)
    assert not approving.waiting(place.sam, [place.watch_a])
    with pytest.raises(postings.NotHere):
        approving.approve(posting, words="Twee mannen.", by=place.sam)


def test_what_we_say_ourselves_when_the_police_stay_silent_waits_for_nobody(
    chat: chatting.Chat, place: Town, clock: time_machine.Traveller
) -> None:
    case = scene.case_of(reported(chat, place))
    closing.close_by_itself(case, outcome=Outcome.NO_WORD, text=str(approving.NO_WORD))
    chat.round()
    assert str(approving.NO_WORD) in last(chat).text
    assert not approving.waiting(place.sam, [place.watch_a])


def test_a_street_named_after_somebody_stays_and_somebody_does_not(chat: chatting.Chat, place: Town, clock: time_machine.Traveller) -> None:
    Person.objects.filter(pk=place.bram.pk).update(street="Anna Paulownastraat")
    posting = scene.report(place, text="Twee mannen in de Anna Paulownastraat, Anna zag ze. Sam ook, ben ik zeker van.")
    chat.round()
    words = approving.draft(posting.message)
    assert words == "Twee mannen in de Anna Paulownastraat, [naam] zag ze. [naam] ook, ben ik zeker van."
    approving.approve(posting, words=words, by=place.sam)
    later(chat, clock)
    assert "in de Anna Paulownastraat, [naam] zag ze" in last(chat).text
