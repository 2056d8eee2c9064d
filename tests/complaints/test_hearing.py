"""Does a complaint of somebody who is no member reach every steering member of the district and nobody else, get its answer, and go after its term?"""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from tests.town import Town, town

from meldkring.complaints import access, hearing
from meldkring.complaints.models import Complaint
from meldkring.config import ticker
from meldkring.groups import roles
from meldkring.people import mailing
from meldkring.people.models import Mail, Person

pytestmark = pytest.mark.django_db
WORDS = "Er hangt een camera op mijn raam gericht."


@pytest.fixture
def place() -> Town:
    cache.clear()
    return town()


def of(someone: Person) -> Client:
    client = Client()
    client.force_login(someone, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def complained(place: Town, **given: str) -> Complaint:
    return hearing.complain(place.noord, text=WORDS, **given)


def test_a_stranger_complains_and_is_answered_by_mail(place: Town) -> None:
    page = Client().post("/noord/klacht/", {"text": WORDS, "name": "Rob", "email": "Rob@example.org"})
    assert "binnen twee weken" in page.content.decode()
    complaint = Complaint.objects.get()
    assert sorted(Mail.objects.values_list("to", flat=True)) == ["fatima@example.org", "sam@example.org", "sofie@example.org"]
    assert not Mail.objects.filter(text__contains="camera").exists(), "what it says stays on the desk"
    sam = of(place.sam)
    assert WORDS in sam.get("/klachten/").content.decode()
    sam.post(f"/klachten/{complaint.pk}/", {"text": "We hebben hem laten draaien."})
    mailing.send_due()
    assert "We hebben hem laten draaien." in next(m for m in mail.outbox if m.to == ["rob@example.org"]).body
    assert access.years(place.noord) == [access.Year(timezone.now().year, 1, 1)]


def test_without_an_address_there_is_a_letter_or_no_answer(place: Town) -> None:
    Client().post("/noord/klacht/", {"text": WORDS, "address": "Kade 4\nWaterdam"})
    assert "geen antwoord" in Client().post("/noord/klacht/", {"text": WORDS}).content.decode()
    paper, silent = Complaint.objects.order_by("pk")
    before = Mail.objects.count()
    fatima = of(place.fatima)
    for complaint in (paper, silent):
        hearing.answer(complaint, text="Dank je.", by=place.fatima)
    assert Mail.objects.count() == before
    assert "Kade 4" in fatima.get(f"/klachten/{paper.pk}/brief/").content.decode()
    assert "/brief/" not in fatima.get(f"/klachten/{silent.pk}/").content.decode()


def test_who_sees_it_and_who_gets_404(place: Town) -> None:
    where = f"/klachten/{complained(place).pk}/"
    statuses = {p.first_name: of(p).get(where).status_code for p in (place.anna, place.sam, place.zora, place.outsider, place.officer)}
    assert statuses == {"Anna": 404, "Sam": 200, "Zora": 404, "Outsider": 404, "Officer": 404}
    assert Client().get(where).status_code == 302
    for deed in ("afsluiten/", ""):
        assert of(place.zora).post(where + deed, {"text": "x"}).status_code == 404
    for stranger in (place.anna, place.zora):
        with pytest.raises(roles.NotAllowed):
            hearing.answer(Complaint.objects.get(), text="x", by=stranger)
    assert "Klachten" in of(place.sam).get("/").content.decode()
    assert "Klachten" not in of(place.zora).get("/").content.decode()


def test_two_colleagues_do_not_both_answer(place: Town) -> None:
    complaint = complained(place, email="rob@example.org")
    hearing.answer(complaint, text="De een.", by=place.sam)
    with pytest.raises(hearing.AlreadyDone):
        hearing.answer(complaint, text="De ander.", by=place.sofie)
    late = of(place.sofie).post(f"/klachten/{complaint.pk}/", {"text": "De ander."})
    assert late.status_code == 422
    hearing.close(complaint, by=place.sofie)
    with pytest.raises(hearing.AlreadyDone):
        hearing.close(complaint, by=place.sam)
    assert Complaint.objects.get().answer == "De een."


def test_nothing_typed_is_lost_and_there_is_an_end_to_it(place: Town, settings: object) -> None:
    client = Client()
    wrong = client.post("/noord/klacht/", {"text": WORDS, "email": "rob@"})
    assert wrong.status_code == 422
    assert WORDS in wrong.content.decode()
    assert client.post("/noord/klacht/", {"text": ""}).status_code == 422
    for _n in range(5):
        assert client.post("/noord/klacht/", {"text": WORDS}).status_code == 200
    assert client.post("/noord/klacht/", {"text": WORDS}).status_code == 422, "one connection"
    for _n in range(hearing.MOST_PER_DAY - 5):
        complained(place)
    with pytest.raises(hearing.TooMany):
        complained(place)
    hearing.complain(place.zuid, text=WORDS)


def test_it_is_forgotten_but_counted(place: Town) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=91), tick=False):
        hearing.answer(complained(place, email="rob@example.org", name="Rob"), text="Dank.", by=place.sam)
        complained(place, address="Kade 4")
    with time_machine.travel(timezone.now() - timedelta(days=366), tick=False):
        complained(place)
    assert hearing.forget in ticker.CHORES
    assert hearing.forget() == 2
    assert hearing.forget() == 0
    kept = Complaint.objects.exclude(erased_at=None)
    assert {(c.text, c.name, c.email, c.address, c.answer) for c in kept} == {("", "", "", "", "")}
    assert Complaint.objects.get(erased_at=None).address == "Kade 4", "nobody has answered it yet"
    assert sum(year.received for year in access.years(place.noord)) == 3
    assert "Gewist" in of(place.sam).get("/klachten/").content.decode()


def test_the_public_hears_how_many_only_when_that_points_at_nobody(place: Town) -> None:
    for _n in range(4):
        complained(place)
    year = str(timezone.now().year)
    assert f"In {year} waren er" not in Client().get("/noord/klacht/").content.decode()
    complained(place)
    assert f"In {year} waren er 5 klachten; minder dan vijf" in Client().get("/noord/klacht/").content.decode()
