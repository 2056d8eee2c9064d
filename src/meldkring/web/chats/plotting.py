"""How does a row of numbers become bars? Places and heights for a drawing in the page; the numbers themselves stand in the table beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from meldkring.chat_groups.stretches import Bar

WIDTH, HEIGHT = 640, 160


@dataclass(frozen=True)
class Drawn:
    """One bar: where it stands, how high, and what it is; `hidden` where so few were counted that the number is not told."""

    label: object
    count: int | None
    x: float
    y: float
    width: float
    height: float

    @property
    def hidden(self) -> bool:
        return self.count is None


@dataclass(frozen=True)
class Plot:
    """A drawing of bars with its highest number, for the axis."""

    bars: list[Drawn]
    highest: int
    width: int = WIDTH
    height: int = HEIGHT + 1
    floor: int = HEIGHT


def bars(found: Sequence[Bar]) -> Plot:
    """Bars side by side over the whole width; a number that is not told is a low bar of its own kind."""
    highest = max([bar.count or 0 for bar in found], default=0)
    step = WIDTH / max(len(found), 1)
    drawn = []
    for n, bar in enumerate(found):
        height = 4.0 if bar.count is None else (HEIGHT - 12) * bar.count / max(highest, 1)
        drawn.append(
            Drawn(bar.label, bar.count, round(n * step + step * 0.1, 2), round(HEIGHT - height, 2), round(step * 0.8, 2), round(height, 2))
        )
    return Plot(drawn, highest)
