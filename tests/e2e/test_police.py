"""The police in a browser: an officer places a message on a phone, it runs out on open pages, the desk follows advice with one tap; for everybody."""

import re

import pytest
from playwright.sync_api import expect
from tests.e2e.conftest import Device, Site
from tests.e2e.looking import STILL, Looking

pytestmark = pytest.mark.browser

PLACES = """
from tests.cases.test_advice import square
from meldkring.groups import contact, officers
from meldkring.groups.models import Group
from meldkring.intake import police_mail
from meldkring.channels import email_reading
from meldkring.people.models import Person
from meldkring.places import neighbourhoods
for column, name in enumerate("ABC"):
    group = Group.objects.select_related("district").get(kind="watch", name=name)
    group.neighbourhoods.add(neighbourhoods.create(group.district, f"Buurt {name}", outline=square(column, 0), by=None))
fatima, sam = (Person.objects.get(email=f"{name}@example.org") for name in ("fatima", "sam"))
noord = Group.objects.get(name="A").district
contact.write(noord, by=sam, name="Wijkagent Kim", phone="010 555 0101", agreements="Vier tekens van een kenteken.")
contact.hand_over(noord, by=sam, name="Wijkagent Noa", note="Elke dinsdag koffie.")
officers.propose("Wijkagent Bo", "bo@police.example", district=noord, by=fatima)
above = Group.objects.get(kind="coordination", district=noord)
address = police_mail.address(above, by=fatima)
raw = "From: mk@politie.nl\\r\\nSubject: Inbraak\\r\\n\\r\\nPlaats: Kade\\r\\nOmschrijving: Er is ingebroken.\\r\\n"
police_mail.take(email_reading.stamped(raw.encode(), sender="mk@politie.nl", to=f"politie+{address.secret}@in.example.org"))
police_mail.work()
print(json.dumps({"group": above.pk}))
"""
NEARLY_OUT = """
from datetime import timedelta
from django.utils import timezone
from meldkring.cases import validity
from meldkring.cases.models import Contribution
Contribution.objects.filter(case__reference={reference!r}).update(valid_until=timezone.now() + timedelta(minutes=70))
print(json.dumps(validity.warn(now=timezone.now() + timedelta(minutes=15))))
Contribution.objects.filter(case__reference={reference!r}).update(valid_until=timezone.now() + timedelta(minutes=55))
"""
RUN_OUT = """
from django.utils import timezone
from meldkring.cases import validity
from meldkring.cases.models import Contribution
Contribution.objects.filter(case__reference={reference!r}).update(valid_until=timezone.now())
print(json.dumps(validity.expire()))
"""


@pytest.fixture(scope="module")
def above(site: Site) -> int:
    return int(site.place.run(PLACES)["group"])


@pytest.mark.requirement("S35")
def test_an_officer_places_a_message_on_a_phone_and_it_runs_out_on_open_pages(site: Site, device: Device, above: int) -> None:
    """S16 S35 S36 S37: whom it reaches changes while choosing; an open page of a resident loses the words when the time is over."""
    page = device("officer", "/politiebericht/")
    expect(page.locator("#reach")).to_contain_text("Bereikt 3 groepen")
    page.get_by_label("Wat meldt de politie?").fill("Uitkijken naar een witte bakwagen")
    page.locator("#area-map path[aria-label='Buurt B']").click()
    expect(page.locator("#reach")).to_contain_text("Bereikt 2 groepen")
    expect(page.locator("label.choice", has_text="Buurt B").locator("input")).to_be_checked()
    page.get_by_label("Hoe lang geldt dit?").select_option("2")
    page.get_by_role("button", name="Plaats het bericht").click()
    page.wait_for_url("**/casus/**")
    expect(page.get_by_text("Geldig tot").first).to_be_visible()
    reference = page.url.rstrip("/").rsplit("/", 1)[1]
    desk = device("sam", "/beoordelen/", width=1280)
    desk.get_by_role("button", name=re.compile("Stuur door zoals geadviseerd: 1 groep")).click()
    expect(desk.get_by_text("stuurde door").first).to_be_visible()
    room = device("sam", "/politie/", width=1280)
    expect(room.get_by_text("Loopt binnen een uur af")).to_have_count(0)
    assert site.place.run(NEARLY_OUT.format(reference=reference)) == 1
    expect(room.get_by_role("heading", name="Loopt binnen een uur af")).to_be_visible(timeout=15_000)
    room.locator("#ending + .alert").get_by_role("link", name="Laat het langer gelden").click()
    room.wait_for_url("**/verlengen/")
    resident = device("bea", f"/casus/{reference}/")
    expect(resident.locator(".timeline")).to_contain_text("witte bakwagen")
    assert site.place.run(RUN_OUT.format(reference=reference)) == 1
    expect(resident.locator(".timeline")).to_contain_text("Niet meer geldig", timeout=15_000)
    expect(resident.locator(".timeline")).not_to_contain_text("witte bakwagen")
    page.goto(f"{site.url}/politie/")
    expect(page.get_by_role("heading", name="Hoe is het afgelopen?")).to_be_visible()


@pytest.mark.requirement("S31")
def test_the_desk_follows_advice_with_one_tap(site: Site, device: Device, above: int) -> None:
    extras = {"latitude": 51.805, "longitude": 4.405, "direction": "e"}
    site.ask("anna", "POST", "/cases", group=site.town["groups"]["watch_a"], text="Iemand rent weg", called="by_me", extras=extras)
    desk = device("sam", "/beoordelen/")
    card = desk.locator("article", has_text="Iemand rent weg")
    expect(card.locator(".advice")).to_contain_text("looprichting oost: Buurt B ligt daar")
    card.get_by_role("button", name=re.compile("Stuur door zoals geadviseerd")).click()
    expect(desk.get_by_text("stuurde door").first).to_be_visible()
    expect(device("bea").get_by_text("Iemand rent weg").first).to_be_visible()


def test_everybody_can_use_the_pages_of_the_police(site: Site, device: Device, above: int) -> None:
    looking = Looking()
    steering = [
        "/politie/",
        "/politie/post/",
        "/politie/post/1/",
        "/politie/kaart/noord/",
        "/politie/kaart/noord/overdragen/",
        "/politie/agent/1/stop/",
    ]
    for name, paths in {
        "fatima": [*steering, "/politie/agent/voorstel/noord/", f"/politie/adres/{above}/"],
        "officer": ["/politie/", "/politiebericht/"],
    }.items():
        page = looking.over(device(name, "/over/", **STILL))
        for path in paths:
            assert page.goto(site.url + path).status == 200, path
            for more in page.locator("main details").all():
                more.evaluate("(part) => { part.open = true; }")
            looking.at(page, f"{name} {path}")
    looking.done()
