"""What was found of one thing that an installation stands on, and what to do about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    GOOD = "good"
    CARE = "care"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `advice` says what to do, where there is anything to do."""

    grade: Grade
    what: str
    advice: str = ""


Findings = Iterator[Finding]


def good(what: str) -> Finding:
    return Finding(Grade.GOOD, what)


def care(what: str, advice: str) -> Finding:
    return Finding(Grade.CARE, what, advice)


def wrong(what: str, advice: str) -> Finding:
    return Finding(Grade.WRONG, what, advice)
