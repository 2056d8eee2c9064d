"""An outline as people type or paste it: a corner on each line, latitude and then longitude as maps on the web show them; a blank line parts pieces.

Only the outer rings: whoever leaves the lines as they were keeps the outline as it was, holes and all.
"""

import re
from collections.abc import Iterable
from itertools import groupby

from django.utils.translation import gettext as _

from meldkring.places.shapes import BadOutline, Outline

NUMBERS = re.compile(r"\s*(-?\d{1,3}(?:\.\d+)?)°?\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)°?\s*")
DECIMALS = 6
Ring = list[list[float]]


def read(text: str, *, before: Outline | None = None) -> Outline | None:
    """The outline that these lines draw, or None for no lines. Refuses with `BadOutline`, which names the line."""
    if before and _plain(text) == _plain(write(before)):
        return before
    pieces = [_ring(lines) for lines in _pieces(text)]
    if not pieces:
        return None
    if len(pieces) == 1:
        return {"type": "Polygon", "coordinates": pieces}
    return {"type": "MultiPolygon", "coordinates": [[ring] for ring in pieces]}


def write(outline: Outline | None) -> str:
    """The lines of an outline."""
    if not outline:
        return ""
    polygons = [outline["coordinates"]] if outline["type"] == "Polygon" else outline["coordinates"]
    rings = [polygon[0][:-1] for polygon in polygons]
    return "\n\n".join("\n".join(f"{_number(latitude)}, {_number(longitude)}" for longitude, latitude, *_height in ring) for ring in rings)


def _pieces(text: str) -> Iterable[list[tuple[int, str]]]:
    for filled, lines in groupby(enumerate(text.splitlines(), 1), key=lambda line: bool(line[1].strip())):
        if filled:
            yield list(lines)


def _ring(lines: list[tuple[int, str]]) -> Ring:
    ring = [_corner(number, line) for number, line in lines]
    if ring[0] == ring[-1] and len(ring) > 1:
        ring.pop()
    if len(ring) < 3:
        raise BadOutline(_("Line %(n)d: an outline has at least three corners.") % {"n": lines[-1][0]})
    return [*ring, ring[0]]


def _corner(number: int, line: str) -> list[float]:
    found = NUMBERS.fullmatch(line)
    if not found:
        words = _("Line %(n)d: “%(line)s” is not a corner. One looks like 51.82530, 4.39280.")
        raise BadOutline(words % {"n": number, "line": line.strip()[:40]})
    latitude, longitude = float(found[1]), float(found[2])
    return [longitude, latitude]


def _number(value: float) -> str:
    return f"{value:.{DECIMALS}f}"


def _plain(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]
