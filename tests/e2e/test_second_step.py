"""A passkey in a real browser with a virtual authenticator: made on a phone, and then enough to sign in without a code by e-mail."""

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.conftest import Device, Site

pytestmark = pytest.mark.browser
# The town was made once for all tests, perhaps long ago; a second step is only set by who signed in just now.
BEFORE = """
import time
from importlib import import_module
from django.contrib.sessions.models import Session
for row in Session.objects.all():
    store = import_module(settings.SESSION_ENGINE).SessionStore(row.session_key)
    store["account_authentication_methods"] = [{"method": "code", "at": time.time()}]
    store.save()
"""


def with_authenticator(page: Page) -> None:
    """The device has a screen lock that says yes."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_is_made_and_signs_in_by_itself(site: Site, device: Device) -> None:
    # Passkeys belong to a name, not to a number.
    url = site.url.replace("127.0.0.1", "localhost")
    page = device("", "/over/", width=1280)
    page.context.add_cookies([{"name": "sessionid", "value": site.town["sessions"]["sam"], "url": url}])
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
    with_authenticator(page)
    page.goto(f"{url}/account/2fa/")
    page.get_by_role("link", name="Instellen op dit apparaat").click()
    page.locator("form[data-passkey] button").click()
    expect(page.locator(".codes li")).to_have_count(10)
    page.goto(f"{url}/account/2fa/")
    expect(page.locator(".alert--success:visible").first).to_be_visible()
    page.get_by_role("button", name="Uitloggen").click()
    page.wait_for_url(f"{url}/")
    page.goto(f"{url}/account/login/code/")
    page.locator("form[data-passkey] button").click()
    page.wait_for_url(f"{url}/")
    page.goto(f"{url}/stuurgroep/")
    expect(page.get_by_role("heading", level=1)).to_have_text("S1")
    assert not complaints
