"""Can people make their own neighbourhoods, and are they told in clear words what will not do?"""

import pytest
from tests.places.conftest import Square

from meldkring.audit.models import Line
from meldkring.places import addresses, cbs, neighbourhoods, shapes
from meldkring.places.models import District, Extent, Neighbourhood


def polygon(*points: object) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": [list(points)]}


def extents(neighbourhood: Neighbourhood) -> set[tuple[str, str]]:
    return set(neighbourhood.extents.values_list("kind", "value"))


def test_a_neighbourhood_of_postcodes_streets_and_codes(district: District) -> None:
    made = neighbourhoods.create(
        district,
        "  De   Laning ",
        postcodes=["1234 ab", "1234AB", "1235", "1236c"],
        streets=["Lindelaan", "LINDELAAN", " Burg. de  Zeeuwstraat"],
        codes=["340101"],
        households=430,
        by=None,
    )
    assert (made.name, made.households, made.outline) == ("De Laning", 430, None)
    kinds = Extent.Kind
    assert {value for kind, value in extents(made) if kind == kinds.POSTCODE} == {"1234AB", "1235", "1236C"}
    assert {value.casefold() for kind, value in extents(made) if kind == kinds.STREET} == {"lindelaan", "burg. de zeeuwstraat"}
    assert {value for kind, value in extents(made) if kind == kinds.CBS} == {"BU00340101"}
    assert Line.objects.filter(action="create_neighbourhood", subject=f"neighbourhood:{made.pk}").exists()


def test_a_drawn_neighbourhood_has_its_name_inside(district: District, square: Square) -> None:
    made = neighbourhoods.create(district, "Oost", outline=square(0, 0), by=None)
    made.refresh_from_db()
    assert made.outline == square(0, 0)
    assert neighbourhoods.located(district, made.longitude or 0, made.latitude or 0) == made


@pytest.mark.parametrize(
    ("extent", "refusal"),
    [
        ({"postcodes": ["1234AB", "2000 B"]}, None),
        ({"postcodes": ["1234AB", "12"]}, addresses.BadPostcode),
        ({"streets": ["Lindelaan", " - "]}, neighbourhoods.BadStreet),
        ({"streets": ["x" * 81]}, neighbourhoods.BadStreet),
        ({"codes": ["WK196300"]}, cbs.BadCode),
        ({"outline": {}}, shapes.BadOutline),
    ],
)
def test_nothing_is_made_of_what_is_wrong(district: District, extent: dict[str, object], refusal: type[Exception] | None) -> None:
    if refusal is None:
        neighbourhoods.create(district, "Oost", by=None, **extent)
        return
    with pytest.raises(refusal):
        neighbourhoods.create(district, "Oost", by=None, **extent)
    assert not district.neighbourhoods.exists()


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "oost", " OOST "])
def test_a_name_is_one_that_no_other_has(district: District, zuid: District, name: str) -> None:
    neighbourhoods.create(district, "Oost", by=None)
    west = neighbourhoods.create(district, "West", by=None)
    with pytest.raises(neighbourhoods.BadName):
        neighbourhoods.create(district, name, by=None)
    with pytest.raises(neighbourhoods.BadName):
        neighbourhoods.rename(west, name, by=None)
    assert neighbourhoods.create(zuid, "Oost", by=None).name == "Oost"
    assert set(district.neighbourhoods.values_list("name", flat=True)) == {"Oost", "West"}


def test_a_neighbourhood_is_renamed_and_may_keep_its_name(district: District) -> None:
    made = neighbourhoods.create(district, "Oost", by=None)
    neighbourhoods.rename(made, "OOST", by=None)
    made.refresh_from_db()
    assert made.name == "OOST"


def test_new_extents_take_the_place_of_the_old_ones(district: District) -> None:
    made = neighbourhoods.create(district, "Oost", postcodes=["1234"], streets=["Kade"], by=None)
    with pytest.raises(addresses.BadPostcode):
        neighbourhoods.bound(made, postcodes=["1235", "?"], by=None)
    assert len(extents(made)) == 2
    neighbourhoods.bound(made, postcodes=["1235"], by=None)
    assert extents(made) == {("postcode", "1235")}


def test_an_outline_is_drawn_anew_or_taken_away(district: District, square: Square) -> None:
    made = neighbourhoods.create(district, "Oost", outline=square(0, 0), by=None)
    neighbourhoods.redraw(made, square(1, 0), by=None)
    assert neighbourhoods.located(district, 4.405, 51.805) is None
    assert neighbourhoods.located(district, 4.415, 51.805) == made
    neighbourhoods.redraw(made, None, by=None)
    assert neighbourhoods.located(district, 4.415, 51.805) is None


def test_a_point_lies_in_the_district_that_is_asked_and_the_smallest_that_holds_it(
    district: District, zuid: District, square: Square
) -> None:
    neighbourhoods.create(zuid, "Zuid", outline=square(0, 0), by=None)
    large = neighbourhoods.create(district, "Groot", outline=square(0, 0, wide=3), by=None)
    small = neighbourhoods.create(district, "Klein", outline=square(1, 0), by=None)
    assert neighbourhoods.located(district, 4.405, 51.805) == large
    assert neighbourhoods.located(district, 4.415, 51.805) == small
    assert neighbourhoods.located(district, 4.5, 51.805) is None


@pytest.mark.parametrize(
    ("outline", "said"),
    [
        ("POLYGON((0 0))", "type Polygon or MultiPolygon"),
        ({"type": "Point", "coordinates": [4.4, 51.8]}, "type Polygon or MultiPolygon"),
        ({"type": "Feature", "geometry": {}}, "type Polygon or MultiPolygon"),
        ({"type": "Polygon"}, "cannot be read as GeoJSON"),
        ({"type": "Polygon", "coordinates": "here"}, "cannot be read as GeoJSON"),
        (polygon([4.4, 51.8], [4.5, 51.8], [4.5, 51.9]), "cannot be read as GeoJSON"),
        (polygon([4.4, 51.8], [4.5, 51.8], [4.5, float("nan")], [4.4, 51.8]), "cannot be read as GeoJSON"),
        (polygon([4.4, 51.8], [4.5, "51.8"], [4.5, 51.9], [4.4, 51.8]), "cannot be read as GeoJSON"),
        ({"type": "Polygon", "coordinates": []}, "encloses nothing"),
        (polygon([4.4, 51.8], [4.5, 51.8], [4.6, 51.8], [4.4, 51.8]), "encloses nothing"),
        (polygon([4.4, 51.8], [4.5, 51.9], [4.5, 51.8], [4.4, 51.9], [4.4, 51.8]), "crosses or touches itself|encloses nothing"),
        (polygon([4.4, 51.8], [4.5, 51.95], [4.5, 51.8], [4.4, 51.9], [4.4, 51.8]), "crosses or touches itself"),
        (polygon([51.8, 4.4], [51.8, 4.5], [51.9, 4.5], [51.8, 4.4]), "longitude comes first"),
        (polygon([-0.1, 51.5], [0.1, 51.5], [0.1, 51.6], [-0.1, 51.5]), "outside the Netherlands"),
        (polygon(*[[4.4 + n / 1e6, 51.8] for n in range(20_001)], [4.4, 51.9], [4.4, 51.8]), "more than 20000 points"),
    ],
)
def test_an_outline_that_will_not_do_is_refused_in_clear_words(outline: object, said: str, english: None) -> None:
    with pytest.raises(shapes.BadOutline, match=said):
        shapes.checked(outline)


def test_heights_are_left_out_of_an_outline() -> None:
    assert shapes.checked(polygon([4.4, 51.8, 3], [4.5, 51.8, 3], [4.5, 51.9, 3], [4.4, 51.8, 3])) == polygon(
        [4.4, 51.8], [4.5, 51.8], [4.5, 51.9], [4.4, 51.8]
    )
