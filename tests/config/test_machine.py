"""Does the doctor see a clock that is not right and a disk that gets full, and does an administrator hear of that disk in time?"""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from tests.town import Town, town

from meldkring.cases import reporting
from meldkring.cases.models import Called
from meldkring.config import machine
from meldkring.config.findings import Grade
from meldkring.delivery import auditor, troubles
from meldkring.groups import joining
from meldkring.groups.models import Role
from meldkring.people.models import Mail


@pytest.fixture
def place(db: None) -> Town:
    return town()


@pytest.mark.postgres
def test_a_clock_that_was_set_back_is_seen_by_what_was_said_in_its_future(place: Town) -> None:
    reporting.report("Back door forced.", group=place.watch_a, by=place.anna, called=Called.BY_ME)
    with time_machine.travel(timezone.now() - timedelta(minutes=10)):
        [found] = machine.clock()
    assert found.grade is Grade.WRONG
    [now] = machine.clock()
    assert now.grade is not Grade.WRONG


def test_a_disk_that_gets_full_is_told_by_the_doctor_and_once_to_who_runs_the_site(place: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "FEW", 10**18)
    assert [found.grade for found in machine.disk()] == [Grade.CARE]
    joining.join(place.outsider, place.municipal, role=Role.ADMINISTRATOR)
    for _tick in range(2):
        machine.watch_disk()
        auditor.look()
    told = Mail.objects.get()
    assert told.to == place.outsider.email
    assert "schijf van de server raakt vol" in told.text
    monkeypatch.setattr(machine, "TOO_FEW", 10**18)
    assert [found.grade for found in machine.disk()] == [Grade.WRONG]
    monkeypatch.undo()
    machine.watch_disk()
    assert not troubles.lasting()
