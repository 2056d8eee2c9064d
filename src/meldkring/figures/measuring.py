"""What is in the middle, and what do nine of ten stay under? Of times in seconds, and of numbers that were counted per stretch of time."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from meldkring.figures import suppressing
from meldkring.figures.models import WITHIN


@dataclass(frozen=True)
class Spread:
    """The median and the 90th percentile, in seconds; None both when there are fewer than five."""

    median: int | None = None
    p90: int | None = None


@dataclass(frozen=True)
class Reach:
    """How many were told along a channel, and within how many seconds half and nine of ten of them were; None is later than we count.

    Of fewer than five nothing is said about how soon.
    """

    count: int | None
    half: int | None = None
    most: int | None = None

    @property
    def enough(self) -> bool:
        return self.count is not None and self.count >= suppressing.FEWEST


def spread(seconds: Sequence[int]) -> Spread:
    """Of at least five times; of fewer nothing is said."""
    if len(seconds) < suppressing.FEWEST:
        return Spread()
    ordered = sorted(seconds)
    return Spread(_at(ordered, 0.5), _at(ordered, 0.9))


def reach(counts: Mapping[str, int]) -> Reach:
    """From how many there were in each stretch (`WITHIN` and `later`)."""
    total = sum(counts.values())
    if total < suppressing.FEWEST:
        return Reach(suppressing.alone(total))
    return Reach(total, _within(counts, total / 2), _within(counts, total * 0.9))


def _at(ordered: Sequence[int], share: float) -> int:
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _within(counts: Mapping[str, int], wanted: float) -> int | None:
    seen = 0
    for name, seconds in WITHIN.items():
        seen += counts.get(name, 0)
        if seen >= wanted:
            return seconds
    return None
