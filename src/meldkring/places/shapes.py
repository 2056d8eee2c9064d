"""What does a drawn outline enclose, and is it drawn well? GeoJSON in WGS84 on our side, shapely underneath.

Longitude comes before latitude everywhere, as in GeoJSON.
"""

import json
import math
import statistics
from collections.abc import Iterable, Sequence
from typing import Any

import shapely
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from meldkring.places.models import Neighbourhood

Point = tuple[float, float]
Outline = dict[str, Any]

KINDS = ("Polygon", "MultiPolygon")
NEAR_HERE = shapely.box(2.5, 49.4, 7.3, 53.8)  # the Netherlands and Belgium
MOST_POINTS = 20_000
SCRAP = 1e-4  # of an area: what is so little was not meant
METRES_PER_DEGREE = 111_195.0


class BadOutline(Exception):
    """The outline cannot be used; the words say what is wrong with it."""


def checked(outline: object) -> Outline:
    """The same outline as plain GeoJSON, or `BadOutline`."""
    shape = _parsed(outline)
    if not NEAR_HERE.covers(shape):
        raise BadOutline(_("The outline lies outside the Netherlands and Belgium. In GeoJSON longitude comes first, then latitude."))
    if shapely.get_num_coordinates(shape) > MOST_POINTS:
        raise BadOutline(_("The outline has more than %(most)s points. Draw it more simply.") % {"most": MOST_POINTS})
    if not shape.is_valid:
        raise BadOutline(_("The line of the outline crosses or touches itself. Draw it again, around the neighbourhood once."))
    plain: Outline = json.loads(shapely.to_geojson(shapely.force_2d(shape)))
    return plain


def _parsed(outline: object) -> BaseGeometry:
    if not isinstance(outline, dict) or outline.get("type") not in KINDS:
        raise BadOutline(_("An outline is a GeoJSON geometry of the type Polygon or MultiPolygon."))
    try:
        shape = shapely.from_geojson(json.dumps(outline, allow_nan=False))
    except (ValueError, TypeError, RecursionError, shapely.GEOSException) as wrong:
        raise BadOutline(_("The outline cannot be read as GeoJSON: each ring is a closed list of at least four points.")) from wrong
    if shape.is_empty or not shape.area:
        raise BadOutline(_("The outline encloses nothing."))
    return shape


def read(outline: Outline) -> BaseGeometry:
    """The shape of an outline that was checked when it was kept."""
    return shapely.from_geojson(json.dumps(outline))


def label_point(outline: Outline) -> Point:
    """Where the name of the neighbourhood is drawn: certainly inside, whatever its form."""
    spot = read(outline).representative_point()
    return spot.x, spot.y


def without(outline: Outline, other: Outline) -> Outline:
    """What is left of an outline when another one is cut out of it. Refuses with `BadOutline` when that is nothing, or all of it."""
    whole, taken = read(outline), read(checked(other))
    left = whole.difference(taken)
    if left.is_empty or left.area < SCRAP * whole.area:
        raise BadOutline(_("Nothing of the neighbourhood is left. Draw only the part that becomes a new one."))
    if whole.area - left.area < SCRAP * whole.area:
        raise BadOutline(_("What you have drawn lies outside the neighbourhood. Draw a part of it."))
    pieces = [piece for piece in getattr(left, "geoms", [left]) if piece.area >= SCRAP * whole.area]
    rest: Outline = json.loads(shapely.to_geojson(shapely.union_all(pieces)))
    return checked(rest)


class Sheet:
    """The outlines of some neighbourhoods, read once: which of them hold a point, and how far outside one it lies."""

    def __init__(self, neighbourhoods: Iterable[Neighbourhood]) -> None:
        self._drawn = {n: read(n.outline) for n in neighbourhoods if n.outline}
        # Where outlines overlap, the smallest was drawn most precisely.
        self._order = sorted(self._drawn, key=lambda n: (self._drawn[n].area, n.pk))

    def enclosing(self, point: Point) -> list[Neighbourhood]:
        """Those whose outline holds the point, the smallest first."""
        spot = shapely.Point(*point)
        return [n for n in self._order if self._drawn[n].covers(spot)]

    def distance(self, neighbourhood: Neighbourhood, point: Point) -> float:
        """How many metres the point lies outside the outline; nothing when inside, or when there is no outline to be outside of."""
        if neighbourhood not in self._drawn:
            return 0.0
        shape, spot = in_metres([self._drawn[neighbourhood], shapely.Point(*point)])
        return shape.distance(spot)


def in_metres(shapes: list[BaseGeometry]) -> list[BaseGeometry]:
    """The shapes on flat paper, a unit being a metre. Good within a municipality, where the earth is flat enough."""
    here = scale(shapes)
    return [shapely.transform(shape, lambda places: places * here) for shape in shapes]


def scale(shapes: Sequence[BaseGeometry]) -> tuple[float, float]:
    """How many metres a degree is around these shapes, from west to east and from south to north."""
    middle = statistics.fmean(shape.bounds[1] for shape in shapes) if shapes else 52.0
    return METRES_PER_DEGREE * math.cos(math.radians(middle)), METRES_PER_DEGREE
