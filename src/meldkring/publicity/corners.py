"""What hangs where? The order list of a district: a row per street corner, with who permits it, what is ordered and what is there.

A board in public space needs the permission of who owns the road; the list has a place for it and says so on paper.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.figures import exporting
from meldkring.groups import roles
from meldkring.people.models import Person
from meldkring.places.models import District
from meldkring.publicity import access, links, printing
from meldkring.publicity.models import Corner

MOST = 500
FIELDS = ("name", "number", "permitted_by", "permitted_on", "ordered_on", "placed_on")


class BadCorner(Exception):
    """A row that cannot be: the corner stands on the list already, or the list is full."""


def require(by: Person, district: District) -> None:
    """Refuse with `NotAllowed` unless the person is a steering member of the district."""
    if district not in access.districts(by):
        raise roles.NotAllowed(_("Only steering members of %(district)s can do this.") % {"district": district.name})


@transaction.atomic
def write(district: District, values: Mapping[str, Any], *, by: Person, corner: Corner | None = None) -> Corner:
    """Put a corner on the list, or change it. Refuses with `BadCorner`."""
    require(by, district)
    District.objects.select_for_update(no_key=True).get(pk=district.pk)  # two colleagues at once would both find no such corner
    others = access.corners(district)
    others = others.exclude(pk=corner.pk) if corner else others
    if corner is None and others.count() >= MOST:
        raise BadCorner(_("The list holds %(n)d rows. Take one off first.") % {"n": MOST})
    if others.filter(name__iexact=values["name"]).exists():
        raise BadCorner(_("This corner is on the list already."))
    row = corner or Corner(district=district)
    for name in FIELDS:
        setattr(row, name, values[name])
    row.save()
    log.record("corner", row, by=by)
    return row


@transaction.atomic
def remove(corner: Corner, *, by: Person) -> None:
    """Take a corner off the list."""
    require(by, corner.district)
    links.retire(corner)
    log.record("corner_removed", corner, by=by)
    corner.delete()


def columns() -> list[str]:
    """What stands above the columns."""
    return [_("Corner"), _("State"), _("Number"), _("Permitted by"), _("Permitted"), _("Ordered"), _("Placed")]


def state(corner: Corner) -> str:
    """How far it has come, in a word."""
    if corner.placed_on:
        return _("hangs")
    if corner.ordered_on:
        return _("ordered")
    return _("may be ordered") if corner.permitted_on else _("ask permission")


def as_csv(rows: Iterable[Corner]) -> str:
    """The list for a spreadsheet."""
    return exporting.text(
        columns(), ([r.name, state(r), r.number, r.permitted_by, r.permitted_on, r.ordered_on, r.placed_on] for r in rows)
    )


def as_pdf(district: District, rows: list[Corner], *, language: str) -> bytes:
    """The list on paper, for the sign maker and the municipality."""

    def day(when: Any) -> str:
        return date_format(when, "j-n-Y") if when else ""

    data = {
        "language": language, "colour": "colour", "name": district.name,
        "title": _("Order list of %(name)s") % {"name": district.name},
        "words": {"road_owner": road_owner()},
        "columns": columns(),
        "rows": [
            [r.name, state(r), str(r.number), r.permitted_by, day(r.permitted_on), day(r.ordered_on), day(r.placed_on)] for r in rows
        ],
        "total": _("Together"),
        "signs": sum(r.number for r in rows),
    }  # fmt: skip
    return printing.pdf("corners", data)


def road_owner() -> str:
    """The note that belongs with every sign."""
    return _(
        "A board in public space needs permission of the owner of the road: mostly the municipality, sometimes the water board, the province or"
        " an owners’ association. Ask before you order. On your own wall or in your own garden you need nobody’s permission, unless you rent."
    )
