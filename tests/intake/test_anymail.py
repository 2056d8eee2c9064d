"""A provider reached over HTTP by Anymail: a pretend Postmark takes the mail, and tells what came in and what became of it."""

import asyncio
import base64
import json
import pathlib
import re
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings
from tests import serving
from tests.channels import cases_email as cases
from tests.delivery.post_office import NoHttp
from tests.intake.test_email import round_of, said_in_case
from tests.town import Town, town

from meldkring.cases import reporting
from meldkring.cases.models import Called
from meldkring.channels import email
from meldkring.channels.contract import Accepted, Problem, SendError
from meldkring.delivery import anymail_relay
from meldkring.delivery.models import Address, Delivery
from meldkring.intake import anymail_door, police_mail, taking
from meldkring.intake.models import Incoming
from meldkring.people.models import Mail

SECRET = "webhook:geheim"
FROM_ANNA = {
    "From": "anna@example.org", "FromFull": {"Email": "anna@example.org", "Name": "Anna"}, "Subject": "Re: Alarm", "ToFull": [], "CcFull": [],
    "BccFull": [], "MessageID": "x-1", "TextBody": "Seen.\n", "HtmlBody": "", "Attachments": [],
    "Headers": [{"Name": "Return-Path", "Value": "<anna@example.org>"}, {"Name": "Message-ID", "Value": "<a1@mail.example.org>"}],
}  # fmt: skip
SIGNED = {"HTTP_AUTHORIZATION": f"Basic {base64.b64encode(SECRET.encode()).decode()}"}


@dataclass
class Postmark:
    """Answers with `status`, and keeps what it was handed."""

    status: int = 200
    mails: list[dict[str, Any]] = field(default_factory=list)
    came: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    def answered(self, mail: dict[str, Any]) -> dict[str, object]:
        if self.status != 200:
            return {"ErrorCode": 300 if self.status == 422 else 10, "Message": "No."}
        self.mails.append(mail)
        return {
            "To": mail["To"],
            "SubmittedAt": "2026-11-24T10:00:00Z",
            "MessageID": f"pm-{len(self.mails)}",
            "ErrorCode": 0,
            "Message": "OK",
        }


@pytest.fixture
def postmark() -> Iterator[Postmark]:
    made = Postmark()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            mail = json.loads(self.rfile.read(int(self.headers["content-length"])))
            body = json.dumps(made.answered(mail)).encode()
            self.send_response(made.status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            made.came.set()

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def mail(postmark: Postmark, settings: Settings) -> email.Email:
    settings.ANYMAIL = {
        "POSTMARK_SERVER_TOKEN": "token",
        "POSTMARK_API_URL": f"http://127.0.0.1:{postmark.port}/",
        "WEBHOOK_SECRET": SECRET,
    }
    settings.ANYMAIL_PROVIDER = "postmark"
    made = anymail_relay.channel("postmark", {"EMAIL_FROM": "Meldkring <meldkring@example.org>", "REPLY_DOMAIN": cases.DOMAIN})
    anymail_door.connect(made)
    return made


@pytest.fixture
def place(db: None) -> Town:
    return town()


def told(what: str, body: dict[str, object], **headers: str) -> int:
    """The provider posts to our webhook."""
    return Client().post(f"/anymail/postmark/{what}/", json.dumps(body), content_type="application/json", **(headers or SIGNED)).status_code  # type: ignore[arg-type]


def test_a_mail_goes_to_the_provider_with_all_that_it_needs(mail: email.Email, postmark: Postmark) -> None:
    outcome = asyncio.run(mail.send(cases.letter(), NoHttp()))
    assert outcome == Accepted("pm-1")
    (handed,) = postmark.mails
    headers = {h["Name"]: h["Value"] for h in handed["Headers"]}
    assert handed["To"] == cases.ANNA
    assert handed["ReplyTo"] == f"antwoord+{cases.TOKEN}@{cases.DOMAIN}"
    assert handed["Metadata"] == {"letter": cases.LETTER}
    assert "Twee personen." in handed["TextBody"]
    assert "Twee personen." in handed["HtmlBody"]
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert not handed["TrackOpens"]


@pytest.mark.parametrize(
    ("status", "problem"), [(401, Problem.ACCOUNT), (429, Problem.THROTTLED), (503, Problem.TRANSIENT), (413, Problem.CONTENT)]
)
def test_what_the_provider_says_means_something(mail: email.Email, postmark: Postmark, status: int, problem: Problem) -> None:
    postmark.status = status
    outcome = asyncio.run(mail.send(cases.letter(), NoHttp()))
    assert isinstance(outcome, SendError)
    assert outcome.problem is problem


def test_no_provider_to_be_reached(mail: email.Email, settings: Settings) -> None:
    settings.ANYMAIL = {**settings.ANYMAIL, "POSTMARK_API_URL": "http://127.0.0.1:1/"}
    outcome = asyncio.run(mail.send(cases.letter(), NoHttp()))
    assert outcome == SendError(Problem.TRANSIENT, "no connection")


def test_a_provider_that_is_not_there_is_said_in_words(settings: Settings) -> None:
    settings.ANYMAIL = {}
    for name in ("posthorn", "postmark"):
        with pytest.raises(ValueError, match="ANYMAIL_PROVIDER"):
            anymail_relay.channel(name, {})


def alarm(place: Town, mail: email.Email, postmark: Postmark) -> dict[str, Any]:
    """Arie's mail of an alarm, as the provider was handed it."""
    reporting.report("Someone forces the back door.", group=place.watch_a, by=place.anna, called=Called.BY_ME)
    round_of(mail)
    return next(m for m in postmark.mails if m["To"] == place.arie.email)


def answered(place: Town, to: str) -> dict[str, object]:
    return {
        "From": place.arie.email, "FromFull": {"Email": place.arie.email, "Name": "Arie"}, "OriginalRecipient": to, "Subject": "Re: Alarm",
        "To": to, "ToFull": [{"Email": to, "Name": ""}], "CcFull": [], "BccFull": [], "MessageID": "x-1", "TextBody": "Seen.\n", "HtmlBody": "", "Attachments": [],
        "Headers": [{"Name": "Return-Path", "Value": f"<{place.arie.email}>"}, {"Name": "Message-ID", "Value": "<a1@mail.example.org>"}],
    }  # fmt: skip


@pytest.mark.requirement("S30")
def test_an_answer_that_the_provider_passes_on_is_a_reaction(place: Town, mail: email.Email, postmark: Postmark) -> None:
    got = alarm(place, mail, postmark)
    assert told("inbound", answered(place, got["ReplyTo"])) == 200
    taking.work({"email": mail})
    assert said_in_case(place, "Seen.") == 1


def test_a_mail_with_a_large_photo_is_taken_and_the_photo_is_not_kept(place: Town, mail: email.Email, postmark: Postmark) -> None:
    got = alarm(place, mail, postmark)
    photo = {"Name": "a.jpg", "ContentType": "image/jpeg", "Content": base64.b64encode(bytes(3_000_000)).decode()}
    assert told("inbound", {**answered(place, got["ReplyTo"]), "Attachments": [photo]}) == 200
    assert len(Incoming.objects.get().raw) < 5_000
    taking.work({"email": mail})
    assert said_in_case(place, "Seen.") == 1


def test_a_provider_that_brings_a_form_may_bring_a_large_mail_too(
    place: Town, mail: email.Email, postmark: Postmark, settings: Settings
) -> None:
    """In fields with the photo as a file beside them, or the whole mail in one field."""
    got = alarm(place, mail, postmark)
    settings.ANYMAIL_PROVIDER = "sendgrid"
    whole = EmailMessage(policy=policy.SMTP)
    whole["From"], whole["To"], whole["Message-ID"] = place.arie.email, got["ReplyTo"], "<a2@mail.example.org>"
    whole.set_content("He went left, along the Kade.")
    whole.add_attachment(bytes(3_000_000), maintype="image", subtype="jpeg", filename="a.jpg")
    beside = SimpleUploadedFile("a.jpg", bytes(3_000_000), "image/jpeg")
    fields = {"text": "He wears a “red” coat.", "attachment-info": '{"attachment1": {"filename": "a.jpg"}}', "attachment1": beside}
    heads = f"From: {place.arie.email}\nTo: {got['ReplyTo']}\nMessage-ID: <a1@mail.example.org>\n"
    envelope = json.dumps({"from": place.arie.email, "to": [got["ReplyTo"]]})
    with warnings.catch_warnings(action="ignore"):  # Anymail supports this one no longer; it works, and brings mail both ways
        for brought in ({**fields, "headers": heads}, {"email": whole.as_string()}):
            assert Client().post("/anymail/sendgrid/inbound/", {**brought, "envelope": envelope}, **SIGNED).status_code == 200  # type: ignore[arg-type]
    assert all(len(row.raw) < 5_000 for row in Incoming.objects.all())
    taking.work({"email": mail})
    assert said_in_case(place, "He wears a “red” coat.") == said_in_case(place, "He went left, along the Kade.") == 1


def test_who_answers_what_was_erased_long_ago_is_told_once_that_nobody_reads_it(place: Town, mail: email.Email, postmark: Postmark) -> None:
    """The SMTP door refuses such a mail; a provider has taken it already. No machine is written back to, and nobody who tries an address."""
    to = alarm(place, mail, postmark)["ReplyTo"]
    Delivery.objects.all().delete()
    absent = {**answered(place, to), "Headers": [{"Name": "Auto-Submitted", "Value": "auto-replied"}]}
    for body in (absent, answered(place, to.replace(to[9:41], "f" * 32)), answered(place, f"politie+{'a' * 16}@{cases.DOMAIN}")):
        assert told("inbound", body) == 200
        assert not Mail.objects.exists()
    for _again in range(2):
        assert told("inbound", answered(place, to)) == 200
    written = Mail.objects.get()
    assert (written.to, written.subject) == (place.arie.email, "Niemand heeft je mail gelezen")
    assert "bewaren we niet meer" in written.text
    assert "Bel 112" in written.text
    assert not Incoming.objects.exists()


def test_what_the_smtp_door_finds_too_long_is_not_kept_here_either(place: Town, mail: email.Email, postmark: Postmark) -> None:
    to = alarm(place, mail, postmark)["ReplyTo"]
    assert told("inbound", {**answered(place, to), "TextBody": "Seen. " * 200_000}) == 200
    assert not Incoming.objects.exists()
    assert "te lang" in Mail.objects.get().text


@pytest.mark.requirement("S35")
def test_the_police_hear_that_their_address_holds_no_longer(place: Town, mail: email.Email, settings: Settings) -> None:
    settings.REPLY_DOMAIN = cases.DOMAIN
    old = police_mail.address(place.coordination_noord, by=place.fatima).secret
    police_mail.renew(place.coordination_noord, by=place.fatima)
    for sender in ("eve@example.org", "mk@politie.nl"):
        assert (
            told("inbound", {**answered(place, f"politie+{old}@{cases.DOMAIN}"), "From": sender, "FromFull": {"Email": sender, "Name": ""}})
            == 200
        )
    written = Mail.objects.get()
    assert written.to == "mk@politie.nl"
    assert "geldt niet meer" in written.text


@pytest.mark.parametrize("wrong", [{"ANYMAIL": {}}, {"ANYMAIL_PROVIDER": ""}, {"ANYMAIL_PROVIDER": "mailgun"}])
def test_without_a_secret_or_for_another_provider_there_is_no_door(
    place: Town, mail: email.Email, postmark: Postmark, settings: Settings, wrong: dict[str, object]
) -> None:
    got = alarm(place, mail, postmark)
    for name, value in wrong.items():
        setattr(settings, name, value)
    assert told("inbound", answered(place, got["ReplyTo"])) == 404
    assert not Incoming.objects.exists()


def test_an_installation_with_a_provider_alone_sends_codes_and_hears_answers(postmark: Postmark, tmp_path: pathlib.Path) -> None:
    """As an administrator sets it up: from the environment, in a server of its own, where port 25 and 587 are shut."""
    site = serving.Place(
        tmp_path, MELDKRING_DATA=str(tmp_path), ANYMAIL_PROVIDER="postmark", ANYMAIL_POSTMARK_SERVER_TOKEN="token", ANYMAIL_WEBHOOK_SECRET=SECRET,
        ANYMAIL_POSTMARK_API_URL=f"http://127.0.0.1:{postmark.port}/", REPLY_DOMAIN=cases.DOMAIN, EMAIL_FROM="Meldkring <meldkring@example.org>",
    )  # fmt: skip
    site.make_database()
    site.run("from meldkring.people.models import Person; Person.objects.create_user('anna@example.org', first_name='Anna')")
    with site.serving() as server, httpx.Client(base_url=server.url) as visitor:
        visitor.get("/account/login/code/")
        visitor.post("/account/login/code/", data={"email": "anna@example.org", "csrfmiddlewaretoken": visitor.cookies["csrftoken"]})
        assert postmark.came.wait(20)
        (code,) = postmark.mails
        assert code["To"] == "anna@example.org"
        assert re.search(r"^\d{6}$", code["TextBody"], re.MULTILINE)
        assert "<table" in code["HtmlBody"]
        token = site.run(
            "from meldkring.people.models import Person; from meldkring.delivery import addresses, answering, tokens\n"
            "from meldkring.delivery.models import Delivery\n"
            "addresses.ensure_email(Person.objects.all()); answering.answer(Person.objects.get().addresses.get(), 'Hello')\n"
            "print(json.dumps(tokens.reply(Delivery.objects.get().pk)))"
        )
        to = f"antwoord+{token}@{cases.DOMAIN}"
        body = {**FROM_ANNA, "OriginalRecipient": to, "To": to}
        assert visitor.post("/anymail/postmark/inbound/", json=body, auth=("webhook", "wrong")).status_code == 400
        assert visitor.post("/anymail/postmark/inbound/", json=body, auth=("webhook", "geheim")).status_code == 200
    assert site.run("from meldkring.intake.models import Incoming; print(json.dumps(Incoming.objects.count()))") == 1


def test_who_does_not_know_the_secret_tells_nothing(place: Town, mail: email.Email, postmark: Postmark) -> None:
    got = alarm(place, mail, postmark)
    assert told("inbound", answered(place, got["ReplyTo"]), HTTP_AUTHORIZATION="Basic eDp5") == 400
    assert not Incoming.objects.exists()


def test_mail_for_another_address_is_left_alone(place: Town, mail: email.Email, postmark: Postmark) -> None:
    assert told("inbound", answered(place, "info@in.example.org")) == 200
    assert not Incoming.objects.exists()


def test_what_the_provider_tells_of_a_mail_is_a_receipt(place: Town, mail: email.Email, postmark: Postmark) -> None:
    got = alarm(place, mail, postmark)
    letter = Delivery.objects.get(address__value=place.arie.email)
    event = {"MessageID": letter.provider_id, "Metadata": got["Metadata"], "Recipient": place.arie.email}
    assert told("tracking", {**event, "RecordType": "Delivery", "DeliveredAt": "2026-11-24T10:00:01Z"}) == 200
    letter.refresh_from_db()
    assert letter.state == Delivery.State.DELIVERED
    other = Delivery.objects.get(address__value=place.fatima.email)
    bounce = {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "ID": 4,
        "Email": place.fatima.email,
        "BouncedAt": "2026-11-24T10:00:01Z",
        "Metadata": {"letter": other.pk.hex},
    }
    assert told("tracking", {**bounce, "MessageID": other.provider_id}) == 200
    other.refresh_from_db()
    assert (other.state, other.problem) == (Delivery.State.FAILED, Problem.GONE)


def test_a_complaint_stops_the_mail(place: Town, mail: email.Email, postmark: Postmark) -> None:
    alarm(place, mail, postmark)
    complaint = {
        "RecordType": "SpamComplaint",
        "Type": "SpamComplaint",
        "ID": 5,
        "Email": place.arie.email,
        "BouncedAt": "2026-11-24T10:00:01Z",
        "MessageID": "pm-1",
    }
    assert told("tracking", complaint) == 200
    assert Address.objects.get(value=place.arie.email).state == Address.State.OPTED_OUT
