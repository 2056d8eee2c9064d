"""The neighbourhoods of a district as a graph: which adjoin, what a group of them would be, and what is wrong with it.

A group is the bits of one number, which makes joining, comparing and remembering groups cheap.
"""

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

# How bad a fault is: per member outside the bounds, per group where no steering member lives, per group that will be too big in a year.
# So far apart that, with fewer than a hundred groups, the worst kind always decides.
OUTSIDE, ADRIFT, CROWDED = 10_000, 100, 1

Edge = tuple[int, int]


@dataclass(frozen=True)
class Unit:
    """A neighbourhood: its members now and in a year, and where it lies (longitude, latitude)."""

    key: int
    size: int
    later: float
    position: tuple[float, float] | None = None


@dataclass(frozen=True)
class Wishes:
    """What a group should be: its size now, its size later, and a steering member living in it."""

    least: int
    most: int
    maximum: float
    anchors: frozenset[int]

    def problems(self, size: int, later: float, anchored: bool) -> dict[str, int]:
        """What is wrong with such a group, and how badly."""
        return {
            "too_small": OUTSIDE * max(0, self.least - size),
            "too_big": OUTSIDE * max(0, size - self.most),
            "no_anchor": ADRIFT * (bool(self.anchors) and not anchored),
            "crowded_later": CROWDED * (later > self.maximum),
        }


class Candidate(NamedTuple):
    """A group that could be: its neighbourhoods as the bits of one number, which makes joining and comparing cheap."""

    bits: int
    size: int
    faults: int
    border: int


Score = tuple[int, int, int]


def score(groups: Sequence[Candidate]) -> Score:
    """How good a division is; less is better."""
    sizes = [group.size for group in groups]
    return sum(group.faults for group in groups), max(sizes) - min(sizes), sum(group.border for group in groups)


class District:
    """The neighbourhoods as a graph, and every group of them that was looked at."""

    def __init__(self, units: Iterable[Unit], edges: Iterable[Edge], wishes: Wishes) -> None:
        self.units = sorted(units, key=lambda unit: unit.key)
        self.wishes = wishes
        self.whole = (1 << len(self.units)) - 1
        place = {unit.key: number for number, unit in enumerate(self.units)}
        self.anchors = sum(1 << place[key] for key in wishes.anchors)
        self.beside = [0] * len(self.units)
        for one, other in edges:
            self.beside[place[one]] |= 1 << place[other]
            self.beside[place[other]] |= 1 << place[one]
        self.seen: dict[int, Candidate] = {}

    def keys(self, bits: int) -> frozenset[int]:
        return frozenset(self.units[number].key for number in numbers(bits))

    def around(self, bits: int) -> int:
        """The neighbourhoods that adjoin these."""
        reached = 0
        for number in numbers(bits):
            reached |= self.beside[number]
        return reached & ~bits

    def pieces(self, bits: int) -> list[int]:
        """These neighbourhoods, split where they do not adjoin."""
        found = []
        while bits:
            piece = bits & -bits
            while more := self.around(piece) & bits:
                piece |= more
            found.append(piece)
            bits &= ~piece
        return found

    def problems(self, bits: int) -> dict[str, int]:
        units = [self.units[number] for number in numbers(bits)]
        return self.wishes.problems(sum(unit.size for unit in units), sum(unit.later for unit in units), bool(bits & self.anchors))

    def group(self, bits: int) -> Candidate:
        if bits not in self.seen:
            size = sum(self.units[number].size for number in numbers(bits))
            border = sum((self.beside[number] & ~bits).bit_count() for number in numbers(bits))
            self.seen[bits] = Candidate(bits, size, sum(self.problems(bits).values()), border)
        return self.seen[bits]

    def unavoidable(self, k: int) -> int:
        """The faults that every division into k groups has: there are too many members in all, too few, or too few anchors."""
        members = sum(unit.size for unit in self.units)
        outside = max(0, members - k * self.wishes.most, k * self.wishes.least - members)
        return OUTSIDE * outside + ADRIFT * (max(0, k - self.anchors.bit_count()) if self.anchors else 0)

    def all_groups(self) -> Iterator[int]:
        """Every group in one piece, each once."""
        todo = [(1 << number, (1 << number) - 1) for number in range(len(self.units))]
        while todo:
            bits, shut = todo.pop()
            yield bits
            for number in numbers(self.around(bits) & ~shut):
                todo.append((bits | 1 << number, shut))
                shut |= 1 << number

    def bridges(self, k: int) -> list[Edge]:
        """Borders to make up: for islands more in number than the groups, or too small to be one, smallest first, to the nearest."""
        islands = self.pieces(self.whole)
        made = []
        while len(islands) > 1:
            islands.sort(key=lambda bits: (sum(self.units[number].size for number in numbers(bits)), bits))
            smallest = islands[0]
            if len(islands) <= k and self.group(smallest).size >= self.wishes.least:
                break
            pairs = itertools.product(numbers(smallest), numbers(self.whole & ~smallest))
            near, far = min(pairs, key=lambda pair: (distance(self.units[pair[0]], self.units[pair[1]]), pair))
            made.append((self.units[near].key, self.units[far].key))
            islands = [bits | smallest if bits >> far & 1 else bits for bits in islands[1:]]
        return made


def numbers(bits: int) -> Iterator[int]:
    """Which bits are set."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def distance(one: Unit, other: Unit) -> float:
    """Good enough to compare within a town; nothing is near what has no place."""
    if one.position is None or other.position is None:
        return math.inf
    (east, north), (to_east, to_north) = one.position, other.position
    return math.hypot((to_east - east) * math.cos(math.radians(north)), to_north - north)
