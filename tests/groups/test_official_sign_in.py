"""An official signs in with the account of their municipality, against a real OpenID provider on this machine. Known people only."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import oidc_provider_mock
import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone
from tests.town import Town, town

from meldkring.cases import reporting
from meldkring.groups import officials, roles
from meldkring.groups.models import Membership, Role
from meldkring.people import mailing, tokens
from meldkring.people.models import Mail, Person

SECRET = "Iemand met een groene ladder voelt aan deuren"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with oidc_provider_mock.run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def place(db: None, provider: str, settings: Any) -> Town:
    settings.OIDC = {**settings.OIDC, "SERVER_URL": provider, "NAME": "Waterdam", "MUNICIPALITY_CLAIM": "gemeente", "ACR": ["loa3"]}
    app = {"provider_id": "gemeente", "name": "gemeente", "client_id": "meldkring", "secret": "s", "settings": {"server_url": provider}}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    here = town()
    Person.objects.filter(pk=here.official.pk).update(second_factor_since=None)
    return here


def sign_in(client: Client, provider: str, **claims: Any) -> Any:
    """Press the button, sign in at the provider, and come back."""
    httpx.put(f"{provider}/users/u1", json=claims, trust_env=False).raise_for_status()
    there = client.post("/account/oidc/gemeente/login/")
    assert there.status_code == 302
    assert there["Location"].startswith(provider)
    back = httpx.post(there["Location"], data={"sub": "u1"}, trust_env=False)
    assert back.status_code in (302, 303), back.text
    return client.get(re.sub(r"^https?://[^/]+", "", back.headers["Location"]), follow=True)


def signed_in(client: Client) -> str:
    return str(client.session.get("_auth_user_id", ""))


def test_an_official_with_a_second_step_there(client: Client, place: Town, provider: str) -> None:
    """S9: invited, known by a proven address, and the provider asked for a second step."""
    assert "Inloggen met Waterdam" in client.get("/account/login/code/").content.decode()
    sign_in(client, provider, email="Official@example.org", email_verified=True, amr=["pwd", "mfa"])
    assert signed_in(client) == str(place.official.pk)
    assert client.get(f"/gemeenten/{place.municipality.pk}/").status_code == 200
    # The second time the provider's own number is enough, whatever the address has become.
    client.post("/account/logout/")
    sign_in(client, provider, email="anders@example.org", acr="loa3")
    assert signed_in(client) == str(place.official.pk)


def test_without_a_second_step_there_we_ask_for_ours(client: Client, place: Town, provider: str) -> None:
    sign_in(client, provider, email="official@example.org", email_verified=True, amr=["pwd"])
    assert signed_in(client) == str(place.official.pk)
    assert client.get(f"/gemeenten/{place.municipality.pk}/").status_code == 404
    assert "tweede stap" in client.get("/ik/").content.decode()


def test_what_was_asserted_there_does_not_hold_for_another_way_in(client: Client, place: Town, provider: str) -> None:
    """Whoever reads the official's mail must not get in without a second step."""
    sign_in(client, provider, email="official@example.org", email_verified=True, amr=["mfa"])
    other = Client()
    other.post("/account/login/code/", {"email": "official@example.org"})
    mailing.send_due()
    code = re.search(r"\b\d{6}\b", last_mail())
    assert code
    other.post("/account/login/code/confirm/", {"code": code[0]})
    assert signed_in(other) == str(place.official.pk)
    assert other.get(f"/gemeenten/{place.municipality.pk}/").status_code == 404


def last_mail() -> str:
    return str(mail.outbox[-1].body)


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "vreemd@example.org", "email_verified": True, "amr": ["mfa"]},
        {"email": "official@example.org", "email_verified": False, "amr": ["mfa"]},
        {"email": "official@example.org", "amr": ["mfa"]},
        {"email": "anna@example.org", "email_verified": True, "amr": ["mfa"]},
        {"amr": ["mfa"], "gemeente": "GM0001"},
    ],
    ids=["unknown", "not proven", "not said to be proven", "a resident, not invited", "no address"],
)  # fmt: skip
def test_nobody_else_comes_in_and_no_account_is_made(client: Client, place: Town, provider: str, claims: dict[str, Any]) -> None:
    people, members = Person.objects.count(), Membership.objects.count()
    answer = sign_in(client, provider, **claims)
    assert signed_in(client) == ""
    assert "kennen je nog niet" in answer.content.decode()
    assert (Person.objects.count(), Membership.objects.count()) == (people, members)


def test_a_claim_links_whom_we_know_to_their_municipality(client: Client, place: Town, provider: str) -> None:
    other = type(place.municipality).objects.create(name="Andere", code="GM0002")
    sign_in(client, provider, email="official@example.org", email_verified=True, amr=["mfa"], gemeente=["GM0001", "GM0002", "GM7777"])
    assert client.get(f"/gemeenten/{other.pk}/").status_code == 200
    made = Membership.objects.get(person=place.official, group__municipality=other)
    assert (made.role, roles.has(place.official, roles.Right.READ, made.group)) == (Role.OFFICIAL, False)


def test_an_administrator_invites_reviews_and_ends(client: Client, place: Town) -> None:
    """BIO2: who has which role, since when, confirmed or ended; and never by who oversees only."""
    path = f"/gemeenten/{place.municipality.pk}/rechten/"
    for person, status in ((place.fatima, 404), (place.official, 404), (place.outsider, 404)):
        client.force_login(person)
        assert client.get(path).status_code == status
    Person.objects.filter(pk=place.outsider.pk).update(is_superuser=True)
    client.force_login(place.outsider)
    assert client.post(path, {"name": "Roos", "email": "geen adres", "role": "official"}).status_code == 422
    client.post(path, {"name": "Roos", "email": "roos@example.org", "role": "administrator"})
    made = Membership.objects.get(person__email="roos@example.org")
    assert made.role == Role.ADMINISTRATOR
    assert Mail.objects.filter(to="roos@example.org").exists()
    assert client.post(path, {"name": "Roos", "email": "roos@example.org", "role": "official"}).status_code == 422
    client.post(f"{path}{made.pk}/", {"answer": "klopt"})
    assert officials.guarded(place.municipality).get(pk=made.pk).looked_at is not None
    assert "roos@example.org" in client.get(path + "csv/").content.decode()
    client.post(f"{path}{made.pk}/", {"answer": "einde"})
    made.refresh_from_db()
    assert made.left_at is not None
    phone_manager = Membership.objects.get(person=place.fatima, role=Role.PHONE_MANAGER)
    client.post(f"{path}{phone_manager.pk}/", {"answer": "einde"})
    phone_manager.refresh_from_db()
    assert phone_manager.left_at is None


def test_an_official_sees_no_message_on_any_page_or_through_the_api(client: Client, place: Town) -> None:
    """S2, S9: a municipality takes part with figures, never messages. Every address that takes no more than a number is tried with every number there is."""
    Person.objects.filter(pk=place.official.pk).update(second_factor_since=timezone.now())
    posting = reporting.report(SECRET, group=place.watch_a, by=place.anna, called="by_me", place="Geheimstraat")
    case = posting.message.contribution.case
    client.force_login(place.official)
    key = tokens.create(place.official, name="t")[1]
    seen = 0
    for path in addresses(place, posting.pk, case.reference):
        answer = client.get(path, headers={"Authorization": f"Bearer {key}"}) if path.startswith("/api/") else client.get(path)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        assert b"groene ladder" not in body, path
        assert b"Geheimstraat" not in body, path
        seen += answer.status_code == 200
    assert seen > 15
    assert not Authenticator.objects.exists()


def addresses(place: Town, posting: int, reference: str) -> set[str]:
    """Every address of the site and the API that a number, a word or a case can be filled into."""
    # The first row of every kind has number 1; the others are those of the message, the group it stands in and who wrote it.
    numbers = sorted({1, posting, place.watch_a.pk, place.anna.pk})
    return set(filled(get_resolver().url_patterns, "/", numbers, [reference, "noord", "district", "municipality", "group"]))


def filled(patterns: Any, start: str, numbers: list[int], words: list[str]) -> Iterator[str]:
    for pattern in patterns:
        route = start + str(pattern.pattern).lstrip("^/").rstrip("$")
        if hasattr(pattern, "url_patterns"):
            yield from filled(pattern.url_patterns, route, numbers, words)
        elif "(" not in route and "\\" not in route and "logout" not in route and "/live" not in route:
            ways = [route]
            for found in re.findall(r"<[^>]+>", route):
                values = numbers if found.startswith("<int:") else words
                ways = [way.replace(found, str(value), 1) for way in ways for value in values][:8]
            yield from ways
