"""A mail of the control room comes in: it waits, a steering member looks at it, and only then it goes further. Whatever the mail looks like."""

from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.channels import cases_email
from tests.town import Town, town

from meldkring.cases import holding
from meldkring.cases.models import Case, Holder
from meldkring.channels import email_reading, police_words
from meldkring.groups import roles
from meldkring.intake import mail_in, police_mail, smtp_door, taking
from meldkring.intake.models import Incoming, PoliceMail
from meldkring.messaging.models import Change, Posting
from meldkring.people.models import Mail, Person

DOMAIN = "in.example.org"
TEMPLATE = """Onderwerp: Inbraak in woning
Plaats: Kade 12, Waterdam
Omschrijving: Vanochtend is ingebroken.
De dader vluchtte te voet.
Signalement: man, blauwe jas, rode rugzak
Vluchtrichting: noord-oost
Wat te doen: Ziet u hem? Bel 112. Houd afstand.
Zaaknummer: 2026-123456

Met vriendelijke groet,
De meldkamer
Disclaimer: dit bericht is vertrouwelijk."""


@pytest.fixture
def here(db: None, settings: object) -> Town:
    settings.REPLY_DOMAIN = DOMAIN  # type: ignore[attr-defined]
    return town()


def of(who: Person) -> Client:
    client = Client()
    client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def written(words: str, *, sender: str = "mk@politie.nl", subject: str = "FW: Inbraak", **headers: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"], message["Subject"], message["Message-ID"] = sender, subject, headers.pop("Message_ID", "<1@politie.nl>")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(words)
    return message


def arrives(here: Town, message: EmailMessage) -> None:
    """The mail comes through the door, is stored, and read."""
    to = f"politie+{police_mail.address(here.coordination_noord, by=here.fatima).secret}@{DOMAIN}"
    police_mail.take(email_reading.stamped(email_reading.without_attachments(message.as_bytes()), sender="mk@politie.nl", to=to))
    police_mail.work()


@pytest.mark.requirement("S35")
@pytest.mark.postgres
def test_a_mail_waits_and_is_placed_by_who_then_holds_it(here: Town) -> None:
    """S16 S35 S36: it goes nowhere by itself; who places it is the one who forwards it, and holds the case there."""
    arrives(here, written(TEMPLATE))
    waiting = PoliceMail.objects.get()
    assert Case.objects.count() == 0
    assert {m.to for m in Mail.objects.all()} == {here.fatima.email, here.sam.email, here.sofie.email}
    client, url = of(here.sam), reverse("police_mail", args=[waiting.pk])
    page = client.get(url)
    text = page.content.decode()
    assert "Disclaimer" in text  # the original stands beside what was read
    form = page.context["form"]
    assert form["place"].value() == "Kade 12, Waterdam"
    assert form["direction"].value() == "ne"
    given = {
        "text": "Inbraak aan de Kade. Ziet u hem? Bel 112.", "source": "Meldkamer", "place": "Kade 12", "valid_for": "4",
        "police_number": "2026-123456", "onward": [here.watch_a.pk],
    }  # fmt: skip
    answer = client.post(url, given)
    case = Case.objects.get()
    assert answer.url == reverse("case", args=[case.reference])
    held = holding.holder(case, here.watch_a)
    assert held is not None
    assert (held.person, held.how) == (here.sam, Holder.How.FORWARDED)
    assert holding.holder(case, here.watch_b) is None
    waiting.refresh_from_db()
    assert (waiting.state, waiting.by, waiting.case) == ("placed", here.sam, case)
    assert "Een collega was je voor" not in of(here.sofie).get(url).content.decode()
    assert of(here.sofie).get(url).context["form"] is None


def test_the_second_colleague_hears_that_it_has_been_dealt_with(here: Town) -> None:
    arrives(here, written(TEMPLATE))
    waiting = PoliceMail.objects.get()
    of(here.sam).post(reverse("police_mail_refuse", args=[waiting.pk]), {"reason": "Twice the same"})
    with pytest.raises(police_mail.AlreadyHandled):
        police_mail.place(waiting, "Inbraak", source="MK", steering=here.steering_1, by=here.sofie)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == ("refused", "Twice the same")
    assert not Posting.objects.exists()


@pytest.mark.postgres
def test_of_a_mail_that_nobody_looks_at_they_are_told_once_more_and_no_third_time(here: Town) -> None:
    """S35: a quarter of an hour later, by mail and on their open pages; a restart tells nobody again."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        arrives(here, written(TEMPLATE))
        noted = Change.objects.filter(group=here.coordination_noord).count()
        assert noted == 1, "an open page of the police hears that there is one"
        Mail.objects.all().delete()
        clock.shift(timedelta(minutes=14))
        assert police_mail.remind() == 0
        clock.shift(timedelta(minutes=2))
        assert (police_mail.remind(), police_mail.remind()) == (1, 0)
        assert {m.to for m in Mail.objects.all()} == {here.fatima.email, here.sam.email, here.sofie.email}
        assert "16" in Mail.objects.first().text  # type: ignore[union-attr]
        assert Change.objects.filter(group=here.coordination_noord).count() == noted + 1


def test_of_a_mail_that_was_dealt_with_or_is_long_past_nobody_is_told(here: Town) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        arrives(here, written(TEMPLATE))
        police_mail.refuse(PoliceMail.objects.get(), reason="Twice", by=here.sam)
        arrives(here, written(TEMPLATE, Message_ID="<2@politie.nl>"))
        Mail.objects.all().delete()
        clock.shift(timedelta(days=2))
        assert police_mail.remind() == 0
    assert not Mail.objects.exists()


def test_refusing_asks_for_a_reason(here: Town) -> None:
    arrives(here, written(TEMPLATE))
    with pytest.raises(police_mail.NoReason):
        police_mail.refuse(PoliceMail.objects.get(), reason=" ", by=here.sam)


def test_a_placing_that_is_refused_leaves_the_mail_waiting_and_what_was_typed(here: Town) -> None:
    arrives(here, written(TEMPLATE))
    waiting = PoliceMail.objects.get()
    answer = of(here.sam).post(
        reverse("police_mail", args=[waiting.pk]), {"text": "", "source": "Meldkamer", "place": "Kade 99", "valid_for": "4"}
    )
    assert answer.status_code == 422
    assert "Kade 99" in answer.content.decode()
    waiting.refresh_from_db()
    assert waiting.state == "waiting"


def test_the_same_mail_twice_waits_once(here: Town) -> None:
    for _n in range(2):
        arrives(here, written(TEMPLATE))
    assert PoliceMail.objects.count() == 1
    assert Incoming.objects.filter(done_at=None).count() == 0
    assert Mail.objects.count() == 3


def test_who_may_see_the_mail_and_the_address(here: Town) -> None:
    """Member, steering member here, steering member elsewhere, outsider; the address is for phone managers and the officer alone."""
    arrives(here, written(TEMPLATE))
    url = reverse("police_mail", args=[PoliceMail.objects.get().pk])
    may = {"anna": 404, "sam": 200, "zora": 404, "outsider": 404, "officer": 404, "official": 404}
    assert {name: of(getattr(here, name)).get(url).status_code for name in may} == may
    assert {n: bool(police_mail.addresses(getattr(here, n))) for n in ("anna", "sam", "fatima", "officer", "zora")} == {
        "anna": False, "sam": False, "fatima": True, "officer": True, "zora": False,
    }  # fmt: skip
    for who in (here.sam, here.zora, here.officer, here.outsider):
        with pytest.raises(roles.NotAllowed):
            police_mail.renew(here.coordination_noord, by=who)


def test_what_waits_is_never_pushed_off_the_page_by_strangers(here: Town) -> None:
    """The page shows what waits; the list has everything, in pages and to search; neither is there for an officer or resident."""
    arrives(here, written(TEMPLATE))
    for n in range(22):
        message = written(f"Noise {n}", sender="a@example.org")
        message.replace_header("Message-ID", f"<{n}@example.org>")
        arrives(here, message)
    room = of(here.sam).get(reverse("police_room"))
    assert [m.state for m in room.context["mails"]] == ["waiting"]
    found = of(here.sam).get(reverse("police_mails"))
    assert (len(found.context["mails"]), found.context["page"].paginator.count) == (20, 23)
    searched = of(here.sam).get(reverse("police_mails"), {"q": "Kade 12"})
    assert [m.state for m in searched.context["mails"]] == ["waiting"]
    assert of(here.zora).get(reverse("police_mails")).context["page"].paginator.count == 0
    for who in (here.anna, here.officer, here.outsider):
        assert of(who).get(reverse("police_mails")).status_code == 404


@pytest.mark.parametrize(
    ("sender", "state"),
    [
        ("mk@politie.nl", "waiting"),
        ("Meldkamer <mk@rotterdam.politie.nl>", "waiting"),
        ("mk@nepolitie.nl", "stranger"),
        ("mk@politie.nl.example.org", "stranger"),
        ("a@politie.nl, b@example.org", "stranger"),
        ("", "stranger"),
    ],
)
def test_only_mail_from_an_allowed_domain_waits(here: Town, sender: str, state: str) -> None:
    arrives(here, written(TEMPLATE, sender=sender) if sender else written(TEMPLATE, sender="nobody"))
    assert PoliceMail.objects.get().state == state
    assert Mail.objects.exists() is (state == "waiting")


@pytest.mark.parametrize(
    ("header", "checks"),
    [
        ("mx.example.org; spf=pass smtp.mailfrom=politie.nl; dkim=pass header.d=politie.nl", {"spf": "pass", "dkim": "pass"}),
        ("mx.example.org; dmarc=fail header.from=politie.nl", {"dmarc": "fail"}),
        ("evil.example.net; spf=pass; dkim=pass", {}),
        ("mx.example.org; ((", {}),
    ],
)
def test_what_the_own_mail_server_found_is_shown_and_nobody_elses(
    here: Town, settings: object, header: str, checks: dict[str, str]
) -> None:
    settings.MAIL_CHECKED_BY = "mx.example.org"  # type: ignore[attr-defined]
    arrives(here, written(TEMPLATE, Authentication_Results=header))
    found = PoliceMail.objects.get()
    assert found.checks == checks
    said = of(here.sam).get(reverse("police_mail", args=[found.pk])).content.decode()
    assert ("twijfelt aan de afzender" in said) is ("fail" in checks.values())
    assert ("We weten niet of dit adres echt is" in said) is (not checks)


def test_attachments_are_dropped_with_a_note(here: Town) -> None:
    message = written(TEMPLATE)
    message.add_attachment(b"\xff\xd8 a photo of somebody", maintype="image", subtype="jpeg", filename="foto.jpg")
    arrives(here, message)
    found = PoliceMail.objects.get()
    assert found.left_out == 1
    assert b"photo of somebody" not in bytes(Incoming.objects.get().raw)
    assert "1 bijlage is weggelaten" in of(here.sam).get(reverse("police_mail", args=[found.pk])).content.decode()


def test_an_address_is_renewed_and_the_old_one_is_refused_at_the_door(here: Town) -> None:
    old = police_mail.address(here.coordination_noord, by=here.fatima).secret
    assert police_mail.known(old)
    of(here.fatima).post(reverse("police_address", args=[here.coordination_noord.pk]), {"renew": "1"})
    new = police_mail.address(here.coordination_noord, by=here.fatima).secret
    assert new != old
    assert (police_mail.known(old), police_mail.known(new), police_mail.known("a" * 16)) == (False, True, False)


def test_the_door_lets_the_police_in_and_no_stranger(here: Town) -> None:
    """The same door as for answers to letters, with its own key."""
    channel = cases_email.channel(1)
    channel.sender = type(channel.sender)(channel.sender.name, channel.sender.address, DOMAIN)
    secret = police_mail.address(here.coordination_noord, by=here.fatima).secret
    assert mail_in.known(f"politie+{secret}@{DOMAIN}", channel)
    assert not mail_in.known(f"politie+{'a' * 16}@{DOMAIN}", channel)
    answer = smtp_door._take(written(TEMPLATE).as_bytes(), "mk@politie.nl", f"politie+{secret}@{DOMAIN}", channel)
    assert answer.startswith("250")
    assert taking.work({"email": channel}) == 0  # nothing for the conversation with members
    assert police_mail.work() == 1
    assert PoliceMail.objects.get().reading["number"] == "2026-123456"


# What is read in it

FORWARDED = f"""Graag delen met de buurt.

Groet, Jan

Van: Meldkamer <mk@politie.nl>
Verzonden: dinsdag 24 november 2026 10:00
Aan: Wijkagent
Onderwerp: Burgernetactie

{TEMPLATE}"""
QUOTED = "Zie hieronder.\n\nOp di 24 nov. 2026 om 10:00 schreef Meldkamer <mk@politie.nl>:\n\n" + "\n".join(
    f"> {line}" for line in TEMPLATE.split("\n")
)
BOLD = "\n".join(f"*{label}:* {rest}" if rest else label for label, _sep, rest in (line.partition(": ") for line in TEMPLATE.split("\n")))


@pytest.mark.parametrize("words", [TEMPLATE, FORWARDED, QUOTED, BOLD, TEMPLATE.replace("\n", "\r\n").replace("\r", "")])
def test_the_template_is_read_however_it_was_sent_on(words: str) -> None:
    read = police_words.understood(words, "FW: Inbraak")
    assert read.subject == "Inbraak in woning"
    assert read.place == "Kade 12, Waterdam"
    assert read.description.startswith("Vanochtend is ingebroken.")
    assert read.persons == "man, blauwe jas, rode rugzak"
    assert (read.direction, read.number) == ("ne", "2026-123456")
    assert read.to_do == "Ziet u hem? Bel 112. Houd afstand."
    assert "Disclaimer" not in read.text
    assert "groet" not in read.text


def test_a_page_without_plain_text_is_read(here: Town) -> None:
    rows = "".join(
        f"<tr><td><b>{label}:</b></td><td>{rest}</td></tr>"
        for label, _s, rest in (line.partition(": ") for line in TEMPLATE.split("\n")[:7])
        if rest
    )
    message = written("")
    message.set_content(
        f"<html><head><style>p{{}}</style></head><body><blockquote><table>{rows}</table></blockquote></body></html>", subtype="html"
    )
    arrives(here, message)
    read = PoliceMail.objects.get().reading
    assert (read["place"], read["direction"]) == ("Kade 12, Waterdam", "ne")


def test_without_labels_the_words_are_the_description() -> None:
    read = police_words.understood("Er loopt een man langs de deuren.\n\nMvg, Piet", "Fwd: RE: Let op")
    assert (read.subject, read.description) == ("Let op", "Er loopt een man langs de deuren.")


value = st.from_regex(r"[A-Z][a-z0-9]{2,12}( [a-z0-9]{2,9}){0,4}", fullmatch=True)


@given(values=st.fixed_dictionaries({"Plaats": value, "Signalement": value, "Zaaknummer": value}), order=st.permutations(range(3)))
@settings(max_examples=50, deadline=None)
def test_labels_are_read_back_in_any_order(values: dict[str, str], order: list[int]) -> None:
    labels = list(values)
    words = "\n".join(f"{labels[n]}: {values[labels[n]]}" for n in order)
    read = police_words.understood(words)
    assert (read.place, read.persons, read.number) == (values["Plaats"], values["Signalement"], values["Zaaknummer"][:40].strip())


@given(raw=st.binary(max_size=400) | st.text(max_size=400).map(lambda t: f"From: a@b.nl\nSubject: x\n\n{t}".encode("utf-8", "replace")))
@settings(max_examples=80, deadline=None)
def test_whatever_comes_is_read_without_a_fall(raw: bytes) -> None:
    read = police_words.read(raw)
    assert len(read.identity) == 64
    assert len(read.reading.text) <= police_words.LONGEST
