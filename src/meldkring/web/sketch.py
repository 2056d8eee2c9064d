"""A sketch of where a case moves: neighbourhoods, numbered sightings in the order in which they were told, and the way they went.

Drawn as SVG on the server, without tiles or scripts: it shows on any phone and sends no place to anyone. The list of places beside it says the same in words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, radians

from meldkring.cases.models import Contribution
from meldkring.places.models import Neighbourhood

WIDTH, HEIGHT = 360, 190
MARGIN = 0.35
SMALLEST = 0.004  # degrees of latitude, about 450 metres
BEARING = {"n": 0, "ne": 45, "e": 90, "se": 135, "s": 180, "sw": 225, "w": 270, "nw": 315}


@dataclass(frozen=True)
class Mark:
    """A numbered sighting; `bearing` in degrees from north, or None."""

    number: int
    x: str
    y: str
    bearing: int | None


@dataclass(frozen=True)
class Area:
    """A neighbourhood's outline as SVG points, and its name with where it stands if that is in view."""

    points: str
    name: str
    x: str
    y: str


@dataclass(frozen=True)
class Sketch:
    """What the template draws, in units of a box of WIDTH by HEIGHT."""

    marks: list[Mark]
    areas: list[Area]
    trail: str
    width: int = WIDTH
    height: int = HEIGHT


class View:
    """The piece of the world that is drawn: all points with room around them, equally scaled in both directions."""

    def __init__(self, points: Sequence[tuple[float, float]]) -> None:
        lons, lats = [p[0] for p in points], [p[1] for p in points]
        self.lon, self.lat = (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2
        self.narrow = cos(radians(self.lat))
        tall = max(max(lats) - min(lats), (max(lons) - min(lons)) * self.narrow * HEIGHT / WIDTH, SMALLEST)
        self.scale = HEIGHT / (tall * (1 + 2 * MARGIN))

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        """Where a point falls in the box."""
        return WIDTH / 2 + (lon - self.lon) * self.narrow * self.scale, HEIGHT / 2 - (lat - self.lat) * self.scale


def sketch(told: Iterable[Contribution], neighbourhoods: Iterable[Neighbourhood]) -> Sketch | None:
    """Draw these sightings over these neighbourhoods; None if none of them has a place."""
    found = [c for c in told if c.longitude is not None and c.latitude is not None]
    if not found:
        return None
    points = [(c.longitude or 0.0, c.latitude or 0.0) for c in found]
    view = View(points)
    spots = [view.at(*p) for p in points]
    marks = [Mark(n, _n(x), _n(y), BEARING.get(c.direction)) for n, (c, (x, y)) in enumerate(zip(found, spots, strict=True), start=1)]
    areas = [area for n in neighbourhoods for area in _areas(n, view)]
    return Sketch(marks, areas, " ".join(f"{_n(x)},{_n(y)}" for x, y in spots) if len(spots) > 1 else "")


def _areas(neighbourhood: Neighbourhood, view: View) -> list[Area]:
    shape = neighbourhood.outline or {}
    coordinates = shape.get("coordinates", [])
    several = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(shape.get("type", ""), [])
    x, y = view.at(neighbourhood.longitude or 0, neighbourhood.latitude or 0)
    inside = 40 < x < WIDTH - 40 and 14 < y < HEIGHT - 8
    name = neighbourhood.name if inside else ""
    return [Area(" ".join(_point(view, p) for p in ring), name, _n(x), _n(y)) for ring in (one[0] for one in several)]


def _point(view: View, point: Sequence[float]) -> str:
    x, y = view.at(point[0], point[1])
    return f"{_n(x)},{_n(y)}"


def _n(value: float) -> str:
    """A number as SVG wants it, whatever the language of the page."""
    return f"{value:.1f}"
