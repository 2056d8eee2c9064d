"""Is what the papers say still true?"""

import pathlib
import re
import subprocess
import sys
import tomllib

import pytest
import yaml

ROOT = pathlib.Path(__file__).parent.parent
PAPERS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def test_requirements_page_is_current() -> None:
    outcome = run("scripts/requirements.py", "--check")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_privacy_page_is_current() -> None:
    """Who may do what, and what is kept until when, as the code has it."""
    outcome = run("scripts/privacy.py", "--check")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_between_papers_lead_somewhere(paper: pathlib.Path) -> None:
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", paper.read_text())
    missing = [target for target in targets if not (paper.parent / target).exists()]
    assert not missing


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_commands_in_papers_exist(paper: pathlib.Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z]+)", paper.read_text()))
    assert named <= targets


def test_every_dependency_has_its_reason() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = {re.split(r"[\[<>=;~ ]", line, maxsplit=1)[0] for line in wanted}
    chapter = (ROOT / "ARCHITECTURE.md").read_text().partition("## What we lean on")[2]
    told = set(re.findall(r"^\| `([a-z0-9-]+)` \|", chapter, re.MULTILINE))
    assert names == told


def test_publiccode_tells_what_the_project_tells() -> None:
    public = yaml.safe_load((ROOT / "publiccode.yml").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert public["publiccodeYmlVersion"] == "0.7"
    assert public["legal"]["license"] == project["license"] == "EUPL-1.2"
    assert public["softwareVersion"] == project["version"]
    for description in public["description"].values():
        assert len(description["shortDescription"]) <= 150
        assert 150 <= len(description["longDescription"]) <= 10_000


def test_licence_is_whole() -> None:
    assert (ROOT / "LICENSE").read_text() == (ROOT / "LICENSES" / "EUPL-1.2.txt").read_text()


def test_what_the_main_job_asks_is_shown() -> None:
    """The route, the roles and the groups: each requirement of the main job is named by a test."""
    page = (ROOT / "docs" / "requirements.md").read_text()
    lines = dict(re.findall(r"^\| (S\d+) \|(.*)$", page, re.MULTILINE))
    main = [*range(5, 18), 21, *range(27, 38)]
    assert not [f"S{n}" for n in main if "not yet" in lines[f"S{n}"]]
