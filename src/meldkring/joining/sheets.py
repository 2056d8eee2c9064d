"""What stands in the file with an existing member list: a header and rows of text, from CSV or Excel, whoever made it?

Nobody should have to know about delimiters and encodings, so the header decides: the way of reading that gives most columns we know is the
right one. A file may be large or malicious, so it is measured before it is read.
"""

import csv
import datetime
import io
import itertools
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.utils.exceptions import InvalidFileException

LARGEST = 10 * 1024 * 1024
LARGEST_UNPACKED = 60 * 1024 * 1024
MOST_PARTS = 500
MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 5000, 40, 300
HEADER_WITHIN = 10
# All that reading a damaged or made-up workbook was seen to raise; a fault of our own shows in the tests, which read good ones.
BROKEN = (
    InvalidFileException, zipfile.BadZipFile, zlib.error, LookupError, ValueError, TypeError, AttributeError, OSError, SyntaxError, EOFError,
    RuntimeError,
)  # fmt: skip

FIELDS: dict[str, tuple[str, ...]] = {
    "first_name": ("voornaam", "roepnaam", "firstname", "givenname"),
    "last_name": ("achternaam", "familienaam", "lastname", "surname", "familyname"),
    "name": ("naam", "volledigenaam", "name", "fullname", "lid", "member"),
    "email": ("email", "emailadres", "mail", "mailadres", "emailaddress"),
    "mobile": ("mobiel", "mobielnummer", "telefoon", "telefoonnummer", "tel", "gsm", "mobile", "phone", "phonenumber", "mobilenumber"),
    "postcode": ("postcode", "pc", "postalcode", "zipcode", "zip"),
    "house_number": ("huisnummer", "huisnr", "nummer", "nr", "housenumber"),
    "house_suffix": ("toevoeging", "huisnummertoevoeging", "toev", "huisletter", "suffix", "addition"),
    "street": ("straat", "straatnaam", "street", "streetname"),
    "address": ("adres", "address"),
    "neighbourhood": ("buurt", "buurtnaam", "neighbourhood", "neighborhood"),
    "group": ("groep", "groepsnaam", "appgroep", "watchgroup", "group"),
}
_BY_NAME = {name: field for field, names in FIELDS.items() for name in names}


class Unreadable(Exception):
    """This file is not a list we can read; the words say why and what to do."""


@dataclass(frozen=True)
class Sheet:
    """A header and the rows under it; `numbers` are the row numbers as the person's own program shows them."""

    header: list[str]
    rows: list[list[str]]
    numbers: list[int]


def read(content: bytes) -> Sheet:
    """The list in this file. Refuses with `Unreadable`."""
    if len(content) > LARGEST:
        raise Unreadable(_("This file is larger than 10 MB. Save only the sheet with the members and try again."))
    if content[:4] == b"PK\x03\x04":
        return _sheet(_excel(content))
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise Unreadable(_("This is an old Excel file, or one with a password. Save it as .xlsx without a password and try again."))
    return _sheet(_text(content))


def recognised(header: Sequence[str]) -> dict[str, int]:
    """Which column holds what, by the names in the header; of two with the same name the first."""
    found: dict[str, int] = {}
    for place, name in enumerate(header):
        field = _BY_NAME.get(_plain(name))
        if field:
            found.setdefault(field, place)
    return found


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    return "".join(c for c in decomposed if c.isascii() and c.isalpha())


def _sheet(rows: Iterable[list[str]]) -> Sheet:
    """Find the header within the first rows: titles and empty lines may stand above it."""
    numbered = ((number, _trimmed(row)) for number, row in enumerate(rows, 1) if any(row))
    head = list(itertools.islice(numbered, HEADER_WITHIN))
    if not head:
        raise Unreadable(_("There is nothing in this file."))
    best = max(head, key=lambda item: len(recognised(item[1])))
    if not recognised(best[1]):
        raise Unreadable(
            _("We do not see the names of the columns. Put them in the first row: voornaam, achternaam, e-mail, postcode, huisnummer.")
        )
    below = [item for item in head if item[0] > best[0]]
    kept = list(itertools.islice(itertools.chain(below, numbered), MOST_ROWS + 1))
    if len(kept) > MOST_ROWS:
        raise Unreadable(_("A list may have at most %(n)d rows. Divide it over several files.") % {"n": MOST_ROWS})
    if not kept:
        raise Unreadable(_("There are no rows under the header."))
    width = max(len(row) for _n, row in [best, *kept])
    padded = [row + [""] * (width - len(row)) for _n, row in [best, *kept]]
    return Sheet(padded[0], padded[1:], [number for number, _row in kept])


def _trimmed(row: list[str]) -> list[str]:
    """Without the empty cells at its end."""
    return row[: max((place for place, cell in enumerate(row, 1) if cell), default=0)]


def _text(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    if "\0" in text:
        raise Unreadable(_("This is not a list. Save it as CSV or as Excel (.xlsx) and try again."))
    start = text[:20_000].splitlines()[:HEADER_WITHIN]
    delimiter = max(";,\t", key=lambda d: max((len(recognised(next(csv.reader([line], delimiter=d), []))) for line in start), default=0))
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield [_cell(value) for value in row[:MOST_COLUMNS]]
    except csv.Error as wrong:
        raise Unreadable(_("This is not a list. Save it as CSV or as Excel (.xlsx) and try again.")) from wrong


def _decoded(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _excel(content: bytes) -> Iterator[list[str]]:
    """The rows of the first sheet, as values: what a formula last came to, never the formula."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            # Python reads no more of a part than it declares, so what is declared is what it can cost.
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise Unreadable(_("There is too much in this file. Save only the sheet with the members and try again."))
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a file says about its own size is not always so
        for row in sheet.iter_rows(max_row=MOST_ROWS * 2, max_col=MOST_COLUMNS, values_only=True):
            yield [_cell(value) for value in row]
    except BROKEN as wrong:
        raise Unreadable(_("This Excel file cannot be read. Save it once more as .xlsx, or as CSV, and try again.")) from wrong


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    return re.sub(r"\s+", " ", str(value)).strip()[:LONGEST_CELL]
