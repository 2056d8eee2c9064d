"""What do the sources know of many addresses at once? Asked when borders change, so that every member can be placed anew.

A drawn outline says nothing without the point of an address, and that only Locatieserver knows. It is asked for a limited number of addresses,
within a limited time; what it answered is remembered for an hour, so that looking once more goes on where it stopped.
"""

import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.core.cache import cache

from meldkring.places import belonging, locatieserver, tables
from meldkring.places.models import District

Door = tuple[str, int, str]
AT_ONCE, MOST, PATIENCE = 8, 400, 10.0
REMEMBERED = 60 * 60


def known(district: District, doors: Iterable[tuple[Door, str]]) -> dict[Door, belonging.Asked]:
    """By door, the address as far as it is known; the street that somebody wrote with it counts where no source has one."""
    streets = dict(doors)
    codes = tables.codes_of((postcode, number) for postcode, number, _suffix in streets)
    told = _told(district, list(streets)) if district.neighbourhoods.filter(outline__isnull=False).exists() else {}
    return {door: _asked(district, door, street, codes[door[:2]], told.get(door)) for door, street in streets.items()}


def _asked(district: District, door: Door, street: str, codes: frozenset[str], answer: locatieserver.Answer | None) -> belonging.Asked:
    told = answer or locatieserver.Answer()
    if told.neighbourhood and (not codes or told.neighbourhood in codes):
        codes = frozenset({told.neighbourhood})
    municipalities = {told.municipality} if told.municipality else {belonging.municipality_of(code) for code in codes}
    # Somebody whom this district has as a member and of whom no source knows better lives in its municipality.
    municipalities = municipalities or {district.municipality.code}
    return belonging.Asked(door[0], told.street or street, told.point, codes, frozenset(municipalities))


def _told(district: District, doors: list[Door]) -> dict[Door, locatieserver.Answer | None]:
    if not getattr(settings, "LOCATIESERVER_URL", ""):
        return {}
    key, until = f"survey:{district.pk}", time.monotonic() + PATIENCE
    found: dict[Door, locatieserver.Answer | None] = cache.get(key, {})
    missing = [door for door in doors if door not in found][:MOST]
    if missing:
        with ThreadPoolExecutor(AT_ONCE) as asking:
            answers = asking.map(lambda door: locatieserver.ask(*door) if time.monotonic() < until else None, missing)
            found |= {door: answer for door, answer in zip(missing, answers, strict=True) if answer}
        cache.set(key, found, REMEMBERED)
    return found
