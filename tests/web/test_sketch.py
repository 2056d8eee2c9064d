"""Does the sketch of a case put sightings where they were, in the order in which they were told?"""

import pytest

from meldkring.cases.models import Contribution
from meldkring.places.models import Neighbourhood
from meldkring.web.member import sketch

SQUARE = {"type": "Polygon", "coordinates": [[[4.40, 51.82], [4.41, 51.82], [4.41, 51.83], [4.40, 51.83], [4.40, 51.82]]]}


def seen(longitude: float | None, latitude: float | None, direction: str = "") -> Contribution:
    return Contribution(longitude=longitude, latitude=latitude, direction=direction)


def test_nothing_to_draw_without_a_place() -> None:
    """S29: a report need not have a place."""
    assert sketch.sketch([seen(None, None)], []) is None


def test_north_is_up_and_east_is_right() -> None:
    """S29, S30: two sightings are numbered as told; the second lies north-east of the first; the arrow shows the direction."""
    drawn = sketch.sketch([seen(4.402, 51.822, "ne"), seen(None, None), seen(4.406, 51.826)], [])
    assert drawn
    first, second = drawn.marks
    assert (first.number, second.number) == (1, 2)
    assert float(second.x) > float(first.x)
    assert float(second.y) < float(first.y)
    assert (first.bearing, second.bearing) == (45, None)
    assert drawn.trail == f"{first.x},{first.y} {second.x},{second.y}"


@pytest.mark.parametrize("shape", [SQUARE, {"type": "MultiPolygon", "coordinates": [SQUARE["coordinates"]]}, {"type": "Point"}, None])
def test_outlines_of_any_kind(shape: dict | None) -> None:
    """An outline that is no area is left out; a name shows where its label is in view."""
    place = Neighbourhood(name="De Laning", outline=shape, longitude=4.405, latitude=51.825)
    drawn = sketch.sketch([seen(4.405, 51.825)], [place])
    assert drawn
    assert [a.name for a in drawn.areas] == (["De Laning"] if shape and shape["type"] != "Point" else [])
    assert 0 <= float(drawn.marks[0].x) <= sketch.WIDTH


def test_names_lie_over_no_mark_and_no_other_name() -> None:
    """Of two that would overlap, the one nearest to what happened is there; it makes way for the mark."""
    near = Neighbourhood(name="De Laning", outline=SQUARE, longitude=4.405, latitude=51.825)
    other = Neighbourhood(name="Oostwal", outline=SQUARE, longitude=4.4051, latitude=51.8255)
    drawn = sketch.sketch([seen(4.405, 51.825)], [other, near])
    assert drawn
    named = {a.name: (float(a.x), float(a.y)) for a in drawn.areas if a.name}
    assert "De Laning" in named
    boxes = [(x - 20, y - 11, x + 20, y + 4) for x, y in named.values()]
    boxes.append((float(drawn.marks[0].x) - 14, float(drawn.marks[0].y) - 14, float(drawn.marks[0].x) + 14, float(drawn.marks[0].y) + 14))
    for at, one in enumerate(boxes):
        assert not any(one[0] < b[2] and b[0] < one[2] and one[1] < b[3] and b[1] < one[3] for b in boxes[at + 1 :])
