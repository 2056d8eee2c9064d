"""What does a page need to show a map one can move and zoom? The map only adds: the list beside it says and does the same.

Our own shapes come with the page; background tiles only where the setting `MAP_TILES` names a server for them, which then sees what is looked at.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings

LOOKS = 6  # as many fills as the style sheet has


@dataclass(frozen=True)
class Area:
    """One shape on a map. `key` is the value that a press chooses in the field `Map.chooses`; `url` is where it leads instead.

    `words` is all that a screen reader says of it; `badge` is written on it: a number, a letter.
    """

    key: int | str
    geometry: dict[str, Any]
    words: str
    badge: str = ""
    look: int = 0
    url: str = ""
    chosen: bool = False


@dataclass(frozen=True)
class Map:
    """For `ds/map.html`. `chooses` is the name of radio buttons or boxes on the page; `draws` the name of the field that gets a drawn outline."""

    id: str
    label: str
    areas: dict[str, Any]
    chooses: str = ""
    draws: str = ""
    tiles: str = ""
    credit: str = ""


def of(name: str, label: str, areas: Iterable[Area], *, chooses: str = "", draws: str = "") -> Map:
    """A map with these areas, drawn in this order."""
    features = [
        {
            "type": "Feature",
            "id": area.key,
            "geometry": area.geometry,
            "properties": {
                "words": area.words, "badge": area.badge, "look": area.look % LOOKS, "url": area.url, "chosen": area.chosen,
            },
        }
        for area in areas
    ]  # fmt: skip
    collection = {"type": "FeatureCollection", "features": features}
    return Map(name, label, collection, chooses, draws, settings.MAP_TILES, settings.MAP_CREDIT)
