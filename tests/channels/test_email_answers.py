"""Which words of an answer are somebody's own, whatever mail program wrote it; and what is said of what was sent along."""

import asyncio
from email.message import EmailMessage
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from tests.channels import cases_email as cases
from tests.channels import quoted_replies
from tests.delivery.post_office import NoHttp

from meldkring.channels import email_reading
from meldkring.channels.contract import Fact, Said

TO = f"antwoord+{cases.TOKEN}@{cases.DOMAIN}"


def said(raw: bytes) -> Said:
    (fact,) = read(raw)
    assert isinstance(fact, Said)
    return fact


def read(raw: bytes) -> list[Fact]:
    return cases.channel().parse(email_reading.stamped(email_reading.without_attachments(raw), sender=cases.ANNA, to=TO), {})


@pytest.mark.parametrize("program", quoted_replies.PLAIN)
def test_only_somebodys_own_words_are_kept(program: str) -> None:
    """In plain text, as each mail program quotes (S30)."""
    (fact,) = cases.channel().parse(cases.answer(quoted_replies.PLAIN[program]), {})
    assert isinstance(fact, Said)
    assert fact.text == "Ja."


@pytest.mark.parametrize("program", quoted_replies.PAGES)
def test_a_page_says_no_more_than_somebody_wrote_on_it(program: str) -> None:
    """In HTML alone, as each mail program quotes."""
    assert said(html_mail(quoted_replies.PAGES[program])).text == "Ja."


@pytest.mark.parametrize(
    "under",
    [
        "-- \nAnna de Vries\nLindelaan 4\n06-00000000",
        "Sent from my iPhone",
        "Verzonden vanuit Outlook voor Android",
        "Von meinem iPhone gesendet",
    ],
)
def test_what_stands_under_it_is_cut_off(under: str) -> None:
    (fact,) = cases.channel().parse(cases.answer(f"Ja.\n\n{under}\n"), {})
    assert isinstance(fact, Said)
    assert fact.text == "Ja."


@pytest.mark.parametrize(
    "text",
    [
        "Op de hoek stond hij. Van de brug liep hij naar de kerk.\n- met fiets\n- zonder licht",
        "Op de muur heeft iemand geschreven:\nWeg ermee",
        "Van: links\nkwam een busje",
    ],
)
def test_a_sentence_that_looks_like_a_quotation_is_kept(text: str) -> None:
    (fact,) = cases.channel().parse(cases.answer(text), {})
    assert isinstance(fact, Said)
    assert fact.text == text


def test_who_only_sends_our_words_back_says_nothing() -> None:
    (fact,) = cases.channel().parse(cases.answer("Op 24-11-2026 om 10:03 schreef Meldkring:\n> Alarm\n> Open\n"), {})
    assert isinstance(fact, Said)
    assert fact.text == ""


def html_mail(page: str) -> bytes:
    message = EmailMessage()
    message["From"], message["Message-ID"] = "anna@example.org", "<h1@mail.example.org>"
    message.set_content(page, subtype="html")
    return message.as_bytes()


@pytest.mark.parametrize(
    "page",
    [
        "<html><head><style>p{color:red}</style></head><body><p>Hij &amp; zij</p><p>rennen&nbsp;weg</p></body></html>",
        (
            '<div>Hij &amp; zij<br></div><div>rennen weg</div><div class="gmail_quote"><div>Op di 24 nov. 2026 om 10:03 schreef Meldkring '
            "&lt;m@example.org&gt;:<br></div><blockquote><p>Alarm</p></blockquote></div>"
        ),
        "<p>Hij &amp; zij<p>rennen weg<script>alert(1)</script>",
    ],
)
def test_a_page_becomes_words(page: str) -> None:
    (fact,) = read(html_mail(page))
    assert isinstance(fact, Said)
    assert [line for line in fact.text.split("\n") if line] == ["Hij & zij", "rennen weg"]


def photo(**how: str) -> MIMEImage:
    made = MIMEImage(b"\xff\xd8\xff" + bytes(5_000), "jpeg")
    for name, value in how.items():
        made.add_header(name.replace("_", "-"), value)
    return made


def put_together(kind: str, *parts: MIMEText | MIMEImage | MIMEMultipart) -> MIMEMultipart:
    message = MIMEMultipart(kind)
    for part in parts:
        message.attach(part)
    return message


def sent(message: MIMEMultipart) -> bytes:
    message["From"], message["Message-ID"] = cases.ANNA, "<m1@mail.example.org>"
    return message.as_bytes()


def test_words_around_a_photo_are_all_kept_and_the_photo_is_not() -> None:
    """As a phone cuts a mail in pieces."""
    end = "\nHij rent weg.\n\nVerstuurd vanaf mijn iPhone\n\n> Op 24 nov 2026 om 10:03 heeft M het volgende geschreven:\n> Alarm\n"
    message = put_together("mixed", MIMEText("Zie foto."), photo(Content_Disposition="inline; filename=image0.jpeg"), MIMEText(end))
    fact = said(sent(message))
    assert fact.text.split() == ["Zie", "foto.", "Hij", "rent", "weg."]
    assert fact.left_out == "image"


def test_a_photo_alone_says_nothing_but_that_it_was_left_out() -> None:
    message = put_together("mixed", photo(Content_Disposition="inline"), MIMEText("\n\nVerstuurd vanaf mijn iPhone\n"))
    fact = said(sent(message))
    assert (fact.text, fact.left_out) == ("", "image")


def test_the_logo_in_a_signature_is_no_photo_that_was_left_out() -> None:
    page = put_together(
        "related", MIMEText("<p>Ja.</p><img src='cid:logo'>", "html"), photo(Content_ID="<logo>", Content_Disposition="inline")
    )
    fact = said(sent(put_together("mixed", put_together("alternative", MIMEText("Ja."), page))))
    assert (fact.text, fact.left_out) == ("Ja.", "")


@pytest.mark.parametrize(
    ("charset", "written"),
    [("windows-1252", "windows-1252"), ("utf-8", "utf-8"), ("iso-8859-15", "iso-8859-15"), ("us-ascii", "utf-8"), ("x-onbekend", "utf-8")],
)
def test_letters_with_marks_are_read_in_whatever_code_they_were_written(charset: str, written: str) -> None:
    head = f"From: {cases.ANNA}\nMessage-ID: <c1@x>\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n"
    assert said(head.encode() + "Eén café, € 5".encode(written)).text == "Eén café, € 5"


def test_our_own_mail_that_comes_back_to_its_own_address_is_not_heard() -> None:
    """A rule that sends on what comes in, or two installations that write to each other."""
    office = cases.PostOffice()
    with cases.opened(office) as port:
        asyncio.run(cases.channel(port).send(cases.letter(), NoHttp()))
    assert read(bytes(office.taken[0].content or b"")) == []


def test_a_paragraph_that_a_program_puts_on_one_line_is_kept_whole() -> None:
    words = "Hij loopt langs de kade en kijkt naar binnen. " * 30
    assert said(html_mail(f"<p>{words}</p><blockquote>Alarm</blockquote>")).text == words.strip()
