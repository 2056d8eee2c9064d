"""Which neighbourhoods of a district adjoin? A watch group that has several must be one area (S4), so a division asks this.

Outlines tell most of it. People know the rest: a bridge joins what a ditch parts, a railway parts what the map joins.
What is kept by hand goes before what the outlines say. Label points say nothing: what lies near need not adjoin.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping

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
    kept = {(first, second): adjoins for first, second, adjoins in _kept(district).values_list("first", "second", "adjoins")}
    found = _drawn(district) | {pair for pair, adjoins in kept.items() if adjoins}
    return {pair for pair in found if kept.get(pair, True)}


@transaction.atomic
def keep(one: Neighbourhood, other: Neighbourhood, *, adjoins: bool, by: models.Model | None) -> Adjoining:
    """Write down that these two adjoin or do not, whatever their outlines say. Refuses with `NotNeighbours`."""
    if one.pk == other.pk or one.district_id != other.district_id:
        raise NotNeighbours(_("Choose two neighbourhoods of the same district."))
    return _keep(_pair(one.pk, other.pk), adjoins=adjoins, by=by)


@transaction.atomic
def say(one: Neighbourhood, beside: Collection[int], *, by: models.Model | None) -> int:
    """Which others of its district adjoin this one, by id. Where the outlines say the same they decide; how many are kept by hand."""
    others = one.district.neighbourhoods.filter(pk__in=beside).exclude(pk=one.pk)
    wanted = {_pair(one.pk, pk) for pk in others.values_list("pk", flat=True)}
    differing = wanted ^ {pair for pair in _drawn(one.district) if one.pk in pair}
    kept = {(row.first_id, row.second_id): row for row in _kept(one.district).filter(Q(first=one) | Q(second=one))}
    for first, second in kept.keys() - differing:
        log.record("forget_adjoining", kept[first, second], by=by, first=first, second=second)
        kept[first, second].delete()
    for pair in sorted(differing):
        if pair not in kept or kept[pair].adjoins != (pair in wanted):
            _keep(pair, adjoins=pair in wanted, by=by)
    return len(differing)


def _pair(one: int, other: int) -> Pair:
    return min(one, other), max(one, other)


def _keep(pair: Pair, *, adjoins: bool, by: models.Model | None) -> Adjoining:
    first, second = pair
    made, _new = Adjoining.objects.update_or_create(first_id=first, second_id=second, defaults={"adjoins": adjoins})
    log.record("keep_adjoining", made, by=by, first=first, second=second, adjoins=adjoins)
    return made


def _kept(district: District) -> models.QuerySet[Adjoining]:
    return Adjoining.objects.filter(Q(first__district=district) & Q(second__district=district))


def _drawn(district: District) -> set[Pair]:
    return _by_outline(dict(district.neighbourhoods.filter(outline__isnull=False).values_list("pk", "outline")))


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
