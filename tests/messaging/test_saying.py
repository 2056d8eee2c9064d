"""A message is said once, in few enough words, and the log of deeds never repeats them."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.stories import scene
from tests.town import Town, town

from meldkring.audit.models import Line
from meldkring.cases import access, closing, judging, reporting
from meldkring.cases.models import Case, Outcome
from meldkring.messaging import letters
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Kind, Message, Posting, ReadMark

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def place() -> Town:
    return town()


def test_the_same_key_is_the_same_message(place: Town) -> None:
    """S29: a phone that sends again after a lost answer does not report twice."""
    key = uuid.uuid4()
    first, again = (scene.report(place, key=key) for _ in range(2))
    assert first == again
    assert Case.objects.count() == Message.objects.count() == 1
    case = scene.case_of(first)
    one, two = (reporting.react("Too", case=case, group=place.watch_a, by=place.arie, key=key) for _ in range(2))
    assert one == two
    assert one.message != first.message
    ends = [closing.close(case, outcome=Outcome.GONE, text="Over", by=place.sam, key=key) for _ in range(2)]
    assert ends[0] == ends[1]
    assert Posting.objects.filter(group=place.watch_a).count() == 3


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 2001])
def test_bad_text_is_refused_and_leaves_nothing(place: Town, text: str) -> None:
    """S29: nothing or too much is said back to the writer; nothing stands half."""
    with pytest.raises(postings.BadText):
        scene.report(place, text=text)
    assert not Case.objects.exists()
    assert not Message.objects.exists()
    assert postings.checked(" " + "x" * 2000) == "x" * 2000


def test_the_log_has_no_text(place: Town) -> None:
    """S12: every deed has its line, and no line has what someone wrote, nor an address."""
    Line.objects.all().delete()
    first = scene.report(place, text="secret words", place="secret place")
    case = scene.case_of(first)
    scene.onward(first, place.watch_b, steering=place.steering_1, by=place.sam)
    reporting.react("secret reaction", case=case, group=place.watch_a, by=place.arie)
    postings.hide(first, by=place.sam, reason="secret reason")
    letters.write("secret letter", steering=place.steering_1, resident=place.anna, by=place.sam)
    closing.close(case, outcome=Outcome.GONE, text="secret end", by=place.anna)
    lines = list(Line.objects.order_by("pk"))
    assert [line.action for line in lines] == ["report", "forwarded", "reaction", "hide", "letter", "close"]
    assert [line.by for line in lines] == [place.anna, place.sam, place.arie, place.sam, place.sam, place.anna]
    for line in lines:
        assert not any(word in f"{line.subject} {line.details}" for word in ("secret", "@", "Anna"))


def test_the_timeline_takes_as_many_queries_for_many_postings(place: Town) -> None:
    """S30: a long case opens as fast as a short one."""
    case = scene.case_of(scene.report(place))
    taken = []
    for _size in range(2):
        for person in (place.anna, place.sam):
            with CaptureQueriesContext(connection) as queries:
                for p in access.timeline(person, case):
                    assert (p.message.author, p.group.name, p.message.contribution.place, p.posted_by) is not None
            taken.append(len(queries))
        with CaptureQueriesContext(connection) as queries:
            assert [(p.message.contribution.case.reference, p.group.name) for p in judging.waiting(place.steering_1)]
        taken.append(len(queries))
        for i in range(15):
            reporting.react(f"Word {i}", case=case, group=place.watch_a, by=place.arie)
    assert taken[:3] == taken[3:]


def test_a_read_mark_never_moves_back(place: Town) -> None:
    """S30: the same person twice in one go is one mark, and an older number changes nothing."""
    postings.seen([place.anna.pk, place.arie.pk, place.anna.pk], place.watch_a.pk, 7)
    postings.seen([place.anna.pk], place.watch_a.pk, 3)
    assert set(ReadMark.objects.values_list("number", flat=True)) == {7}
    postings.seen([], place.watch_a.pk, 9)


def test_numbers_count_per_group(place: Town) -> None:
    """S17 S26: notices and conversation take numbers like everything else."""
    for i in range(3):
        assert postings.converse(f"Word {i}", group=place.steering_1, by=place.sam).number == i + 1
    assert postings.place_notice("Meeting", group=place.watch_a, by=place.sam).number == 1
    assert scene.report(place).number == 2
    assert Posting.objects.filter(message__kind=Kind.TALK).count() == 3
