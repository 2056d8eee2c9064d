"""What is erased when its time is over, and what stays? Looked at through the daily round, as an installation has it (rules 7)."""

import datetime

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from tests.stories import scene
from tests.town import Town, town

from meldkring.audit.models import Line
from meldkring.cases import closing, history_in, reporting
from meldkring.cases.models import Called, Case, Contribution, Outcome
from meldkring.config import ticker
from meldkring.forgetting import daily
from meldkring.groups import contact, duty, officers
from meldkring.groups.models import ContactCard, Shift
from meldkring.intake.models import Consent
from meldkring.joining import expelling, importing
from meldkring.joining.models import Barred, MemberList
from meldkring.messaging import letters
from meldkring.messaging.models import Letter, Message
from meldkring.people import mailing
from meldkring.people.models import Mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def t() -> Town:
    return town()


def after(days: float) -> None:
    """What the clock of an installation does so many days from now."""
    with time_machine.travel(timezone.now() + datetime.timedelta(days=days)):
        ticker.tick()


def texts() -> set[str]:
    return set(Message.objects.values_list("text", flat=True))


def test_the_words_of_a_message_go_after_thirty_days_and_the_place_later(t: Town) -> None:
    case = scene.case_of(
        scene.report(t, persons="two, dark coats", vehicle="white van", place="at the station", latitude=51.8, longitude=4.4)
    )
    closing.close(case, outcome=Outcome.GONE, text="Nobody seen any more.", by=t.anna)
    after(29)
    assert scene.TEXT in texts()
    after(31)
    assert texts() == {""}
    told = Contribution.objects.get(case=case, message__kind="report")
    assert (told.persons, told.vehicle, told.place, told.latitude) == ("", "", "", 51.8)
    case.refresh_from_db()
    assert case.title == case.reference
    after(91)
    told.refresh_from_db()
    assert (told.latitude, told.longitude) == (None, None)
    assert Case.objects.filter(pk=case.pk, outcome=Outcome.GONE).exists()


def test_what_is_going_on_stays_readable(t: Town) -> None:
    """A case that is open keeps its words, but not for ever."""
    scene.report(t)
    after(31)
    assert scene.TEXT in texts()
    after(91)
    assert scene.TEXT not in texts()


def test_history_taken_in_is_kept_as_long_as_what_is_said_now(t: Town) -> None:
    then = timezone.now() - datetime.timedelta(days=200)
    history_in.take_in(
        [history_in.Said(then, "A van drove slowly.")], group=t.watch_a, called=Called.BY_OTHER, outcome=Outcome.GONE, by=t.fatima
    )
    after(1)
    assert texts() == {"A van drove slowly."}
    after(31)
    assert texts() == {""}


def test_a_page_says_that_the_words_are_gone(t: Town) -> None:
    posting = scene.report(t, place="at the station")
    case = scene.case_of(posting)
    closing.close(case, outcome=Outcome.GOOD, text="All is well.", by=t.anna)
    after(31)
    browser = Client()
    browser.force_login(t.arie)
    for address in (f"/casus/{case.reference}/", f"/bericht/{posting.pk}/"):
        shown = browser.get(address).content.decode()
        assert "De tekst is gewist" in shown
        assert "station" not in shown


def test_a_yes_in_a_chat_about_a_case_goes_with_its_words(t: Town) -> None:
    case = scene.case_of(scene.report(t))
    Consent.objects.create(person=t.arie, case=case, asked_at=timezone.now(), given_at=timezone.now())
    closing.close(case, outcome=Outcome.GONE, text="Over.", by=t.anna)
    after(29)
    assert Consent.objects.exists()
    after(31)
    assert not Consent.objects.exists()


def test_letters_and_mails_go(t: Town) -> None:
    letters.write("Please describe less.", steering=t.steering_1, resident=t.anna, by=t.sam)
    written = mailing.write("anna@example.org", subject="Welcome", text="Hello")
    after(29)
    assert Mail.objects.filter(pk=written.pk).exists()
    after(31)
    assert not Mail.objects.filter(pk=written.pk).exists()
    assert Letter.objects.exists()
    after(366)
    assert not Letter.objects.exists()


def test_a_list_that_nobody_took_over_goes(t: Town) -> None:
    """It stood in the code and nothing ran it: the round does."""
    importing.offer(b"voornaam;e-mail\nNel;nel@example.org\n", file_name="leden.csv", steering=t.steering_1, by=t.fatima)
    after(13)
    assert MemberList.objects.exists()
    after(15)
    assert not MemberList.objects.exists()


def test_an_expulsion_is_remembered_no_longer_than_the_district_wants(t: Town) -> None:
    expelling.expel(t.anna.memberships.get(), reason="Moved away.", by=t.fatima, link=str)
    after(t.noord.expulsion_remembered.days - 1)
    assert Barred.objects.exists()
    after(t.noord.expulsion_remembered.days + 1)
    assert not Barred.objects.exists()


def test_old_duty_and_old_officers_go(t: Town) -> None:
    duty.take(t.steering_1, timezone.localdate(), by=t.sam)
    contact.write(t.noord, by=t.sam, name="Agent Jansen", phone="0900", agreements="Calls back.")
    contact.hand_over(t.noord, note="Gone.", by=t.sam, name="Agent Pietersen")
    officer = officers.propose("Agent Smit", "smit@politie.example", district=t.noord, by=t.fatima)
    officers.end(officer, by=t.fatima)
    after(367)
    assert not Shift.objects.exists()
    old = ContactCard.objects.get(until__isnull=False)
    assert (old.name, old.phone, old.agreements) == ("", "", "Calls back.")
    officer.refresh_from_db()
    assert (officer.name, officer.email) == ("", "")


def test_the_audit_log_lasts_three_years(t: Town) -> None:
    scene.report(t)
    after(1000)
    assert Line.objects.filter(action="report").exists()
    after(1096)
    assert not Line.objects.filter(action="report").exists()


def test_once_a_day_with_a_report_and_again_after_what_failed(t: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    assert daily.last() is None
    counts = daily.run()
    assert counts is not None
    assert set(counts) == set(daily.ROUND)
    assert daily.run() is None
    line = daily.last()
    assert line is not None
    assert line.details == counts

    def broken() -> int:
        raise RuntimeError("no")

    monkeypatch.setitem(daily.ROUND, "letters", broken)
    with time_machine.travel(timezone.now() + datetime.timedelta(days=1)):
        again = daily.run()
    assert again is not None
    assert again["letters"] == -1
    assert again["audit"] == 0


def test_a_term_is_a_setting(t: Town, settings: pytest.FixtureRequest) -> None:
    settings.KEPT_DAYS = {**settings.KEPT_DAYS, "messages": 7}  # type: ignore[attr-defined]
    case = reporting.report("Two men", group=t.watch_a, by=t.anna, called=Called.BY_ME).message.contribution.case
    closing.close(case, outcome=Outcome.GOOD, text="Well.", by=t.anna)
    after(8)
    assert texts() == {""}
