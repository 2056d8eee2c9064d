"""What was said when, and by whom, in a chat that somebody exported from WhatsApp? Standard library only; reads as a stream, twice.

The first time (`survey`) finds how this file writes its heads and dates, the second (`entries`) reads it. A line without a head belongs to the
message before it. Times are those of the phone, without a zone, and need not be in order. Nothing is thrown away unseen: what is not
understood comes as `Kind.SYSTEM` with its words. Any bytes may be given; a file without a single head gives nothing.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from meldkring.channels import whatsapp_export_kinds as kinds
from meldkring.channels.whatsapp_export_dates import HEAD, Order, Shape, Tally, moment, readings, shape
from meldkring.channels.whatsapp_export_kinds import Kind

LONGEST = 65_536  # characters of one message: WhatsApp's own limit
_NUMBER = re.compile(r"\+?[\d ()-]{6,24}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One message or line of WhatsApp's own. `sender` is empty for the latter; `people` are then those it is about ("" is who exported).

    `raw` is the first line as it stands in the file, `line` its number.
    """

    line: int
    at: datetime
    sender: str
    text: str
    kind: Kind
    people: tuple[str, ...] = ()
    edited: bool = False
    raw: str = ""

    @property
    def is_said(self) -> bool:
        return self.kind in kinds.SAID


@dataclass(frozen=True)
class Survey:
    """How a file writes its heads. `order` is None where the file itself does not tell: then somebody must be asked, with `examples`."""

    shape: Shape | None
    order: Order | None
    messages: int
    examples: tuple[tuple[str, date, date], ...] = ()


def survey(lines: Iterable[str], *, today: date) -> Survey:
    """Look over the whole file. `today` is when it was made at the latest: no message is of a later day."""
    tallies: dict[Shape, Tally] = {}
    first: Shape | None = None
    untouched, ordinal = True, today.toordinal() + 1
    for line in lines:
        found = HEAD.match(line)
        form = shape(found.groups()) if found else None
        if found and form:
            parts = (found[2], found[3], found[4], found[5])
            both = readings(found[2], found[4], found[5])
            if both != (None, None):
                tallies.setdefault(form, Tally()).add(parts, both, today=ordinal)
                first = form if untouched else first
                untouched = False
        untouched = untouched and not line.strip()
    if not tallies:
        return Survey(None, None, 0)
    # An export begins with a head; a paste of another phone's export further on may be longer than the chat itself.
    form = first or max(tallies, key=lambda s: tallies[s].lines)
    tally = tallies[form]
    examples = ((f"{a}{sep}{b}{sep}{c}", *readings(a, b, c)) for a, sep, b, c in tally.samples)
    shown = tuple((text, day, month) for text, day, month in examples if day and month)
    return Survey(form, Order.YEAR_FIRST if form[3] else tally.order(), tally.lines, shown)


def entries(lines: Iterable[str], form: Shape, order: Order) -> Iterator[Entry]:
    """Read the file with what `survey` found, and `order` as found or as answered."""
    begun: tuple[int, datetime, str, str] | None = None
    words: list[str] = []
    length = 0
    for number, line in enumerate(lines, 1):
        line = line.removesuffix("\n").removesuffix("\r")
        found = HEAD.match(line)
        at = moment(found.groups(), order) if found and shape(found.groups()) == form else None
        if found and at:
            if begun:
                yield _entry(*begun, words)
            begun, words, length = (number, at, line[found.end() :], line), [], 0
        elif begun and length < LONGEST:
            words.append(line[: LONGEST - length])
            length += len(line) + 1
    if begun:
        yield _entry(*begun, words)


def number(who: str) -> str:
    """The telephone number that stands in the place of a name, as digits with a plus; empty for a name."""
    plain = kinds.name(who)
    return "+" * plain.startswith("+") + re.sub(r"\D", "", plain) if _NUMBER.fullmatch(plain) else ""


def _entry(line: int, at: datetime, rest: str, raw: str, below: list[str]) -> Entry:
    who = kinds.sender(rest)
    words = "\n".join([who[1] if who else rest, *below]).rstrip("\n")[:LONGEST]
    raw = raw[:LONGEST]
    if who is None:
        kind, people = kinds.system(words)
        return Entry(line, at, "", words, kind, people, raw=raw)
    if kinds.is_whatsapps_own(words):
        # The name before it is the group's, or that of who did it.
        kind, people = kinds.system(words)
        return Entry(line, at, "", words.lstrip(kinds.LRM), kind, people, raw=raw)
    kind, text, edited = kinds.said(words)
    return Entry(line, at, kinds.name(who[0]), text, kind, edited=edited, raw=raw)
