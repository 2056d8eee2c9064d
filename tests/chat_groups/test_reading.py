"""An exported chat from upload to ended case: held sealed, asked where it must, compared with the members, kept only as far as ticked."""

import datetime
import io
import json
import pathlib
from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.town import Town, town

from meldkring.cases import access as cases_access
from meldkring.cases import history_in, reporting
from meldkring.cases.models import Case
from meldkring.channels import whatsapp_export as export
from meldkring.channels.whatsapp_export_kinds import Kind
from meldkring.chat_groups import keeping, reading, reconciling, sealing, stretches
from meldkring.chat_groups.models import ChatGroup, Reading, Seat
from meldkring.delivery.models import Delivery
from meldkring.figures import keeping as figures_keeping
from meldkring.figures.models import Passage
from meldkring.groups import joining, roles
from meldkring.messaging.models import Message, Posting
from meldkring.people.models import Person

pytestmark = pytest.mark.django_db
CHAT = """\
[20-05-2022 09:00:00] Buurtapp: \u200eBerichten zijn end-to-end versleuteld.
[20-05-2022 09:00:01] Fatima: \u200eFatima heeft de groep gemaakt
[20-05-2022 09:01:00] Fatima: \u200eU hebt Anna Jansen, \u202a+31\u00a06\u00a012345678\u202c, Arie en Piet de Groot toegevoegd
[20-05-2022 21:10:00] Anna Jansen: Man voelt aan autodeuren Lindelaan, wit busje AB-12-CD. 112 gebeld
[20-05-2022 21:12:00] Piet de Groot: Ik zie hem ook, hij heet Jan Verkeerd
[20-05-2022 21:13:00] \u202a+31\u00a06\u00a012345678\u202c: 👍
[20-05-2022 21:40:00] Anna Jansen: Politie heeft hem gesproken, loos alarm
[22-05-2022 10:00:00] Piet de Groot: Iemand een ladder te leen?
[23-05-2022 11:00:00] Arie: \u200eArie heeft de groep verlaten
"""
AMBIGUOUS = "02-05-2022 16:08 - Anna: 112 gebeld\n03-05-2022 16:09 - Anna: het is voorbij\n"


@pytest.fixture
def place() -> Town:
    made = town()
    Person.objects.all().update(language="en")
    Person.objects.filter(pk=made.anna.pk).update(last_name="Jansen")
    Person.objects.filter(pk=made.sam.pk).update(mobile="+31612345678")
    return made


@pytest.fixture
def chat(place: Town) -> ChatGroup:
    return keeping.begin(place.watch_a, name="App A", invite="", size_limit=100, by=place.fatima)


def of(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def file(text: str = CHAT, name: str = "_chat.txt") -> io.BytesIO:
    made = io.BytesIO(text.encode())
    made.name = name
    return made


def handed_over(client: Client, chat: ChatGroup, text: str = CHAT) -> str:
    answer = client.post(reverse("chat_upload", args=[chat.pk]), {"file": file(text)})
    assert answer.status_code == 302
    return str(answer["Location"])


def entries(text: str = CHAT) -> list[export.Entry]:
    content = text.encode()
    found = reading.survey(content)
    assert found.shape
    assert found.order
    return list(export.entries(iter(text.splitlines(keepends=True)), found.shape, found.order))


# Held sealed, for an hour.


def test_what_is_held_cannot_be_read_from_the_database(place: Town, chat: ChatGroup) -> None:
    """Not without the key in the browser: neither the words nor the names or numbers; and after an hour there is nothing."""
    held, key = reading.offer(file(), chat_group=chat, by=place.fatima)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM chat_groups_reading")
        row = b"".join(bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in cursor.fetchone())
    for secret in ("Anna", "12345678", "autodeuren", key):
        assert secret.encode() not in row
    assert len(reading.chat(held, key).entries) == 9
    with pytest.raises(sealing.WrongKey):
        reading.chat(held, sealing.new_key())
    assert not Message.objects.exists()
    assert not Seat.objects.exists()
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert not reading.mine(place.fatima).exists()
        reading.forget_due()
    assert not Reading.objects.exists()


def test_what_comes_out_is_what_was_read(place: Town, chat: ChatGroup) -> None:
    held, key = reading.offer(file(), chat_group=chat, by=place.fatima)
    assert [(e.line, e.at, e.sender, e.text, e.kind, e.people) for e in reading.chat(held, key).entries] == [
        (e.line, e.at, e.sender, e.text, e.kind, e.people) for e in entries()
    ]


def test_a_date_that_can_mean_two_days_is_asked_and_the_file_goes_with_the_answer(place: Town, chat: ChatGroup) -> None:
    client = of(place.fatima)
    where = handed_over(client, chat, AMBIGUOUS)
    page = client.get(where).content.decode()
    assert "2 May 2022" in page
    assert "5 February 2022" in page
    assert Reading.objects.get().state == "asking"
    before = bytes(Reading.objects.get().sealed)
    assert client.post(where).status_code == 422
    assert client.post(where, {"order": "month"}).status_code == 302
    held = Reading.objects.get()
    assert held.state == "ready"
    assert bytes(held.sealed) != before
    assert "From 5 February 2022" in client.get(where).content.decode()


def test_another_browser_cannot_open_it_and_begins_again(place: Town, chat: ChatGroup) -> None:
    where = handed_over(of(place.fatima), chat)
    other = of(place.fatima)
    page = other.get(where, follow=True)
    assert page.redirect_chain[-1][0] == reverse("chat_upload", args=[chat.pk])
    assert "only be opened in the browser" in page.content.decode()


@pytest.mark.requirement("S18")
def test_who_opens_these_pages(place: Town, chat: ChatGroup) -> None:
    """S18: the phone manager who handed it over; a member, a steering member, another district and an outsider get 404."""
    client = of(place.fatima)
    where = handed_over(client, chat)
    paths = [where, where + "mensen/", where + "gesprekken/", where + "gesprekken/0/", where + "cijfers/"]
    upload = reverse("chat_upload", args=[chat.pk])
    for path in (*paths, upload):
        assert client.get(path).status_code == 200
        for other in (place.anna, place.sam, place.zora, place.outsider):
            assert of(other).get(path).status_code == 404
    assert client.get(where + "gesprekken/99/").status_code == 404
    client.post(where + "klaar/")
    assert not Reading.objects.exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [("Beste buren, tot zaterdag", "no messages in this file"), ("", "nothing in this file"), ("PK\x03\x04kapot", "damaged")],
)
def test_what_is_no_chat_is_refused_in_words(place: Town, chat: ChatGroup, text: str, says: str) -> None:
    answer = of(place.fatima).post(reverse("chat_upload", args=[chat.pk]), {"file": file(text)})
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Reading.objects.exists()


def test_a_chat_in_which_nobody_said_anything_and_one_in_the_hour_that_is_not_there(place: Town, chat: ChatGroup) -> None:
    """Only lines of WhatsApp's own: every page opens. The night the clock goes forward: the message keeps a time."""
    client = of(place.fatima)
    nothing = "\n".join(CHAT.splitlines()[:3]) + "\n"
    where = handed_over(client, chat, nothing)
    for page in ("", "mensen/", "gesprekken/", "cijfers/"):
        assert client.get(where + page).status_code == 200
    night = "[26-03-2022 23:00:00] Anna Jansen: 112 gebeld\n[27-03-2022 02:30:00] Anna Jansen: Politie is er, 112 gebeld\n"
    where = handed_over(client, chat, night)
    path = where + "gesprekken/1/"
    assert client.post(path, {"lines": [2], "called": "by_me", "outcome": "innocent"}).status_code == 302
    assert Case.objects.get().opened_at.date() == datetime.date(2022, 3, 27)


# Compared with the members.


def test_who_is_in_it_who_left_and_who_is_no_member(place: Town, chat: ChatGroup) -> None:
    """By number for certain, by whole name likely, by first name only as a guess; the group's name is nobody."""
    found = reconciling.compare(entries(), chat_group=chat, by=place.fatima)
    assert {(m.person.first_name, m.how.value) for m in found.inside} == {("Anna", "name"), ("Sam", "number"), ("Fatima", "first name")}
    assert [(m.person.first_name, m.sure) for m in found.left] == [("Arie", False)]
    assert [p.name for p in found.strangers] == ["Piet de Groot"]
    assert [p.first_name for p in found.absent] == ["Sofie"]
    assert not found.former
    keeping.tick(chat, [place.anna], state="in", by=place.fatima)
    joining.leave(place.anna, place.watch_a)
    later = reconciling.compare(entries(), chat_group=chat, by=place.fatima)
    assert [m.person.first_name for m in later.former] == ["Anna"]
    assert [p.name for p in later.strangers] == ["Piet de Groot"]


def test_a_new_number_is_the_same_person(place: Town, chat: ChatGroup) -> None:
    Person.objects.filter(pk=place.sam.pk).update(mobile="+31687654321")
    more = CHAT + "[24-05-2022 11:00:00] Buurtapp: \u200e+31 6 12345678 is gewijzigd naar +31 6 87654321\n"
    found = reconciling.compare(entries(more), chat_group=chat, by=place.fatima)
    assert ("Sam", 1) in {(m.person.first_name, m.participant.said) for m in found.inside}


def test_what_is_ticked_goes_to_the_lists_and_nothing_else(place: Town, chat: ChatGroup) -> None:
    client = of(place.fatima)
    where = handed_over(client, chat)
    page = client.get(where + "mensen/").content.decode()
    assert "perhaps “Arie”, by first name only" in page
    assert "12345678" not in page
    client.post(where + "mensen/", {"wie": [place.anna.pk, place.arie.pk, place.bea.pk]})
    assert {(s.person, s.state) for s in Seat.objects.all()} == {(place.anna, "in"), (place.arie, "declined")}
    assert [p.first_name for p in keeping.to_add(chat)] == ["Fatima", "Sam", "Sofie"]


# What happened becomes an ended case.


@pytest.mark.requirement("S34")
def test_a_stretch_becomes_an_ended_case_that_nobody_is_told_of(place: Town, chat: ChatGroup) -> None:
    """S34: report, reactions and how it ended, with their times; members linked, others not named; no plate; marked as taken in."""
    client = of(place.fatima)
    where = handed_over(client, chat)
    page = client.get(where + "gesprekken/0/").content.decode()
    assert "There is a number plate in it." in page
    assert "Jan Verkeerd" in page
    path = where + "gesprekken/0/"
    assert client.post(path, {"lines": [4], "called": "by_me"}).status_code == 422
    assert client.post(path, {"lines": [], "called": "by_me", "outcome": "innocent"}).status_code == 422
    answer = client.post(path, {"lines": [4, 5], "closing": 7, "called": "by_me", "outcome": "innocent"})
    assert answer.status_code == 302
    case = Case.objects.get()
    assert (case.status, case.outcome, case.origin, case.opened_by) == ("closed", "innocent", place.watch_a, place.anna)
    assert case.imported_at
    assert timezone.localtime(case.opened_at).replace(tzinfo=None) == datetime.datetime(2022, 5, 20, 21, 10)  # noqa: DTZ001 - as in the file
    told = list(cases_access.timeline(place.arie, case))
    assert [(p.message.kind, p.message.author) for p in told] == [("report", place.anna), ("reaction", None), ("closing", place.anna)]
    assert "AB-12-CD" not in told[0].message.text
    assert not Posting.objects.owed().exists()
    assert not Delivery.objects.exists()
    figures_keeping.keep()
    assert not Passage.objects.exists()
    page = of(place.arie).get(reverse("case", args=[case.reference])).content.decode()
    assert "somebody from the WhatsApp group" in page
    assert "Taken in from WhatsApp afterwards" in page
    assert "Piet de Groot" not in page
    assert "is a case now" in client.get(where + "gesprekken/").content.decode()
    assert client.post(path, {"lines": [4], "called": "by_me", "outcome": "innocent"}).status_code == 422
    assert Case.objects.count() == 1


def test_words_of_later_and_other_peoples_groups_are_refused(place: Town) -> None:
    later = [history_in.Said(timezone.now() + timedelta(hours=1), "x")]
    with pytest.raises(reporting.BadAnswer):
        history_in.take_in(later, group=place.watch_a, called="by_me", outcome="good", by=place.sam)
    past = [history_in.Said(timezone.now() - timedelta(days=900), "x\x00y")]
    for person in (place.anna, place.zora, place.outsider):
        with pytest.raises(roles.NotAllowed):
            history_in.take_in(past, group=place.watch_a, called="by_me", outcome="good", by=person)
    history_in.take_in(past, group=place.watch_a, called="by_me", outcome="good", by=place.sam)
    fresh = reporting.report("now", group=place.watch_a, by=place.anna, called="by_me")
    assert fresh.number == 2


# In numbers.


def said(at: datetime.datetime, text: str = "iets verdachts", who: str = "A") -> export.Entry:
    return export.Entry(1, at, who, text, Kind.TEXT)


def test_stretches_end_at_a_long_silence() -> None:
    start = datetime.datetime(2022, 5, 20, 21, 0)  # noqa: DTZ001 - as in the file
    minutes = (0, 45, 91, 80, 400)
    found = stretches.stretches([said(start + timedelta(minutes=n)) for n in minutes])
    assert [len(p.entries) for p in found] == [2, 2, 1]


@pytest.mark.parametrize(
    ("text", "chatter"),
    [
        ("👍", True),
        ("Dank je wel!", True),
        ("Top 👍👍", True),
        ("Wit busje bij de kerk", False),
        ("112 gebeld", False),
        ("ok ik bel", False),
    ],
)
def test_what_counts_as_chatter(text: str, chatter: bool) -> None:
    assert stretches.is_chatter(said(datetime.datetime(2022, 5, 20), text)) is chatter  # noqa: DTZ001


def test_few_are_not_told() -> None:
    """Under five a number points at somebody."""
    start = datetime.datetime(2022, 5, 16, 21, 0)  # noqa: DTZ001 - a Monday
    many = [said(start + timedelta(minutes=n), "112 gebeld" if n == 0 else "gezien") for n in range(6)] + [said(start + timedelta(weeks=2))]
    found = stretches.figures(many, stretches.stretches(many))
    assert [bar.count for bar in found.weeks] == [6, 0, None]
    assert found.share_112 is None
    assert found.hours[21].count == 7


def test_the_figures_page_has_a_plot_and_its_table(place: Town, chat: ChatGroup) -> None:
    client = of(place.fatima)
    page = client.get(handed_over(client, chat) + "cijfers/").content.decode()
    assert page.count('role="img"') == 2
    assert "fewer than 5" in page
    assert "16 May 2022" in page


# The same from the command line.


def run(folder: pathlib.Path, *arguments: str, text: str = CHAT) -> str:
    path = folder / "_chat.txt"
    path.write_text(text)
    out = io.StringIO()
    call_command("import-whatsapp", str(path), *arguments, stdout=out)
    return out.getvalue()


def test_the_command_shows_and_keeps_nothing_unasked(place: Town, chat: ChatGroup, tmp_path: pathlib.Path) -> None:
    shown = run(tmp_path, "--dry-run", "--group", "A", "--by", place.fatima.email)
    assert "5 messages, 2022-05-20 to 2022-05-23" in shown
    assert "In it and no member (1): Piet de Groot" in shown
    assert not Seat.objects.exists()
    assert not Reading.objects.exists()
    numbers = json.loads(run(tmp_path, "--json", "--group", "A", "--by", place.fatima.email))
    assert (numbers["inside"], numbers["strangers"], numbers["with_112"]) == (3, 1, 1)
    for wrong in (("--group", "Nowhere", "--by", place.fatima.email), ("--group", "A", "--by", place.anna.email)):
        with pytest.raises(CommandError):
            run(tmp_path, "--dry-run", *wrong)


def test_the_command_asks_which_date_is_meant(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="day first 02 May 2022, month first 05 February 2022"):
        run(tmp_path, "--json", text=AMBIGUOUS)
    assert "2022-05-02 to 2022-05-03" in run(tmp_path, "--dry-run", "--date-order", "day", text=AMBIGUOUS)
    answers = iter(["perhaps", "month"])
    monkeypatch.setattr("builtins.input", lambda _question: next(answers))
    assert "2022-02-05 to 2022-03-05" in run(tmp_path, "--dry-run", text=AMBIGUOUS)


def test_the_command_keeps_what_is_confirmed(place: Town, chat: ChatGroup, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["y", "y", "by_me", "no idea", "innocent"])
    monkeypatch.setattr("builtins.input", lambda _question: next(answers))
    shown = run(tmp_path, "--group", "A", "--by", place.fatima.email)
    assert set(Seat.objects.values_list("person__first_name", "state")) == {("Anna", "in"), ("Sam", "in")}
    case = Case.objects.get()
    assert f"Case {case.reference}." in shown
    assert Message.objects.count() == 3
    assert not Reading.objects.exists()
