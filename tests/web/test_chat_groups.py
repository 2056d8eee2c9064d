"""The pages about WhatsApp groups that people run themselves: who opens which, ticking and undoing, the link, the ready words on the desk."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.stories import scene
from tests.town import Town, person, town

from meldkring.chat_groups import keeping
from meldkring.chat_groups.models import ChatGroup, Placing, Seat
from meldkring.groups import joining
from meldkring.people.models import Person

pytestmark = pytest.mark.django_db
LINK = "https://chat.whatsapp.com/AbCdEfGhIjK12345"


@pytest.fixture
def place() -> Town:
    made = town()
    Person.objects.all().update(language="en")
    return made


@pytest.fixture
def chat(place: Town) -> ChatGroup:
    return keeping.begin(place.watch_a, name="App A", invite=LINK, size_limit=6, by=place.fatima)


def of(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def text(client: Client, path: str) -> str:
    page = client.get(path)
    assert page.status_code == 200
    return page.content.decode()


@pytest.mark.requirement("S18")
def test_who_opens_these_pages(place: Town, chat: ChatGroup) -> None:
    """S18: the lists are for the phone manager; a member, a steering member, another district and an outsider get 404. The link never stands there."""
    lists = [reverse("chat_group", args=[chat.pk]), reverse("chat_settings", args=[chat.pk])]
    for path in [*lists, reverse("chat_groups")]:
        page = text(of(place.fatima), path)
        assert "App A" in page
        assert LINK not in page
        for other in (place.anna, place.sam, place.outsider, place.officer, place.official):
            assert of(other).get(path).status_code == 404
    assert [of(place.zora).get(path).status_code for path in lists] == [404, 404]
    posting = scene.report(place)
    words = reverse("chat_placing", args=[posting.pk])
    assert [of(p).get(words).status_code for p in (place.sam, place.anna, place.zora, place.outsider)] == [200, 404, 404, 404]
    mine = reverse("chat_take_part", args=[chat.pk])
    assert [of(p).get(mine).status_code for p in (place.anna, place.sam, place.bea, place.zora, place.outsider)] == [
        200,
        200,
        404,
        404,
        404,
    ]
    assert Client().get(lists[0]).status_code == 302


@pytest.mark.requirement("S18")
def test_a_group_begins_and_a_wrong_link_is_refused_with_what_was_typed(place: Town) -> None:
    path = reverse("chat_begin", args=[place.watch_a.pk])
    client = of(place.fatima)
    page = client.post(path, {"name": "Onze app", "invite": "https://example.org/x", "size_limit": "120"})
    assert page.status_code == 422
    assert "Onze app" in page.content.decode()
    assert "begins with https://chat.whatsapp.com/" in page.content.decode()
    assert client.post(path, {"name": "Onze app", "invite": LINK, "size_limit": "120"}).status_code == 302
    assert ChatGroup.objects.get().size_limit == 120
    assert client.post(path, {"name": "Nog een", "invite": "", "size_limit": "120"}).status_code == 422
    assert of(place.fatima).get(reverse("chat_begin", args=[place.watch_c.pk])).status_code == 404


@pytest.mark.requirement("S19")
def test_ticking_off_and_taking_back(place: Town, chat: ChatGroup) -> None:
    """S18, S19: added, taken out, undone; nobody ticked is said; somebody of another group is not ticked."""
    client, path = of(place.fatima), reverse("chat_group", args=[chat.pk])
    tick, undo = reverse("chat_tick", args=[chat.pk]), reverse("chat_undo", args=[chat.pk])
    assert "Nobody was ticked" in client.post(tick, {"wat": "in"}, follow=True).content.decode()
    page = client.post(tick, {"wat": "in", "wie": [place.anna.pk, place.bea.pk, "x"]}, follow=True).content.decode()
    assert "1 ticked off." in page
    (seat,) = Seat.objects.all()
    client.post(undo, {"wie": [seat.pk]})
    assert "Anna" in text(client, path)
    client.post(tick, {"wat": "in", "wie": [place.anna.pk]})
    joining.leave(place.anna, place.watch_a)
    assert "Anna" in text(client, path + "?lijst=verwijderen")
    client.post(tick, {"wat": "out", "wie": [seat.pk]})
    assert "Nothing to do" in text(client, path + "?lijst=verwijderen")
    client.post(tick, {"wat": "declined", "wie": [place.arie.pk]})
    assert "does not take part there" in text(client, path + "?lijst=afgevinkt")
    for other in (place.sam, place.zora, place.anna):
        assert of(other).post(tick, {"wat": "in", "wie": [place.arie.pk]}).status_code == 404


def test_pages_search_and_a_warning_near_the_limit(place: Town, chat: ChatGroup) -> None:
    for n in range(60):
        joining.join(person(f"Buur{n:02}", "Lindelaan"), place.watch_a)
    Person.objects.all().update(language="en")
    client, path = of(place.fatima), reverse("chat_group", args=[chat.pk])
    assert "Buur59" not in text(client, path)
    assert "Buur59" in text(client, path + "?page=2")
    assert "Buur59" in text(client, path + "?zoek=buur59+linde")
    assert "Not everybody fits" in text(client, path)
    keeping.change(chat, name="A", invite="", size_limit=70, by=place.fatima)
    assert "nearly full" in text(client, path)


def test_the_number_of_queries_does_not_grow_with_the_members(place: Town, chat: ChatGroup) -> None:
    def queries(path: str) -> int:
        client = of(place.fatima)
        client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as found:
            client.get(path)
        return len(found)

    paths = [reverse("chat_group", args=[chat.pk]) + f"?lijst={which}" for which in ("toevoegen", "verwijderen", "afgevinkt")]
    before = [queries(path) for path in paths]
    for n in range(4):
        joining.join(person(f"Buur{n}"), place.watch_a)
    keeping.tick(chat, Person.objects.filter(first_name__in=["Buur0", "Buur1"]), state="in", by=place.fatima)
    keeping.tick(chat, [place.bea, place.bram], state="in", by=place.fatima)
    after = [queries(path) for path in paths]
    assert [a - b for a, b in zip(after, before, strict=True)] <= [1, 0, 0]


def test_a_member_finds_the_link_and_may_stay_out(place: Town, chat: ChatGroup) -> None:
    """The link comes only after asking for it, is not kept by the browser, and that it was shown is noted."""
    client, path = of(place.anna), reverse("chat_take_part", args=[chat.pk])
    assert path in text(client, reverse("group", args=[place.watch_a.pk]))
    assert LINK not in text(client, path)
    page = client.post(path)
    assert LINK in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert "has seen the link" in text(of(place.fatima), reverse("chat_group", args=[chat.pk]))
    Seat.objects.update(link_shown_at=timezone.now() - timedelta(hours=1))
    assert LINK not in client.post(path).content.decode()
    lists = reverse("chat_tick", args=[chat.pk])
    of(place.fatima).post(lists, {"wie": [place.anna.pk], "wat": "again"})
    assert LINK in client.post(path).content.decode()
    client.post(path, {"stay_out": "1"})
    assert Seat.objects.get(person=place.anna).state == "declined"
    assert path not in text(of(place.bea), reverse("group", args=[place.watch_b.pk]))


@pytest.mark.requirement("S29")
def test_the_desk_has_the_words_ready_and_a_tick(place: Town, chat: ChatGroup) -> None:
    """S29: also who reads along in WhatsApp is told; works without any script: a field to copy from and a link."""
    posting = scene.report(place)
    client, desk = of(place.sam), reverse("desk")
    page = text(client, desk)
    assert "Ready for WhatsApp" in page
    assert "https://wa.me/?text=Alarm%20%C2%B7%20A%0A" in page
    assert "Anna" not in page.split("<textarea")[1].split("</textarea>")[0]
    assert reverse("chat_placing", args=[posting.pk]) in text(client, reverse("case", args=[scene.case_of(posting).reference]))
    assert reverse("chat_placing", args=[posting.pk]) not in text(of(place.anna), reverse("case", args=[scene.case_of(posting).reference]))
    place_it = reverse("chat_place", args=[chat.pk, posting.pk])
    assert client.post(place_it, {"wat": "said", "terug": desk}).url == desk  # type: ignore[attr-defined]
    page = text(client, desk)
    assert "Ready for WhatsApp" not in page
    assert "placed in App A" in page
    second = of(place.sofie).post(place_it, {"wat": "said", "terug": "https://evil.example/"}, follow=True)
    assert "Sam has ticked this already." in second.content.decode()
    client.post(reverse("chat_unplace", args=[Placing.objects.get().pk]), {"terug": desk})
    assert "Ready for WhatsApp" in text(client, desk)
    for other in (place.anna, place.zora, place.outsider):
        assert of(other).post(place_it, {"wat": "said"}).status_code == 404
        assert of(other).post(reverse("chat_unplace", args=[Placing.objects.get().pk])).status_code == 404


def test_ending_asks_first_and_erases(place: Town, chat: ChatGroup) -> None:
    client, path = of(place.fatima), reverse("chat_end", args=[chat.pk])
    client.post(path)
    assert ChatGroup.objects.get().ended_at is None
    client.post(path, {"sure": "1"})
    assert ChatGroup.objects.get().ended_at
    assert client.get(reverse("chat_group", args=[chat.pk])).status_code == 404
