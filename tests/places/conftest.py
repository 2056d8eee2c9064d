"""A municipality with one district, and a Locatieserver to ask."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import translation
from tests.places import peer as peers

from meldkring.places.models import District, Municipality

Square = Callable[..., dict[str, object]]


@pytest.fixture(autouse=True)
def _asks_nobody(settings: Any) -> None:
    settings.LOCATIESERVER_URL = ""


@pytest.fixture
def district(db: None) -> District:
    municipality = Municipality.objects.create(name="Waterdam", code="GM0001")
    return District.objects.create(municipality=municipality, name="Noord", slug="noord")


@pytest.fixture
def zuid(district: District) -> District:
    return District.objects.create(municipality=district.municipality, name="Zuid", slug="zuid")


@pytest.fixture
def peer(settings: Any) -> Iterator[peers.Peer]:
    with peers.running() as running:
        settings.LOCATIESERVER_URL = running.url
        yield running


@pytest.fixture
def square() -> Square:
    """A square of 0.01 by 0.01 degrees, counted in squares from (4.40, 51.80); 690 by 1112 metres there."""

    def made(column: float, row: float, *, wide: float = 1, high: float = 1) -> dict[str, object]:
        west, south = 4.40 + column / 100, 51.80 + row / 100
        east, north = west + wide / 100, south + high / 100
        return {"type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]}

    return made


@pytest.fixture
def english() -> Iterator[None]:
    with translation.override("en"):
        yield
