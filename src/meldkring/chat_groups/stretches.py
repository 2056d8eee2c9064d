"""Which parts of a chat belong together, and what do they tell in numbers? A stretch is what was said without a long silence.

The numbers are for the steering group: how busy it was, when, how often 112 came up, how much was chatter. Under five nothing is told: then a
number points at somebody.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from meldkring.channels import whatsapp_export as export
from meldkring.channels.whatsapp_export_kinds import Kind

SILENCE = timedelta(minutes=45)
SUPPRESSED_UNDER = 5
CALLED = re.compile(r"(?<!\d)(?:112|1-1-2)(?!\d)")
_WORDS = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
# Words with which nothing is reported. A message of these alone, or without any word, is chatter.
CHATTER = frozenset({
    "ok", "oke", "oké", "okay", "ja", "nee", "top", "super", "fijn", "mooi", "goed", "prima", "helder", "dank", "dankje", "dankjewel",
    "bedankt", "thanks", "thx", "thank", "you", "je", "jij", "u", "wel", "jullie", "hoi", "hallo", "hey", "hee", "groetjes", "groet",
    "succes", "graag", "gedaan", "eens", "idem", "haha", "hahaha", "hihi", "lol", "leuk", "gezellig", "welkom", "allemaal", "iedereen",
    "morgen", "avond", "middag", "weekend", "goedemorgen", "goedemiddag", "goedenavond", "welterusten", "fijne", "het", "een", "de", "en",
    "ook", "nog", "heel", "erg", "zo", "zeg", "gefeliciteerd",
})  # fmt: skip


@dataclass(frozen=True)
class Stretch:
    """What was said without a long silence; `number` is its place in the chat."""

    number: int
    entries: tuple[export.Entry, ...]

    @property
    def first(self) -> export.Entry:
        return self.entries[0]

    @property
    def last(self) -> export.Entry:
        return self.entries[-1]

    @property
    def people(self) -> int:
        return len({e.sender for e in self.entries})

    @property
    def mentions_112(self) -> bool:
        return any(CALLED.search(e.text) for e in self.entries)

    @property
    def opening(self) -> export.Entry:
        """The first message that is more than a greeting."""
        return next((e for e in self.entries if e.kind is Kind.TEXT and not is_chatter(e)), self.first)


@dataclass(frozen=True)
class Bar:
    """One bar of a plot: None where there were so few that the number would point at somebody."""

    label: object
    count: int | None


@dataclass(frozen=True)
class Figures:
    """The chat in numbers; a share is None when it rests on too few."""

    messages: int
    stretches: int
    weeks: list[Bar]
    hours: list[Bar]
    share_112: int | None
    share_chatter: int | None


def stretches(entries: Iterable[export.Entry]) -> list[Stretch]:
    """Divide what people said at each long silence, in the order of the file."""
    found: list[list[export.Entry]] = []
    for entry in entries:
        if not entry.is_said:
            continue
        if found and abs(entry.at - found[-1][-1].at) <= SILENCE:
            found[-1].append(entry)
        else:
            found.append([entry])
    return [Stretch(n, tuple(part)) for n, part in enumerate(found)]


def is_chatter(entry: export.Entry) -> bool:
    """Thanks, thumbs, greetings: nothing that anybody could act on."""
    if entry.kind is not Kind.TEXT:
        return False
    words = _WORDS.findall(entry.text[:200].casefold())
    return len(words) <= 8 and all(word in CHATTER for word in words)


def figures(entries: Sequence[export.Entry], parts: Sequence[Stretch]) -> Figures:
    """Messages per week and by hour of the day, how often 112 came up, how much was chatter."""
    said = [e for e in entries if e.is_said]
    weeks = Counter(e.at.date() - timedelta(days=e.at.weekday()) for e in said)
    hours = Counter(e.at.hour for e in said)
    return Figures(
        messages=len(said),
        stretches=len(parts),
        weeks=[_bar(week, weeks[week]) for week in _every_week(weeks)],
        hours=[_bar(hour, hours[hour]) for hour in range(24)],
        share_112=_share(sum(p.mentions_112 for p in parts), len(parts)),
        share_chatter=_share(sum(is_chatter(e) for e in said), len(said)),
    )


def _every_week(weeks: Counter[date]) -> list[date]:
    """From the first week to the last, the empty ones too; of a long chat the last two years."""
    if not weeks:
        return []
    first, last = max(min(weeks), max(weeks) - timedelta(weeks=103)), max(weeks)
    return [first + timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]


def _bar(label: object, count: int) -> Bar:
    return Bar(label, None if 0 < count < SUPPRESSED_UNDER else count)


def _share(part: int, whole: int) -> int | None:
    if whole < SUPPRESSED_UNDER or 0 < part < SUPPRESSED_UNDER or 0 < whole - part < SUPPRESSED_UNDER:
        return None
    return round(100 * part / whole)
