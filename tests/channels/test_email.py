"""E-mail against a real post office on this machine: what goes out, what its answers mean, and what comes in."""

import asyncio
import random
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.channels import cases_email as cases
from tests.channels import quoted_replies
from tests.channels import test_email_answers as answers
from tests.delivery.post_office import NoHttp

from meldkring.channels import email, email_reading, email_relay
from meldkring.channels.contract import Accepted, Action, Letter, Opted, Outcome, Problem, Receipt, Said, SendError, State, Unreadable

HTTP = NoHttp()


def sent(office: cases.PostOffice, *letters: Letter, **changed: object) -> list[Outcome]:
    """Send these one after the other and close the connection."""

    async def send(channel: email.Email) -> list[Outcome]:
        try:
            return [await channel.send(letter, HTTP) for letter in letters]
        finally:
            assert isinstance(channel.relay, email_relay.Smtp)
            await channel.relay.close()

    with cases.opened(office) as port:
        return asyncio.run(send(cases.channel(port, **changed)))  # type: ignore[arg-type]


def mail(letter: Letter, **changed: object) -> EmailMessage:
    office = cases.PostOffice()
    (outcome,) = sent(office, letter, **changed)
    assert isinstance(outcome, Accepted), outcome
    return office.mails()[0]


def plain(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def page(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def test_an_alarm_says_the_same_in_text_and_on_a_page_and_how_to_go_on() -> None:
    letter = cases.letter(text="Twee personen <met> een koevoet.\nIk heb 112 gebeld\nArie (Lindelaan)")
    message = mail(letter)
    for text in (plain(message), page(message).replace("&lt;", "<").replace("&gt;", ">")):
        for words in (
            letter.title,
            "Twee personen <met> een koevoet.",
            "Ik heb 112 gebeld",
            "Arie (Lindelaan)",
            letter.url,
            letter.unsubscribe,
        ):
            assert words in text
        assert "Bel eerst 112" in text
    assert "<met>" not in page(message)
    assert '<html lang="nl">' in page(message)


def test_headers_tell_a_mail_program_what_to_do() -> None:
    letter = cases.letter()
    message = mail(letter)
    assert message["Message-ID"] == f"<{letter.id}@{cases.DOMAIN}>"
    assert message["Reply-To"] == f"antwoord+{cases.TOKEN}@{cases.DOMAIN}"
    assert message["List-Unsubscribe"] == f"<{letter.unsubscribe}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"] == f"Meldkring <meldkring.{cases.DOMAIN}>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["To"] == cases.ANNA
    assert str(message["From"]) == "Meldkring <meldkring@example.org>"
    assert message["Content-Language"] == "nl"


def test_one_case_is_one_thread() -> None:
    first, second, other = (mail(cases.letter(id=f"{n:032x}", topic=topic)) for n, topic in enumerate(("case-7", "case-7", "case-8")))
    assert first["References"] == second["References"] == second["In-Reply-To"] != other["References"]
    assert first["Message-ID"] != second["Message-ID"]


def on_the_wire(letter: Letter, **changed: object) -> bytes:
    office = cases.PostOffice()
    sent(office, letter, **changed)
    head, _blank, _body = bytes(office.taken[0].content or b"").replace(b"\r\n", b"\n").partition(b"\n\n")
    return head.replace(b"\n ", b" ")


LONG = "<AM9PR0123456789.0123456789ABCDEF@AM9PR0123456789ABCDEF.eurprd04.prod.outlook.example.org>"


@pytest.mark.parametrize("theirs", ["<a1@mail.example.org>", LONG])
def test_an_answer_of_ours_stands_under_what_it_answers(theirs: str) -> None:
    alone = on_the_wire(cases.letter(kind="", topic="", answers=theirs)).decode()
    assert f"\nIn-Reply-To: {theirs}\nReferences: {theirs}\n" in alone
    assert "\nAuto-Submitted: auto-replied\n" in alone
    assert alone.count("Auto-Submitted") == 1
    in_case = on_the_wire(cases.letter(kind="", answers=theirs)).decode()
    assert f"\nIn-Reply-To: {theirs}\nReferences: <case-7.topic@{cases.DOMAIN}> {theirs}\n" in in_case


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Re: Alarm: iemand forceert de achterdeur · A", "Re: Alarm: iemand forceert de achterdeur · A"),
        ("Antw: RE: Alarm · A", "Re: Alarm · A"),
        ("AW: WG: Alarm · A", "Re: Alarm · A"),
        ("Re[2]: Alarm\r\nBcc: x@example.org", "Re: Alarm Bcc: x@example.org"),
        ("Re:", "Bericht van Meldkring"),
        ("", "Bericht van Meldkring"),
    ],
)
def test_an_answer_of_ours_keeps_the_subject_of_what_it_answers(theirs: str, ours: str) -> None:
    message = mail(cases.letter(title="", kind="", topic="", answers="<a1@mail.example.org>", heading=theirs))
    assert message["Subject"] == ours
    assert message["Bcc"] is None


@pytest.mark.parametrize(
    "theirs", ["a1@mail.example.org", "<a1>\r\nBcc: x@example.org", "<a 1@example.org>", "<é@example.org>", f"<{'a' * 600}@b>"]
)
def test_what_is_no_message_id_is_not_named(theirs: str) -> None:
    message = mail(cases.letter(topic="", answers=theirs))
    assert message["In-Reply-To"] is message["References"] is message["Bcc"] is None


def test_the_link_to_stop_is_written_as_it_is_however_long() -> None:
    link = f"https://{'buurtpreventie-' * 5}gemeente.example.org/stop/7-0123456789abcdef/"
    assert f"\nList-Unsubscribe: <{link}>\n".encode() in on_the_wire(cases.letter(unsubscribe=link))


def test_without_a_reply_domain_nobody_is_asked_to_answer() -> None:
    message = mail(cases.letter(), reply_domain="")
    assert message["Reply-To"] is None
    assert "Antwoord" not in plain(message)
    assert message["Message-ID"] == f"<{cases.LETTER}@example.org>"


def test_what_bounces_comes_back_with_the_id_of_its_letter() -> None:
    office = cases.PostOffice()
    sent(office, cases.letter())
    assert office.taken[0].mail_from == f"retour+{cases.LETTER}@{cases.DOMAIN}"
    assert office.taken[0].rcpt_tos == [cases.ANNA]


def test_an_answer_of_ours_and_another_language() -> None:
    message = mail(cases.letter(title="", text="You get no more messages here.", kind="", unsubscribe="", language="en", topic=""))
    assert message["Subject"] == "Message from Meldkring"
    assert message["List-Unsubscribe"] is None
    assert message["References"] is None
    assert "112" not in plain(message)


def test_no_title_can_write_a_header() -> None:
    message = mail(cases.letter(title="Alarm\r\nBcc: everybody@example.org\x00 één ‘deur’"))
    assert message["Bcc"] is None
    assert message["Subject"] == "Alarm Bcc: everybody@example.org één ‘deur’"


def test_buttons_that_open_a_page_are_links() -> None:
    message = mail(
        cases.letter(actions=(Action("open", "Openen"), Action("called", "112 gebeld", "https://wacht.example.org/gebeld/?a=1&b=2")))
    )
    assert "https://wacht.example.org/gebeld/?a=1&b=2" in plain(message)
    assert "https://wacht.example.org/gebeld/?a=1&amp;b=2" in page(message)


@pytest.mark.parametrize(("where", "words", "problem"), cases.ANSWERS)
def test_what_the_post_office_says_means_something(where: str, words: str, problem: Problem) -> None:
    office = cases.PostOffice(**{where: words})
    (outcome,) = sent(office, cases.letter())
    assert isinstance(outcome, SendError)
    assert outcome.problem is problem
    assert cases.ANNA not in outcome.code


def test_a_refusal_of_one_does_not_shut_the_channel_for_all() -> None:
    office = cases.PostOffice()

    async def run(channel: email.Email) -> list[Outcome]:
        first = await channel.send(cases.letter(), HTTP)
        office.at_recipient = "554 5.7.1 Not for you"
        second = await channel.send(cases.letter(), HTTP)
        return [first, second]

    with cases.opened(office) as port:
        outcomes = asyncio.run(run(cases.channel(port)))
    assert isinstance(outcomes[0], Accepted)
    assert isinstance(outcomes[1], SendError)
    assert outcomes[1].problem is Problem.NOT_NOW


def test_nobody_listens() -> None:
    outcome = asyncio.run(cases.channel(1).send(cases.letter(), HTTP))
    assert outcome == SendError(Problem.TRANSIENT, "no connection")


def test_silence_after_the_mail_was_sent_is_not_known() -> None:
    async def run() -> Outcome:
        async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"220 slow\r\n")
            while line := await reader.readline():
                if line.startswith(b"DATA"):
                    writer.write(b"354 go\r\n")
                    await reader.readuntil(b"\r\n.\r\n")
                    await reader.read()
                    break
                writer.write(b"250 OK\r\n")
            writer.close()

        server = await asyncio.start_server(speak, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            return await cases.channel(port, after_data=0.3).send(cases.letter(), HTTP)

    assert asyncio.run(run()) == SendError(Problem.UNKNOWN, "no answer")


def test_a_hundred_mails_go_over_a_few_connections() -> None:
    office = cases.PostOffice()

    async def run(channel: email.Email) -> list[Outcome]:
        return await asyncio.gather(*(channel.send(cases.letter(id=f"{n:032x}"), HTTP) for n in range(100)))

    with cases.opened(office) as port:
        outcomes = asyncio.run(run(cases.channel(port)))
    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    assert len(office.taken) == 100
    assert len(office.sessions) <= email_relay.CONNECTIONS


def test_a_connection_that_was_closed_meanwhile_costs_no_letter() -> None:
    async def run(channel: email.Email, office: cases.PostOffice) -> list[Outcome]:
        first = await channel.send(cases.letter(), HTTP)
        office.at_data = "hang up"
        await channel.send(cases.letter(), HTTP)
        office.at_data = "250 2.0.0 Queued"
        return [first, await channel.send(cases.letter(), HTTP)]

    office = cases.PostOffice()
    with cases.opened(office) as port:
        assert all(isinstance(outcome, Accepted) for outcome in asyncio.run(run(cases.channel(port), office)))


@pytest.mark.parametrize(
    "address", ["", "anna", "anna@", "ann a@example.org", "anna@example.org\r\nBcc: x@example.org", "ännä@example.org", "a@b@c.org"]
)
def test_what_is_no_address_is_not_tried(address: str) -> None:
    outcome = asyncio.run(cases.channel(1).send(cases.letter(to=address), HTTP))
    assert outcome == SendError(Problem.GONE, "bad address")


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp+tls://anna:p%40ss@mail.example.org", email_relay.Server("mail.example.org", 587, "starttls", "anna", "p@ss")),
        ("smtp+starttls://mail.example.org:2525", email_relay.Server("mail.example.org", 2525, "starttls")),
        ("smtp+ssl://mail.example.org", email_relay.Server("mail.example.org", 465, "tls")),
        ("smtps://mail.example.org:465", email_relay.Server("mail.example.org", 465, "tls")),
        ("smtp://localhost", email_relay.Server("localhost", 25, "maybe")),
        ("smtp://anna:x@mail.example.org:25", email_relay.Server("mail.example.org", 25, "starttls", "anna", "x")),
    ],
)
def test_the_address_of_a_mail_server(url: str, server: email_relay.Server) -> None:
    assert email_relay.read(url) == server


@pytest.mark.parametrize(
    "wrong",
    [
        {"EMAIL_URL": "http://mail.example.org"},
        {"EMAIL_URL": "smtp+tls://anna:geheim@word@:x"},
        {"EMAIL_URL": "smtp+tls://anna:geheim@mail.example.org:poort"},
        {"EMAIL_URL": "smtp://localhost", "EMAIL_FROM": "Meldkring"},
        {"EMAIL_URL": "smtp://localhost", "REPLY_DOMAIN": "geen domein"},
        {"EMAIL_URL": "smtp://localhost", "EMAIL_PER_SECOND": "veel"},
    ],
)
def test_what_is_set_wrongly_is_said_without_the_password(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"EMAIL_|REPLY_DOMAIN") as refusal:
        email.KIND.make(wrong)
    assert "geheim" not in str(refusal.value)


def test_without_a_mail_server_there_is_no_channel_and_to_try_out_it_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert email.KIND.make({}) is None
    assert email.KIND.make({"EMAIL_URL": "filemail:///mail"}) is None
    channel = email.KIND.make({"EMAIL_URL": "consolemail://"})
    assert isinstance(asyncio.run(channel.send(cases.letter(), HTTP)), Accepted)
    assert cases.letter().title in capsys.readouterr().out


# What comes in


def parsed(raw: bytes) -> list[object]:
    channel = cases.channel()
    assert channel.verify(raw, {})
    return list(channel.parse(raw, {}))


def test_an_answer_is_what_somebody_says() -> None:
    (fact,) = parsed(cases.answer("Ik zie ze bij de bakker.\n", Date="Mon, 24 Nov 2025 10:00:00 +0100"))
    assert isinstance(fact, Said)
    assert (fact.address, fact.text, fact.reply_to, fact.left_out) == ("anna@example.org", "Ik zie ze bij de bakker.", cases.TOKEN, "")
    assert fact.named == "<a1@mail.example.org>"
    assert fact.at == datetime(2025, 11, 24, 9, tzinfo=UTC)


def with_photo(text: str) -> bytes:
    message = EmailMessage()
    message["From"], message["Message-ID"] = "anna@example.org", "<p1@mail.example.org>"
    message.set_content(text)
    message.add_attachment(random.Random(1).randbytes(300_000), maintype="image", subtype="jpeg", filename="dader.jpg")
    return message.as_bytes()


def test_a_photo_is_left_out_and_not_stored() -> None:
    raw = email_reading.without_attachments(with_photo("Hij rent weg."))
    assert len(raw) < 2_000
    (fact,) = parsed(email_reading.stamped(raw, sender=cases.ANNA, to=f"antwoord+{cases.TOKEN}@{cases.DOMAIN}"))
    assert isinstance(fact, Said)
    assert (fact.text, fact.left_out) == ("Hij rent weg.", "image")


@pytest.mark.parametrize(("text", "stopped"), [("STOP", True), ("Stop.\n\n> Alarm\n", True), ("afmelden", True), ("Start!", False)])
def test_stop_and_start(text: str, stopped: bool) -> None:
    (fact,) = parsed(cases.answer(text))
    assert isinstance(fact, Opted)
    assert (fact.stopped, fact.address, fact.reply_to) == (stopped, "anna@example.org", cases.TOKEN)


def test_stop_in_a_sentence_is_no_command() -> None:
    (fact,) = parsed(cases.answer("Stop die man!"))
    assert isinstance(fact, Said)


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated (vacation)"},
        {"Precedence": "bulk"},
        {"X_Autoreply": "yes"},
        {"List_Id": "<list.example.org>"},
        {"X_Autoreply": "yes", "Auto_Submitted": "no"},
    ],
)
def test_a_machine_is_not_heard(headers: dict[str, str]) -> None:
    assert parsed(cases.answer("Ik ben er tot maandag niet.", **headers)) == []


@pytest.mark.parametrize(
    "subject", ["Automatisch antwoord: Alarm", "Automatic reply: Alarm", "Automatische Antwort: Alarm", "Afwezig: Alarm", "Out of Office"]
)
def test_a_machine_without_manners_is_known_by_its_subject(subject: str) -> None:
    raw = cases.answer("Ik ben er tot maandag niet.").replace(b"Subject: Re: Alarm", f"Subject: {subject}".encode())
    assert parsed(raw) == []


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        ("5.1.1", Problem.GONE),
        ("5.1.10", Problem.GONE),
        ("5.2.1", Problem.GONE),
        ("5.4.1", Problem.GONE),
        ("5.2.2", Problem.NOT_NOW),
        ("5.7.1", Problem.NOT_NOW),
        ("4.4.7", Problem.TRANSIENT),
    ],
)
def test_a_mail_that_came_back_is_a_receipt(status: str, problem: Problem) -> None:
    (fact,) = parsed(cases.came_back(status))
    assert isinstance(fact, Receipt)
    assert (fact.state, fact.letter_id, fact.problem, fact.code) == (State.FAILED, cases.LETTER, problem, status)


@pytest.mark.parametrize("action", ["delayed", "relayed", "expanded"])
def test_a_mail_that_is_under_way_has_not_come_back(action: str) -> None:
    assert parsed(cases.came_back("4.4.1", action)) == []


def test_an_absence_notice_to_the_return_address_says_nothing() -> None:
    assert parsed(cases.answer("Ik ben er niet.", to=f"retour+{cases.LETTER}@{cases.DOMAIN}")) == []


@pytest.mark.parametrize(
    "to",
    [
        "antwoord@in.example.org",
        f"antwoord+{cases.TOKEN}@elsewhere.example.org",
        f"antwoord+{cases.TOKEN[:-1]}@in.example.org",
        "root@in.example.org",
        "",
    ],
)
def test_what_is_not_for_us_is_not_taken(to: str) -> None:
    assert not cases.channel().verify(cases.answer("Hallo", to=to or "x@example.org"), {})
    assert not cases.channel(reply_domain="").verify(cases.answer("Hallo"), {})


def test_only_the_envelope_on_top_tells_for_whom_it_was() -> None:
    inner = cases.answer("Hallo")
    raw = email_reading.stamped(inner, sender="", to="root@in.example.org")
    assert not cases.channel().verify(raw, {})


def test_nobody_can_use_up_the_message_id_of_another() -> None:
    (mine,) = parsed(cases.answer("Ja"))
    (again,) = parsed(cases.answer("Ja"))
    (other,) = parsed(cases.answer("Ja", sender="eve@example.org"))
    assert isinstance(mine, Said)
    assert isinstance(again, Said)
    assert isinstance(other, Said)
    assert mine.id == again.id != other.id


def test_several_senders_are_none() -> None:
    (fact,) = parsed(cases.answer("Ja", sender="anna@example.org, arie@example.org"))
    assert isinstance(fact, Unreadable)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_nothing_that_comes_in_breaks_the_reading(data: st.DataObject) -> None:
    """Truncated anywhere, with bytes changed: facts or nothing, never an exception."""
    raw = data.draw(
        st.sampled_from(
            [cases.answer(quoted_replies.PLAIN["gmail nl"]), cases.came_back(), answers.html_mail("<p>Ja"), with_photo("Ja")[:3_000]]
        )
    )
    cut = data.draw(st.integers(0, len(raw)))
    mangled = bytearray(raw[:cut])
    for at, byte in data.draw(st.lists(st.tuples(st.integers(0, max(0, cut - 1)), st.integers(0, 255)), max_size=6)):
        if mangled:
            mangled[at] = byte
    channel = cases.channel()
    channel.verify(bytes(mangled), {})
    assert isinstance(channel.parse(bytes(mangled), {}), list)
