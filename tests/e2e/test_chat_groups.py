"""The last mile by hand, on a phone: copy the ready words, tick that they were placed, and nobody is shut out of these pages."""

import pytest
from playwright.sync_api import expect
from tests.e2e.conftest import Device, Site
from tests.e2e.looking import STILL, Looking

pytestmark = pytest.mark.browser

SETTLE = """
from meldkring.chat_groups import keeping
from meldkring.groups.models import Group
from meldkring.people.models import Person
fatima, group = Person.objects.get(first_name="Fatima"), Group.objects.get(name="A")
chat = keeping.begin(group, name="Buurtapp A", invite="https://chat.whatsapp.com/AbCdEfGhIjK12345", size_limit=100, by=fatima)
keeping.tick(chat, list(keeping.to_add(chat))[:2], state="in", by=fatima)
print(json.dumps(chat.pk))
"""


@pytest.fixture(scope="module")
def chat(site: Site) -> int:
    found: int = site.place.run(SETTLE)
    return found


def test_copying_and_ticking_on_a_phone(site: Site, device: Device, chat: int) -> None:
    """The words are in the clipboard as they stand on the page; a colleague's open desk sees the tick."""
    site.report("Iemand voelt aan deuren. Wit busje AB-12-CD")
    page = device("sam", "/beoordelen/", permissions=["clipboard-read", "clipboard-write"])
    colleague = device("fatima", "/beoordelen/")
    page.get_by_role("button", name="Kopieer").click()
    expect(page.get_by_role("button", name="Gekopieerd")).to_be_visible()
    words = page.evaluate("navigator.clipboard.readText()")
    assert words == page.get_by_label("Klaar voor WhatsApp").input_value()
    assert "[kenteken]" in words
    assert "Bel 112" in words
    link = page.get_by_role("link", name="Open in WhatsApp").get_attribute("href") or ""
    assert link.startswith("https://wa.me/?text=Alarm")
    expect(colleague.get_by_role("button", name="Geplaatst in Buurtapp A")).to_be_visible()
    page.get_by_role("button", name="Geplaatst in Buurtapp A").click()
    expect(page.get_by_text("geplaatst in Buurtapp A")).to_be_visible()
    expect(colleague.get_by_role("button", name="Geplaatst in Buurtapp A")).to_have_count(0)
    page.get_by_role("button", name="Ongedaan maken").first.click()
    expect(page.get_by_role("button", name="Geplaatst in Buurtapp A")).to_be_visible()


def test_sharing_is_offered_where_the_device_has_it(site: Site, device: Device, chat: int) -> None:
    site.report("Iemand loopt achterom")
    page = device("sam", "/over/")
    page.add_init_script("navigator.share = (what) => { window.shared = what.text; return Promise.resolve(); }")
    page.goto(site.url + "/beoordelen/")
    page.get_by_role("button", name="Delen").first.click()
    assert page.evaluate("window.shared").startswith("Alarm · A")


def test_everybody_can_use_these_pages(site: Site, device: Device, chat: int) -> None:
    posting, looking = site.report("Nog een melding")["id"], Looking()
    pages = {
        "fatima": ["/whatsapp/", f"/whatsapp/{chat}/", f"/whatsapp/{chat}/?lijst=afgevinkt", f"/whatsapp/{chat}/?lijst=verwijderen",
                   f"/whatsapp/{chat}/instellingen/", f"/whatsapp/bij/{site.town['groups']['watch_b']}/"],
        "sam": ["/beoordelen/", f"/whatsapp/bericht/{posting}/"],
        "anna": [f"/whatsapp/{chat}/meedoen/", f"/groepen/{site.town['groups']['watch_a']}/"],
    }  # fmt: skip
    for name, paths in pages.items():
        looking.visit(looking.over(device(name, "/over/", **STILL)), site.url, paths)
    looking.done()
