"""`meldkring doctor`: does it say in words what is wrong, and is its answer one that a script can use?"""

import pathlib
import sqlite3

import pytest
from tests.channels import cases_email as cases
from tests.serving import Place

WELL = {"SITE_URL": "https://meldkring.example.org", "ALLOWED_HOSTS": "meldkring.example.org", "HTTPS": "true"}


def doctor(folder: pathlib.Path, *arguments: str, **environment: str) -> tuple[int, str]:
    done = Place(folder, **{"LOG_LEVEL": "CRITICAL", **environment}).command("doctor", *arguments)
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
        place = Place(
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
    assert "VAPID_PRIVATE_KEY" in Place(tmp_path, **WELL, VAPID_PRIVATE_KEY="nonsense", LOG_LEVEL="CRITICAL").command("doctor").stdout
    assert "Niemand heeft hier het adres" in place.command("doctor", "--to", "niemand@example.org").stdout


def _heard_of_a_worker(folder: pathlib.Path) -> None:
    with sqlite3.connect(folder / "data" / "meldkring.sqlite3") as database:
        for channel in ("email", "web_push"):
            database.execute(
                "INSERT INTO delivery_account (channel, shut_times, shut_why, ceiling, tokens, carried_at) "
                "VALUES (?, 0, '', 0, 0, strftime('%Y-%m-%d %H:%M:%f', 'now'))",
                (channel,),
            )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EMAIL_URL", "mail.example.org"),
        ("EMAIL_URL", "smtp+tls://anna:geheim@mail.example.org:poort"),
        ("DATABASE_URL", "rommel://anna:geheim@localhost/x"),
        ("DATABASE_URL", "mysql://anna:geheim@localhost/meldkring"),
    ],
)
def test_an_address_that_cannot_be_read_is_told_in_words(tmp_path: pathlib.Path, name: str, value: str) -> None:
    status, said = doctor(tmp_path, **{name: value})
    assert status == 1
    assert said.startswith(f"✗ fout: {name} is geen adres van een ")
    assert "    → Schrijf het als " in said
    assert said.endswith("Fout: 1. Kijk naar wat met ✗ begint.\n")
    assert "geheim" not in said


def test_another_command_says_it_where_errors_are_said(tmp_path: pathlib.Path) -> None:
    done = Place(tmp_path, EMAIL_URL="mail.example.org").command("migrate")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("✗ fout: EMAIL_URL")
