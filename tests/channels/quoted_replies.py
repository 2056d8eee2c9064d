"""Answers as mail programs write them, in Dutch, English and German: each says “Ja.” and quotes our mail. As words and as pages.

The shapes were written down after what these programs send; names and addresses are made up.
"""

import pathlib

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "payloads"


def _read(name: str) -> dict[str, str]:
    """What stands under each line with a program's name."""
    found = (FOLDER / name).read_text(encoding="utf-8").split("=== ")[1:]
    return {program: text for program, _line, text in (one.partition("\n") for one in found)}


PLAIN, PAGES = _read("replies.txt"), _read("replies.html")
