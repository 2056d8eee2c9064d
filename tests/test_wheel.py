"""Is the wheel whole? It is built, installed in an environment of its own, and what is in it is run in an empty folder.

Nothing is taken from outside: the packages it leans on are those of the environment that runs the tests (that it declares them all is a test of
tests/test_architecture.py); Meldkring itself is only there as the wheel.
"""

import pathlib
import signal
import subprocess
import sys
import sysconfig
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
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    line = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--no-index",
    ]
    done = subprocess.run([*line, str(wheel)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    # A folder named in a .pth comes last, and what stands in .pth files there, such as our own editable source, is not read.
    (ours,) = folder.glob("lib/python*/site-packages")
    (ours / "others.pth").write_text(sysconfig.get_path("purelib") + "\n" + sysconfig.get_path("platlib") + "\n")
    done = subprocess.run(
        [python, "-c", "import meldkring; print(meldkring.__file__)"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith(str(ours)), done.stdout + done.stderr
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
    done = place.command("migrate", "--verbosity", "0", timeout=180)
    assert done.returncode == 0, done.stderr
    with place.serving() as server:
        home = httpx.get(server.url + "/", follow_redirects=True, trust_env=False)
        assert home.status_code == 200, home.text
        style = httpx.get(server.url + "/static/meldkring/app.css", trust_env=False)
        assert style.status_code == 200
        assert style.headers["content-type"].startswith("text/css")
        server.kill(signal.SIGINT)
        assert "Traceback" not in server.said


def test_the_demo_answers(place: serving.Place) -> None:
    with place.serving(command="demo", patience=120) as server:
        assert httpx.get(server.url + "/", follow_redirects=True, timeout=30, trust_env=False).status_code == 200
        server.kill(signal.SIGINT)
        assert "Traceback" not in server.said
