"""The same figures as rows for a spreadsheet: what, of what, how much, in which unit. A number that is left out is empty, and the last column says so."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import gettext as _

from meldkring.figures import measuring, wording
from meldkring.figures.summing import Figures

Row = tuple[str, str, str, str, str]
# A cell that begins so would be a formula in a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """These rows as CSV for a Dutch spreadsheet: with semicolons, and a mark by which it knows that this is UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()


def figures(found: Figures) -> str:
    """The figures of a scope as CSV."""
    header = (_("Part"), _("What"), _("Number"), _("Unit"), _("Remark"))
    return text(header, _rows(found))


def _rows(found: Figures) -> Iterator[Row]:
    head, cases = f"{found.scope.name} {found.year}", _("cases")
    yield _count(head, _("Reports"), found.reports, cases)
    yield _count(head, _("Came from elsewhere"), found.arrived, cases)
    yield _count(head, _("Members"), found.members, _("people"))
    if found.scope.full:
        yield _count(head, _("Exercises"), found.exercises, cases)
    for name, spread in found.steps.items():
        yield from _times(str(wording.STEPS[name]), spread)
    for name, parts in found.parts.items():
        title, labels = wording.PARTS[name]
        yield from (_count(str(title), str(labels[key]), count, cases) for key, count in parts.items())
    for name, reach in found.told.items():
        part = _("Told: %(channel)s") % {"channel": wording.channel(name)}
        yield _count(part, _("people told"), reach.count, _("people"))
        yield _count(part, _("did not work"), found.failed[name], _("people"))
        why = wording.late() if reach.enough else _("fewer than five")
        yield from _within(part, (reach.half, reach.most), why)
    for child in found.children:
        yield _count(child.name, _("Reports"), child.reports, cases)
        yield _count(child.name, _("Came from elsewhere"), child.arrived, cases)
        yield _count(child.name, _("Members"), child.members, _("people"))
        yield from _times(child.name + ": " + str(wording.STEPS["judged_after"]), child.judged)
        yield from _times(child.name + ": " + str(wording.STEPS["closed_after"]), child.closed)
    for silent in found.silent:
        yield (silent.name, _("Nothing for half a year"), "", "", "")


def _count(part: str, what: str, count: int | None, unit: str) -> Row:
    return (part, what, "", unit, _("left out")) if count is None else (part, what, str(count), unit, "")


def _times(part: str, spread: measuring.Spread) -> Iterator[Row]:
    yield from _within(part, (spread.median, spread.p90), _("fewer than five"))


def _within(part: str, seconds: Sequence[int | None], why_none: str) -> Iterator[Row]:
    for what, value in zip((_("half within"), _("nine of ten within")), seconds, strict=True):
        yield (part, what, *(("", _("seconds"), why_none) if value is None else (str(value), _("seconds"), "")))


def _plain(cell: object) -> object:
    return "'" + cell if isinstance(cell, str) and cell.startswith(FORMULA) else cell
