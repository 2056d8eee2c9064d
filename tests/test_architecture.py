"""Do the laws of ARCHITECTURE.md hold? One test for each law that a machine can judge."""

import ast
import functools
import pathlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata

import pytest
from packaging.requirements import Requirement

ROOT = pathlib.Path(__file__).parent.parent
SOURCE = ROOT / "src" / "meldkring"
FILES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)
JUNK = {"utils", "util", "helpers", "helper", "common", "base", "core", "services", "managers", "misc"}
WRITES = {"create", "acreate", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
SAVES = {"save", "asave", "delete", "adelete"}
FILE_CAP, FUNCTION_CAP = 450, 50

Function = ast.FunctionDef | ast.AsyncFunctionDef


@functools.cache
def tree(path: pathlib.Path) -> ast.Module:
    return ast.parse(path.read_text())


def functions_of(path: pathlib.Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def short(path: pathlib.Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def test_imports_point_down() -> None:
    linter = pathlib.Path(sys.executable).parent / "lint-imports"
    outcome = subprocess.run([linter, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_there_are_files_to_judge() -> None:
    assert len(FILES) > 300


def test_no_import_inside_a_function() -> None:
    inner = [
        f"{short(path)}:{node.lineno} in {function.name}"
        for path in FILES
        for function in functions_of(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not inner


def test_what_is_imported_is_declared() -> None:
    """No part leans on a package that only the tests or the checks bring."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    brought = with_all_they_bring(project["dependencies"])
    distributions = metadata.packages_distributions()
    known = sys.stdlib_module_names | {"meldkring"}
    foreign = {(name, short(path)) for path in FILES for name in imported(path) if name not in known}
    assert len(foreign) > 100
    assert not [(name, path) for name, path in foreign if not brought & {tidy(d) for d in distributions.get(name, ())}]


def imported(path: pathlib.Path) -> set[str]:
    """The first part of every name that is imported."""
    found = set()
    for node in ast.walk(tree(path)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
        found |= {name.split(".")[0] for name in names}
    return found


def with_all_they_bring(wanted: list[str]) -> set[str]:
    """These packages and, all the way down, those they require here."""
    found: set[str] = set()
    waiting = [Requirement(line) for line in wanted]
    while waiting:
        one = waiting.pop()
        if tidy(one.name) not in found:
            found.add(tidy(one.name))
            for line in metadata.requires(one.name) or []:
                more = Requirement(line)
                if not more.marker or any(more.marker.evaluate({"extra": extra}) for extra in ("", *one.extras)):
                    waiting.append(more)
    return found


def tidy(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_no_drawer_for_what_has_no_name() -> None:
    names = {part for path in FILES for part in path.relative_to(SOURCE).with_suffix("").parts}
    assert not names & JUNK


def written(path: pathlib.Path) -> list[str]:
    """Calls that write rows: on a manager (`.objects` anywhere in the chain), or save and delete on a row."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            chain = ast.unparse(node.func.value)
            name = node.func.attr
            if (name in WRITES and ".objects" in chain) or (name in SAVES and not chain.startswith("super()")):
                found.append(f"line {node.lineno}: {chain}.{name}")
    return found


@pytest.mark.parametrize("room", ["web", "api"])
def test_pages_and_endpoints_write_through_verbs(room: str) -> None:
    broken = {path.name: calls for path in sorted((SOURCE / room).rglob("*.py")) if (calls := written(path))}
    assert not broken


@pytest.mark.parametrize(
    ("line", "writes"),
    [
        ("Message.objects.create(text=text)", True),
        ("Message.objects.filter(pk=1).update(text=text)", True),
        ("person.save()", True),
        ("case.delete()", True),
        ("seen.update(more)", False),
        ("Message.objects.filter(pk=1)", False),
        ("super().save(commit)", False),
    ],
)
def test_the_judge_of_writes_judges_well(tmp_path: pathlib.Path, line: str, writes: bool) -> None:
    example = tmp_path / "example.py"
    example.write_text(line)
    assert bool(written(example)) is writes


@pytest.mark.parametrize("room", ["live", "bell"])
def test_live_and_bell_know_no_django(room: str) -> None:
    paths = [path for path in FILES if path.relative_to(SOURCE).with_suffix("").parts[0] == room]
    assert paths
    for path in paths:
        assert not imported(path) & {"django", "ninja", "allauth"}, path


def test_files_stay_readable() -> None:
    assert not [short(path) for path in FILES if len(path.read_text().splitlines()) > FILE_CAP]


def test_functions_stay_readable() -> None:
    long = lambda f: (f.end_lineno or 0) - f.lineno + 1 > FUNCTION_CAP  # noqa: E731
    assert not [f"{short(path)}: {f.name}" for path in FILES for f in functions_of(path) if long(f)]


def test_every_module_says_what_question_it_answers() -> None:
    assert not [short(path) for path in FILES if tree(path).body and not ast.get_docstring(tree(path))]
