"""Does it hold on a real map? The 41 neighbourhoods of Hoeksche Waard (CBS and Kadaster, CC BY 4.0), which are not part of this project.

They lie beside the checkout, in shared/data/geo: the neighbourhoods of municipality GM1963 in WGS84, with the
properties `buurtcode`, `buurtnaam`, `label_lon` and `label_lat`.
"""

import json
import pathlib

import pytest

from meldkring.places import adjoining, neighbourhoods
from meldkring.places.models import District, Municipality, Neighbourhood

FILE = pathlib.Path(__file__).resolve().parents[3] / "shared" / "data" / "geo" / "hoeksche-waard-buurten-2024.geojson"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not FILE.is_file(), reason="NO MAP: hoeksche-waard-buurten-2024.geojson does not lie beside the checkout"),
]
TOWN = "Oud-Beijerland "


@pytest.fixture
def waard() -> District:
    municipality = Municipality.objects.create(name="Hoeksche Waard", code="GM1963")
    district = District.objects.create(municipality=municipality, name="Hoeksche Waard", slug="waard")
    for feature in json.loads(FILE.read_text())["features"]:
        about = feature["properties"]
        neighbourhoods.create(district, about["buurtnaam"], codes=[about["buurtcode"]], outline=feature["geometry"], by=None)
    return district


def beside(district: District, name: str) -> set[str]:
    middle = district.neighbourhoods.get(name=TOWN + name)
    around = {other for pair in adjoining.pairs(district) if middle.pk in pair for other in pair} - {middle.pk}
    return {found.name.removeprefix(TOWN) for found in Neighbourhood.objects.filter(pk__in=around)}


def test_zoomwijck_adjoins_its_real_neighbours_and_meets_the_centre_in_a_corner_only(waard: District) -> None:
    assert waard.neighbourhoods.count() == 41
    assert beside(waard, "Zoomwijck") == {"Zeeheldenwijk", "Zuidwijk", "Spuioeverwijk", "Buitengebied"}


def test_the_whole_municipality_hangs_together(waard: District) -> None:
    pairs = adjoining.pairs(waard)
    reached, waiting = set[int](), [min(pairs)[0]]
    while waiting:
        here = waiting.pop()
        reached.add(here)
        waiting += [n for pair in pairs if here in pair for n in pair if n not in reached]
    assert len(reached) == 41


def test_each_label_stands_in_its_own_neighbourhood(waard: District) -> None:
    for feature in json.loads(FILE.read_text())["features"]:
        about = feature["properties"]
        found = neighbourhoods.located(waard, about["label_lon"], about["label_lat"])
        assert found
        assert found.name == about["buurtnaam"]
