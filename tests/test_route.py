"""Does the way of one alarm, as docs/route.md tells it, still lead through functions that exist?"""

import ast
import functools
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).parent.parent
PAPER = ROOT / "docs" / "route.md"
STOPS = sorted(set(re.findall(r"`((?:src|tests)/[\w/]+\.py):([A-Za-z_][\w.]*)`", PAPER.read_text())))


@functools.cache
def defined(path: str) -> frozenset[str]:
    """The names of a file's functions, classes and methods: `post`, `Hub.publish`."""
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    found = set()
    for node in ast.parse((ROOT / path).read_text()).body:
        if isinstance(node, definitions):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{inner.name}" for inner in node.body if isinstance(inner, definitions)}
    return frozenset(found)


@pytest.mark.parametrize(("path", "name"), STOPS, ids=":".join)
def test_stop_on_the_route_exists(path: str, name: str) -> None:
    assert (ROOT / path).exists()
    assert name in defined(path)


def test_the_route_is_whole() -> None:
    needed = {
        "report",
        "post",
        "ring",
        "Feeder.run",
        "read",
        "Hub.publish",
        "judge",
        "forward",
        "pass_on",
        "call",
        "place",
        "close",
        "reopen",
        "remind",
    }
    assert needed <= {name for _path, name in STOPS}


def test_the_steps_are_numbered_without_a_gap() -> None:
    numbers = [int(number) for number in re.findall(r"^\| (\d+) \|", PAPER.read_text(), re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
