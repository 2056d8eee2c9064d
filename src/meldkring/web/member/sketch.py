"""A sketch of where a case moves: neighbourhoods, numbered sightings in the order in which they were told, and the way they went.

Drawn as SVG on the server, without tiles or scripts: it shows on any phone and sends no place to anyone. The list of places beside it says the same in words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, dist, radians

from meldkring.cases.models import Contribution
from meldkring.places.models import Neighbourhood

WIDTH, HEIGHT = 360, 190
MARGIN = 0.35
SMALLEST = 0.004  # degrees of latitude, about 450 metres
LETTER = 6.4  # how wide a letter of a name is, on average
Point = tuple[float, float]
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
    """A neighbourhood's outline as SVG points, and its name with where it stands if there is room for it."""

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
    around = list(neighbourhoods)
    names = _names(around, view, spots)
    areas = [area for at, n in enumerate(around) for area in _areas(n, view, names.get(at))]
    return Sketch(marks, areas, " ".join(f"{_n(x)},{_n(y)}" for x, y in spots) if len(spots) > 1 else "")


def _names(neighbourhoods: Sequence[Neighbourhood], view: View, spots: Sequence[Point]) -> dict[int, Point]:
    """Where a name can stand over no mark and no other name; those nearest to what happened choose first."""
    taken = [(x - 16, y - 16, x + 16, y + 16) for x, y in spots]
    found: dict[int, Point] = {}
    places = [(at, n.name, view.at(n.longitude or 0, n.latitude or 0)) for at, n in enumerate(neighbourhoods)]
    for at, name, (x, y) in sorted(places, key=lambda place: min(dist(place[2], spot) for spot in spots)):
        half = LETTER * len(name) / 2
        for shift in (0, -24, 28, -48, 52):
            box = (x - half, y + shift - 11, x + half, y + shift + 4)
            inside = box[0] > 2 and box[1] > 2 and box[2] < WIDTH - 2 and box[3] < HEIGHT - 2
            if inside and not any(box[0] < t[2] and t[0] < box[2] and box[1] < t[3] and t[1] < box[3] for t in taken):
                taken.append(box)
                found[at] = (x, y + shift)
                break
    return found


def _areas(neighbourhood: Neighbourhood, view: View, label: Point | None) -> list[Area]:
    shape = neighbourhood.outline or {}
    coordinates = shape.get("coordinates", [])
    several = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(shape.get("type", ""), [])
    x, y = label or (0.0, 0.0)
    lines = [" ".join(_point(view, p) for p in one[0]) for one in several]
    # Who has several pieces is named in one of them.
    return [Area(line, neighbourhood.name if label and not at else "", _n(x), _n(y)) for at, line in enumerate(lines)]


def _point(view: View, point: Sequence[float]) -> str:
    x, y = view.at(point[0], point[1])
    return f"{_n(x)},{_n(y)}"


def _n(value: float) -> str:
    """A number as SVG wants it, whatever the language of the page."""
    return f"{value:.1f}"
