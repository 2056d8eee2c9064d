"""S18: a phone manager admits, on a laptop and on a phone, and everybody can use these pages (axe, 320 px)."""

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.conftest import Device, Site
from tests.e2e.looking import STILL, Looking

pytestmark = pytest.mark.browser

SIGN_UPS = """
from tests.joining import applying
from meldkring.groups.models import Group
from meldkring.places.models import District, Neighbourhood
from meldkring.people.models import Person
noord = District.objects.get(slug="noord")
where = Neighbourhood.objects.filter(name="Linden").first() or applying.neighbourhood("Linden", noord, Group.objects.get(name="A"))
applying.neighbourhood("Eiken" + where.name[:0], noord, Group.objects.get(name="B")) if not Neighbourhood.objects.filter(name="Eiken").exists() else None
Person.objects.filter(first_name__in=["Anna", "Arie"]).update(neighbourhood=where, postcode="3262AB", house_number=400)
District.objects.filter(pk=noord.pk).update(asks_vouching=True)
made = {}
for number, (name, other) in enumerate({
    "Noor": {}, "Piet": {"house_number": 400, "chosen_by_hand": True}, "Els": {"mobile_proven_at": None, "rules_accepted_at": None},
    "Wilhelmina-Johanna": {"last_name": "van Oudheusden tot Heiligerlee", "street": "Burgemeester van Middelkoopplantsoen"},
}.items()):
    number += 1000 * MARK
    other = {"house_number": number, "email": f"{name.lower()}{MARK}@example.org", "mobile": f"+3161{number:07}"} | other
    made[name] = applying.apply(noord, where, name=name, **other).pk
print(json.dumps(made))
"""


def sign_ups(site: Site, mark: int) -> dict[str, int]:
    """Four residents who signed up; `mark` keeps those of one test apart from those of another."""
    made: dict[str, int] = site.place.run(SIGN_UPS.replace("MARK", str(mark)))
    return made


def press(page: Page, action: str) -> None:
    """The button of the form that goes to this address."""
    page.locator(f"form[action$='{action}'] button[type=submit]").click()


@pytest.mark.requirement("S18")
@pytest.mark.parametrize("width", [1280, 390], ids=["laptop", "phone"])
def test_an_evening_of_the_phone_manager(site: Site, device: Device, width: int) -> None:
    """S18: two at once, a question for the third, the fourth is declined; the new members stand in the list of their group."""
    made, a = sign_ups(site, width), site.town["groups"]["watch_a"]
    page = device("fatima", "/leden/", width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for name in ("Noor", "Wilhelmina-Johanna"):
        page.locator(f"input[name=application][value='{made[name]}']").check()
    press(page, "/leden/toelaten/")
    expect(page.locator(".alert--success:visible")).to_be_visible()
    expect(page.locator(f"a[href='/leden/aanmelding/{made['Noor']}/']")).to_have_count(0)

    page.locator(f"a[href='/leden/aanmelding/{made['Els']}/']").click()
    page.locator("details", has=page.locator("form[action$='/vragen/']")).locator("summary").click()
    page.locator("textarea[name=ask-question]").fill("Op welke verdieping woon je?")
    press(page, "/vragen/")
    expect(page.get_by_text("Op welke verdieping woon je?")).to_be_visible()

    page.goto(f"{site.url}/leden/aanmelding/{made['Piet']}/")
    press(page, "/gegevens/")
    expect(page.get_by_text(f"piet{width}@example.org")).to_be_visible()
    page.locator("details", has=page.locator("form[action$='/afwijzen/']")).locator("summary").click()
    page.locator("label", has=page.locator("input[name=decline-ready][value=own]")).click()
    page.locator("textarea[name=decline-own]").fill("Dit is geen huis.")
    press(page, "/afwijzen/")
    expect(page.locator(f"a[href='/leden/aanmelding/{made['Piet']}/']")).to_have_count(0)

    page.goto(f"{site.url}/leden/groep/{a}/?zoek=oudheusden")
    expect(page.locator("tbody th a").first).to_contain_text("Wilhelmina-Johanna")


def member_of(site: Site, name: str) -> int:
    code = "from meldkring.groups.models import Membership\n"
    code += f"print(json.dumps(Membership.objects.filter(person__first_name={name!r}, kind='watch').first().pk))"
    return int(site.place.run(code))


def a_list(site: Site) -> int:
    """An existing list that waits to be taken over, with rows of every kind."""
    code = """
from meldkring.groups.models import Group
from meldkring.joining import importing
from meldkring.people.models import Person
rows = ["Wilhelmina-Johanna;van Oudheusden tot Heiligerlee;een.heel.lang.adres.zonder.einde@voorbeeld.example.org;12;3262AB", "Piet;;geen adres;x;3"]
text = chr(10).join(["voornaam;achternaam;e-mail;huisnummer;postcode", *rows]).encode()
steering, fatima = Group.objects.get(name="S1"), Person.objects.get(email="fatima@example.org")
print(json.dumps(importing.offer(text, file_name="leden.csv", steering=steering, by=fatima).pk))
"""
    return int(site.place.run(code))


def test_everybody_can_use_these_pages(site: Site, device: Device) -> None:
    made, a, looking = sign_ups(site, 3), site.town["groups"]["watch_a"], Looking()
    looking.visit(looking.over(device("fatima", "/over/", **STILL)), site.url, [
        "/leden/", f"/leden/aanmelding/{made['Piet']}/", f"/leden/groep/{a}/", f"/leden/lid/{member_of(site, 'Arie')}/",
        "/leden/lijsten/", f"/leden/lijsten/{a_list(site)}/", "/leden/brieven/", "/leden/woon-je-hier/", "/leden/uitgezet/",
        f"/leden/{member_of(site, 'Arie')}/uitzetten/", "/stuurgroep/", "/instellingen/noord/", "/groei/",
    ])  # fmt: skip
    anna = looking.over(device("anna", "/over/", **STILL))
    looking.visit(anna, site.url, ["/ik/uit-de-groep/", "/nieuwe-buren/", "/brief/", "/ik/", "/", "/ik/adres/"])
    moving(anna, looking)
    looking.done()


def moving(page: Page, looking: Looking) -> None:
    """Moving house as far as the question whether it is right."""
    page.locator("input[name=postcode]").fill("3262 CD")
    page.locator("input[name=number]").fill("7")
    page.locator("main form button").last.click()
    looking.at(page, "address asked")
    page.locator("input[name=street]").fill("Eikstraat")
    page.locator("select[name=neighbourhood]").select_option(index=1)
    page.locator("main form button").last.click()
    expect(page.locator("input[name=confirmed]")).to_have_count(1)
    looking.at(page, "address confirmed")
