"""How does a piece become paper? Words and a drawing go in, a tagged PDF, a picture or an outlined SVG comes out.

The fonts come with a package, so that every machine prints the same; the machine's own fonts are left alone.
"""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fontpkg_noto_sans
import segno
import typst
from django.utils import translation
from django.utils.translation import gettext as _

from meldkring.places.models import District
from meldkring.publicity import facts, links, words
from meldkring.publicity.models import Corner
from meldkring.publicity.pieces import Piece

SHAPES = Path(__file__).with_name("shapes")
FONTS = [str(fontpkg_noto_sans.ROOT / "files")]
LANGUAGES = ("nl", "en")
COLOURS = ("colour", "bw")
Data = Mapping[str, Any]


@dataclass(frozen=True)
class Look:
    """How a piece is wanted: the language, in colour or in black and white, and at which corner it will hang."""

    language: str = "nl"
    colour: str = "colour"
    corner: Corner | None = None


def piece(piece: Piece, district: District, look: Look) -> Data:
    """All that the drawing of this piece needs. Makes its short link when there is none yet."""
    link = links.link(district, piece.key, look.corner)
    return data(piece, facts.of(district), look, url=links.url(link))


def data(piece: Piece, told: facts.Facts, look: Look, *, url: str) -> Data:
    """The same of facts that are at hand."""
    with translation.override(look.language):
        address = url.split("://", 1)[-1]
        return {
            **piece.given,
            "language": look.language,
            "colour": look.colour,
            "title": _("%(piece)s of %(name)s") % {"piece": piece.name, "name": told.name},
            "name": told.name,
            "municipality": told.municipality,
            "facts": told.lines(),
            "words": words.printed(told, address),
            "address": address,
            "qr": square(url),
            "corner": look.corner.name if look.corner else None,
        }


def square(url: str) -> str:
    """The square code as SVG, without a margin: the drawings leave white around it."""
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(out, kind="svg", border=0, xmldecl=False, svgns=True)
    return out.getvalue().decode()


def pdf(shape: str, data: Data) -> bytes:
    """A tagged PDF (PDF/UA-1) with its fonts inside."""
    (made,) = _made(shape, data, format="pdf", pdf_standards=["ua-1"])
    return made


def svg(shape: str, data: Data) -> bytes:
    """The first page as SVG, its letters as outlines."""
    return _made(shape, data, format="svg")[0]


def png(shape: str, data: Data, *, ppi: float = 72) -> list[bytes]:
    """A picture of every page."""
    return _made(shape, data, format="png", ppi=ppi)


def overflowing(shape: str, data: Data) -> list[str]:
    """The words that did not fit where the drawing wants them."""
    found = typst.query(str(SHAPES / f"{shape}.typ"), "<overflow>", field="value", **_surroundings(data))
    return [str(words) for words in json.loads(found)]


def _made(shape: str, data: Data, **how: Any) -> list[bytes]:
    made = typst.compile(str(SHAPES / f"{shape}.typ"), **_surroundings(data), **how)
    return list(made) if isinstance(made, list) else [made]


def _surroundings(data: Data) -> dict[str, Any]:
    return {"root": str(SHAPES), "font_paths": FONTS, "ignore_system_fonts": True, "sys_inputs": {"data": json.dumps(data)}}
