"""Where does a message begin in an exported chat, and is 02-05 the second of May or the fifth of February?

Phones write the head of a message in the way of their country. The whole file is looked at before one line is read: which head it has
(`shape`), and which reading of its dates can be right. What the file itself does not decide is never guessed: `order` is then None.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache

MARKS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
_SPACE = "[ \u00a0\u202f]"
# Between date and time some countries write a word: "klo", "à", "kl.", "om".
_AT = rf"(?:(?:klo|kl\.?|à|om|um|at){_SPACE})?"
# A year must be there: a pasted "[2/5, 16:08] Name:" has none. In Hungary the date is "2022. 05. 02.".
HEAD = re.compile(
    rf"[{MARKS}]*(\[?)(\d{{1,4}})([-/.]{_SPACE}?)(\d{{1,2}})\3(\d{{4}}|\d{{1,2}})(\.?,?){_SPACE}{{1,2}}{_AT}"
    rf"(\d{{1,2}})[:.](\d\d)(?:[:.](\d\d))?(?:{_SPACE}?([AaPp])\.?{_SPACE}?[Mm]\.?)?(\]|{_SPACE}[-–]){_SPACE}?"
)
ONE_IN = 20  # so few lines that say otherwise are pasted ones
SAMPLES = 3

Parts = tuple[str, ...]
Shape = tuple[str, str, str, bool, int, bool, bool]


class Order(StrEnum):
    """In which order a date is written."""

    DAY_FIRST = "day"
    MONTH_FIRST = "month"
    YEAR_FIRST = "year"


@dataclass
class Tally:
    """What the heads of one shape tell about their dates; index 0 reads day first, 1 month first."""

    lines: int = 0
    differ: int = 0
    only: list[int] = field(default_factory=lambda: [0, 0])
    future: list[int] = field(default_factory=lambda: [0, 0])
    jumps: list[int] = field(default_factory=lambda: [0, 0])
    last: list[int] = field(default_factory=lambda: [0, 0])
    samples: list[Parts] = field(default_factory=list)

    def add(self, parts: Parts, readings: tuple[date | None, date | None], *, today: int) -> None:
        """Count one head: which readings are dates at all, which lie in the future, which jump back in time."""
        self.lines += 1
        day, month = readings
        if day is None or month is None:
            self.only[0 if month is None else 1] += 1
        elif day != month:
            self.differ += 1
            if len(self.samples) < SAMPLES and parts not in self.samples:
                self.samples.append(parts)
        for which, found in enumerate(readings):
            if found is None:
                continue
            ordinal = found.toordinal()
            self.future[which] += ordinal > today
            # Phones deliver late: within a day the order means nothing.
            self.jumps[which] += ordinal < self.last[which] - 1
            self.last[which] = ordinal

    def order(self) -> Order | None:
        """(a) a reading that is no date, or not yet, is out; (b) a reading without jumps wins; (c) else that with clearly fewer; (d) else None."""
        if any(self.only):
            return _larger(self.only) if min(self.only) * ONE_IN <= max(self.only) else None
        if not self.differ:
            return Order.DAY_FIRST
        if min(self.future) == 0 < max(self.future):
            return _larger([-n for n in self.future])
        fewer, more = sorted(self.jumps)
        return _larger([-n for n in self.jumps]) if more >= 2 * fewer + 1 else None


def shape(head: Parts) -> Shape | None:
    """What the heads of one file have in common: bracket, separator, comma, where the year stands and how long, seconds, AM and PM."""
    bracket, first, separator, _middle, last, comma, _hour, _minute, second, half, close = head
    if bool(bracket) != (close == "]") or len(first) == 3:
        return None
    year_first = len(first) == 4
    if len(last) not in ((1, 2) if year_first else (2, 4)):
        return None
    return bracket, separator, comma, year_first, 0 if year_first else len(last), second is not None, half is not None


@lru_cache(4096)
def readings(first: str, middle: str, last: str) -> tuple[date | None, date | None]:
    """The date with the day first and with the month first; a year in front leaves one reading."""
    if len(first) == 4:
        found = _date(first, middle, last)
        return found, found
    return _date(last, middle, first), _date(last, first, middle)


def moment(head: Parts, order: Order) -> datetime | None:
    """When, on the phone's own clock; None if this is no moment, so no head either."""
    _b, first, _s, middle, last, _c, hour, minute, second, half, _close = head
    day = readings(first, middle, last)[1 if order is Order.MONTH_FIRST else 0]
    clock = int(hour)
    if half and clock <= 12:
        clock = clock % 12 + (12 if half in "Pp" else 0)
    seconds = int(second) if second else 0
    if day is None or clock > 23 or int(minute) > 59 or seconds > 59:
        return None
    return datetime(day.year, day.month, day.day, clock, int(minute), seconds)  # noqa: DTZ001 - the file has no time zone


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None


def _larger(pair: list[int]) -> Order:
    return Order.DAY_FIRST if pair[0] >= pair[1] else Order.MONTH_FIRST
