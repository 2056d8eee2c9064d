"""A running site with the town of `tests/town.py`, and people with devices of their own who are signed in to it."""

import pathlib
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page
from tests import serving

EVERYBODY = serving.PEOPLE.replace(
    '("anna", "arie", "bea", "sam")',
    '("anna", "arie", "bea", "carla", "fatima", "sam", "zora", "officer", "official", "outsider")',
).replace(
    '{"group": here.watch_a.pk,',
    '{"groups": {n: g.pk for n, g in vars(here).items() if hasattr(g, "is_watch")}, "people": {n: getattr(here, n).pk for n in sessions},',
)


@dataclass(frozen=True)
class Site:
    """Where the site runs, and what its town holds: groups by name; people, sessions and keys by first name."""

    place: serving.Place
    url: str
    town: dict[str, Any]

    def ask(self, name: str, method: str, path: str, **body: Any) -> Any:
        """What the API answers a program of this person."""
        headers = {"Authorization": f"Bearer {self.town['keys'][name]}"}
        answer = httpx.request(method, f"{self.url}/api/v1{path}", json=body or None, headers=headers, trust_env=False, timeout=10)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def code(self, address: str) -> str:
        """The six digits in the e-mail to this address; it goes out a moment after the page."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            for path in (self.place.folder / "mail").glob("*"):
                said = path.read_text()
                if f"To: {address}" in said and (found := re.search(r"^(\d{6})\s*$", said, re.MULTILINE)):
                    return found[1]
            time.sleep(0.1)
        raise AssertionError(f"no code to {address}")

    def report(self, text: str, *, by: str = "anna", called: str = "by_me") -> Any:
        """A report in watch group A."""
        return self.ask(by, "POST", "/cases", group=self.town["groups"]["watch_a"], text=text, called=called)


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, chromium_path: str) -> Iterator[Site]:
    """A module with `SETTINGS` has them on its site; what its `BEFORE` does has been done. E-mail goes to a folder (`Site.code`)."""
    folder: pathlib.Path = tmp_path_factory.mktemp("site")
    settings = {"MELDKRING_DATA": str(folder), "EMAIL_URL": "filemail:///mail", **getattr(request.module, "SETTINGS", {})}
    place = serving.Place(folder, **settings)
    town = serving.settle(place, EVERYBODY)
    if before := getattr(request.module, "BEFORE", ""):
        place.run(before)
    with place.serving() as server:
        yield Site(place, server.url, town)


Device = Callable[..., Page]


@pytest.fixture
def device(site: Site, open_page: Callable[..., Page]) -> Device:
    """`device("anna", width=390)` is a page on Anna's own device, signed in, on the address given."""

    def opened(name: str, path: str = "/", *, width: int = 390, dark: bool = False, **options: object) -> Page:
        page = open_page(width=width, dark=dark, **options)
        if name:  # without a name: a visitor
            page.context.add_cookies([{"name": "sessionid", "value": site.town["sessions"][name], "url": site.url}])
        page.goto(site.url + path)
        return page

    return opened
