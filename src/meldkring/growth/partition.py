"""How are neighbourhoods divided over watch groups: in one piece, with room to grow, and as equal as can be? (S23)

A search walks first (`cutting.py`) and every group it meets is a candidate; then a solver picks the best candidates that hold each neighbourhood
exactly once (`covering.py`). What counts, in this order: faults, spread, length of the borders.
"""

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from meldkring.growth.covering import solved
from meldkring.growth.graph import District, Edge, Unit, Wishes, score

__all__ = ["Division", "Edge", "Unit", "divide", "groups_needed"]


@dataclass(frozen=True)
class Division:
    """Each part is one group's neighbourhoods; bridges are the borders that were made up to join an island."""

    parts: list[frozenset[int]]
    spread: int
    problems: list[str]
    bridges: list[Edge]


def groups_needed(sizes: Iterable[int], later: Iterable[float], *, most: int, least: int, maximum: float = math.inf) -> int:
    """The smallest number of groups in which everybody fits, now and later, as far as counting can tell.

    A neighbourhood stays whole, so two that together are too big need two groups. Never so many that groups cannot carry themselves.
    """
    sizes = list(sizes)
    fits = max(math.ceil(sum(sizes) / most), math.ceil(sum(later) / maximum), sum(2 * size > most for size in sizes))
    return max(1, min(fits, len(sizes), sum(sizes) // max(1, least)))


def divide(
    units: Collection[Unit],
    edges: Iterable[Edge],
    *,
    k: int,
    least: int,
    most: int,
    anchors: Collection[int] = (),
    maximum: float = math.inf,
) -> Division:
    """The best division found into k groups; what it could not keep is named in its problems."""
    edges = list(edges)
    _refuse_nonsense(units, edges, k, least, most, anchors)
    wishes = Wishes(least, most, maximum, frozenset(anchors))
    real = District(units, edges, wishes)
    bridges = real.bridges(k)
    district = District(units, edges + bridges, wishes)
    groups = solved(district, k)
    found = {name for group in groups for name, weight in district.problems(group.bits).items() if weight}
    if any(len(real.pieces(group.bits)) > 1 for group in groups):
        found.add("not_connected")
    parts = sorted((district.keys(group.bits) for group in groups), key=min)
    return Division(parts, score(groups)[1], sorted(found), bridges)


def _refuse_nonsense(units: Collection[Unit], edges: list[Edge], k: int, least: int, most: int, anchors: Collection[int]) -> None:
    keys = {unit.key for unit in units}
    if len(keys) < len(units):
        raise ValueError("two neighbourhoods have the same key")
    if not 1 <= k <= len(units):
        raise ValueError(f"{len(units)} neighbourhoods cannot be divided over {k} groups")
    if least > most:
        raise ValueError(f"no group can have at least {least} and at most {most} members")
    if any(unit.size < 0 for unit in units):
        raise ValueError("a neighbourhood cannot have fewer than 0 members")
    if unknown := keys.symmetric_difference(keys.union(anchors, *edges)):
        raise ValueError(f"not among the neighbourhoods: {sorted(unknown)}")
