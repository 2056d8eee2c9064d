"""What must still be placed in the WhatsApp group: every alarm once, and its corrections in exactly the groups that got it? (rules 10)"""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from tests.stories import scene
from tests.town import Town, town

from meldkring.cases import closing, reporting, validity
from meldkring.cases.models import Called
from meldkring.channels.contract import Capabilities
from meldkring.chat_groups import access, keeping, placing
from meldkring.chat_groups.models import ChatGroup, Placing
from meldkring.delivery import composing, fanout
from meldkring.delivery.models import Delivery
from meldkring.groups import roles
from meldkring.messaging import posting as postings
from meldkring.people.models import Person

pytestmark = pytest.mark.django_db
SAID, BACK = Placing.What.SAID, Placing.What.TAKEN_BACK


@pytest.fixture
def place() -> Town:
    return town()


@pytest.fixture
def chats(place: Town) -> list[ChatGroup]:
    """Beside A and beside B."""
    return [
        keeping.begin(group, name=f"App {group.name}", invite="", size_limit=100, by=place.fatima)
        for group in (place.watch_a, place.watch_b)
    ]


def owed(chats: list[ChatGroup]) -> list[tuple[str, str, str]]:
    return [(line.chat_group.name, line.posting.message.kind, line.what) for line in placing.owed(chats)]


@pytest.mark.requirement("S29")
def test_an_alarm_is_owed_until_it_is_ticked_and_again_when_that_is_undone(place: Town, chats: list[ChatGroup]) -> None:
    """S29: also to who reads along in WhatsApp; the first colleague to tick has ticked."""
    posting = scene.report(place)
    assert owed(chats) == [("App A", "report", "said")]
    tick = placing.place(chats[0], posting, what=SAID, by=place.sam)
    assert owed(chats) == []
    with pytest.raises(placing.AlreadyPlaced, match="Sam"):
        placing.place(chats[0], posting, what=SAID, by=place.sofie)
    placing.undo(tick, by=place.sofie)
    assert owed(chats) == [("App A", "report", "said")]


def test_what_is_no_alarm_is_not_owed(place: Town, chats: list[ChatGroup]) -> None:
    """Not urgent, over, hidden, of yesterday, from before there was a WhatsApp group: none is owed."""
    scene.report(place, called=Called.NOT_NEEDED)
    over = scene.report(place, text="over")
    closing.close(scene.case_of(over), outcome="good", text="done", by=place.sam)
    hidden = scene.report(place, text="hidden")
    reporting.hide(hidden, by=place.sam, reason="no")
    assert owed(chats) == []
    scene.report(place, text="old")
    assert placing.owed(chats, now=timezone.now() + timedelta(hours=25)) == []
    keeping.end(chats[0], by=place.fatima)
    assert owed([keeping.begin(place.watch_a, name="new", invite="", size_limit=9, by=place.fatima)]) == []


@pytest.mark.requirement("S34")
def test_how_it_ended_goes_to_exactly_the_groups_that_had_it(place: Town, chats: list[ChatGroup]) -> None:
    """S34: A was placed, B skipped: the closing message is owed to A alone."""
    posting = scene.report(place)
    there = scene.onward(posting, place.watch_b, steering=place.steering_1, by=place.sam)
    placing.place(chats[0], posting, what=SAID, by=place.sam)
    placing.place(chats[1], there, what=SAID, by=place.sam, skipped=True)
    closing.close(scene.case_of(posting), outcome="good", text="It was the neighbour.", by=place.sam)
    assert owed(chats) == [("App A", "closing", "said")]
    (line,) = placing.owed(chats)
    assert "It was the neighbour." in line.text
    assert "112" not in line.text.split("\n")[-1]


def test_what_is_withdrawn_is_taken_back_there_too(place: Town, chats: list[ChatGroup]) -> None:
    """Rules 10: a correction reaches exactly those who had the original, and does not repeat what was wrong."""
    posting = scene.report(place, text="A man in a red coat, it was Peter")
    there = scene.onward(posting, place.watch_b, steering=place.steering_1, by=place.sam)
    placing.place(chats[1], there, what=SAID, by=place.sam)
    postings.withdraw([posting], by=place.sam)
    (line,) = placing.owed(chats)
    assert (line.chat_group, line.posting, line.what) == (chats[1], there, "taken_back")
    assert "Peter" not in line.text
    placing.place(chats[1], there, what=BACK, by=place.sam)
    assert owed(chats) == []


def test_a_message_of_the_police_that_has_run_out_is_taken_back(place: Town, chats: list[ChatGroup]) -> None:
    """It says that it no longer holds; what had run out before it was placed is not owed."""
    case = scene.police_message(place, [place.steering_1])
    (source,) = scene.standing(case, place.steering_1)
    in_a = scene.onward(source, place.watch_a, steering=place.steering_1, by=place.sam)
    placing.place(chats[0], in_a, what=SAID, by=place.sam)
    validity.expire(now=timezone.now() + timedelta(days=40))
    (line,) = placing.owed(chats)
    assert (line.posting, line.what) == (in_a, "taken_back")
    assert "geldt niet meer" in line.text
    assert "Burglary" not in line.text


def test_what_stands_in_two_groups_that_share_a_chat_is_placed_there_once(place: Town) -> None:
    """The alarm, how it ended and a correction: each is asked for once, whichever colleague ticks it at whichever group."""
    chat = keeping.begin(place.watch_a, name="App AB", invite="", size_limit=100, by=place.fatima)
    keeping.share(chat, [place.watch_b], by=place.fatima)
    posting = scene.report(place)
    there = scene.onward(posting, place.watch_b, steering=place.steering_1, by=place.sam)
    assert [(line.posting, line.what) for line in placing.owed([chat])] == [(posting, "said")]
    assert placing.owed(access.placed_in(place.sam))[0].posting == posting
    assert len(placing.originals([chat], scene.case_of(posting))) == 2
    placing.place(chat, there, what=SAID, by=place.sam)
    assert owed([chat]) == []
    with pytest.raises(placing.AlreadyPlaced):
        placing.place(chat, posting, what=SAID, by=place.sofie)
    closing.close(scene.case_of(posting), outcome="good", text="done", by=place.sam)
    assert owed([chat]) == [("App AB", "closing", "said")]
    postings.withdraw([posting], by=place.sam)
    assert ("App AB", "report", "taken_back") in owed([chat])
    assert len(owed([chat])) == 2


def test_hidden_is_taken_back_as_well(place: Town, chats: list[ChatGroup]) -> None:
    posting = scene.report(place)
    placing.place(chats[0], posting, what=SAID, by=place.sam)
    reporting.hide(posting, by=place.sam, reason="names somebody")
    assert owed(chats) == [("App A", "report", "taken_back")]


def test_the_words_tell_where_it_came_from_and_nobodys_name(place: Town, chats: list[ChatGroup]) -> None:
    """Role, group of origin, way, time, whether 112 was called, what to do; no name, no number plate."""
    Person.objects.filter(pk=place.anna.pk).update(mobile="+31612345678", last_name="Jansen")
    posting = scene.report(place, text="White van AB-12-CD at the church", vehicle="van, ab-12-cd", going_to_do="I stay inside")
    there = scene.onward(posting, place.watch_b, steering=place.steering_1, by=place.sam)
    (line,) = [one for one in placing.owed(chats) if one.chat_group == chats[1]]
    assert line.posting == there
    for part in ("Alarm · B", "een bewoner van A", "112 gebeld", "Weg: A → B", "Bel 112", "/casus/", f"{timezone.localtime():%H:}"):
        assert part in line.text
    for part in ("Anna", "Jansen", "Lindelaan", "31612345678", "Sam", "AB-12-CD", "ab-12-cd"):
        assert part not in line.text
    assert line.text.count("[kenteken]") == 2  # in the text and the vehicle


def test_a_message_of_the_police_does_not_name_who_told_it(place: Town, chats: list[ChatGroup]) -> None:
    case = scene.police_message(place, [place.steering_1])
    (source,) = scene.standing(case, place.steering_1)
    scene.onward(source, place.watch_a, steering=place.steering_1, by=place.sam)
    (line,) = placing.owed(chats)
    assert "bericht van de politie" in line.text
    assert "Officer" not in line.text


def test_who_may_tick(place: Town, chats: list[ChatGroup]) -> None:
    """A steering member here; not a member, not a steering member elsewhere, not an outsider; and only what stands there."""
    posting = scene.report(place)
    for person in (place.anna, place.zora, place.outsider, place.officer):
        with pytest.raises(roles.NotAllowed):
            placing.place(chats[0], posting, what=SAID, by=person)
    with pytest.raises(postings.NotHere):
        placing.place(chats[1], posting, what=SAID, by=place.sam)
    tick = placing.place(chats[0], posting, what=SAID, by=place.sam)
    with pytest.raises(roles.NotAllowed):
        placing.undo(tick, by=place.anna)


def test_the_time_from_alarm_to_tick_is_kept_and_told_from_five_on(place: Town, chats: list[ChatGroup]) -> None:
    begun = timezone.now() + timedelta(seconds=1)
    for n in range(5):
        with time_machine.travel(begun + timedelta(minutes=10 * n), tick=False) as clock:
            posting = scene.report(place, text=f"number {n}")
            clock.shift(timedelta(minutes=n + 1))
            tick = placing.place(chats[0], posting, what=SAID, by=place.sam)
            assert tick.took == timedelta(minutes=n + 1)
        assert placing.pace(chats[0]).minutes == (3 if n == 4 else None)


def test_the_letter_about_an_alarm_leads_a_steering_member_to_the_words(place: Town, chats: list[ChatGroup]) -> None:
    """Only steering members, only where there is a chat group."""
    posting = scene.report(place)
    fanout.run(channels={"email"})
    plain = Capabilities()
    found = {
        d.address.person.first_name: [a.id for a in letter.actions]
        for (d,), letter in composing.letters(list(Delivery.objects.select_related("address__person", "posting")), able=plain)
        if letter
    }
    assert "place" in found["Sam"]
    assert "place" not in found["Arie"]
    keeping.end(chats[0], by=place.fatima)
    assert placing.actions([posting]) == {}
