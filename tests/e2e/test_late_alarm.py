"""An alarm that nobody judges comes onto the open pages of the steering group by itself, and goes when a colleague judges it."""

import pytest
from playwright.sync_api import expect
from tests.e2e.conftest import Device, Site

pytestmark = pytest.mark.browser

LATER = """
from datetime import timedelta
from django.utils import timezone
from meldkring.cases import escalating
from meldkring.messaging.models import Posting
Posting.objects.filter(pk={pk}).update(posted_at=timezone.now() - timedelta(minutes=4))
print(json.dumps(escalating.escalate()))
"""


@pytest.mark.requirement("S31")
def test_the_bar_comes_and_goes_on_open_pages(site: Site, device: Device) -> None:
    posting = site.report("Iemand klimt over het hek")
    home, desk, resident = device("sam"), device("fatima", "/beoordelen/", width=1280), device("arie")
    bar = ".alert--error:has-text('Iemand klimt over het hek')"
    expect(desk.get_by_role("link", name="Iemand klimt over het hek")).to_be_visible()
    assert site.place.run(LATER.format(pk=posting["id"])) == 1
    expect(home.locator(bar)).to_be_visible(timeout=15_000)
    expect(desk.locator(bar)).to_be_visible(timeout=15_000)
    expect(resident.locator(bar)).to_have_count(0)
    home.locator(bar).get_by_role("link").click()
    home.wait_for_url("**/beoordelen/**")
    site.ask("fatima", "POST", f"/postings/{posting['id']}/judgements", verdict="not_relevant", steering=site.town["groups"]["steering_1"])
    expect(home.locator(bar)).to_have_count(0, timeout=15_000)
    expect(desk.locator(bar)).to_have_count(0, timeout=15_000)
