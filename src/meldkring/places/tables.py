"""How does the postcode file of CBS come in without anyone noticing, and what does it say of an address?

The country has more than eight million rows, and an alarm may not wait for them. So rows are written in small batches beside the table
that is in use; only when the last one is in, one short transaction changes over. A file that breaks off halfway changes nothing.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import timedelta
from typing import TextIO

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.places import cbs
from meldkring.places.models import PostcodeRow, PostcodeTable

BATCH = 5_000
AT_ONCE = 500  # postcodes in one question


def replace(file: TextIO, *, municipalities: Collection[str] = (), tell: Callable[[int], object] = str) -> dict[str, int]:
    """Read the file, and use it from now on for the municipalities in it, or for these alone. Gives the number of rows of each.

    `tell` hears how many rows are in so far. Refuses with `cbs.BadTable`; what was in use then stays in use.
    """
    head = cbs.header(file.readline())
    made: dict[str, PostcodeTable] = {}
    try:
        counts = _write(cbs.rows(file, head, municipalities), made, head.year, tell)
        if missing := sorted(set(municipalities) - set(counts)) or ([] if counts else ["—"]):
            raise cbs.BadTable(_("The file has no rows of %(missing)s.") % {"missing": ", ".join(missing)})
        _change_over(made, counts)
    except IntegrityError as raced:
        _throw_away(made.values())
        raise cbs.BadTable(_("Another import of the same municipality went on at the same time. Try again.")) from raced
    except BaseException:
        _throw_away(made.values())
        raise
    broken_off = Q(read_at__lt=timezone.now() - timedelta(days=1))
    _throw_away(PostcodeTable.objects.filter(broken_off | Q(municipality__in=made), current=False))
    return counts


def _write(rows: Iterator[cbs.Row], made: dict[str, PostcodeTable], year: int | None, tell: Callable[[int], object]) -> dict[str, int]:
    counts: dict[str, int] = {}
    total = 0
    while batch := list(itertools.islice(rows, BATCH)):
        with transaction.atomic():
            for town in {row.municipality for row in batch} - made.keys():
                made[town] = PostcodeTable.objects.create(municipality=town, year=year)
            _insert([(made[row.municipality].pk, row.postcode, row.number, row.neighbourhood) for row in batch])
        for row in batch:
            counts[row.municipality] = counts.get(row.municipality, 0) + 1
        total += len(batch)
        tell(total)
    return counts


def _insert(rows: list[tuple[int, str, int, str]]) -> None:
    """Without the ORM: four times as fast, and as long as it takes nobody else can write on SQLite."""
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO places_postcoderow (table_id, postcode, number, neighbourhood) VALUES (%s, %s, %s, %s)", rows)


@transaction.atomic
def _change_over(made: dict[str, PostcodeTable], counts: dict[str, int]) -> None:
    PostcodeTable.objects.filter(municipality__in=made, current=True).update(current=False)
    changed = PostcodeTable.objects.filter(pk__in=[table.pk for table in made.values()]).update(current=True)
    if changed != len(made):
        raise IntegrityError("a table disappeared while it was read in")
    for town, table in made.items():
        log.record("import_postcodes", table, by=None, municipality=town, rows=counts[town])


def _throw_away(tables: Iterable[PostcodeTable]) -> None:
    """Piece by piece, for the same reason as they came in."""
    for table in tables:
        piece = PostcodeRow.objects.filter(table=table).values("pk")[:BATCH]
        while PostcodeRow.objects.filter(pk__in=piece).delete()[0]:
            pass
        PostcodeTable.objects.filter(pk=table.pk).delete()


def neighbourhood_codes(postcode: str, number: int) -> frozenset[str]:
    """The CBS neighbourhoods this address may lie in: of the house number, or of the whole postcode for a house built since."""
    return codes_of([(postcode, number)])[postcode, number]


def codes_of(asked: Iterable[tuple[str, int]]) -> dict[tuple[str, int], frozenset[str]]:
    """The same of many addresses at once."""
    asked = set(asked)
    known = defaultdict[str, dict[int, dict[int, set[str]]]](dict)
    postcodes = sorted({postcode for postcode, _number in asked})
    for n in range(0, len(postcodes), AT_ONCE):
        found = PostcodeRow.objects.filter(postcode__in=postcodes[n : n + AT_ONCE], table__current=True)
        for postcode, number, table, code in found.values_list("postcode", "number", "table", "neighbourhood"):
            known[postcode].setdefault(number, {}).setdefault(table, set()).add(code)
    return {(postcode, number): _codes(known[postcode], number) for postcode, number in asked}


def _codes(by_number: dict[int, dict[int, set[str]]], number: int) -> frozenset[str]:
    # Municipalities merge: an address may still stand in the table of the old one. What was read last holds.
    latest = {at: said[max(said)] for at, said in by_number.items()}
    return frozenset(latest.get(number) or set().union(*latest.values()))
