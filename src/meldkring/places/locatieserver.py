"""What does PDOK Locatieserver know of an address: its street, its point on the map and its CBS neighbourhood?

Asked over HTTP when `LOCATIESERVER_URL` is set. It is a convenience: when it is slow, silent or strange we have no answer and say no
more about it. The address is personal data, so it goes into no log.
"""

import json
import logging
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from django.conf import settings

from meldkring.places import cbs
from meldkring.places.shapes import Point

PATIENCE = 2.0  # seconds; someone is waiting for the page
MOST_BYTES = 200_000
FIELDS = "straatnaam,huis_nlt,buurtcode,wijkcode,gemeentecode,centroide_ll,weergavenaam"
POINT = re.compile(r"POINT\s*\((-?\d+(?:\.\d+)?) (-?\d+(?:\.\d+)?)\)")

log = logging.getLogger(__name__)
logging.getLogger("httpx").setLevel(logging.WARNING)  # below that it logs whole addresses


@dataclass(frozen=True)
class Answer:
    """What was found; empty where it was not told."""

    street: str = ""
    point: Point | None = None
    neighbourhood: str = ""
    municipality: str = ""


class NoAnswer(Exception):
    """Too slow, too long, or not what was agreed."""


def ask(postcode: str, number: int, suffix: str = "") -> Answer | None:
    """The address, or None when there is no such address, no answer, or nobody to ask."""
    url = getattr(settings, "LOCATIESERVER_URL", "")
    if not url:
        return None
    asked = [("fq", "type:adres"), ("fq", f"postcode:{postcode}"), ("fq", f"huisnummer:{number}"), ("fl", FIELDS), ("rows", "100")]
    try:
        found = json.loads(_fetch(f"{url.rstrip('/')}/free", asked))["response"]["docs"]
        return _answer(_nearest(found, f"{number}{suffix}")) if found else None
    except (httpx.HTTPError, httpx.InvalidURL, NoAnswer, ValueError, LookupError, TypeError, AttributeError) as wrong:
        log.warning("Locatieserver gave no answer that can be used: %s", type(wrong).__name__)
        return None


def _fetch(url: str, asked: Sequence[tuple[str, str]]) -> bytes:
    """The whole answer within our patience: httpx itself only limits the wait for each next piece."""
    until = time.monotonic() + PATIENCE
    body = b""
    with httpx.Client(timeout=PATIENCE) as client, client.stream("GET", url, params=httpx.QueryParams(tuple(asked))) as response:
        response.raise_for_status()
        for piece in response.iter_bytes():
            body += piece
            if len(body) > MOST_BYTES or time.monotonic() > until:
                raise NoAnswer
    return body


def _nearest(found: list[dict[str, Any]], wanted: str) -> dict[str, Any]:
    """The very address, else the one without a suffix, else any: they stand at the same door."""
    plain = re.match(r"\d+", wanted)
    written = {_bare(str(one.get("huis_nlt", ""))): one for one in reversed(found)}
    return written.get(_bare(wanted)) or written.get(plain[0] if plain else "") or found[0]


def _bare(house: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", house.upper())


def _answer(one: dict[str, Any]) -> Answer:
    point = POINT.fullmatch(str(one.get("centroide_ll", "")))
    return Answer(
        street=str(one.get("straatnaam", "")),
        point=(float(point[1]), float(point[2])) if point else None,
        neighbourhood=_code(cbs.neighbourhood_code, one.get("buurtcode")),
        municipality=_code(cbs.municipality_code, one.get("gemeentecode")),
    )


def _code(read: Callable[[str], str], given: object) -> str:
    try:
        return read(str(given or ""))
    except cbs.BadCode:
        return ""
