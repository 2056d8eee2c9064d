"""Being told on one's own devices: what the pages and the doors for devices do, and what they refuse."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from tests.channels import cases_web_push as cases
from tests.delivery.post_office import Office, plan
from tests.town import Town, town

from meldkring.cases import reporting
from meldkring.cases.models import Called, Case
from meldkring.channels import push_sealing
from meldkring.delivery import addresses, fanout, preferences
from meldkring.delivery.models import Address, Delivery
from meldkring.people.models import Person
from meldkring.web.channels import devices

PAGE = "/ik/meldingen/"
State = Delivery.State


@pytest.fixture
def place(db: None) -> Town:
    return town()


@pytest.fixture
def anna(place: Town, client: Client) -> Client:
    client.force_login(place.anna)
    return client


@pytest.fixture(autouse=True)
def _reachable(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The tests resolve no names: the push service of these tests is known to be outside."""
    settings.WEB_PUSH = {"MELDKRING_DATA": str(tmp_path_factory.mktemp("keys")), "SITE_URL": "https://meldkring.example.org"}
    push_sealing.remember(devices.channel()._safe_until, "updates.push.services.mozilla.com", float("inf"))


def subscription(endpoint: str = cases.SERVICE) -> dict[str, Any]:
    kept = json.loads(cases.device(endpoint)[0])
    return {"endpoint": kept["endpoint"], "keys": {"p256dh": kept["p256dh"], "auth": kept["auth"]}}


def switch_on(client: Client, given: object, name: str = "Telefoon van Anna") -> Any:
    return client.post(f"{PAGE}aan/", json.dumps({"subscription": given, "name": name}), content_type="application/json")


def tell(client: Client, path: str, what: object) -> int:
    return client.post(path, json.dumps(what), content_type="application/json").status_code


def device_of(person: Person) -> Address:
    return Address.objects.get(person=person, channel="web_push")


def test_a_device_is_switched_on_and_stands_on_the_page(place: Town, anna: Client) -> None:
    assert switch_on(anna, subscription()).status_code == 200
    assert (device_of(place.anna).label, device_of(place.anna).state) == ("Telefoon van Anna", "active")
    shown = anna.get(PAGE).content.decode()
    assert "Telefoon van Anna" in shown
    assert place.anna.email in shown
    assert devices.channel().identity.public_key in shown


@pytest.mark.parametrize(
    "given", [None, "x", {}, subscription("https://10.0.0.1/a"), subscription("http://updates.push.services.mozilla.com/a")]
)
def test_what_is_no_device_is_refused_in_words(place: Town, anna: Client, given: object) -> None:
    answer = switch_on(anna, given)
    assert (answer.status_code, bool(answer.json()["words"])) == (422, True)
    assert not Address.objects.filter(channel="web_push").exists()
    assert anna.post(f"{PAGE}aan/", "nonsense", content_type="application/json").status_code == 422


def test_nobody_collects_devices_without_end(place: Town, anna: Client) -> None:
    statuses = [switch_on(anna, subscription(f"{cases.SERVICE}{n}")).status_code for n in range(devices.MOST_DEVICES + 1)]
    assert statuses == [200] * devices.MOST_DEVICES + [422]


def test_a_device_belongs_to_who_is_signed_in_on_it(place: Town, anna: Client) -> None:
    """Bea signs in on what was Anna's phone: from then on it tells Bea, and Anna no more."""
    given = subscription()
    switch_on(anna, given)
    anna.force_login(place.bea)
    switch_on(anna, given, "Van Bea")
    assert device_of(place.bea).label == "Van Bea"
    assert not Address.objects.filter(person=place.anna, channel="web_push").exists()


def test_a_test_tells_how_far_it_has_come(place: Town, anna: Client) -> None:
    switch_on(anna, subscription())
    answer = anna.post(f"{PAGE}{device_of(place.anna).pk}/test/")
    made = Delivery.objects.get()
    assert answer.headers["Location"].startswith(f"{PAGE}?test={made.pk}")
    assert "hx-get" in anna.get(f"{PAGE}test/{made.pk}/").content.decode()
    assert tell(anna, "/push/ontvangen/", json.loads(cases.receipt(devices.channel(), made.pk.hex))) == 204
    made.refresh_from_db()
    assert made.state == State.DELIVERED
    assert made.arrived_at
    shown = anna.get(f"{PAGE}test/{made.pk}/").content.decode()
    assert timezone.localtime(made.arrived_at).strftime("%H:%M:%S") in shown
    assert "hx-get" not in shown
    anna.post(f"{PAGE}{device_of(place.anna).pk}/test/")
    assert Delivery.objects.count() == 1, "a second test at once is not sent"


def test_reading_counts_and_never_goes_back(place: Town, anna: Client) -> None:
    switch_on(anna, subscription())
    anna.post(f"{PAGE}{device_of(place.anna).pk}/test/")
    made = Delivery.objects.get()
    for state in ("read", "delivered", "read"):
        assert tell(Client(), "/push/ontvangen/", json.loads(cases.receipt(devices.channel(), made.pk.hex, state))) == 204
    made.refresh_from_db()
    assert made.state == State.READ
    forged = {"id": made.pk.hex, "seal": "0" * 32, "state": "read"}
    assert tell(Client(), "/push/ontvangen/", forged) == 403


def test_a_device_that_the_browser_gave_another_address_is_still_known(place: Town, anna: Client) -> None:
    old, new = subscription(), subscription(f"{cases.SERVICE}-new")
    switch_on(anna, old)
    assert tell(Client(), "/push/vernieuwd/", {"old": subscription(), "subscription": new}) == 403, "other keys: not that device"
    assert tell(Client(), "/push/vernieuwd/", {"old": old, "subscription": subscription("https://127.0.0.1/")}) == 422
    assert tell(Client(), "/push/vernieuwd/", {"old": old, "subscription": new}) == 204
    assert json.loads(device_of(place.anna).value)["endpoint"].endswith("-new")


def test_a_device_that_is_told_no_more_is_named_on_the_first_page_and_works_again_under_a_new_address(place: Town, anna: Client) -> None:
    old = subscription()
    switch_on(anna, old)
    assert "Telefoon van Anna" not in anna.get("/").content.decode()
    addresses.failed(device_of(place.anna).pk, gone=True, why="410")
    assert "Telefoon van Anna" in anna.get("/").content.decode()
    assert tell(Client(), "/push/vernieuwd/", {"old": old, "subscription": subscription(f"{cases.SERVICE}-new")}) == 204
    assert device_of(place.anna).state == "active"
    assert "Telefoon van Anna" not in anna.get("/").content.decode()


def test_a_form_goes_in_nobody_elses_name(place: Town, anna: Client) -> None:
    """Whoever signs in on a device on which another's words still wait sends none of them."""
    written = {"text": "Iemand klimt over het hek", "group": place.watch_a.pk, "called": "by_me"}
    answer = anna.post("/melden/", written | {"writer": str(place.bea.pk)})
    assert answer.status_code == 409
    assert not Case.objects.exists()
    assert anna.post("/melden/", written | {"writer": str(place.anna.pk)}).status_code == 302
    assert Case.objects.count() == 1


def test_signing_out_on_a_device_ends_what_it_is_told(place: Town, anna: Client) -> None:
    given = subscription()
    switch_on(anna, given)
    assert tell(Client(), "/push/gestopt/", {"subscription": subscription()}) == 204
    assert device_of(place.anna)
    assert tell(Client(), "/push/gestopt/", {"subscription": given}) == 204
    assert not Address.objects.filter(channel="web_push").exists()


def test_another_ones_address_cannot_be_touched(place: Town, anna: Client) -> None:
    theirs = addresses.add(place.bea, channel="web_push", value=cases.device()[0])
    for deed in ("test", "weg", "weer", "hoger", "lager"):
        assert anna.post(f"{PAGE}{theirs.pk}/{deed}/").status_code == 404
    assert anna.get(f"{PAGE}{theirs.pk}/weg/").status_code == 405
    mine = addresses.add(place.anna, channel="web_push", value=cases.device(f"{cases.SERVICE}-a")[0])
    assert anna.post(f"{PAGE}{mine.pk}/iets/").status_code == 404
    assert Client().get(PAGE).status_code == 302


def test_the_order_is_changed_by_buttons(place: Town, anna: Client) -> None:
    switch_on(anna, subscription())
    anna.get(PAGE)
    push = device_of(place.anna)
    email = Address.objects.get(person=place.anna, channel="email")
    assert list(place.anna.addresses.values_list("pk", flat=True)) == [push.pk, email.pk]
    anna.post(f"{PAGE}{email.pk}/hoger/")
    assert list(place.anna.addresses.values_list("pk", flat=True)) == [email.pk, push.pk]
    anna.post(f"{PAGE}{email.pk}/lager/")
    assert list(place.anna.addresses.values_list("pk", flat=True)) == [push.pk, email.pk]


def test_a_device_is_removed_but_the_address_of_the_account_stays(place: Town, anna: Client) -> None:
    switch_on(anna, subscription())
    anna.get(PAGE)
    anna.post(f"{PAGE}{device_of(place.anna).pk}/weg/")
    [left] = Address.objects.filter(person=place.anna)
    assert anna.post(f"{PAGE}{left.pk}/weg/").status_code == 404
    addresses.stop("email", left.value)
    anna.post(f"{PAGE}{left.pk}/weer/")
    left.refresh_from_db()
    assert left.state == "active"


def test_quiet_hours_are_kept_and_half_of_them_is_refused(place: Town, anna: Client) -> None:
    assert anna.post(f"{PAGE}stil/", {"quiet_from": "22:30", "quiet_until": "07:00", "digest_at": ""}).status_code == 302
    chosen = preferences.of(place.anna)
    assert (str(chosen.quiet_from), str(chosen.quiet_until), chosen.digest_at) == ("22:30:00", "07:00:00", None)
    refused = anna.post(f"{PAGE}stil/", {"quiet_from": "23:00", "quiet_until": "", "digest_at": "18:00"})
    assert refused.status_code == 422
    assert 'value="23:00"' in refused.content.decode()
    assert str(preferences.of(place.anna).quiet_from) == "22:30:00"


@time_machine.travel("2026-11-24 21:00:00+00:00", tick=False)
@pytest.mark.parametrize(
    ("length", "until"),
    [("hours", "2026-11-25 05:00"), ("morning", "2026-11-25 06:00"), ("week", "2026-12-01 21:00"), ("own", "2026-11-26 19:30")],
)
def test_who_mutes_hears_nothing_until_then(place: Town, anna: Client, length: str, until: str) -> None:
    anna.post(f"{PAGE}dempen/", {"length": length, "until": "2026-11-26T20:30"})
    moment = preferences.of(place.anna).muted_until
    assert moment
    assert f"{moment:%Y-%m-%d %H:%M}" == until
    switch_on(anna, subscription())
    reporting.report("Iemand forceert de achterdeur.", group=place.watch_a, by=place.arie, called=Called.BY_ME)
    fanout.run(channels={"web_push", "email"})
    assert not Delivery.objects.filter(address__person=place.anna).exists()
    anna.post(f"{PAGE}dempen/", {"length": "none"})
    assert preferences.of(place.anna).muted_until is None


@pytest.mark.parametrize("until", ["", "2020-01-01T10:00", "2099-01-01T10:00", "gisteren"])
def test_a_moment_must_still_come_and_not_be_far(place: Town, anna: Client, until: str) -> None:
    assert anna.post(f"{PAGE}dempen/", {"length": "own", "until": until}).status_code == 422
    assert preferences.of(place.anna).muted_until is None


def test_the_page_says_until_when_one_is_muted(place: Town, anna: Client) -> None:
    preferences.mute(place.anna, timezone.now() + timedelta(hours=3))
    assert 'value="none"' in anna.get(PAGE).content.decode()


def test_the_web_app_installs(client: Client, db: None) -> None:
    manifest = client.get("/app.webmanifest")
    assert manifest.headers["Content-Type"] == "application/manifest+json"
    told = manifest.json()
    assert (told["start_url"], told["scope"], told["display"]) == ("/", "/", "standalone")
    assert {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")} == {(i["sizes"], i["purpose"]) for i in told["icons"]}
    assert {shown["form_factor"] for shown in told["screenshots"]} == {"narrow", "wide"}
    for picture in told["icons"] + told["screenshots"]:
        raw = b"".join(client.get(picture["src"]))
        assert picture["sizes"] == "x".join(str(int.from_bytes(raw[at : at + 4])) for at in (16, 20)), (
            "PNG: width and height in the first chunk"
        )
    worker = client.get("/sw.js")
    assert worker.headers["Service-Worker-Allowed"] == "/"
    assert worker.headers["Content-Type"].startswith("text/javascript")
    assert "no-cache" in worker.headers["Cache-Control"]
    assert "worker-src 'self'" in worker.headers["Content-Security-Policy"]


def test_who_sends_later_is_known_by_their_session(place: Town, client: Client) -> None:
    assert client.get("/versturen/").json()["person"] == ""
    client.force_login(place.anna)
    answer = client.get("/versturen/")
    assert answer.json()["person"] == str(place.anna.pk)
    assert answer.json()["csrf"]
    assert "no-store" in answer.headers["Cache-Control"]


def test_an_alarm_has_a_button_for_who_has_called_too(place: Town, anna: Client) -> None:
    """S29a: the holder of a case is who called; the button opens the page where that is told."""
    switch_on(anna, subscription())
    office = Office("web_push", able=devices.channel().capabilities())
    made = reporting.report("Iemand forceert de achterdeur.", group=place.watch_a, by=place.arie, called=Called.BY_ME)
    plan(office)
    office.round()
    [letter] = office.letters
    buttons = json.loads(devices.channel().payload(letter))["actions"]
    assert [b["action"] for b in buttons] == ["open", "called"]
    assert buttons[1]["url"].endswith(f"/casus/{made.message.contribution.case.reference}/gebeld/")
