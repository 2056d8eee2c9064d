"""What did the police record in a municipality, year by year, before and after the first watch group? Only when somebody imported it.

Two forms are read: table 47022NED of CBS (one line per crime, neighbourhood and month; a year counts when it has twelve months), and one line per
neighbourhood with columns such as `misdrijven_totaal_2024`. What is shown is the whole municipality: per neighbourhood the numbers are too small.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Min, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.figures import suppressing
from meldkring.figures.models import PoliceCount
from meldkring.groups.models import Kind, Membership
from meldkring.places.models import Municipality

CRIMES = {"0.0.0": PoliceCount.Kind.ALL, "1.1.1": PoliceCount.Kind.BURGLARY}
WIDE = re.compile(r"(misdrijven_totaal|woninginbraak)_(\d{4})")
NAMED = {"misdrijven_totaal": PoliceCount.Kind.ALL, "woninginbraak": PoliceCount.Kind.BURGLARY}
Counts = dict[tuple[str, str, int], int]


class BadFigures(Exception):
    """The file is not in one of the two forms; nothing of it is kept."""


@dataclass(frozen=True)
class Recorded:
    """One kind of crime, year by year; `since` is the year in which the first watch group began. None is left out."""

    kind: str
    years: dict[int, int | None]
    since: int | None


@transaction.atomic
def read_in(lines: Iterable[str], municipality: Municipality) -> int:
    """Keep the figures of this municipality's neighbourhoods; how many. Refuses with `BadFigures`."""
    text = list(lines)
    header = text[0].lstrip("\ufeff") if text else ""
    reader = csv.DictReader([header, *text[1:]], delimiter=";" if ";" in header else ",")
    names = {name.strip().lower(): name for name in reader.fieldnames or ()}
    try:
        found = _long(reader, names) if "wijkenenbuurten" in names else _wide(reader, names)
    except (KeyError, ValueError, csv.Error) as wrong:
        raise BadFigures(_("Line %(line)s of this file is not as in table 47022NED of CBS.") % {"line": reader.line_num}) from wrong
    ours = municipality.code.removeprefix("GM")
    rows = [
        PoliceCount(municipality=municipality, neighbourhood=code, kind=kind, year=year, count=count)
        for (code, kind, year), count in found.items() if ours and code.startswith("BU" + ours)
    ]  # fmt: skip
    PoliceCount.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["neighbourhood", "kind", "year"], update_fields=["count"], batch_size=1000
    )
    return len(rows)


def of(municipality: Municipality) -> list[Recorded]:
    """What was recorded in this municipality; nothing when nothing was imported."""
    rows = (
        PoliceCount.objects.filter(municipality=municipality).values_list("kind", "year").annotate(n=Sum("count")).order_by("kind", "year")
    )
    found: dict[str, dict[int, int | None]] = defaultdict(dict)
    for kind, year, count in rows:
        found[kind][year] = suppressing.alone(count)
    began = (
        Membership.objects.filter(kind=Kind.WATCH, group__municipality=municipality).aggregate(first=Min("joined_at"))["first"]
        if found
        else None
    )
    since = timezone.localdate(began).year if began else None
    return [Recorded(kind, years, since) for kind, years in found.items()]


def _whole(reader: "csv.DictReader[str]") -> Iterator[dict[str, str]]:
    for row in reader:
        if None in row.values():
            raise ValueError("too few columns")
        yield row


def _wide(reader: "csv.DictReader[str]", names: Mapping[str, str]) -> Counts:
    columns = [(match, name) for low, name in names.items() if (match := WIDE.fullmatch(low))]
    if not columns:
        raise KeyError("no column with a year")
    return {
        (row[names["buurtcode"]].strip(), NAMED[match[1]], int(match[2])): int(row[name])
        for row in _whole(reader) for match, name in columns if row[name].strip()
    }  # fmt: skip


def _long(reader: "csv.DictReader[str]", names: Mapping[str, str]) -> Counts:
    [count] = [name for low, name in names.items() if low.startswith("geregistreerdemisdrijven")]
    found: Counts = defaultdict(int)
    months: dict[int, set[str]] = defaultdict(set)
    for row in _whole(reader):
        crime, code, period = (row[names[name]].strip() for name in ("soortmisdrijf", "wijkenenbuurten", "perioden"))
        if crime in CRIMES and code.startswith("BU") and "MM" in period and row[count].strip():
            found[code, CRIMES[crime], int(period[:4])] += int(float(row[count]))
            months[int(period[:4])].add(period)
    return {key: n for key, n in found.items() if len(months[key[2]]) == 12}
