"""An exported chat on a phone: handed over, the date answered, a conversation kept as a case; every page can be used by everybody."""

import pathlib

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
print(json.dumps(keeping.begin(group, name="Buurtapp A", invite="", size_limit=100, by=fatima).pk))
"""
CHAT = """\
02-05-2022 21:10 - Anna: Man voelt aan autodeuren, wit busje AB-12-CD. 112 gebeld
02-05-2022 21:12 - Piet de Groot: Ik zie hem ook
02-05-2022 21:40 - Anna: Politie heeft hem gesproken, het was de krantenjongen
03-05-2022 10:00 - Piet de Groot: Iemand een ladder te leen?
"""


def test_from_file_to_ended_case_on_a_phone(site: Site, device: Device, tmp_path: pathlib.Path) -> None:
    chat: int = site.place.run(SETTLE)
    (tmp_path / "chat.txt").write_text(CHAT)
    looking = Looking()
    page = looking.over(device("fatima", "/over/", **STILL))
    looking.visit(page, site.url, [f"/whatsapp/{chat}/inlezen/"])
    page.set_input_files("input[type=file]", tmp_path / "chat.txt")
    page.get_by_role("button", name="Kijk wat erin staat").click()
    expect(page.get_by_text("In het bestand staat 02-05-2022")).to_be_visible()
    looking.at(page, page.url)
    page.get_by_label("2 mei 2022").check()
    page.get_by_role("button", name="Lees het zo").click()
    expect(page.get_by_text("Van 2 mei 2022 tot en met 3 mei 2022")).to_be_visible()
    where = page.url
    looking.visit(page, where, ("", "mensen/", "cijfers/", "gesprekken/"))
    page.get_by_role("link", name="Man voelt aan autodeuren").click()
    looking.at(page, page.url)
    page.get_by_label("Welk bericht vertelt hoe het afliep?").select_option(index=3)
    page.get_by_label("112 gebeld door de melder").check()
    page.get_by_label("Bleek onschuldig").check()
    page.get_by_role("button", name="Bewaar als afgesloten casus").click()
    expect(page.get_by_text("is nu een afgesloten casus")).to_be_visible()
    page.get_by_role("button", name="Ik ben klaar").click()
    expect(page.get_by_text("De chat is gewist")).to_be_visible()
    neighbour = device("arie", f"/groepen/{site.town['groups']['watch_a']}/")
    neighbour.get_by_role("link", name="Man voelt aan autodeuren").click()
    expect(neighbour.get_by_text("Achteraf overgenomen uit WhatsApp")).to_be_visible()
    expect(neighbour.get_by_text("iemand uit de WhatsApp-groep").first).to_be_visible()
    looking.done()
