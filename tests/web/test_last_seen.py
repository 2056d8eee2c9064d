"""Where somebody is signed in is kept true without writing at every page."""

from datetime import timedelta

import time_machine
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.town import Town, town


def opened(client: Client, **headers: str) -> list[str]:
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/", headers=headers).status_code == 200
    return [one["sql"] for one in asked.captured_queries if one["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE", "BEGIN")]


def test_a_page_that_is_read_writes_nothing_but_once_in_five_minutes(db: None) -> None:
    place: Town = town()
    client, began = Client(), timezone.now()
    with time_machine.travel(began, tick=False):
        client.force_login(place.arie)
        assert opened(client, **{"user-agent": "phone"})
    with time_machine.travel(began + timedelta(minutes=4), tick=False):
        assert opened(client, **{"user-agent": "phone"}) == []
    assert UserSession.objects.get(user=place.arie).last_seen_at == began
    with time_machine.travel(began + timedelta(minutes=6), tick=False):
        opened(client, **{"user-agent": "phone"})
    assert UserSession.objects.get(user=place.arie).last_seen_at == began + timedelta(minutes=6)


def test_another_device_with_the_same_session_is_seen_at_once(db: None) -> None:
    place: Town = town()
    client = Client()
    client.force_login(place.arie)
    opened(client, **{"user-agent": "phone"})
    opened(client, **{"user-agent": "laptop of a thief"})
    assert UserSession.objects.get(user=place.arie).user_agent == "laptop of a thief"
