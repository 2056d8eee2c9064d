"""`meldkring doctor`: does it say in words what is wrong, and is its answer one that a script can use?"""

import json
import pathlib
import runpy
import socket
import sqlite3
import threading
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.utils import timezone, translation
from pytest_django import Settings
from tests import serving
from tests.channels import cases_email as cases
from tests.channels import cases_telegram, cases_whatsapp

from meldkring.config import environment, examining, findings, reaching, trying
from meldkring.config import settings as settings_file
from meldkring.delivery import addresses
from meldkring.people import second_factor
from meldkring.people.models import Person

WELL = {"SITE_URL": "https://meldkring.example.org", "ALLOWED_HOSTS": "meldkring.example.org", "HTTPS": "true"}


def doctor(folder: pathlib.Path, *arguments: str, **environment: str) -> tuple[int, str]:
    done = serving.Place(folder, **{"LOG_LEVEL": "CRITICAL", **environment}).command("doctor", *arguments)
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


def test_an_empty_folder_is_told_what_to_do_first(tmp_path: pathlib.Path) -> None:
    status, said = doctor(tmp_path, ALLOWED_HOSTS="example.org")
    assert status == 1
    for words in ("luistert niet naar zijn eigen naam 127.0.0.1", "meldkring migrate"):
        assert words in said
    assert said.count("    → ") >= said.count("✗ fout")


def test_a_bell_that_does_not_answer_and_a_database_out_of_reach(tmp_path: pathlib.Path) -> None:
    status, said = doctor(tmp_path, **WELL, BELL_URL="valkey://127.0.0.1:1/0", DATABASE_URL="postgres://x@127.0.0.1:1/x")
    assert status == 1
    assert "De bel antwoordt niet" in said
    assert "De database is niet bereikbaar" in said


def test_a_running_site_is_well_and_a_test_message_gets_through(tmp_path: pathlib.Path) -> None:
    office = cases.PostOffice()
    with cases.opened(office) as port:
        place = serving.Place(
            tmp_path, **WELL, EMAIL_URL=f"smtp://127.0.0.1:{port}", EMAIL_FROM="Meldkring <meldkring@example.org>", LOG_LEVEL="CRITICAL"
        )
        place.make_database()
        place.run('from meldkring.people.models import Person; Person.objects.create_user("beheer@example.org", first_name="Bea")')
        assert "Geen werker bedient E-mail" in place.command("doctor").stdout
        _heard_of_a_worker(tmp_path)
        done = place.command("doctor", "--to", "beheer@example.org")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Alles is in orde." in done.stdout
    [mail] = office.mails()
    assert (mail["To"], mail["Subject"]) == ("beheer@example.org", "Test van Meldkring")
    assert (
        "VAPID_PRIVATE_KEY" in serving.Place(tmp_path, **WELL, VAPID_PRIVATE_KEY="nonsense", LOG_LEVEL="CRITICAL").command("doctor").stdout
    )
    assert "Niemand heeft hier het adres" in place.command("doctor", "--to", "niemand@example.org").stdout


class Providers:
    """Telegram and WhatsApp as they answer who asks where they bring what people write; and with the date of another clock."""

    def __init__(self) -> None:
        self.brings, self.late = "", timedelta()

    def answer(self, path: str) -> dict[str, Any]:
        if path.endswith("/getWebhookInfo"):
            return {"ok": True, "result": {"url": self.brings, "has_custom_certificate": False, "pending_update_count": 0}}
        if path.endswith("?fields=webhook_configuration"):
            return {"webhook_configuration": {"application": self.brings.replace("telegram", "whatsapp")}, "id": "1"}
        return {"ok": True, "result": {"message_id": 41, "chat": {"id": 7, "type": "private"}}}


@pytest.fixture
def providers() -> Iterator[tuple[Providers, str]]:
    made = Providers()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(made.answer(self.path)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.do_GET()

        def date_time_string(self, timestamp: float | None = None) -> str:
            return format_datetime(timezone.now() + made.late, usegmt=True)

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def chats(providers: tuple[Providers, str], monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Providers:
    for name, value in {**cases_telegram.SETTINGS, **cases_whatsapp.SETTINGS}.items():
        monkeypatch.setenv(name, value)
    for name in ("TELEGRAM_API", "WHATSAPP_API"):
        monkeypatch.setenv(name, providers[1])
    settings.SITE_URL = "https://meldkring.example.org"
    return providers[0]


def test_a_second_installation_with_the_same_account_is_told(db: None, chats: Providers, monkeypatch: pytest.MonkeyPatch) -> None:
    """Telegram and WhatsApp bring what people write to one place only; whichever set it last has it."""
    here = "https://meldkring.example.org/api/v1/webhooks/telegram/"
    for brings, grade, said in (
        (here, findings.Grade.GOOD, "bezorgt hier"),
        ("", findings.Grade.WRONG, "bezorgt nergens"),
        (here.replace("meldkring.", "proef."), findings.Grade.WRONG, "op een andere plek: https://proef.example.org/"),
    ):
        chats.brings = brings
        with translation.override("nl"):
            found = list(reaching.brought())
        assert [one.grade for one in found] == [grade] * 2
        assert all(said in one.what for one in found)
        assert {one.what.partition(" ")[0] for one in found} == {"Telegram", "WhatsApp"}
    for name in ("TELEGRAM_API", "WHATSAPP_API"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert [one.grade for one in reaching.brought()] == [findings.Grade.CARE] * 2


def test_whether_answers_by_mail_can_come_in_is_told(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.REPLY_DOMAIN = cases.DOMAIN
    assert not list(reaching.door())
    greetings = (b"220 mail.example.org ESMTP other\r\n", b"220 here Meldkring\r\n")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        monkeypatch.setenv("MAIL_DOOR", f"127.0.0.1:{listener.getsockname()[1]}")
        found = list(reaching.door())
        listener.listen()
        for greeting in greetings:
            threading.Thread(target=lambda said=greeting: listener.accept()[0].sendall(said), daemon=True).start()
            found += reaching.door()
    assert [one.grade for one in found] == [findings.Grade.WRONG, findings.Grade.WRONG, findings.Grade.GOOD]
    assert len({one.what for one in found}) == 3


def test_another_secret_key_than_that_of_the_second_steps_is_told(db: None, settings: Settings) -> None:
    """After a restore without the file secret-key."""
    bea = Person.objects.create_user("beheer@example.org", first_name="Bea")
    assert not list(examining.key())
    sealed = second_factor.Adapter().encrypt("JBSWY3DPEHPK3PXP")
    Authenticator.objects.create(user=bea, type=Authenticator.Type.TOTP, data={"secret": sealed})
    assert not list(examining.key())
    settings.SECRET_KEY = "another"
    [found] = examining.key()
    assert found.grade is findings.Grade.WRONG


@pytest.mark.django_db(transaction=True)
def test_a_test_message_shows_a_clock_that_is_off(chats: Providers) -> None:
    bea = Person.objects.create_user("beheer@example.org", first_name="Bea")
    addresses.add(bea, channel="telegram", value=cases_telegram.ANNA)
    for late, off in ((timedelta(seconds=2), False), (timedelta(minutes=3), True), (timedelta(minutes=-3), True)):
        chats.late = late
        said = [one.what for one in trying.send(to="beheer@example.org")]
        assert any("verschilt 1" in what for what in said) is off, said


def _heard_of_a_worker(folder: pathlib.Path) -> None:
    with sqlite3.connect(folder / "data" / "meldkring.sqlite3") as database:
        for channel in ("email", "web_push"):
            database.execute(
                "INSERT INTO delivery_account (channel, shut_times, shut_why, ceiling, tokens, carried_at) "
                "VALUES (?, 0, '', 0, 0, strftime('%Y-%m-%d %H:%M:%f', 'now'))",
                (channel,),
            )


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("EMAIL_URL", "mail.example.org", "geen adres van een mailserver"),
        ("EMAIL_URL", "smtp+tls://anna:geheim@mail.example.org:poort", "geen adres van een mailserver"),
        ("DATABASE_URL", "rommel://anna:geheim@localhost/x", "geen adres van een database"),
        ("DATABASE_URL", "mysql://anna:geheim@localhost/meldkring", "geen adres van een database"),
        ("MELDKRING_DATA", "/proc/nothing", "/proc/nothing"),
        ("LOG_LEVEL", "chatty", "chatty"),
        ("HTTPS", "misschien", "geen ja en geen nee"),
        ("SITE_URL", "meldkring.example.org", "geen adres"),
        ("PORT", "0", "PORT kan dit niet zijn: 0"),
        ("BELL_URL", "http://127.0.0.1:6379", "geen adres"),
        ("OPEN_FOR_DISTRICTS", "iedereen", "iedereen"),
    ],
)
def test_a_setting_that_cannot_be_read_is_told_in_words(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv("MELDKRING_DATA", str(tmp_path))
    monkeypatch.setenv(name, value)
    with pytest.raises(environment.CannotStart) as refused:
        runpy.run_path(settings_file.__file__)
    [wrong] = refused.value.wrongs
    assert name in wrong.what + wrong.advice
    assert said in wrong.what
    assert wrong.advice
    assert "geheim" not in refused.value.told()


def test_everything_that_cannot_be_read_is_told_at_once_where_errors_are_said(tmp_path: pathlib.Path) -> None:
    wrong = {"EMAIL_URL": "mail.example.org", "LOG_LEVEL": "chatty", "SITE_URL": "example.org"}
    for command, where, other in (("doctor", "stdout", "stderr"), ("migrate", "stderr", "stdout")):
        done = serving.Place(tmp_path, **wrong).command(command)
        assert (done.returncode, getattr(done, other)) == (1, "")
        told = getattr(done, where)
        assert [line.split()[2] for line in told.splitlines() if line.startswith("✗")] == ["SITE_URL", "EMAIL_URL", "LOG_LEVEL"]
        assert told.endswith("Fout: 3. Kijk naar wat met ✗ begint.\n")


@pytest.mark.parametrize(
    ("command", "wrong", "said"),
    [
        ("serve", {"VAPID_PRIVATE_KEY": "nonsense", "WORK_HERE": "false"}, ["meldkring migrate", "VAPID_PRIVATE_KEY"]),
        (
            "work",
            {"TELEGRAM_TOKEN": "1:a", "WHATSAPP_TOKEN": "a", "MAIL_DOOR": "here"},
            ["meldkring migrate", "TELEGRAM_SECRET", "WHATSAPP_PHONE_ID", "MAIL_DOOR"],
        ),
        ("migrate", {"DATABASE_URL": "postgres://x@127.0.0.1:1/x"}, ["De database is niet bereikbaar"]),
    ],
)
def test_nothing_begins_without_what_it_stands_on(tmp_path: pathlib.Path, command: str, wrong: dict[str, str], said: list[str]) -> None:
    arguments = ["--port", str(serving.free_port())] if command == "serve" else []
    done = serving.Place(tmp_path, **wrong).command(command, *arguments)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    for words in said:
        assert words in done.stderr
    assert done.stderr.count("    → ") == done.stderr.count("✗ fout") == len(said)


def test_a_database_that_cannot_be_written_is_told(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = 1")
        try:
            [found] = examining.foundation()
        finally:
            cursor.execute("PRAGMA query_only = 0")
    assert found.grade is findings.Grade.WRONG
    assert "readonly" in found.what
