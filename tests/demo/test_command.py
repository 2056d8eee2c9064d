"""Does `meldkring demo` start, twice, stay out of the way of what is there, and stop at Ctrl-C?"""

import pathlib
import signal

import httpx
import pytest
from tests import serving


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> serving.Place:
    return serving.Place(tmp_path_factory.mktemp("demo"))


def test_serves_its_own_data_and_plays_beside_it(place: serving.Place, tmp_path: pathlib.Path) -> None:
    with place.serving(command="demo") as server:
        assert "Open http://127.0.0.1:" in server.said
        assert "/demo/als/" in httpx.get(server.url + "/", follow_redirects=True, trust_env=False).text
        played = place.command("demo", "--play", "--pace", "0")
        assert played.returncode == 0, played.stderr
        assert "Alle groepen lezen" in played.stdout
        again = place.command("demo", "--port", str(server.port), "--reset")
        assert again.returncode == 1
        assert "is bezet door een ander programma" in again.stderr
        assert "Traceback" not in again.stderr
        assert server.kill(signal.SIGINT) in (0, 130)
        assert "Traceback" not in server.said
    assert (place.folder / "data" / "demo" / "meldkring.sqlite3").exists()
    assert not (place.folder / "data" / "meldkring.sqlite3").exists()


def test_a_second_start_does_nothing_twice(place: serving.Place) -> None:
    place.command("demo", "--play", "--pace", "0")
    with place.serving(command="demo") as server:
        assert "Making" not in server.said
        assert "Filling" not in server.said
