"""Can who screens release a neighbour's words from the desk and from the case, take it back, and is it closed to everybody else?"""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.intake import chatting
from tests.stories import scene
from tests.town import Town, town
from tests.web.test_steering_pages import of

from meldkring.cases import approving, closing, forwarding, reporting
from meldkring.cases.models import Approval, Called, Outcome
from meldkring.forgetting import erasing
from meldkring.messaging.models import Posting

pytestmark = pytest.mark.django_db
TEXT = "Anna ziet een bus met kenteken 12-AB-34"


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    here = town()
    with chatting.opened(monkeypatch) as chat:
        chat.own(here.arie, "31612345002")
        yield here


def words_of(posting: Posting) -> str:
    return reverse("case_words", args=[scene.case_of(posting).reference])


@pytest.mark.requirement("S12")
def test_the_desk_offers_the_words_without_names_and_says_who_reads_them(place: Town) -> None:
    """S12: prefilled, editable, with how many people; released it is gone from there, with ten seconds to take it back."""
    posting = scene.report(place, text=TEXT)
    (pile,) = of(place.sam).get(reverse("desk")).context["piles"]
    card = pile.waiting[0].words
    assert (card.along, card.people, card.form["text"].value()) == ("WhatsApp", 1, "[naam] ziet een bus met kenteken [kenteken]")
    desk = reverse("desk")
    answer = of(place.sam).post(reverse("words_approve", args=[posting.pk]), {"text": "Een witte bus.", "terug": desk})
    assert (answer.status_code, answer["location"]) == (302, desk)
    page = of(place.sam).get(desk)
    assert page.context["piles"][0].waiting[0].words is None
    (taken,) = page.context["words_taken"]
    assert taken.words == "Een witte bus."
    assert 0 < taken.undo_seconds <= 10
    assert not of(place.sofie).get(desk).context["words_taken"], "it is not hers to take back"
    of(place.sam).post(reverse("words_undo", args=[taken.pk]), {"terug": desk})
    (pile,) = of(place.sam).get(desk).context["piles"]
    assert pile.waiting[0].words.form["text"].value() == "Een witte bus."


def test_what_was_judged_but_not_released_stays_in_sight(place: Town) -> None:
    posting = scene.report(place, text=TEXT)
    of(place.sam).post(reverse("desk_judge", args=[posting.pk]), {"verdict": "not_relevant"})
    page = of(place.sam).get(reverse("desk"))
    assert page.context["words_cases"] == [(scene.case_of(posting), 1)]
    assert words_of(posting) in page.content.decode()
    forwarded = scene.report(place, text="Nog iets")
    forwarding.forward(forwarded, to=[place.watch_b], steering=place.steering_1, by=place.sam)
    assert len(of(place.sam).get(reverse("desk")).context["words_cases"]) == 1, "forwarding releases"


def test_the_page_of_a_case_leads_there_also_when_it_has_ended(place: Town) -> None:
    posting = scene.report(place, text=TEXT)
    case = scene.case_of(posting)
    link = words_of(posting)
    assert link in of(place.sam).get(reverse("case", args=[case.reference])).content.decode()
    assert link not in of(place.arie).get(reverse("case", args=[case.reference])).content.decode()
    closing.close(case, outcome=Outcome.GONE, text="Ze zijn weg, zei de agent", by=place.anna)
    assert link in of(place.sam).get(reverse("case", args=[case.reference])).content.decode()
    (card,) = of(place.sam).get(link).context["cards"]
    assert card.post.kind == "closing"


def test_a_refusal_keeps_what_was_typed(place: Town) -> None:
    posting = scene.report(place, text=TEXT)
    url = reverse("words_approve", args=[posting.pk])
    empty = of(place.sam).post(url, {"text": " "})
    assert empty.status_code == 422
    approving.approve(posting, words="Van een collega.", by=place.sofie)
    late = of(place.sam).post(url, {"text": "Mijn lange tekst"})
    assert late.status_code == 422
    assert "al vrijgegeven" in late.content.decode()
    assert "Mijn lange tekst" in late.content.decode()


@pytest.mark.parametrize(("name", "status"), [("sam", 302), ("arie", 404), ("zora", 404), ("outsider", 404), ("officer", 404)])
def test_four_personas(place: Town, name: str, status: int) -> None:
    posting = scene.report(place, text=TEXT)
    somebody = of(getattr(place, name))
    assert somebody.get(words_of(posting)).status_code == (200 if status == 302 else 404)
    assert somebody.post(reverse("words_approve", args=[posting.pk]), {"text": "Een bus."}).status_code == status
    made = Approval.objects.first() or approving.approve(posting, words="Een bus.", by=place.sofie)
    assert somebody.post(reverse("words_undo", args=[made.pk])).status_code == status


def test_where_nobody_is_told_along_such_a_channel_nothing_is_asked(place: Town) -> None:
    posting = reporting.report(TEXT, group=place.watch_b, by=place.bea, called=Called.BY_ME)
    page = of(place.sam).get(reverse("desk"))
    assert page.context["piles"][0].waiting[0].words is None
    assert page.context["words_cases"] == []
    assert words_of(posting) not in of(place.sam).get(reverse("case", args=[scene.case_of(posting).reference])).content.decode()


def test_without_such_a_channel_nothing_is_asked(place: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    posting = scene.report(place, text=TEXT)
    for name in chatting.SETTINGS:
        monkeypatch.delenv(name)
    chatting.registry.here.cache_clear()
    page = of(place.sam).get(reverse("desk"))
    assert page.context["piles"][0].waiting[0].words is None
    assert words_of(posting) not in of(place.sam).get(reverse("case", args=[scene.case_of(posting).reference])).content.decode()


def test_many_words_ask_no_more_of_the_database(place: Town) -> None:
    counts = []
    for more in (3, 6):
        for n in range(more):
            scene.report(place, text=f"{TEXT} {n}")
        client: Client = of(place.sam)
        client.get(reverse("desk"))
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse("desk"))
        counts.append(len(queries))
    assert sum(item.words is not None for pile in page.context["piles"] for item in pile.waiting) == 9
    assert counts[0] == counts[1]


def test_the_words_of_a_long_case_have_pages(place: Town) -> None:
    posting = scene.report(place, text=TEXT)
    case = scene.case_of(posting)
    for n in range(44):
        reporting.react(f"Nog iets, nummer {n}", case=case, group=place.watch_a, by=place.anna)
    client, first = of(place.sam), words_of(posting)
    seen = [card.post.id for n in (1, 2, 3) for card in client.get(f"{first}?page={n}").context["cards"]]
    assert len(set(seen)) == len(seen) == 45
    assert f'href="{first}?page=2"' in client.get(first).content.decode()
    oldest = reverse("words_approve", args=[posting.pk])
    refused = client.post(oldest, {"text": " "})
    assert (refused.status_code, refused.context["page"].number) == (422, 3), "the page on which it stands"
    assert refused.context["cards"][-1].form.errors
    last = client.get(f"{first}?page=3")
    assert last.context["here"] == f"{first}?page=3", "who released something there goes on there"
    assert client.post(oldest, {"text": "Een bus.", "terug": last.context["here"]})["Location"] == f"{first}?page=3"


def test_who_is_gone_is_said_and_nothing_of_theirs_is_made_ready(place: Town) -> None:
    case = scene.case_of(scene.report(place, text=TEXT))
    closing.close(case, outcome=Outcome.GONE, text="Ik, Anna, zag ze weglopen", by=place.anna)
    erasing.erase(place.anna, by=place.anna)
    url = reverse("case_words", args=[case.reference])
    page = of(place.sam).get(url)
    (card,) = page.context["cards"]
    assert card.anew
    assert not card.form["text"].value()
    assert "zichzelf gewist" in page.content.decode()
    answer = of(place.sam).post(reverse("words_approve", args=[card.post.id]), {"text": "Ze zijn weg.", "terug": url})
    assert answer.status_code == 302
    assert not of(place.sam).get(url).context["cards"]
