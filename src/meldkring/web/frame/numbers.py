"""Which numbers stand in what a page sent? Anything else, or a number that no row can have, is as if it was not sent."""

from collections.abc import Iterable

MOST_DIGITS = 18  # fewer than a database keeps in a whole number


def one(text: str) -> int | None:
    """The number, if this is one."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None


def every(texts: Iterable[str]) -> list[int]:
    """The numbers among these, in their order."""
    return [number for text in texts if (number := one(text)) is not None]
