"""How is a neighbourhood made, named, drawn and bounded, and in which one does a point lie?

A district's own neighbourhoods are smaller than those of CBS: its people say by postcodes, streets, CBS codes or a drawing what is theirs.
Who may do this is asked by the caller: people and their roles live above this part.
"""

from collections.abc import Iterable, Iterator

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.places import addresses, belonging, cbs, shapes
from meldkring.places.models import District, Extent, Neighbourhood
from meldkring.places.shapes import Point

LONGEST_NAME = 100
LONGEST_STREET = 80
Wanted = tuple[Extent.Kind, str, str]


class BadName(Exception):
    """A neighbourhood needs a name that no other in the district has."""


class BadStreet(Exception):
    """Not the name of a street."""


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


def located(district: District, longitude: float, latitude: float) -> Neighbourhood | None:
    """The neighbourhood of the district in whose outline the point lies."""
    point: Point = (longitude, latitude)
    return next(iter(shapes.enclosing(district.neighbourhoods.filter(outline__isnull=False), point)), None)


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
            neighbourhood.save()
    except IntegrityError as raced:
        raise taken from raced


def _wanted(postcodes: Iterable[str], streets: Iterable[str], codes: Iterable[str]) -> list[Wanted]:
    """Every extent once, as kind, value and key."""
    once = {wanted[::2]: wanted for wanted in _each(postcodes, streets, codes)}
    return list(once.values())


def _each(postcodes: Iterable[str], streets: Iterable[str], codes: Iterable[str]) -> Iterator[Wanted]:
    for postcode in postcodes:
        value = addresses.prefix(postcode)
        yield Extent.Kind.POSTCODE, value, value
    for street in streets:
        value = " ".join(street.split())
        key = belonging.street_key(value)
        if not key or len(value) > LONGEST_STREET or len(key) > LONGEST_STREET:
            raise BadStreet(_("“%(street)s” is not the name of a street.") % {"street": value[:LONGEST_STREET]})
        yield Extent.Kind.STREET, value, key
    for code in codes:
        value = cbs.neighbourhood_code(code)
        yield Extent.Kind.CBS, value, value


def _bound(neighbourhood: Neighbourhood, wanted: list[Wanted]) -> None:
    Extent.objects.bulk_create(Extent(neighbourhood=neighbourhood, kind=kind, value=value, key=key) for kind, value, key in wanted)
