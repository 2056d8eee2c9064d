"""The story of a watch group with a WhatsApp group beside it: from admission to alarm to end, every step by hand in WhatsApp and ticked here."""

import pytest
from tests.stories import scene
from tests.town import Town, person, town

from meldkring.cases import closing
from meldkring.chat_groups import access, keeping, placing
from meldkring.chat_groups.models import Placing, Seat
from meldkring.groups import joining

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
LINK = "https://chat.whatsapp.com/AbCdEfGhIjK12345"


@pytest.fixture
def place() -> Town:
    return town()


@pytest.mark.requirement("S4")
@pytest.mark.requirement("S18")
@pytest.mark.requirement("S34")
def test_the_last_mile_by_hand(place: Town) -> None:
    """S4, S18, S34: who joins is to be added; an alarm that reached the group is placed; how it ended follows; who leaves is to be removed."""
    chat = keeping.begin(place.watch_b, name="Buurtapp B", invite=LINK, size_limit=6, by=place.fatima)
    keeping.tick(chat, list(keeping.to_add(chat)), state=Seat.State.IN, by=place.fatima)
    assert keeping.size(chat).nearly is False

    # Noor is admitted, sees the link, and is on the phone manager's list until ticked; then the WhatsApp group is full.
    noor = person("Noor", "Eikstraat")
    assert access.beside(noor, place.watch_b) is None
    joining.join(noor, place.watch_b)
    assert keeping.show_link(chat, by=noor) == LINK
    assert list(keeping.to_add(chat)) == [noor]
    keeping.tick(chat, [noor], state=Seat.State.IN, by=place.fatima)
    assert keeping.size(chat).full

    # Anna's alarm in A reaches B by forwarding. Only there is it owed, told as coming from A.
    alarm = scene.report(place)
    assert placing.owed([chat]) == []
    there = scene.onward(alarm, place.watch_b, steering=place.steering_1, by=place.sam)
    (line,) = placing.owed([chat])
    assert "een bewoner van A" in line.text
    assert "Anna" not in line.text
    placing.place(chat, there, what=Placing.What.SAID, by=place.sofie)

    # It ends; the end is owed to who had the alarm, and then nothing is.
    closing.close(scene.case_of(alarm), outcome="innocent", text="It was the newspaper boy.", by=place.sam)
    (line,) = placing.owed([chat])
    assert "newspaper boy" in line.text
    placing.place(chat, line.posting, what=Placing.What.SAID, by=place.sam)
    assert placing.owed([chat]) == []

    # Noor moves away: out of the watch group at once, and on the list of whom to remove.
    joining.leave(noor, place.watch_b)
    assert [seat.person for seat in keeping.to_remove(chat)] == [noor]
