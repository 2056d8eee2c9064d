"""Nothing that somebody says in a chat about a case goes on before they said yes to that, for that case (channels, decision 4)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from tests.intake import chatting
from tests.stories import scene
from tests.town import Town, town

from meldkring.cases import closing
from meldkring.cases.models import Outcome
from meldkring.demo import vendor
from meldkring.intake import taking
from meldkring.intake.models import Consent, Incoming
from meldkring.messaging.models import Kind, Message, Posting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
ANNA, ARIE = "31612345001", "31612345002"
SEEN = "Ze lopen nu bij de bakker."


@pytest.fixture
def place(db: None) -> Town:
    return town()


@pytest.fixture
def chat(place: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[chatting.Chat]:
    with chatting.opened(monkeypatch) as chat:
        chat.own(place.arie, ARIE)
        yield chat


def told(chat: chatting.Chat, place: Town, text: str = scene.TEXT) -> vendor.Line:
    """Anna reports, Arie has the alarm."""
    scene.report(place, text=text)
    chat.round()
    return chat.lines(ARIE)[-1]


def said() -> list[str]:
    return list(Message.objects.filter(kind=Kind.REACTION).order_by("pk").values_list("text", flat=True))


def buttons(line: vendor.Line) -> list[str]:
    return [label for _id, label in line.buttons]


@pytest.mark.requirement("S30")
def test_asked_once_for_a_case_and_everything_of_it_goes_after_the_yes(chat: chatting.Chat, place: Town) -> None:
    """S30: what he wrote meanwhile waits with the question; a next reaction in the case goes at once, one in another case is asked."""
    alarm = told(chat, place)
    asked = chat.says(ARIE, SEEN, reply_to=alarm.id)
    assert SEEN in asked.text
    assert "zonder naam" in asked.text
    assert buttons(asked) == ["Ja, geef door", "Nee, wis het"]
    chat.says(ARIE, "Nu de hoek om.", reply_to=alarm.id)
    assert said() == []
    done = chat.presses(ARIE, "Ja, geef door")
    assert said() == [SEEN, "Nu de hoek om."]
    assert place.watch_a.name in done.text
    assert Consent.objects.get().kept == []
    chat.says(ARIE, "Ze zijn weg.", reply_to=alarm.id)
    assert said()[-1] == "Ze zijn weg."
    assert "al beantwoord" in chat.presses(ARIE, "Ja, geef door", line=asked).text
    other = told(chat, place, "Iemand klimt over een hek.")
    assert "Mogen we dit doorgeven?" in chat.presses(ARIE, "Hier niets gezien", line=other).text
    assert len(said()) == 3


@pytest.mark.parametrize("answer", ["Nee, wis het", "nee", "2"])
def test_a_no_erases_the_words(chat: chatting.Chat, place: Town, answer: str) -> None:
    asked = chat.says(ARIE, SEEN, reply_to=told(chat, place).id)
    line = chat.presses(ARIE, answer) if answer in buttons(asked) else chat.says(ARIE, answer)
    assert "niet doorgegeven" in line.text
    assert said() == []
    assert Consent.objects.get().kept == []
    assert not Consent.objects.get().holds


@pytest.mark.parametrize("answer", ["Ja!", "1"])
def test_a_yes_can_be_typed(chat: chatting.Chat, place: Town, answer: str) -> None:
    chat.says(ARIE, SEEN, reply_to=told(chat, place).id)
    chat.says(ARIE, answer)
    assert said() == [SEEN]


def test_after_half_an_hour_nothing_is_left_of_the_words(chat: chatting.Chat, place: Town) -> None:
    asked = chat.says(ARIE, SEEN, reply_to=told(chat, place).id)
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=True):
        taking.forget()
        assert not Consent.objects.exists()
        assert not any(SEEN.encode() in bytes(row.raw) for row in Incoming.objects.all())
        late = chat.presses(ARIE, "Ja, geef door", line=asked)
    assert said() == []
    assert "Schrijf het hier" in late.text or "opnieuw" in late.text


def test_a_yes_can_be_taken_back_and_what_went_on_with_it(chat: chatting.Chat, place: Town) -> None:
    alarm = told(chat, place)
    chat.says(ARIE, SEEN, reply_to=alarm.id)
    done = chat.presses(ARIE, "Ja, geef door")
    assert buttons(done) == ["Neem terug"]
    assert "Teruggenomen" in chat.presses(ARIE, "Neem terug").text
    assert not Posting.objects.filter(message__text=SEEN, withdrawn_at=None).exists()
    assert "Mogen we dit doorgeven?" in chat.says(ARIE, "Nog iets.", reply_to=alarm.id).text
    chat.says(ARIE, "ja")
    assert "Teruggenomen" in chat.says(ARIE, "intrekken").text
    assert not Posting.objects.filter(message__kind=Kind.REACTION, withdrawn_at=None).exists()


def test_who_reported_said_yes_with_that(chat: chatting.Chat, place: Town) -> None:
    chat.own(place.anna, ANNA)
    chat.says(ANNA, "Twee mannen voelen aan autodeuren.")
    chat.presses(ANNA, "Ja, door mij")
    done = chat.presses(ANNA, "Ja, verstuur")
    chat.says(ANNA, "Ze rennen weg.", reply_to=done.id)
    assert said() == ["Ze rennen weg."]


def test_a_yes_after_the_case_has_ended_posts_nothing(chat: chatting.Chat, place: Town) -> None:
    alarm = told(chat, place)
    asked = chat.says(ARIE, SEEN, reply_to=alarm.id)
    closing.close(scene.case_of(Posting.objects.latest("pk")), outcome=Outcome.GONE, text="Weg.", by=place.anna)
    chat.presses(ARIE, "Ja, geef door", line=asked)
    assert any("geen berichten meer bij" in line.text for line in chat.lines(ARIE))
    assert said() == []
    assert Consent.objects.get().kept == []


def test_a_report_half_told_is_not_lost_by_a_question_about_a_case(chat: chatting.Chat, place: Town) -> None:
    alarm = told(chat, place)
    chat.says(ARIE, SEEN, reply_to=alarm.id)
    chat.says(ARIE, "Iets heel anders: een brandje.")
    chat.presses(ARIE, "Nee, iets nieuws")
    chat.presses(ARIE, "Niet nodig")
    sent = chat.says(ARIE, "ja")
    assert "Je melding staat in" in sent.text, "the latest question is answered"
    chat.says(ARIE, "ja")
    assert said() == [SEEN]
