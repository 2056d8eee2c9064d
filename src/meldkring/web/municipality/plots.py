"""How is a row of numbers drawn so that a person can read it? As SVG made on the server; each picture has the same numbers in a table beneath it.

A bar that is left out is drawn hatched and as long for every number, so the picture gives away no more than the words.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from meldkring.figures import measuring, wording

WIDTH, ROW, BAR = 360, 46, 14
TALL, FOOT = 120, 22
TICKS = (10, 60, 600, 3600, 86400)
LEAST = 3


@dataclass(frozen=True)
class Bar:
    """One number: a bar of this length from the left, or a column of this height; `hatched` when it is left out."""

    label: str
    value: str
    x: float
    y: float
    size: float
    hatched: bool = False


@dataclass(frozen=True)
class Plot:
    """For `ds/plot.html`: the bars, or for `ds/plot_columns.html` the columns, and how large the picture is."""

    id: str
    title: str
    bars: list[Bar]
    height: float
    what: str = ""


@dataclass(frozen=True)
class Range:
    """From the median to what nine of ten stay under."""

    label: str
    half: str
    most: str
    y: float
    x: float
    end: float


@dataclass(frozen=True)
class Ranges:
    """For `ds/plot_ranges.html`."""

    id: str
    title: str
    rows: list[Range]
    missing: list[str]
    ticks: list[tuple[float, str]]
    height: float


def bars(name: str, title: str, numbers: Iterable[tuple[str, int | None]], *, what: str = "") -> Plot:
    """Numbers with words beside them, one below another."""
    found = list(numbers)
    most = max((n for _label, n in found if n), default=1)
    drawn = [
        Bar(label, wording.number(n), 0, ROW * i, WIDTH * 0.18 if n is None else max(LEAST, WIDTH * n / most) if n else 0, n is None)
        for i, (label, n) in enumerate(found)
    ]
    return Plot(name, title, drawn, ROW * len(found), what)


def columns(name: str, title: str, numbers: Sequence[tuple[str, int | None]], *, what: str = "") -> Plot:
    """Numbers that follow one another in time, side by side."""
    most, wide = max((n for _label, n in numbers if n), default=1), WIDTH / max(1, len(numbers))
    drawn = []
    for i, (label, n) in enumerate(numbers):
        high = TALL * 0.18 if n is None else max(LEAST, (TALL - 20) * n / most) if n else 0
        drawn.append(Bar(label, wording.number(n), round(wide * (i + 0.5), 1), round(TALL - high, 1), round(high, 1), n is None))
    return Plot(name, title, drawn, TALL + FOOT, what)


def ranges(name: str, title: str, spreads: Iterable[tuple[str, measuring.Spread]]) -> Ranges:
    """Times on a scale on which a minute and an hour both can be seen: each step of it is about ten times the one before."""
    known: list[Range] = []
    missing: list[str] = []
    for label, spread in spreads:
        if spread.median is None or spread.p90 is None:
            missing.append(label)
            continue
        half, most = wording.duration(spread.median), wording.duration(spread.p90)
        known.append(Range(label, half, most, ROW * len(known), _along(spread.median), _along(spread.p90)))
    ticks = [(_along(seconds), wording.duration(seconds)) for seconds in TICKS] if known else []
    return Ranges(name, title, known, missing, ticks, ROW * len(known) + FOOT)


def _along(seconds: int) -> float:
    scale = math.log10(max(seconds, 1) / 3) / math.log10(TICKS[-1] * 2 / 3)
    return round(8 + (WIDTH - 16) * min(1.0, max(0.0, scale)), 1)
