"""Is the wheel whole? It is built, installed in an environment of its own, and what is in it is run in an empty folder.

Building needs nothing from outside; installing takes the dependencies from the package index or pip's cache.
"""

import pathlib
import signal
import subprocess
import sys
import venv
import zipfile

import httpx
import pytest
from tests import serving

PACKAGE = serving.ROOT / "src" / "meldkring"
PACKED = ("*/templates/**/*.html", "*/static/**/*", "*/migrations/*.py", "locale/**/*.mo", "demo/**/*")

pytestmark = [pytest.mark.wheel, pytest.mark.xdist_group("wheel")]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("wheel")
    line = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(serving.ROOT)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("meldkring-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The interpreter of a new environment with the wheel in it."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    line = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", str(wheel)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return str(python)


@pytest.fixture
def place(installed: str, tmp_path: pathlib.Path) -> serving.Place:
    return serving.Place(tmp_path, python=installed)


@pytest.mark.parametrize("pattern", PACKED)
def test_the_wheel_holds_what_the_package_holds(wheel: pathlib.Path, pattern: str) -> None:
    found = {path.relative_to(PACKAGE.parent).as_posix() for path in PACKAGE.glob(pattern) if path.is_file()}
    ours = {name for name in found if "__pycache__" not in name}
    assert ours, f"nothing in the package looks like {pattern}"
    assert ours <= set(zipfile.ZipFile(wheel).namelist())


def test_it_serves_from_an_empty_folder(place: serving.Place) -> None:
    done = place.command("migrate", "--verbosity", "0")
    assert done.returncode == 0, done.stderr
    with place.serving() as server:
        home = httpx.get(server.url + "/", follow_redirects=True, trust_env=False)
        assert home.status_code == 200, home.text
        style = httpx.get(server.url + "/static/meldkring/app.css", trust_env=False)
        assert style.status_code == 200
        assert style.headers["content-type"].startswith("text/css")
        server.kill(signal.SIGINT)
        assert "Traceback" not in server.said


def test_the_demo_answers_within_a_minute(place: serving.Place) -> None:
    if "demo" not in place.command("help", "--commands").stdout.split():
        pytest.skip("THERE IS NO DEMO COMMAND YET: that the wheel brings a working demo was not tested")
    with place.serving(command="demo", patience=60) as server:
        assert httpx.get(server.url + "/", follow_redirects=True, timeout=30, trust_env=False).status_code == 200
        server.kill(signal.SIGINT)
        assert "Traceback" not in server.said
