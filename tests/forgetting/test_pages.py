"""Seeing, downloading and erasing one's own data, and saying that one stays: through the pages, as somebody of 71 does it."""

import datetime
import json
import re

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from tests.stories import scene
from tests.town import Town, town

from meldkring.config import ticker
from meldkring.delivery import addresses
from meldkring.delivery.models import Delivery
from meldkring.forgetting import unopened
from meldkring.groups.models import Group
from meldkring.joining import founding
from meldkring.joining.models import Application, Founding
from meldkring.people.models import Mail, Person
from meldkring.places.models import District

pytestmark = pytest.mark.django_db


@pytest.fixture
def t() -> Town:
    return town()


def signed_in(person: Person) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


def after(days: float) -> None:
    with time_machine.travel(timezone.now() + datetime.timedelta(days=days)):
        ticker.tick()


def test_what_is_kept_is_shown_and_downloaded(t: Town) -> None:
    scene.report(t)
    browser = signed_in(t.anna)
    assert "/ik/gegevens/" in browser.get("/ik/").content.decode()
    shown = browser.get("/ik/gegevens/").content.decode()
    assert "De berichten die je schreef" in shown
    assert "De tekst 30 dagen" in shown
    assert browser.get("/ik/gegevens/bestand/").status_code == 405
    answer = browser.post("/ik/gegevens/bestand/")
    assert "attachment" in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    assert scene.TEXT in json.dumps(json.loads(answer.content), ensure_ascii=False)
    others = signed_in(t.arie).post("/ik/gegevens/bestand/").content.decode()
    assert scene.TEXT not in others
    assert Client().get("/ik/gegevens/").status_code == 302


def test_erasing_asks_once_and_then_it_is_done(t: Town) -> None:
    browser = signed_in(t.anna)
    assert browser.get("/ik/wissen/").status_code == 200
    refused = browser.post("/ik/wissen/")
    assert refused.status_code == 422
    assert "Vink aan" in refused.content.decode()
    done = browser.post("/ik/wissen/", {"sure": "1"})
    assert "Je gegevens zijn gewist" in done.content.decode()
    assert not Person.objects.filter(pk=t.anna.pk).exists()
    assert browser.get("/ik/").status_code == 302


def test_who_steers_is_told_to_hand_over_first(t: Town) -> None:
    browser = signed_in(t.fatima)
    assert "Draag eerst over" in browser.get("/ik/wissen/").content.decode()
    assert browser.post("/ik/wissen/", {"sure": "1"}).status_code == 422
    assert Person.objects.filter(pk=t.fatima.pk).exists()


def test_after_a_year_of_silence_one_tap_is_enough_to_stay(t: Town) -> None:
    """Who answers stays, who stays silent is erased a month later, who decides over others is left alone."""
    after(360)
    assert not Mail.objects.filter(subject="Wil je nog meedoen?").exists()
    after(366)
    asked = set(Mail.objects.filter(subject="Wil je nog meedoen?").values_list("to", flat=True))
    assert asked == {p.email for p in (t.anna, t.arie, t.bea, t.bram, t.carla, t.cees, t.outsider)}
    letter = Mail.objects.get(to=t.anna.email).text or ""
    with time_machine.travel(timezone.now() + datetime.timedelta(days=370)):
        found = re.search(r"/blijven/\S+", letter)
        assert found
        browser = Client()
        assert "Wil je nog meedoen?" in browser.get(found[0]).content.decode()
        assert "Fijn dat je blijft" in browser.post(found[0]).content.decode()
        forged = browser.post("/blijven/1:forged/")
        assert forged.status_code == 404
        assert "Inloggen is genoeg" in forged.content.decode()
    after(400)
    assert Person.objects.filter(pk=t.anna.pk).exists()
    assert not Person.objects.filter(pk=t.arie.pk).exists()
    assert Person.objects.filter(pk=t.fatima.pk).exists()
    assert Person.objects.filter(pk=t.official.pk).exists()


def test_a_sign_of_life_is_enough(t: Town) -> None:
    with time_machine.travel(timezone.now() + datetime.timedelta(days=200)):
        scene.report(t)
    after(366)
    assert not Mail.objects.filter(to=t.anna.email, subject="Wil je nog meedoen?").exists()


def test_who_reads_and_answers_along_another_way_is_no_stranger(t: Town) -> None:
    """A member may take part without ever opening the site."""
    app = addresses.add(t.bea, channel="whatsapp", value="31600000001")
    mail = addresses.add(t.arie, channel="telegram", value="7")
    with time_machine.travel(timezone.now() + datetime.timedelta(days=200)):
        addresses.heard("telegram", mail.value, at=timezone.now())
    with time_machine.travel(timezone.now() + datetime.timedelta(days=360)):
        posting = scene.report(t)
        Delivery.objects.create(
            message_id=posting.message_id, posting=posting, address=app, channel="whatsapp", urgency="alarm", state=Delivery.State.READ,
            due_at=timezone.now(), expires_at=timezone.now(), made_at=timezone.now(), read_at=timezone.now(),
        )  # fmt: skip
    after(366)
    asked = set(Mail.objects.filter(subject="Wil je nog meedoen?").values_list("to", flat=True))
    assert t.carla.email in asked
    assert not asked & {t.bea.email, t.arie.email}


def begun(t: Town) -> tuple[District, Person]:
    """A district that somebody began and that nobody can find yet."""
    made = founding.found_in(t.municipality, district="Oost", name="Olga Overzee", email="olga@example.org", by=t.official)
    District.objects.filter(pk=made.district.pk).update(is_public=False)
    application = Application.objects.create(
        state="admitted", email="olga@example.org", first_name="Olga", person=made.person, decided_at=timezone.now()
    )
    Founding.objects.create(
        application=application, state=Founding.State.MADE, town="Waterdam", name="Oost", asked_at=timezone.now(), decided_at=timezone.now(),
        district=made.district,
    )  # fmt: skip
    made.district.refresh_from_db()
    return made.district, made.person


def test_a_district_that_never_opens_is_warned_of_and_then_erased(t: Town) -> None:
    """S2: beginning is easy, so what comes of nothing must not keep names for ever."""
    district, olga = begun(t)
    after(89)
    assert not Mail.objects.filter(subject="Gaat Oost door?").exists()
    after(91)
    assert Mail.objects.get(subject="Gaat Oost door?").to == "olga@example.org"
    after(100)
    assert Mail.objects.filter(subject="Gaat Oost door?").count() == 1
    after(122)
    district.refresh_from_db()
    assert district.closed_at
    assert not Group.objects.filter(district=district, closed_at=None).exists()
    assert not Person.objects.filter(pk=olga.pk).exists()
    assert Founding.objects.get(district=district).application.email == ""
    assert t.noord.closed_at is None


def test_a_district_that_opened_meanwhile_stays(t: Town) -> None:
    district, olga = begun(t)
    after(91)
    District.objects.filter(pk=district.pk).update(is_public=True)
    after(122)
    assert unopened.close() == 0
    assert Person.objects.filter(pk=olga.pk).exists()


def test_erasing_again_after_a_backup(t: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """Rules 8: by the numbers in the log; who is gone already is passed over."""
    call_command("erase", str(t.anna.pk), t.arie.email, "999999")
    assert not Person.objects.filter(pk__in=[t.anna.pk, t.arie.pk]).exists()
    assert "999999: not here." in capsys.readouterr().out
    with pytest.raises(CommandError, match=r"phone manager|telefoonbeheerder"):
        call_command("erase", t.fatima.email)
