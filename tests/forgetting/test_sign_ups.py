"""A decided sign-up keeps nobody's particulars for longer than a month; the member's account stays as it is (rules 7)."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from tests.joining import applying
from tests.town import Town, town

from meldkring.config import ticker
from meldkring.joining import admission
from meldkring.joining.models import Application
from meldkring.people.models import Person


@pytest.fixture
def place(db: None) -> Town:
    return town()


def test_a_month_after_the_decision_the_particulars_are_gone(place: Town) -> None:
    where = applying.settle(place)
    declined = applying.apply(place.noord, next(iter(where.values())), name="Nadia")
    admitted = applying.apply(place.noord, next(iter(where.values())), name="Noud")
    waiting = applying.apply(place.noord, next(iter(where.values())), name="Nel")
    admission.decline(declined, by=place.fatima, reason="Lives elsewhere.")
    admission.admit(admitted, by=place.fatima)
    with time_machine.travel(timezone.now() + timedelta(days=29)):
        ticker.tick()
    assert Application.objects.get(pk=declined.pk).first_name == "Nadia"
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        ticker.tick()
    for pk in (declined.pk, admitted.pk):
        left = Application.objects.get(pk=pk)
        told = (left.first_name, left.last_name, left.email, left.mobile, left.postcode, left.street, left.decline_reason)
        assert set(told) == {""}
        assert left.birth_year is None
        assert left.house_number is None
    assert Application.objects.get(pk=waiting.pk).first_name == "Nel"
    assert Person.objects.filter(first_name="Noud").exclude(email="").exists()
