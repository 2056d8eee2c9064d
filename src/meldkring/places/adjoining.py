"""Which neighbourhoods of a district adjoin? A watch group that has several must be one area (S4), so a division asks this.

Outlines tell most of it. People know the rest: a bridge joins what a ditch parts, a railway parts what the map joins.
What is kept by hand goes before what the outlines say. Label points say nothing: what lies near need not adjoin.
"""

from collections import defaultdict
from collections.abc import Mapping

import shapely
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from meldkring.audit import log
from meldkring.places import shapes
from meldkring.places.models import Adjoining, District, Neighbourhood

TOLERANCE = 15.0  # metres between outlines that were not drawn against each other
# Two outlines that meet in one corner have both sides of it within the tolerance: 30 metres, more when the corner is slanting.
BORDER = 3 * TOLERANCE

Pair = tuple[int, int]


class NotNeighbours(Exception):
    """These two cannot be kept as a pair."""


def pairs(district: District) -> set[Pair]:
    """The neighbourhoods that adjoin, as pairs of ids with the lowest first."""
    outlines = dict(district.neighbourhoods.filter(outline__isnull=False).values_list("pk", "outline"))
    kept = {(first, second): adjoins for first, second, adjoins in _kept(district).values_list("first", "second", "adjoins")}
    found = _by_outline(outlines) | {pair for pair, adjoins in kept.items() if adjoins}
    return {pair for pair in found if kept.get(pair, True)}


@transaction.atomic
def keep(one: Neighbourhood, other: Neighbourhood, *, adjoins: bool, by: models.Model | None) -> Adjoining:
    """Write down that these two adjoin or do not, whatever their outlines say. Refuses with `NotNeighbours`."""
    if one.pk == other.pk or one.district_id != other.district_id:
        raise NotNeighbours(_("Choose two neighbourhoods of the same district."))
    first, second = sorted((one, other), key=lambda n: n.pk)
    made, _new = Adjoining.objects.update_or_create(first=first, second=second, defaults={"adjoins": adjoins})
    log.record("keep_adjoining", made, by=by, first=first.pk, second=second.pk, adjoins=adjoins)
    return made


@transaction.atomic
def forget(one: Neighbourhood, other: Neighbourhood, *, by: models.Model | None) -> None:
    """Let the outlines decide again."""
    for kept in _kept(one.district).filter(first__in=(one, other), second__in=(one, other)):
        log.record("forget_adjoining", kept, by=by, first=kept.first_id, second=kept.second_id)
        kept.delete()


def _kept(district: District) -> models.QuerySet[Adjoining]:
    return Adjoining.objects.filter(Q(first__district=district) & Q(second__district=district))


def _by_outline(outlines: Mapping[int, shapes.Outline | None]) -> set[Pair]:
    """Those with a border in common; a mere corner counts only for a neighbourhood that would have no neighbour otherwise."""
    read = {key: shapes.read(outline) for key, outline in sorted(outlines.items()) if outline}
    keys, flat = list(read), shapes.in_metres(list(read.values()))
    if not flat:
        return set()
    near = shapely.STRtree(flat).query(flat, predicate="dwithin", distance=TOLERANCE)
    borders, corners = set[Pair](), defaultdict[int, set[Pair]](set)
    for a, b in near.T.tolist():
        if a < b:
            pair = (keys[a], keys[b])
            shared = max(_shared(flat[a], flat[b]), _shared(flat[b], flat[a]))
            if shared > BORDER:
                borders.add(pair)
            else:
                corners[keys[a]].add(pair)
                corners[keys[b]].add(pair)
    bordering = {key for pair in borders for key in pair}
    return borders.union(*(corners[key] for key in keys if key not in bordering))


def _shared(one: BaseGeometry, other: BaseGeometry) -> float:
    """How many metres of the first one's edge lie along the second."""
    return one.boundary.intersection(other.buffer(TOLERANCE)).length
