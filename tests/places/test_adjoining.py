"""Which neighbourhoods adjoin: by their outlines, and by what people know better?"""

import pytest
from tests.places.conftest import Square

from meldkring.audit.models import Line
from meldkring.places import adjoining, neighbourhoods
from meldkring.places.models import District, Neighbourhood

METRE = 1 / 111_195  # in degrees of latitude


def drawn(district: District, name: str, outline: object) -> Neighbourhood:
    return neighbourhoods.create(district, name, outline=outline, by=None)


def names(district: District) -> set[str]:
    known = dict(district.neighbourhoods.values_list("pk", "name"))
    return {"".join(sorted((known[a], known[b]))) for a, b in adjoining.pairs(district)}


@pytest.mark.parametrize(("gap", "adjoin"), [(0, True), (10, True), (14, True), (16, False), (200, False), (-20, True)])
def test_outlines_adjoin_within_some_fifteen_metres(district: District, square: Square, gap: float, adjoin: bool) -> None:
    drawn(district, "A", square(0, 0))
    drawn(district, "B", square(0, 1 + gap * METRE * 100))
    assert names(district) == ({"AB"} if adjoin else set())


def test_a_corner_is_no_border(district: District, square: Square) -> None:
    for name, place in {"A": (0, 0), "B": (1, 0), "C": (0, 1), "D": (1, 1)}.items():
        drawn(district, name, square(*place))
    assert names(district) == {"AB", "AC", "BD", "CD"}


def test_a_corner_counts_for_who_would_have_no_neighbour_otherwise(district: District, square: Square) -> None:
    for name, place in {"A": (0, 0), "B": (1, 0), "C": (2, 1)}.items():
        drawn(district, name, square(*place))
    assert names(district) == {"AB", "BC"}


def test_a_neighbourhood_within_another_adjoins_it(district: District, square: Square) -> None:
    ring = square(0, 0, wide=3, high=3)
    ring["coordinates"] = [*ring["coordinates"], square(1, 1)["coordinates"][0]]  # type: ignore[index,misc]
    drawn(district, "A", ring)
    drawn(district, "B", square(1, 1))
    assert names(district) == {"AB"}


def test_without_outlines_there_is_only_what_is_kept(district: District) -> None:
    one, other = (Neighbourhood.objects.create(district=district, name=name, longitude=4.4, latitude=51.8) for name in ("A", "B"))
    assert adjoining.pairs(district) == set()
    adjoining.keep(other, one, adjoins=True, by=None)
    assert adjoining.pairs(district) == {(one.pk, other.pk)}


def test_people_know_better_than_outlines(district: District, square: Square) -> None:
    one, other = drawn(district, "A", square(0, 0)), drawn(district, "B", square(1, 0))
    adjoining.keep(one, other, adjoins=False, by=None)
    assert adjoining.pairs(district) == set()
    adjoining.keep(other, one, adjoins=True, by=None)
    assert adjoining.pairs(district) == {(one.pk, other.pk)}
    adjoining.keep(one, other, adjoins=False, by=None)
    assert adjoining.say(other, [one.pk], by=None) == 0, "as it is drawn"
    assert adjoining.pairs(district) == {(one.pk, other.pk)}
    assert Line.objects.filter(action__endswith="_adjoining").count() == 4


def test_a_pair_is_two_of_one_district(district: District, zuid: District, square: Square, english: None) -> None:
    here, there = drawn(district, "A", square(0, 0)), drawn(zuid, "B", square(1, 0))
    for other in (here, there):
        with pytest.raises(adjoining.NotNeighbours, match="same district"):
            adjoining.keep(here, other, adjoins=True, by=None)
    assert adjoining.pairs(district) == adjoining.pairs(zuid) == set()


def test_two_hundred_neighbourhoods_take_two_queries(district: District, square: Square, django_assert_num_queries: object) -> None:
    outlines = [(column, row) for column in range(20) for row in range(10)]
    Neighbourhood.objects.bulk_create(Neighbourhood(district=district, name=f"{c}-{r}", outline=square(c, r)) for c, r in outlines)
    with django_assert_num_queries(2):  # type: ignore[operator]
        found = adjoining.pairs(district)
    assert len(found) == 19 * 10 + 20 * 9
