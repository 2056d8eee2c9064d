"""How is a neighbourhood made, named, drawn and bounded, and in which one does a point lie?

A district's own neighbourhoods are smaller than those of CBS: its people say by postcodes, streets, CBS codes or a drawing what is theirs.
Who may do this is asked by the caller: people and their roles live above this part.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.places import addresses, belonging, cbs, outside, shapes
from meldkring.places.models import District, Extent, Neighbourhood
from meldkring.places.shapes import Point

LONGEST_NAME = 100
LONGEST_STREET = 80
# "3262 AB, 3262 AC" and "3262AB 3262AC" are both two postcodes.
COMMAS = re.compile(r"[,;\t]|(?<=[A-Za-z])\s+(?=[0-9])")
Wanted = tuple[Extent.Kind, str, str]


class BadName(Exception):
    """A neighbourhood needs a name that no other in the district has."""


class BadStreet(Exception):
    """Not the name of a street."""


@dataclass(frozen=True)
class Claims:
    """Which addresses are a neighbourhood's own: by postcodes, streets and codes of CBS, and by an outline."""

    postcodes: tuple[str, ...] = ()
    streets: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    outline: Any = None


@transaction.atomic
def create(
    district: District,
    name: str,
    *,
    postcodes: Iterable[str] = (),
    streets: Iterable[str] = (),
    codes: Iterable[str] = (),
    outline: object = None,
    households: int | None = None,
    by: models.Model | None,
) -> Neighbourhood:
    """Make a neighbourhood of what is given; without anything people must choose it from the list.

    Refuses with `BadName`, `BadStreet`, `addresses.BadPostcode`, `cbs.BadCode` and `shapes.BadOutline`.
    """
    drawn = shapes.checked(outline) if outline is not None else None
    longitude, latitude = shapes.label_point(drawn) if drawn else (None, None)
    made = Neighbourhood(district=district, outline=drawn, longitude=longitude, latitude=latitude, households=households)
    _name(made, name)
    _bound(made, _wanted(postcodes, streets, codes))
    log.record("create_neighbourhood", made, by=by, district=district.pk)
    return made


@transaction.atomic
def rename(neighbourhood: Neighbourhood, name: str, *, by: models.Model | None) -> None:
    """Give it another name. Refuses with `BadName`."""
    _name(neighbourhood, name)
    log.record("rename_neighbourhood", neighbourhood, by=by)


@transaction.atomic
def redraw(neighbourhood: Neighbourhood, outline: object, *, by: models.Model | None) -> None:
    """Give it another outline, or none. Refuses with `shapes.BadOutline`."""
    neighbourhood.outline = shapes.checked(outline) if outline is not None else None
    if neighbourhood.outline:
        neighbourhood.longitude, neighbourhood.latitude = shapes.label_point(neighbourhood.outline)
    neighbourhood.save(update_fields=["outline", "longitude", "latitude"])
    log.record("redraw_neighbourhood", neighbourhood, by=by)


@transaction.atomic
def bound(
    neighbourhood: Neighbourhood,
    *,
    postcodes: Iterable[str] = (),
    streets: Iterable[str] = (),
    codes: Iterable[str] = (),
    by: models.Model | None,
) -> None:
    """Say anew which addresses are its own; what was said before is forgotten, its outline stays. Refuses as `create` does."""
    wanted = _wanted(postcodes, streets, codes)
    neighbourhood.extents.all().delete()
    _bound(neighbourhood, wanted)
    log.record("bound_neighbourhood", neighbourhood, by=by, extents=len(wanted))


@transaction.atomic
def count(neighbourhood: Neighbourhood, households: int | None, *, by: models.Model | None) -> None:
    """Write down how many households there are; nothing when nobody knows."""
    neighbourhood.households = households
    neighbourhood.save(update_fields=["households"])
    log.record("count_households", neighbourhood, by=by, households=households)


@transaction.atomic
def claim(neighbourhood: Neighbourhood, claims: Claims, *, by: models.Model | None) -> None:
    """Say anew which addresses are its own, the outline included. Refuses as `bound` and `redraw` do."""
    bound(neighbourhood, postcodes=claims.postcodes, streets=claims.streets, codes=claims.codes, by=by)
    if claims.outline != neighbourhood.outline:
        redraw(neighbourhood, claims.outline, by=by)


def claims(neighbourhood: Neighbourhood) -> Claims:
    """Which addresses are its own now."""
    said: dict[str, list[str]] = {kind: [] for kind in Extent.Kind}
    for extent in sorted(neighbourhood.extents.all(), key=lambda extent: (extent.key, extent.pk)):
        said[extent.kind].append(extent.value)
    kinds = (Extent.Kind.POSTCODE, Extent.Kind.STREET, Extent.Kind.CBS)
    postcodes, streets, codes = (tuple(said[kind]) for kind in kinds)
    return Claims(postcodes, streets, codes, neighbourhood.outline)


@transaction.atomic
def remove(neighbourhood: Neighbourhood, *, by: models.Model | None) -> None:
    """Take it away, with what it claims. Whether anybody lives there is asked by the caller."""
    log.record("remove_neighbourhood", neighbourhood, by=by, district=neighbourhood.district_id)
    neighbourhood.delete()


def read(text: str, kind: Extent.Kind) -> tuple[list[str], list[str]]:
    """What somebody pasted, one on each line; postcodes and codes may also stand behind each other. What is good, and what is wrong with the rest."""
    check = CHECKS[kind]
    good, wrong = [], []
    for number, line in enumerate(text.splitlines(), 1):
        for value in [line] if kind == Extent.Kind.STREET else COMMAS.split(line):
            if not value.strip(" ,;"):
                continue
            try:
                good.append(check(value.strip(" ,;")))
            except (addresses.BadPostcode, BadStreet, cbs.BadCode) as refusal:
                wrong.append(_("Line %(n)d, “%(value)s”: %(why)s") % {"n": number, "value": value.strip()[:40], "why": refusal})
    return good, wrong


def located(district: District, longitude: float, latitude: float) -> Neighbourhood | None:
    """The neighbourhood of the district in whose outline the point lies."""
    point: Point = (longitude, latitude)
    return next(iter(shapes.Sheet(district.neighbourhoods.filter(outline__isnull=False)).enclosing(point)), None)


def _name(neighbourhood: Neighbourhood, name: str) -> None:
    neighbourhood.name = " ".join(name.split())
    if not 0 < len(neighbourhood.name) <= LONGEST_NAME:
        raise BadName(_("Give the neighbourhood a name of at most %(most)s characters.") % {"most": LONGEST_NAME})
    others = neighbourhood.district.neighbourhoods.exclude(pk=neighbourhood.pk)
    taken = BadName(_("There is a neighbourhood called %(name)s already.") % {"name": neighbourhood.name})
    if others.filter(name__iexact=neighbourhood.name).exists():
        raise taken
    try:
        with transaction.atomic():
            # Of one that is there only the name: a colleague may be drawing it at this moment.
            neighbourhood.save(update_fields=["name"] if neighbourhood.pk else None)
    except IntegrityError as raced:
        raise taken from raced
    outside.changed()


def _wanted(postcodes: Iterable[str], streets: Iterable[str], codes: Iterable[str]) -> list[Wanted]:
    """Every extent once, as kind, value and key."""
    once = {wanted[::2]: wanted for wanted in _each(postcodes, streets, codes)}
    return list(once.values())


def _each(postcodes: Iterable[str], streets: Iterable[str], codes: Iterable[str]) -> Iterator[Wanted]:
    for postcode in postcodes:
        value = addresses.prefix(postcode)
        yield Extent.Kind.POSTCODE, value, value
    for street in streets:
        value = _street(street)
        yield Extent.Kind.STREET, value, belonging.street_key(value)
    for code in codes:
        value = cbs.neighbourhood_code(code)
        yield Extent.Kind.CBS, value, value


def _street(text: str) -> str:
    value = " ".join(text.split())
    key = belonging.street_key(value)
    if not key or len(value) > LONGEST_STREET or len(key) > LONGEST_STREET:
        raise BadStreet(_("“%(street)s” is not the name of a street.") % {"street": value[:LONGEST_STREET]})
    return value


CHECKS: Mapping[str, Callable[[str], str]] = {
    Extent.Kind.POSTCODE: addresses.prefix,
    Extent.Kind.STREET: _street,
    Extent.Kind.CBS: cbs.neighbourhood_code,
}


def _bound(neighbourhood: Neighbourhood, wanted: list[Wanted]) -> None:
    Extent.objects.bulk_create(Extent(neighbourhood=neighbourhood, kind=kind, value=value, key=key) for kind, value, key in wanted)
