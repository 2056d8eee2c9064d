"""Where do the neighbourhoods of a municipality lie, on flat paper, and which of them adjoin? Kept in memory until something is redrawn.

A desk asks this many times a minute and people redraw a few times a year: one short question tells whether what is kept still holds.
"""

import threading
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from django.db.models import TextField
from django.db.models.functions import MD5, Cast
from shapely.geometry.base import BaseGeometry

from meldkring.places import adjoining, shapes
from meldkring.places.models import Adjoining, District, Neighbourhood

MOST_KEPT = 32
AROUND = 150.0  # metres around the label point of a neighbourhood that nobody has drawn yet


@dataclass(frozen=True)
class Atlas:
    """The neighbourhoods of one municipality. `drawn[i]` is the shape, in metres, of the neighbourhood `keys[i]`."""

    keys: tuple[int, ...]
    names: dict[int, str]
    districts: dict[int, int]
    drawn: npt.NDArray[np.object_]
    adjoins: frozenset[adjoining.Pair]
    scale: tuple[float, float]

    def at(self, longitude: float, latitude: float) -> BaseGeometry:
        """A point on the same paper."""
        return shapely.Point(longitude * self.scale[0], latitude * self.scale[1])

    def touched(self, outline: shapes.Outline) -> list[int]:
        """The neighbourhoods of which a drawn outline covers more than a sliver."""
        area = shapely.transform(shapes.read(outline), lambda places: places * self.scale)
        shares = shapely.area(shapely.intersection(self.drawn, area))
        enough = np.minimum(0.05 * shapely.area(self.drawn), 0.5 * area.area)
        return [key for key, share, least in zip(self.keys, shares, enough, strict=True) if share > 0 and share >= least]


_kept: dict[int, tuple[Hashable, Atlas]] = {}
_lock = threading.Lock()


def of(municipality: int) -> Atlas:
    """The atlas of this municipality: two queries when it is kept already."""
    mark = _mark(municipality)
    with _lock:
        mark_kept, found = _kept.get(municipality, (None, None))
    if found is None or mark_kept != mark:
        found = _drawn(municipality)
        with _lock:
            _kept.pop(municipality, None)
            while len(_kept) >= MOST_KEPT:
                _kept.pop(next(iter(_kept)))
            _kept[municipality] = (mark, found)
    return found


def _mark(municipality: int) -> Hashable:
    """What differs as soon as a neighbourhood comes, goes, moves, or is named or drawn otherwise."""
    places = Neighbourhood.objects.filter(district__municipality=municipality).order_by("pk")
    drawn = places.values_list("pk", "name", "district", "longitude", "latitude", MD5(Cast("outline", TextField())))
    kept = Adjoining.objects.filter(first__district__municipality=municipality).order_by("first", "second")
    return (*drawn, *kept.values_list("first", "second", "adjoins"))


def _drawn(municipality: int) -> Atlas:
    places = list(Neighbourhood.objects.filter(district__municipality=municipality).select_related("district").order_by("pk"))
    found = [(n, shape) for n in places if (shape := _shape(n)) is not None]
    scale = shapes.scale([shape for _n, shape in found])
    flat = np.array([_flat(n, shape, scale) for n, shape in found], dtype=object)
    shapely.prepare(flat)
    pairs = frozenset[adjoining.Pair]().union(*(adjoining.pairs(district) for district in _districts(places)))
    return Atlas(
        keys=tuple(n.pk for n, _shape in found),
        names={n.pk: n.name for n in places},
        districts={n.pk: n.district_id for n in places},
        drawn=flat,
        adjoins=pairs,
        scale=scale,
    )


def _districts(places: Iterable[Neighbourhood]) -> list[District]:
    return list({n.district_id: n.district for n in places}.values())


def _shape(neighbourhood: Neighbourhood) -> BaseGeometry | None:
    if neighbourhood.outline:
        return shapes.read(neighbourhood.outline)
    if neighbourhood.longitude is None or neighbourhood.latitude is None:
        return None
    return shapely.Point(neighbourhood.longitude, neighbourhood.latitude)


def _flat(neighbourhood: Neighbourhood, shape: BaseGeometry, scale: tuple[float, float]) -> BaseGeometry:
    flat = shapely.transform(shape, lambda places: places * scale)
    return flat if neighbourhood.outline else flat.buffer(AROUND)
