"""How is the postcode file of CBS read? Line by line: postcode, house number, and the codes of neighbourhood and municipality.

The file is called `pc6hnrJJJJ0801_gwb.csv` and changes a little each year: `;` or `,` between the columns, `Buurt2019` or
`Buurtcode2024` above them, and codes with or without their letters and leading zeros. Here they all become the same.
"""

import csv
import functools
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext as _

COLUMNS = {  # in the order of Row
    "PC6": re.compile(r"pc6|postcode"),
    "Huisnummer": re.compile(r"huisnummer|huisnr|hnr"),
    "Buurt": re.compile(r"buurt(code)?_?(\d{4})?"),
    "Gemeente": re.compile(r"(gemeente|gem)(code)?_?(\d{4})?"),
}
POSTCODE = re.compile(r"[1-9][0-9]{3}[A-Z]{2}")


class BadTable(Exception):
    """The file cannot be used; the words name the line and what is wrong there. Nothing of it is kept."""


class BadCode(Exception):
    """Not a code of CBS."""


class Row(NamedTuple):
    """One house number, in the one way of writing that we keep."""

    postcode: str
    number: int
    neighbourhood: str
    municipality: str


@dataclass(frozen=True)
class Header:
    """Which column is where, how they are parted, and of which year the borders are."""

    delimiter: str
    places: list[int]
    year: int | None


@functools.lru_cache(maxsize=20_000)
def neighbourhood_code(text: str) -> str:
    """`BU19630005` from 19630005 or BU19630005; `BU00340101` from 340101. Refuses with `BadCode`."""
    return _code(text, "BU", 8)


@functools.lru_cache(maxsize=1_000)
def municipality_code(text: str) -> str:
    """`GM0034` from 34, 0034 or GM0034. Refuses with `BadCode`."""
    return _code(text, "GM", 4)


def _code(text: str, letters: str, length: int) -> str:
    digits = text.strip().upper().removeprefix(letters)
    if not (digits.isascii() and digits.isdigit()) or len(digits) > length or not int(digits):
        example = letters + "1963000500"[:length]
        raise BadCode(_("“%(text)s” is not a code of CBS; such a code looks like %(example)s.") % {"text": text[:20], "example": example})
    return letters + digits.zfill(length)


def header(line: str) -> Header:
    """What the first line says. Refuses with `BadTable` when it is not that of this file."""
    delimiter = ";" if ";" in line else ","
    titles = [title.strip().strip('"').casefold() for title in line.lstrip("\ufeff").strip().split(delimiter)]
    places = [next((n for n, title in enumerate(titles) if pattern.fullmatch(title)), -1) for pattern in COLUMNS.values()]
    if missing := [name for name, place in zip(COLUMNS, places, strict=True) if place < 0]:
        raise BadTable(
            _("Line 1: no column %(missing)s. The file of CBS begins like this: PC6;Huisnummer;Buurt2024;Wijk2024;Gemeente2024.")
            % {"missing": ", ".join(missing)}
        )
    year = re.search(r"\d{4}$", titles[places[2]])
    return Header(delimiter, places, int(year[0]) if year else None)


def rows(lines: Iterable[str], head: Header, municipalities: Collection[str] = ()) -> Iterator[Row]:
    """Every row below the header, or only those of these municipalities. Refuses with `BadTable` at the first bad row that is wanted."""
    reader = csv.reader(lines, delimiter=head.delimiter)
    try:
        for cells in reader:
            if not cells or cells == [""]:
                continue
            postcode, number, neighbourhood, municipality = [cells[n].strip() for n in head.places]
            town = municipality_code(municipality)
            if not municipalities or town in municipalities:
                yield Row(_postcode(postcode), _number(number), neighbourhood_code(neighbourhood), town)
    except IndexError as wrong:
        raise BadTable(_at(reader.line_num, _("there are too few columns."))) from wrong
    except (BadCode, ValueError, csv.Error) as wrong:
        raise BadTable(_at(reader.line_num, str(wrong))) from wrong


def _at(line: int, words: str) -> str:
    """The header was read before, so the reader's first line is the second of the file."""
    return _("Line %(line)s: %(words)s") % {"line": line + 1, "words": words}


def _postcode(text: str) -> str:
    postcode = text.replace(" ", "").upper()
    if not POSTCODE.fullmatch(postcode):
        raise ValueError(_("“%(text)s” is not a postcode.") % {"text": text[:20]})
    return postcode


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text)):
        raise ValueError(_("“%(text)s” is not a house number.") % {"text": text[:20]})
    return int(text)
