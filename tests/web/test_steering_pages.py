"""Do the pages of steering members and officers show what waits, take a verdict once, and stay closed to everyone else?"""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.town import Town, town

from meldkring.cases import forwarding, judging, reporting
from meldkring.cases.models import Called, Case, Follow, Judgement
from meldkring.messaging.models import Kind, Letter, Posting
from meldkring.people.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Town:
    return town()


def of(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def reported(place: Town, text: str = "Two men at the car doors") -> Posting:
    return reporting.report(text, group=place.watch_a, by=place.anna, called=Called.BY_ME)


def test_the_desk_lists_what_waits_with_where_it_may_go(place: Town) -> None:
    reported(place)
    page = of(place.sam).get(reverse("desk"))
    assert page.status_code == 200
    (pile,) = page.context["piles"]
    (item,) = pile.waiting
    assert item.post.text == "Two men at the car doors"
    assert {t.name: t.people for t in item.targets} == {"B": 5, "Coordination Noord": 4}
    assert item.screens


@pytest.mark.requirement(32)
def test_forwarding_by_one_tap(place: Town) -> None:
    posting = reported(place)
    data = {"to": [place.coordination_noord.pk], "follow": "on"}
    page = of(place.sam).post(reverse("desk_judge", args=[posting.pk]), data, follow=True)
    assert page.status_code == 200
    assert place.coordination_noord.postings.count() == 1
    assert Follow.objects.count() == 1
    assert [t.to for t in page.context["judged"]] == [["Coordination Noord"]]
    assert page.context["piles"] == []


def test_forwarding_to_all_watch_groups(place: Town) -> None:
    posting = reported(place)
    of(place.sam).post(reverse("desk_judge", args=[posting.pk]), {"all_watch": "1"})
    assert place.watch_b.postings.count() == 1


def test_the_first_colleague_wins(place: Town) -> None:
    posting = reported(place)
    url = reverse("desk_judge", args=[posting.pk])
    of(place.sam).post(url, {"verdict": "not_relevant"})
    page = of(place.sofie).post(url, {"verdict": "forward", "to": [place.watch_b.pk]}, follow=True)
    assert "Sam" in str(next(iter(page.context["messages"])))
    assert Judgement.objects.get().by == place.sam
    assert place.watch_b.postings.count() == 0


@pytest.mark.parametrize("to", ["watch_c", "coordination_zuid", "municipal"])
def test_not_to_a_group_off_the_route(place: Town, to: str) -> None:
    posting = reported(place)
    group = getattr(place, to)
    page = of(place.sam).post(reverse("desk_judge", args=[posting.pk]), {"to": [group.pk]}, follow=True)
    assert [m.level_tag for m in page.context["messages"]] == ["error"]
    assert group.postings.count() == 0
    assert not Judgement.objects.exists()


def test_undo_within_ten_seconds_and_only_ones_own(place: Town) -> None:
    posting = reported(place)
    judgement = forwarding.forward(posting, to=[place.watch_b], steering=place.steering_1, by=place.sam)
    url = reverse("desk_undo", args=[judgement.pk])
    of(place.sofie).post(url)
    assert Posting.objects.standing().filter(group=place.watch_b).exists()
    page = of(place.sam).get(reverse("desk"))
    assert page.context["judged"][0].undo_seconds > 0
    page = of(place.sam).post(url, follow=True)
    assert not Posting.objects.standing().filter(group=place.watch_b).exists()
    assert len(page.context["piles"]) == 1


def test_who_judged_may_say_why_in_one_tap_and_nobody_else(place: Town) -> None:
    """S31: offered after the verdict, never asked before it."""
    posting = reported(place)
    of(place.sam).post(reverse("desk_judge", args=[posting.pk]), {"verdict": "not_relevant"})
    judgement = Judgement.objects.get()
    url, desk = reverse("desk_why", args=[judgement.pk]), reverse("desk")
    assert url in of(place.sam).get(desk).content.decode()
    assert url not in of(place.sofie).get(desk).content.decode()
    for who, status in ((place.sofie, 302), (place.zora, 404), (place.anna, 404), (place.outsider, 404)):
        assert of(who).post(url, {"reason": "known"}).status_code == status
    assert of(place.sam).post(url, {"reason": "because"}).status_code == 404
    judgement.refresh_from_db()
    assert judgement.reason == ""
    assert of(place.sam).post(url, {"reason": "known"}).status_code == 302
    judgement.refresh_from_db()
    assert judgement.reason == "known"
    page = of(place.sofie).get(desk).content.decode()
    assert "daar al bekend" in page
    assert url not in of(place.sam).get(desk).content.decode()


def test_undo_after_ten_seconds_is_too_late(place: Town) -> None:
    judgement = judging.not_relevant(reported(place), steering=place.steering_1, by=place.sam)
    with time_machine.travel(timezone.now() + timedelta(seconds=11)):
        page = of(place.sam).post(reverse("desk_undo", args=[judgement.pk]), follow=True)
    assert [m.level_tag for m in page.context["messages"]] == ["error"]
    assert page.context["judged"][0].undo_seconds == 0
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert not of(place.sam).get(reverse("desk")).context["judged"], "what was judged yesterday is not just judged"


def test_stop_following(place: Town) -> None:
    forwarding.forward(reported(place), to=[place.watch_b], steering=place.steering_1, by=place.sam, follow=True)
    follow = Follow.objects.get()
    assert of(place.zeno).post(reverse("desk_stop_following", args=[follow.pk])).status_code == 404
    of(place.sofie).post(reverse("desk_stop_following", args=[follow.pk]))
    follow.refresh_from_db()
    assert follow.until


def test_screening_before_it_appears(place: Town) -> None:
    place.watch_a.screens_first = True
    place.watch_a.save()
    first, second = reported(place, "First"), reported(place, "Second")
    page = of(place.sam).get(reverse("desk"))
    assert [p.text for p in page.context["held"]] == ["First", "Second"]
    of(place.sam).post(reverse("desk_release", args=[first.pk]))
    of(place.sam).post(reverse("desk_hide", args=[second.pk]), {"reason": "A name in it"})
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.number == 1
    assert second.hidden_reason == "A name in it"
    assert of(place.anna).post(reverse("desk_release", args=[first.pk])).status_code == 404


@pytest.mark.requirement(12)
def test_hide_with_a_reason_and_show_again(place: Town) -> None:
    posting = reported(place)
    client = of(place.sam)
    assert client.post(reverse("posting_hide", args=[posting.pk]), {"reason": " "}).status_code == 422
    page = client.post(reverse("posting_hide", args=[posting.pk]), {"reason": "A name in it"}, follow=True)
    assert "A name in it" in page.content.decode()
    assert "car doors" not in of(place.anna).get(reverse("posting", args=[posting.pk])).content.decode()
    client.post(reverse("posting_show", args=[posting.pk]))
    posting.refresh_from_db()
    assert posting.hidden_at is None
    assert of(place.arie).post(reverse("posting_hide", args=[posting.pk]), {"reason": "x"}).status_code == 404


@pytest.mark.requirement(12)
def test_write_to_the_author(place: Town) -> None:
    posting = reported(place)
    answer = of(place.sam).post(reverse("posting_letter", args=[posting.pk]), {"text": "Hello Anna"})
    assert answer.url == reverse("letter", args=[place.steering_1.pk, place.anna.pk])
    assert Letter.objects.get().about == posting
    assert of(place.arie).post(reverse("posting_letter", args=[posting.pk]), {"text": "Hello"}).status_code == 404
    assert of(place.sam).post(reverse("posting_letter", args=[posting.pk]), {"text": ""}).status_code == 422


def test_nobody_writes_to_a_resident_of_another_steering_group(place: Town) -> None:
    posting = reported(place)
    up = forwarding.forward(posting, to=[place.coordination_noord], steering=place.steering_1, by=place.fatima).made.get()
    top = forwarding.forward(up, to=[place.municipal], steering=place.steering_1, by=place.fatima).made.get()
    assert of(place.fatima).get(reverse("posting", args=[top.pk])).context["steering"] == place.steering_1
    assert of(place.zora).get(reverse("posting", args=[top.pk])).context["letter_form"] is None
    assert of(place.zora).post(reverse("posting_letter", args=[top.pk]), {"text": "Hello"}).status_code == 404


def test_the_whole_way_of_a_message(place: Town) -> None:
    posting = reported(place)
    judgement = forwarding.forward(posting, to=[place.coordination_noord], steering=place.steering_1, by=place.sam)
    page = of(place.sofie).get(reverse("posting", args=[judgement.made.get().pk]))
    assert [s.group for s in page.context["way"]] == ["A", "Coordination Noord"]
    assert page.content.decode().count("<li><b>") == 2


def test_a_watch_group_shows_cases_and_notices(place: Town) -> None:
    reported(place)
    url = reverse("group", args=[place.watch_a.pk])
    page = of(place.anna).get(url)
    assert page.context["form"] is None
    assert len(page.context["cases"]) == 1
    assert len(page.context["others"]) == 2
    assert of(place.anna).post(url, {"text": "Hello all"}).status_code == 404
    of(place.sam).post(url, {"text": "Meeting on Monday"})
    assert [post.kind for post, _case in of(place.anna).get(url).context["feed"]] == [Kind.NOTICE]


@pytest.mark.requirement(17)
def test_conversation_in_a_coordination_group(place: Town) -> None:
    url = reverse("group", args=[place.coordination_noord.pk])
    key = "7c3b6f0e-3f37-4a07-8a0c-5a1df0a6a5d1"
    for _twice in range(2):
        of(place.officer).post(url, {"text": "Good evening", "key": key})
    page = of(place.sam).get(url)
    assert [post.text for post, _case in page.context["feed"]] == ["Good evening"]
    assert place.sam.read_marks.get().number == 1
    answer = of(place.sam).post(url, {"text": "x" * 2001})
    assert answer.status_code == 422
    assert "x" * 2001 in answer.content.decode()


@pytest.mark.requirement(35)
def test_a_steering_member_places_for_the_police(place: Town) -> None:
    client, url = of(place.sam), reverse("police")
    data = {"text": "Grey van, false plates", "to": [str(place.coordination_noord.pk)], "place": "Kade", "valid_for": "12"}
    answer = client.post(url, data)
    assert answer.status_code == 422
    assert "Grey van, false plates" in answer.content.decode()
    told = {"shown": answer.context["mark"], "source": "Officer Jansen", "source_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M")}
    answer = client.post(url, data | told)
    case = Case.objects.get()
    assert answer.url == reverse("case", args=[case.reference])
    assert case.called == Called.POLICE


@pytest.mark.requirement(16)
def test_an_officer_places_a_message_once(place: Town) -> None:
    data = {"text": "Grey van", "to": [str(place.steering_1.pk)], "key": "7c3b6f0e-3f37-4a07-8a0c-5a1df0a6a5d1", "valid_for": "12"}
    data["shown"] = of(place.officer).post(reverse("police"), data | {"look": "1"}).context["mark"]
    for _twice in range(2):
        assert of(place.officer).post(reverse("police"), data).status_code == 302
    assert Case.objects.count() == 1
    assert of(place.officer).post(reverse("police"), data | {"to": [str(place.watch_a.pk)]}).status_code == 422


def test_who_may_open_what(place: Town) -> None:
    posting = reported(place)
    pages = {
        "desk": reverse("desk"), "group": reverse("group", args=[place.watch_a.pk]),
        "posting": reverse("posting", args=[posting.pk]), "police": reverse("police"),
    }  # fmt: skip
    may = {"anna": {"group", "posting"}, "sam": {*pages}, "zeno": {"desk", "police"}, "outsider": set()}
    for name, opens in may.items():
        client = of(getattr(place, name))
        found = {page: client.get(url).status_code for page, url in pages.items()}
        assert found == {page: 200 if page in opens else 404 for page in pages}, name
    verdict = {"verdict": "not_relevant"}
    for name in ("anna", "zeno", "outsider", "officer"):
        assert of(getattr(place, name)).post(reverse("desk_judge", args=[posting.pk]), verdict).status_code == 404, name
    assert Client().get(pages["desk"]).status_code == 302


def test_a_full_desk_asks_no_more_of_the_database(place: Town) -> None:
    counts = []
    for more in (3, 9):
        for n in range(more):
            reported(place, f"Report {n}")
        client = of(place.sam)
        client.get(reverse("desk"))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = client.get(reverse("desk"))
        counts.append(len(queries))
    assert sum(len(pile.waiting) for pile in page.context["piles"]) == 12
    assert counts[0] == counts[1]


def test_steering_members_choose_to_look_first(place: Town) -> None:
    """S12: a switch on the group's page; a resident cannot turn it, an outsider does not find it."""
    url = reverse("group_screening", args=[place.watch_a.pk])
    for person, status in ((place.anna, 302), (place.zora, 404), (place.outsider, 404)):
        assert of(person).post(url, {"first": "1"}).status_code == status
    place.watch_a.refresh_from_db()
    assert not place.watch_a.screens_first
    of(place.sam).post(url, {"first": "1"})
    place.watch_a.refresh_from_db()
    assert reported(place).number is None
    of(place.sam).post(url)
    place.watch_a.refresh_from_db()
    assert reported(place).number == 1
