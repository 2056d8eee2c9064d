"""Where somebody is signed in is kept true without writing at every page."""

from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.town import Town, town

from meldkring.cases import reporting
from meldkring.cases.models import Called


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


@pytest.mark.django_db(transaction=True)
def test_who_is_signed_in_reads_on_where_the_disk_is_full() -> None:
    """SQLite is told to write nothing, which is what a full disk comes to."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has its own disk")
    made = town()
    posting = reporting.report("Back door forced.", group=made.watch_a, by=made.anna, called=Called.BY_ME)
    anna, case = Client(), posting.message.contribution.case
    anna.force_login(made.anna)
    connection.connection.execute("PRAGMA query_only = 1")
    try:
        pages = [anna.get(address) for address in ("/", f"/casus/{case.reference}/")]
    finally:
        connection.connection.execute("PRAGMA query_only = 0")
    assert [page.status_code for page in pages] == [200, 200]
    assert "Back door forced." in pages[1].content.decode()
