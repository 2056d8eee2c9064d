"""Does a real `meldkring serve` start, refuse, stop and keep its word?"""

import errno
import pathlib
import signal
import socket
import stat
import time
import uuid

import httpx
import pytest
from tests import serving

from meldkring.config import environment
from meldkring.config.management.commands import serve


@pytest.fixture
def place(tmp_path: pathlib.Path) -> serving.Place:
    return serving.Place(tmp_path)


def test_a_taken_port_is_told_in_plain_words(place: serving.Place) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = place.command("serve", "--port", str(port))
    assert done.returncode == 1
    assert f"Poort {port} op 127.0.0.1 is bezet door een ander programma." in done.stderr
    assert f"PORT={port + 1}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("command", "setting", "said"),
    [
        (("demo",), {"PORT": "abc", "HTTPS": "misschien"}, ["PORT kan dit niet zijn: abc", "HTTPS zegt geen ja en geen nee: misschien"]),
        (("demo",), {"PORT": str(serving.free_port()), "MAIL_DOOR": "abc"}, ["MAIL_DOOR is geen adres met een poort"]),
        (("serve", "--port", "70000"), {}, ["--port kan dit niet zijn: 70000"]),
        (("serve",), {"HOST": "192.0.2.1"}, ["HOST=192.0.2.1 is geen adres van deze computer"]),
    ],
)
def test_a_place_where_nobody_can_listen_is_told_as_every_other_setting(
    place: serving.Place, command: tuple[str, ...], setting: dict[str, str], said: list[str]
) -> None:
    done = serving.Place(place.folder, **setting).command(*command)
    assert done.returncode == 1
    assert done.stderr.count("    → ") == done.stderr.count("✗ fout: ") == len(said)
    for words in said:
        assert words in done.stderr
    assert "usage" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_of_the_system_and_a_name_that_nobody_knows_have_words_of_their_own() -> None:
    refused = OSError(errno.EACCES, "Permission denied")
    assert "mag alleen root gebruiken" in environment.cannot_listen("127.0.0.1", 80, refused).told()
    with pytest.raises(environment.CannotStart) as unknown:
        serve.listen("nergens.invalid", serving.free_port())
    assert "HOST=nergens.invalid is geen adres van deze computer" in unknown.value.told()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_soon_and_quietly(place: serving.Place, number: int) -> None:
    people = serving.settle(place)
    with place.serving() as server:
        page = serving.OpenPage(server, session=people["sessions"]["anna"])
        page.next("hello")
        begun = time.monotonic()
        code = server.kill(number)
        assert time.monotonic() - begun < 5
        assert code in (0, 128 + number, -number)
        assert page.ended.wait(5)
        page.close()
        assert "Traceback" not in server.said


def test_what_was_acknowledged_survives_a_sudden_end(place: serving.Place) -> None:
    people = serving.settle(place)
    headers = {"Authorization": f"Bearer {people['keys']['anna']}"}
    text = "Een man voelt aan autodeuren in de Lindelaan"
    body = {"text": text, "group": people["group"], "called": "by_me", "key": str(uuid.uuid4())}
    with place.serving() as server:
        answer = httpx.post(server.url + "/api/v1/cases", json=body, headers=headers, trust_env=False)
        server.kill()
    assert answer.status_code == 201, answer.text
    with place.serving() as server:
        assert text in httpx.get(server.url + "/api/v1/cases", headers=headers, trust_env=False).text
        again = httpx.post(server.url + "/api/v1/cases", json=body, headers=headers, trust_env=False)
        assert again.status_code == 201, again.text
    assert place.run("from meldkring.cases.models import Case; print(json.dumps(list(Case.objects.values_list('title', flat=True))))") == [
        text
    ]


def test_the_secret_key_is_made_once_for_its_owner_alone(place: serving.Place) -> None:
    keys = [place.run("print(json.dumps(settings.SECRET_KEY))") for _ in range(2)]
    kept = place.folder / "data" / "secret-key"
    assert keys == [kept.read_text()] * 2
    assert len(keys[0]) >= 50
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
