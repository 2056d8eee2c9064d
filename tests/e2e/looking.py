"""Can everybody use a page? One look from all sides: axe by day on a phone and by night on a laptop, no sideways scrolling at 320 px, a quiet console.

A page is opened once and turned around, since opening is what takes time. Its policy (CSP) holds while it opens; what it reports is an error here.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page

# For the page that is looked at. A service worker would keep each page apart as well: tests/e2e/test_phone.py tries that.
STILL: dict[str, Any] = {"reduced_motion": "reduce", "service_workers": "block"}
SIDES = (("light", 390), ("dark", 1280))
WIDE = """[...document.querySelectorAll("main *, .bar *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
    .map((e) => e.outerHTML.slice(0, 120)).slice(0, 3)"""


class Looking:
    """Notes what is wrong with each page that is shown to it; `done` fails with all of it together."""

    def __init__(self) -> None:
        self._wrong: list[str] = []
        self._seen = 0

    def over(self, page: Page) -> Page:
        """From now on also hear what this page complains of."""
        page.add_init_script(script())
        page.on("pageerror", lambda error: self._wrong.append(f"{page.url}: {error}"))
        page.on("console", lambda said: self._wrong.append(f"{said.location['url']}: {said.text}") if complains(said, page) else None)
        return page

    def visit(self, page: Page, site: str, paths: Iterable[str], *, status: int = 200) -> None:
        """Open each address in turn and look at what it shows."""
        for path in paths:
            answer = page.goto(site + path)
            assert answer
            assert answer.status == status, f"{path} answers {answer.status}"
            self.at(page, path)

    def at(self, page: Page, where: str) -> None:
        """Look at what the page shows now."""
        self._seen += 1
        size = page.viewport_size or {"width": 390, "height": 844}
        self._width(page, where, 320)
        for colour, width in SIDES:
            page.emulate_media(color_scheme=colour)  # type: ignore[arg-type]
            self._width(page, where, width)
            for found in page.evaluate("axe.run({resultTypes: ['violations'], preload: false}).then((all) => all.violations)"):
                self._wrong.append(f"{where} {colour}: {found['id']} {[n['html'][:160] for n in found['nodes'][:3]]}")
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(size)

    def done(self) -> None:
        """Nothing was wrong, and something was looked at."""
        assert self._seen
        assert not self._wrong, "\n".join(self._wrong)

    def _width(self, page: Page, where: str, width: int) -> None:
        page.set_viewport_size({"width": width, "height": 844})
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
            self._wrong.append(f"{where} is {wide} px wide at {width}: {page.evaluate(WIDE)}")


@cache
def script() -> str:
    """The axe of the package."""
    return str(Axe().axe_script)


def complains(said: ConsoleMessage, page: Page) -> bool:
    """An error or a warning; that the page itself answers 404 or 422 is for the test to judge."""
    own = said.text.startswith("Failed to load resource") and said.location["url"] == page.url
    ours = said.text == "Service Worker registration blocked by Playwright"
    return said.type in ("error", "warning") and not own and not ours
