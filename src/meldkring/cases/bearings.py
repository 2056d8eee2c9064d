"""Which neighbourhoods come first for somebody who was seen here and went that way? Geometry alone: no rows, no groups, no words.

What lies straight ahead goes before what lies beside the way, and that before what lies behind: at the same distance never the other way round.
"""

import enum
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from meldkring.places.atlas import Atlas

FAR = 3_000.0  # metres that somebody may be ahead before the rest of the district knows
HALF_ANGLE = 45.0  # of the wedge that counts as ahead: people say one of eight directions
BEARING = {"n": 0.0, "ne": 45.0, "e": 90.0, "se": 135.0, "s": 180.0, "sw": 225.0, "w": 270.0, "nw": 315.0}
REACH = 50.0  # metres added, so that the way someone goes counts for what lies against the place too


class Side(enum.IntEnum):
    """Where a neighbourhood lies, seen from the place in the direction of travel."""

    HERE = 0
    AHEAD = 1
    BESIDE = 2
    BEHIND = 3


COST = {Side.HERE: 0.0, Side.AHEAD: 1.0, Side.BESIDE: 2.5, Side.BEHIND: 6.0}


@dataclass(frozen=True)
class Seen:
    """Where somebody was seen last, in metres on the atlas, and which way they went in degrees from north, if known."""

    place: BaseGeometry
    bearing: float | None = None


@dataclass(frozen=True)
class Ranked:
    """A neighbourhood, the side on which it lies, and how far: in the direction of travel if it lies ahead."""

    key: int
    side: Side
    metres: float
    cost: float


def ranked(atlas: Atlas, seen: Seen) -> list[Ranked]:
    """Every neighbourhood, the one to tell first in front."""
    if not atlas.keys:
        return []
    metres = shapely.distance(atlas.drawn, seen.place)
    sides, along = _sides(atlas, seen, metres)
    found = [_ranked(key, side, float(far)) for key, side, far in zip(atlas.keys, sides, along, strict=True)]
    return sorted(found, key=lambda r: (r.cost, r.key))


def between(one: BaseGeometry, other: BaseGeometry) -> float:
    """The bearing from one place to another, in degrees from north."""
    (x, y), (to_x, to_y) = shapely.get_coordinates(one)[0], shapely.get_coordinates(other)[0]
    return math.degrees(math.atan2(to_x - x, to_y - y)) % 360


def _ranked(key: int, side: Side, metres: float) -> Ranked:
    return Ranked(key, side, metres, 0.0 if side is Side.HERE else (metres + REACH) * COST[side])


def _sides(atlas: Atlas, seen: Seen, metres: npt.NDArray[np.float64]) -> tuple[list[Side], npt.NDArray[np.float64]]:
    along = metres.copy()
    if seen.bearing is None:
        return [Side.HERE if m == 0 else Side.BESIDE for m in metres], along
    nearest = shapely.get_coordinates(shapely.shortest_line(seen.place, atlas.drawn)).reshape(-1, 2, 2)
    ways = np.degrees(np.arctan2(nearest[:, 1, 0] - nearest[:, 0, 0], nearest[:, 1, 1] - nearest[:, 0, 1]))
    turned = np.abs((ways - seen.bearing + 180) % 360 - 180)
    ahead = (turned <= HALF_ANGLE) & (metres <= FAR)
    # What has its nearest point beside the way may still reach across it further on; those few are cut along the wedge.
    asked = np.flatnonzero(~ahead & (metres > 0) & (metres <= FAR))
    wedge = _wedge(seen.place, seen.bearing)
    across = asked[shapely.intersects(atlas.drawn[asked], wedge)]
    ahead[across] = True
    along[across] = shapely.distance(shapely.intersection(atlas.drawn[across], wedge), seen.place)
    return [_side(m, bool(a), t) for m, a, t in zip(metres, ahead, turned, strict=True)], along


def _side(metres: float, ahead: bool, turned: float) -> Side:
    if metres == 0:
        return Side.HERE
    if ahead:
        return Side.AHEAD
    return Side.BESIDE if turned < 180 - HALF_ANGLE else Side.BEHIND


def _wedge(place: BaseGeometry, bearing: float) -> BaseGeometry:
    x, y = shapely.get_coordinates(place)[0]
    ways = [math.radians(bearing + step) for step in np.linspace(-HALF_ANGLE, HALF_ANGLE, 7)]
    return shapely.Polygon([(x, y), *((x + FAR * math.sin(way), y + FAR * math.cos(way)) for way in ways)])
