"""Can the bar make you someone else in the demo, and nowhere but there?"""

from typing import Any

import pytest
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from meldkring.demo import playing
from meldkring.demo.town import Town
from meldkring.people.models import NewEmail, Person
from meldkring.web.demo import bar


@pytest.fixture
def in_demo(settings: Any, town: Town) -> None:
    settings.DEMO = True
    settings.ROOT_URLCONF = "tests.demo.site"


def test_outside_the_demo_there_is_no_such_address(client: Client, town: Town) -> None:
    anna = Person.objects.get(first_name="Anna")
    for address in (f"/demo/als/{anna.pk}/", "/demo/speel-af/"):
        assert client.post(address).status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("demo_as", args=[anna.pk])


def test_outside_the_demo_the_views_refuse_even_when_they_are_reached(town: Town) -> None:
    request = RequestFactory().post("/")
    with pytest.raises(Http404):
        bar.demo_as(request, pk=Person.objects.get(first_name="Anna").pk)
    with pytest.raises(Http404):
        bar.demo_play(request)


def test_outside_the_demo_there_is_no_bar(client: Client, town: Town) -> None:
    assert bar.bar(RequestFactory().get("/")) == {}
    client.force_login(Person.objects.get(first_name="Anna"))
    assert b"/demo/" not in client.get("/").content


def test_nine_people_to_look_along_as(in_demo: None) -> None:
    shown = bar.bar(RequestFactory().get("/"))["demo_people"]
    assert [p["role"] for p in shown] == ["Anna", "Peter", "Marjan", "Youssef", "Fatma", "Karin", "Wijkagent Sam", "Noor", "Ravi"]


def test_each_of_them_can_look_at_the_home_page(in_demo: None, client: Client) -> None:
    for person in bar.bar(RequestFactory().get("/"))["demo_people"]:
        assert client.post(person["url"]).status_code == 302
        assert client.session["_auth_user_id"] == str(person["pk"])
        page = client.get("/", follow=True)
        assert page.status_code == 200
        assert person["url"] in page.content.decode()


def test_nobody_else_can_be_signed_in_as(in_demo: None, client: Client) -> None:
    other = Person.objects.get(email="bewoner7@voorbeeld.test")
    assert client.post(reverse("demo_as", args=[other.pk])).status_code == 404


def test_who_took_another_address_still_plays_their_part(in_demo: None, client: Client) -> None:
    anna, now = Person.objects.get(first_name="Anna"), timezone.now()
    NewEmail.objects.create(person=anna, before=anna.email, address="anders@voorbeeld.test", sent_at=now, changed_at=now)
    Person.objects.filter(pk=anna.pk).update(email="anders@voorbeeld.test")
    assert anna.pk in [p["pk"] for p in bar.bar(RequestFactory().get("/"))["demo_people"]]
    assert client.post(reverse("demo_as", args=[anna.pk])).status_code == 302


def test_a_link_alone_signs_nobody_in(in_demo: None, client: Client) -> None:
    anna = Person.objects.get(first_name="Anna")
    assert client.get(reverse("demo_as", args=[anna.pk])).status_code == 405


def test_the_button_plays(in_demo: None, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[bool] = []
    monkeypatch.setattr(playing, "play_aside", lambda: begun.append(True) or True)
    assert client.post(reverse("demo_play")).status_code == 302
    assert begun
