"""Do the laws of ARCHITECTURE.md hold? One test for each law that a machine can judge."""

import ast
import pathlib
import subprocess
import sys
from collections.abc import Iterator

import pytest

ROOT = pathlib.Path(__file__).parent.parent
SOURCE = ROOT / "src" / "meldkring"
FILES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)
JUNK = {"utils", "util", "helpers", "helper", "common", "base", "core", "services", "managers", "misc"}
WRITES = {"create", "acreate", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
SAVES = {"save", "asave", "delete", "adelete"}
FILE_CAP, FUNCTION_CAP = 450, 50

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SOURCE).as_posix())
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: pathlib.Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, Function):
            yield node


def test_imports_point_down() -> None:
    linter = pathlib.Path(sys.executable).parent / "lint-imports"
    outcome = subprocess.run([linter, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


@each_file
def test_no_import_inside_a_function(path: pathlib.Path) -> None:
    inner = [
        f"{function.name}:{node.lineno}"
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not inner


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
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.split(".")[0] in {"django", "ninja", "allauth"}], path


@each_file
def test_files_stay_readable(path: pathlib.Path) -> None:
    assert len(path.read_text().splitlines()) <= FILE_CAP


@each_file
def test_functions_stay_readable(path: pathlib.Path) -> None:
    assert not [f.name for f in functions(path) if (f.end_lineno or 0) - f.lineno + 1 > FUNCTION_CAP]


@each_file
def test_every_module_says_what_question_it_answers(path: pathlib.Path) -> None:
    tree = ast.parse(path.read_text())
    assert not tree.body or ast.get_docstring(tree)
