"""What does a link to a district look like where others show it? A picture of 1200 by 630 with its name and our sign, and a badge to click.

Both bear names of places only, never a number or a person, so they may be kept for long.
"""

import hashlib
import json
from pathlib import Path

import fontpkg_noto_sans
import typst
from django.core.cache import cache
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from meldkring.places.models import District

SHAPE = Path(__file__).with_name("shapes") / "preview.typ"
FONTS = [Path(fontpkg_noto_sans.ROOT) / "files"]
KEPT = 24 * 60 * 60
LETTER = 0.62  # how wide a bold letter is, at most, as a part of its height
BADGE = (
    '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label}" viewBox="0 0 {width} 64" width="{width}" height="64">'
    '<title>{label}</title><rect x="1" y="1" width="{inside}" height="62" rx="10" fill="#0b4f8a" stroke="#fff" stroke-width="2"/>'
    '<g transform="translate(10 7) scale(.83)"><path d="M2 26 24 6l22 20v22a4 4 0 0 1-4 4H6a4 4 0 0 1-4-4z" fill="#fff"/>'
    '<path d="M10 34c8-11 20-11 28 0-8 11-20 11-28 0z" fill="#0b4f8a"/><circle cx="24" cy="34" r="5" fill="#fff"/></g>'
    '<g font-family="Noto Sans, Segoe UI, Roboto, Helvetica, Arial, sans-serif" fill="#fff">'
    '<text x="62" y="27" font-size="15">{above}</text><text x="62" y="49" font-size="19" font-weight="700">{name}</text></g></svg>'
)


def picture(district: District | None = None) -> bytes:
    """The picture of this district, or of Meldkring as a whole, as PNG."""
    name, town = (district.name, district.municipality.name) if district else ("Meldkring", "")
    data = {
        "language": get_language() or "nl",
        "above": _("Neighbourhood watch"),
        "name": name,
        "below": town or _("Neighbours who look out for each other"),
        "call": _("Do you see something? Call 112"),
    }
    key = "preview:" + hashlib.sha256(json.dumps([data, SHAPE.stat().st_mtime_ns]).encode()).hexdigest()
    found: bytes | None = cache.get(key)
    if found is None:
        made = typst.compile(SHAPE, font_paths=FONTS, ignore_system_fonts=True, sys_inputs={"data": json.dumps(data)}, format="png", ppi=72)
        assert isinstance(made, bytes)  # noqa: S101 - one page, not a list of them
        found = made
        cache.set(key, found, KEPT)
    return found


def badge(district: District) -> str:
    """A small drawing to put on another site, as SVG: it loads nothing and sets nothing."""
    above = _("Neighbourhood watch")
    width = 62 + max(len(above) * 15, len(district.name) * 19) * LETTER + 14
    label = _("Neighbourhood watch %(name)s") % {"name": district.name}
    return BADGE.format(label=escape(label), above=escape(above), name=escape(district.name), width=round(width), inside=round(width) - 2)
