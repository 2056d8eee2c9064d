"""Which numbers are too small to show (rules 7), and which others must be left out with them, so that no difference gives them away?

A number from 1 to 4 is left out. Where the total of a table is shown, one left out alone would follow from the rest, so the next smallest goes too;
likewise when what was left out together is so little that it can be read. Nought is no secret: nobody stands behind it.
"""

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

FEWEST = 5
Key = TypeVar("Key", bound=Hashable)
Upper = TypeVar("Upper", bound=Hashable)


def small(count: int) -> bool:
    """Whether this number points at too few."""
    return 0 < count < FEWEST


def alone(count: int) -> int | None:
    """A number that is in no total."""
    return None if small(count) else count


def left_out(parts: Mapping[Key, int], *, also: Iterable[Key] = (), least: Mapping[Key, int] | None = None) -> tuple[set[Key], bool]:
    """The parts of a total that are left out, and whether the total itself is; `also` must be left out whatever their size. `least`: how little
    a part can be, as everybody sees, where that is more than one."""
    least = least or {}
    hidden = {key for key, count in parts.items() if small(count)} | set(also)
    if not hidden:
        return hidden, False
    others = sorted((key for key, count in parts.items() if count and key not in hidden), key=lambda key: parts[key])
    while not _safe(hidden, parts, least) and others:
        hidden.add(others.pop(0))
    return hidden, not _safe(hidden, parts, least)


def table(parts: Mapping[Key, int]) -> tuple[dict[Key, int | None], int | None]:
    """The parts and their total, as they may be shown side by side."""
    hidden, total_hidden = left_out(parts)
    total = sum(parts.values())
    return {key: None if key in hidden else count for key, count in parts.items()}, None if total_hidden else total


def tree(parts: Mapping[Upper, Mapping[Key, int]]) -> tuple[dict[Upper, dict[Key, int | None]], dict[Upper, int | None], int | None]:
    """A total of totals, such as a municipality of districts of groups: what may be shown of the leaves, of the branches and of the whole."""
    branches = {branch: sum(leaves.values()) for branch, leaves in parts.items()}
    within = {branch: left_out(leaves) for branch, leaves in parts.items()}
    least = {branch: sum(count > 0 for count in leaves.values()) for branch, leaves in parts.items()}
    hidden, whole_hidden = left_out(branches, also=[branch for branch, (_leaves, itself) in within.items() if itself], least=least)
    leaves = {
        branch: {key: None if count and (branch in hidden or key in within[branch][0]) else count for key, count in parts[branch].items()}
        for branch in parts
    }
    shown = {branch: None if branch in hidden else count for branch, count in branches.items()}
    return leaves, shown, None if whole_hidden else sum(branches.values())


def _safe(hidden: set[Key], parts: Mapping[Key, int], least: Mapping[Key, int]) -> bool:
    """Whether those left out cannot be worked out from what they are together: at least two, and not all of them as little as can be."""
    together = sum(parts[key] for key in hidden)
    return len(hidden) > 1 and together >= FEWEST and together > sum(max(1, least.get(key, 1)) for key in hidden)
