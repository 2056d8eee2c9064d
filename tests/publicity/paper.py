"""What can be read off paper by a machine: square codes, lines of text, fonts, and the names of the longest districts."""

import io
import json
import pathlib
from collections.abc import Iterator
from functools import cache
from typing import Any

import pypdf
import pypdfium2
import pytest
import zxingcpp

GEO = pathlib.Path(__file__).resolve().parents[3] / "shared" / "data" / "geo"
MADE_UP = (
    "Zoomwijck",
    "Bedrijventerrein Noordoostelijke Havendijk en Kanaaloeverzone",
    "Wetenschapsparkontwikkelingsgebied",
    "Meervoudigeoevergebiedsontwikkelingsmaatschappijvestigingswijk",
    "Sint-Annaland/Oud-Vossemeer-Zuidwest",
)


@cache
def longest(most: int = 4) -> tuple[str, ...]:
    """The longest names of districts, neighbourhoods and municipalities that there are at hand."""
    if not GEO.is_dir():
        pytest.skip(f"NO GEOGRAPHY: {GEO} is absent, so the longest real names are not tried")
    names: set[str] = set()
    for path in GEO.glob("*.geojson"):
        for feature in json.loads(path.read_text())["features"]:
            names |= {str(v) for k, v in feature["properties"].items() if k in ("buurtnaam", "wijknaam", "gemeentenaam") and v}
    return tuple(sorted(names, key=lambda name: (-len(name), name))[:most])


def codes(pdf: bytes, *, width: int = 2400) -> list[list[str]]:
    """What a phone reads, page by page, when the sheet is so many points wide."""
    document = pypdfium2.PdfDocument(pdf)
    found = []
    for page in document:
        bitmap = page.render(scale=width / page.get_width())
        found.append([code.text for code in zxingcpp.read_barcodes(bitmap.to_numpy())])
        bitmap.close()
    document.close()
    return found


def lines(pdf: bytes) -> Iterator[tuple[int, tuple[float, float], list[tuple[float, float, float, float, str]]]]:
    """Page by page its size and its runs of text, each as left, bottom, right, top and words."""
    document = pypdfium2.PdfDocument(pdf)
    for number, page in enumerate(document):
        text = page.get_textpage()
        boxes = [text.get_rect(n) for n in range(text.count_rects())]
        yield number, page.get_size(), [(*box, text.get_text_bounded(*box)) for box in boxes]
    document.close()


def overlaps(boxes: list[tuple[float, float, float, float, str]]) -> list[tuple[str, str]]:
    """Runs of text that stand over each other. A hair of touching is how lines are set."""
    found = []
    for n, (l1, b1, r1, t1, one) in enumerate(boxes):
        for l2, b2, r2, t2, two in boxes[n + 1 :]:
            across, up = min(r1, r2) - max(l1, l2), min(t1, t2) - max(b1, b2)
            if across > 1 and up > 0.3 * min(t1 - b1, t2 - b2):
                found.append((one, two))
    return found


def fonts(pdf: bytes) -> dict[str, bool]:
    """Every font by name, and whether it is inside the file."""
    found: dict[str, bool] = {}

    def look(resources: Any) -> None:
        for font in (resources.get("/Font") or {}).values():
            whole = font.get_object()
            inner = whole["/DescendantFonts"][0].get_object() if "/DescendantFonts" in whole else whole
            descriptor = inner.get("/FontDescriptor", {})
            found[str(whole["/BaseFont"])] = any(f"/FontFile{n}" in descriptor for n in ("", "2", "3"))
        for thing in (resources.get("/XObject") or {}).values():
            if "/Resources" in thing.get_object():
                look(thing.get_object()["/Resources"])

    for page in pypdf.PdfReader(io.BytesIO(pdf)).pages:
        look(page["/Resources"])
    return found


def tags(pdf: bytes) -> set[str]:
    """The kinds of element that a screen reader finds."""
    found: set[str] = set()

    def walk(node: Any) -> None:
        for one in node if isinstance(node, list) else [node]:
            whole = one.get_object() if hasattr(one, "get_object") else one
            if isinstance(whole, dict):
                found.add(str(whole.get("/S", "")))
                if "/K" in whole:
                    kids = whole["/K"]
                    walk(list(kids) if isinstance(kids, list) else kids)

    walk(pypdf.PdfReader(io.BytesIO(pdf)).trailer["/Root"]["/StructTreeRoot"]["/K"])
    return found


def coloured(pdf: bytes) -> bool:
    """Whether any point of any page has more of one colour than of another."""
    document = pypdfium2.PdfDocument(pdf)
    points = [page.render(scale=0.4).to_numpy().astype(int) for page in document]
    document.close()
    return any((shown.max(axis=2) - shown.min(axis=2)).max() > 8 for shown in points)
