"""Which test shows which requirement? Writes docs/requirements.md, or with --check says whether it is current.

A test shows S12 by naming it: in its docstring, in a marker (`@pytest.mark.requirement("S12")`), or, for all tests of a class or a file,
in the docstring of that class or file. A range (S29-S33, S29 to S33) names all in between.
"""

import argparse
import ast
import pathlib
import re
import sys
from collections import defaultdict
from collections.abc import Iterator

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "requirements.md"
CHAPTERS: dict[str, dict[int, str]] = {
    "Why it exists": {
        1: "Residents see more, tell it sooner and call 112 more often; calling is a step of reporting, not an afterthought.",
        2: "Residents set it up and run it. Municipality and police may help and take part.",
        3: "It shows itself: to the press, with signs in the street, on the municipality's website.",
    },
    "How it is built up": {
        4: "A group has a maximum size, which is a setting; growth is planned before the limit is met.",
        5: "A district has watch groups, steering groups and one coordination group.",
        6: "A resident belongs to exactly one watch group and reports there.",
        7: "A steering group has 3 or 4 members out of its own watch groups, and each of them runs all of those groups.",
        8: "Who steers in a district is in its coordination group. That follows from the role; nobody keeps a list.",
        9: "Coordination groups of a municipality meet in a municipal group, since burglars do not stop at a district's edge.",
        10: "One member of each steering group is its phone manager.",
        11: "As a rule one case holder is active per watch group.",
    },
    "Who does what": {
        12: "Steering members screen what residents write and speak to them when that is needed.",
        13: "Steering members forward from one of their watch groups to the others.",
        14: "Steering members forward from their watch groups to the coordination group.",
        15: "Steering members forward from the coordination group to their own watch groups.",
        16: "Steering members are in touch with the community officer.",
        17: "Steering members talk among themselves in their steering group.",
        18: "The phone manager adds residents to a watch group.",
        19: "The phone manager expels members.",
        20: "The phone manager creates a watch group under the steering group, after talking it over.",
        21: "The case holder called 112 and stays in touch with the police; a resident or a steering member.",
    },
    "Growing": {
        22: "Start small: one watch group, one steering group. The coordination group comes when districts are linked.",
        23: "Above 80 residents the members are divided over watch groups by neighbourhood.",
    },
    "Joining": {
        24: "A resident signs up on a website.",
        25: "Nobody takes part without accepting the house rules.",
        26: "The rules explain the system and keep chatter out.",
    },
    "The way of a resident's message": {
        27: "Notice: a resident sees something suspicious.",
        28: "Alarm: the resident calls 112.",
        29: "Post: the resident tells the watch group that 112 was called, what was seen and what they will do, and is case holder.",
        30: "React: the reporter and the readers add what they know.",
        31: "Steering members judge each message: to the coordination group, or not relevant elsewhere.",
        32: "Steering members elsewhere judge what came in, and forward it to their own watch groups where it matters.",
        33: "Who sees the suspects elsewhere calls the police and is case holder there.",
        34: "A closing message ends it, mostly by whoever last spoke with the police.",
    },
    "The way of a police message": {
        35: "The police tell a coordination group or a steering group.",
        36: "One member of each steering group forwards it to the watch groups, and is case holder there.",
        37: "Members react, judge, call and close as with a resident's message.",
    },
}


def numbers(text: str | None) -> set[int]:
    found: set[int] = set()
    for first, last in re.findall(r"\bS(\d{1,2})(?:\s*(?:-|–|to|t/m)\s*S(\d{1,2}))?\b", text or ""):
        found |= set(range(int(first), int(last or first) + 1))
    return found


def named(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> set[int]:
    markers = " ".join(ast.unparse(decorator) for decorator in node.decorator_list)
    return numbers(ast.get_docstring(node)) | numbers(markers)


def walk(body: list[ast.stmt], inherited: set[int]) -> Iterator[tuple[str, set[int]]]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from walk(node.body, inherited | named(node))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node.name, inherited | named(node)


def shown(tests: pathlib.Path) -> dict[int, list[str]]:
    """Requirement to the tests that name it. A file that names one for all its tests is listed once."""
    found: dict[int, list[str]] = defaultdict(list)
    for path in sorted(tests.rglob("test_*.py")):
        place = path.relative_to(tests.parent).as_posix()
        tree = ast.parse(path.read_text())
        of_file = numbers(ast.get_docstring(tree))
        for number in of_file:
            found[number].append(f"[{place}](../{place})")
        for test, its in walk(tree.body, set()):
            for number in its - of_file:
                found[number].append(f"[{place}](../{place}) `{test}`")
    return found


def page(tests: pathlib.Path) -> str:
    found = shown(tests)
    lines = [
        "# What is asked, and what shows it",
        "",
        "The 37 requirements of the founders in our own words, each with the tests that name it.",
        "`make docs` writes this page; `make check` and `make test` fail when it is not current.",
    ]
    for chapter, requirements in CHAPTERS.items():
        lines += ["", f"## {chapter}", "", "| | asked | shown by |", "| --- | --- | --- |"]
        for number, words in requirements.items():
            lines.append(f"| S{number} | {words} | {'<br>'.join(found[number]) if number in found else 'not yet'} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only say whether the page is current")
    wanted = page(ROOT / "tests")
    if not parser.parse_args().check:
        PAGE.write_text(wanted)
    elif not PAGE.exists() or PAGE.read_text() != wanted:
        print("docs/requirements.md is not current: run python scripts/requirements.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
