"""A running site with the town of `tests/town.py`, and people with devices of their own who are signed in to it."""

import pathlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page

from tests import serving

EVERYBODY = serving.PEOPLE.replace(
    '("anna", "arie", "bea", "sam")',
    '("anna", "arie", "bea", "carla", "fatima", "sam", "zora", "officer", "official", "outsider")',
)


@dataclass(frozen=True)
class Site:
    """Where the site runs, and what its town holds: sessions and keys by first name."""

    place: serving.Place
    url: str
    town: dict[str, Any]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, chromium_path: str) -> Iterator[Site]:
    folder: pathlib.Path = tmp_path_factory.mktemp("site")
    place = serving.Place(folder, MELDKRING_DATA=str(folder))
    assert place.command("migrate", "--verbosity", "0").returncode == 0
    town = place.run(EVERYBODY)
    with place.serving() as server:
        yield Site(place, server.url, town)


Device = Callable[..., Page]


@pytest.fixture
def device(site: Site, open_page: Callable[..., Page]) -> Device:
    """`device("anna", width=390)` is a page on Anna's own device, signed in, on the address given."""

    def opened(name: str, path: str = "/", *, width: int = 390, dark: bool = False, **options: object) -> Page:
        page = open_page(width=width, dark=dark, **options)
        page.context.add_cookies([{"name": "sessionid", "value": site.town["sessions"][name], "url": site.url}])
        page.goto(site.url + path)
        return page

    return opened
