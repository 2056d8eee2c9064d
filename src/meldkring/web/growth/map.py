"""Which neighbourhood falls under which group, as a map drawn on the server: a colour, a pattern and a letter for each group.

Every cell is a link to its choice in the list, so the map works with a finger, with the keyboard and without scripts; the list says the same in words.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians

from meldkring.places.models import Neighbourhood

WIDTH, MARGIN, TALLEST = 360, 8, 420
LOOKS = 6  # as many colours with a pattern as the style sheet has
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Cell:
    """A neighbourhood: its outline as an SVG path, the look and letter of its group, and where the letter stands."""

    pk: int
    name: str
    path: str
    look: int
    letter: str
    group: str
    members: int
    x: str
    y: str


@dataclass(frozen=True)
class Map:
    """What the template draws."""

    cells: list[Cell]
    looks: range
    width: int
    height: int


@dataclass(frozen=True)
class Under:
    """A neighbourhood and the group it falls under, the how-manieth of them."""

    neighbourhood: Neighbourhood
    group: str
    order: int
    members: int


def letter(order: int) -> str:
    """The letter of the group at this place in the list."""
    return LETTERS[order % len(LETTERS)]


def draw(places: Iterable[Under]) -> Map | None:
    """Draw those that have an outline; None if there are none."""
    shapes = {u.neighbourhood.pk: (u, _rings(u.neighbourhood)) for u in places}
    points = [p for _u, rings in shapes.values() for ring in rings for p in ring]
    if not points:
        return None
    view = _View(points)
    cells = [_cell(u, rings, view) for u, rings in shapes.values() if rings]
    return Map(cells, range(LOOKS), WIDTH, view.height)


class _View:
    """All points with a margin around them, equally scaled in both directions."""

    def __init__(self, points: Sequence[Sequence[float]]) -> None:
        self.west, self.north = min(p[0] for p in points), max(p[1] for p in points)
        east, south = max(p[0] for p in points), min(p[1] for p in points)
        self.narrow = cos(radians((self.north + south) / 2))
        wide, high = max((east - self.west) * self.narrow, 1e-9), max(self.north - south, 1e-9)
        self.scale = min((WIDTH - 2 * MARGIN) / wide, (TALLEST - 2 * MARGIN) / high)
        self.left = (WIDTH - wide * self.scale) / 2
        self.height = round(high * self.scale + 2 * MARGIN)

    def at(self, point: Sequence[float]) -> tuple[float, float]:
        return self.left + (point[0] - self.west) * self.narrow * self.scale, MARGIN + (self.north - point[1]) * self.scale


def _cell(u: Under, rings: Sequence[Sequence[Sequence[float]]], view: _View) -> Cell:
    n = u.neighbourhood
    middle = (n.longitude, n.latitude) if n.longitude is not None and n.latitude is not None else _middle(rings[0])
    x, y = view.at(middle)
    path = " ".join("M" + "L".join("{:.1f} {:.1f}".format(*view.at(p)) for p in ring) + "Z" for ring in rings)
    return Cell(n.pk, n.name, path, u.order % LOOKS, letter(u.order), u.group, u.members, f"{x:.1f}", f"{y:.1f}")


def _middle(ring: Sequence[Sequence[float]]) -> tuple[float, float]:
    return sum(p[0] for p in ring) / len(ring), sum(p[1] for p in ring) / len(ring)


def _rings(neighbourhood: Neighbourhood) -> list[Sequence[Sequence[float]]]:
    shape: Mapping[str, object] = neighbourhood.outline or {}
    coordinates = shape.get("coordinates", [])
    polygons = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(str(shape.get("type")), [])
    return [ring for polygon in polygons for ring in polygon]  # type: ignore[attr-defined]
