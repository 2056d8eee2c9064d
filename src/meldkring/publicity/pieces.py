"""Which pieces are there to print, in which shape and size, and what does one do with each?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from meldkring.publicity.models import Material


@dataclass(frozen=True)
class Piece:
    """One piece of the kit. `shape` is the drawing it is made with, `width` and `height` of its sheet in mm, `pages` how many there are."""

    key: str
    shape: str
    width: float
    height: float
    size: Promise
    to_do: Promise
    pages: int = 1
    scale: float = 1
    formats: tuple[str, ...] = ("pdf",)
    marks: bool = False

    @property
    def name(self) -> str:
        return str(Material(self.key).label)

    def ppi(self, pixels: int) -> float:
        """With how many points an inch the sheet becomes so many pixels wide."""
        return pixels / self.width * 25.4

    @property
    def given(self) -> Mapping[str, Any]:
        """What the drawing wants to know beside the words."""
        return {"scale": self.scale, "marks": self.marks}


PIECES = {
    piece.key: piece
    for piece in (
        Piece(
            Material.POSTER_A4, "poster", 210, 297, _("A4, 210 × 297 mm"),
            _("Print it at home and hang it behind your window, or in the shop, the school and the library. Ask there first."),
        ),
        Piece(
            Material.POSTER_A3, "poster", 297, 420, _("A3, 297 × 420 mm"),
            _("For notice boards and shop windows. A copy shop prints it on thick paper."), scale=1.41429,
        ),
        Piece(
            Material.FLYER, "flyer", 297, 210, _("A5, two on a sheet of A4"),
            _("Print on both sides, turn on the short edge. One cut through the middle. Put it through the doors yourself: that is when people ask."),
            pages=2,
        ),
        Piece(
            Material.DOOR, "door", 210, 297, _("90 × 130 mm, four on a sheet of A4"),
            _("Print on sticker paper for a window or a front door. Cut along the marks."),
        ),
        Piece(
            Material.CONTAINER, "container", 297, 210, _("138 × 194 mm, two on a sheet of A4"),
            _("Print on weatherproof sticker paper. Write your house number on it with a waterproof pen."),
        ),
        Piece(
            Material.CARD, "card", 210, 297, _("A6, four on a sheet of A4"),
            _("For who has just moved in. Print on both sides on thick paper, turn on the long edge, cut twice and write something on it by hand."),
            pages=2,
        ),
        Piece(
            Material.SIGN, "sign", 450, 600, _("450 × 600 mm, 5 mm bleed and crop marks"),
            _("Send the PDF or SVG to a sign maker. A sign in public space needs permission of the owner of the road: mostly the municipality."),
            formats=("pdf", "svg"), marks=True,
        ),
        Piece(
            Material.POST, "post", 381, 381, _("1080 × 1080 pixels"),
            _("Put the picture with your post in the neighbourhood page or your own. A description for who cannot see it is below the text."),
            formats=("png",),
        ),
    )
}  # fmt: skip
