"""A mail goes out, somebody answers it: the reaction stands in the case. And nobody can speak for somebody else by mail."""

import asyncio
import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import policy
from email.message import EmailMessage

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from tests.channels import cases_email as cases
from tests.delivery import post_office
from tests.delivery.post_office import NoHttp
from tests.town import Town, town

from meldkring.cases import reporting
from meldkring.cases.models import Called
from meldkring.channels import email, email_reading
from meldkring.delivery import addresses, fanout
from meldkring.delivery.models import Address, Delivery
from meldkring.intake import smtp_door, taking
from meldkring.intake.models import Incoming
from meldkring.messaging.models import Message, Posting
from meldkring.people.models import NewEmail

RETURNED = "5.1.1"


@pytest.fixture
def place(db: None) -> Town:
    return town()


@pytest.fixture
def office() -> cases.PostOffice:
    return cases.PostOffice()


@pytest.fixture
def mail(office: cases.PostOffice) -> Iterator[email.Email]:
    with cases.opened(office) as port:
        yield cases.channel(port)


def alarm(place: Town) -> Posting:
    return reporting.report("Someone forces the back door.", group=place.watch_a, by=place.anna, called=Called.BY_ME)


def round_of(mail: email.Email) -> None:
    """Plan, claim, send, write down: once."""

    fanout.run(channels={"email"})
    post_office.carry(mail, NoHttp(), limit=100)


def to(office: cases.PostOffice, address: str) -> EmailMessage:
    """The last mail that this address got."""
    return next(message for message in reversed(office.mails()) if message["To"] == address)


def text(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def answer(mail: email.Email, words: str, *, to: str, sender: str, message_id: str = "<a1@mail.example.org>") -> None:
    """Somebody's mail comes in and is worked."""
    raw = cases.answer(words, to=to, sender=sender, Message_ID=message_id)
    taking.take("email", mail, raw=raw, headers={})
    taking.work({"email": mail})


def said_in_case(place: Town, words: str) -> int:
    return Posting.objects.filter(message__text=words, group=place.watch_a).count()


@pytest.mark.requirement("S30")
@pytest.mark.postgres
def test_an_answer_to_the_mail_is_a_reaction_in_the_case(place: Town, office: cases.PostOffice, mail: email.Email) -> None:
    case = alarm(place).message.contribution.case
    round_of(mail)
    got = to(office, place.arie.email)
    assert case.reference in text(got)
    words = "I saw him near the baker.\n\nOp di 24 nov. 2026 om 10:03 schreef Meldkring <m@example.org>:\n> Alarm\n"
    answer(mail, words, to=got["Reply-To"], sender=f"Arie <{place.arie.email.upper()}>")
    reaction = Posting.objects.get(message__text="I saw him near the baker.", group=place.watch_a)
    assert reaction.message.author == place.arie
    assert reaction.message.contribution.case == case


def test_the_same_mail_twice_is_one_reaction(place: Town, office: cases.PostOffice, mail: email.Email) -> None:
    alarm(place)
    round_of(mail)
    got = to(office, place.arie.email)
    for _n in range(2):
        answer(mail, "Seen.", to=got["Reply-To"], sender=place.arie.email)
    assert said_in_case(place, "Seen.") == 1


def test_who_answers_our_answer_reacts_in_the_same_case(place: Town, office: cases.PostOffice, mail: email.Email) -> None:
    alarm(place)
    round_of(mail)
    answer(mail, "Seen.", to=to(office, place.arie.email)["Reply-To"], sender=place.arie.email)
    round_of(mail)
    confirmed = to(office, place.arie.email)
    assert place.watch_a.name in text(confirmed)
    assert confirmed["In-Reply-To"] == "<a1@mail.example.org>"
    assert confirmed["Subject"] == "Re: Alarm"
    assert alarm_page(place) in text(confirmed)
    answer(mail, "He left by bicycle.", to=confirmed["Reply-To"], sender=place.arie.email, message_id="<a2@mail.example.org>")
    assert said_in_case(place, "He left by bicycle.") == 1


def alarm_page(place: Town) -> str:
    return f"/casus/{Posting.objects.filter(group=place.watch_a).earliest('pk').message.contribution.case.reference}/"


def test_a_machine_that_answers_each_answer_of_ours_ends_at_once(place: Town, office: cases.PostOffice, mail: email.Email) -> None:
    """An absence notice that does not say that it is one: its first words are a reaction, and no more than that."""
    alarm(place)
    round_of(mail)
    for n in range(4):
        got = to(office, place.arie.email)
        answer(mail, "I am away until Monday.", to=got["Reply-To"], sender=place.arie.email, message_id=f"<away-{n}@mail.example.org>")
        round_of(mail)
    assert said_in_case(place, "I am away until Monday.") == 1
    assert Delivery.objects.filter(words__isnull=False).count() == 1
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        got = to(office, place.arie.email)
        answer(mail, "I am away until Monday.", to=got["Reply-To"], sender=place.arie.email, message_id="<later@mail.example.org>")
    assert said_in_case(place, "I am away until Monday.") == 2, "who says the same later means it"


def test_a_very_long_answer_is_refused_in_words_and_nothing_of_it_is_placed(
    place: Town, office: cases.PostOffice, mail: email.Email
) -> None:
    alarm(place)
    round_of(mail)
    before = Message.objects.count()
    answer(mail, "He ran. " * 400, to=to(office, place.arie.email)["Reply-To"], sender=place.arie.email)
    round_of(mail)
    assert Message.objects.count() == before
    assert "2000" in text(to(office, place.arie.email))


@pytest.mark.parametrize("who", ["bea", "outsider", "nobody"])
def test_another_address_cannot_use_the_token_and_who_got_the_letter_is_told_once(
    place: Town, office: cases.PostOffice, mail: email.Email, who: str
) -> None:
    alarm(place)
    round_of(mail)
    got = to(office, place.arie.email)
    before = Message.objects.count()
    other = getattr(place, who).email if who != "nobody" else "stranger@example.org"
    for n in range(3):
        answer(mail, "False alarm.", to=got["Reply-To"], sender=other, message_id=f"<x{n}@mail.example.org>")
    assert Message.objects.count() == before
    told = Delivery.objects.filter(words__isnull=False)
    assert [d.address.value for d in told] == [place.arie.email]


@pytest.mark.requirement("S30")
def test_who_took_another_address_answers_an_older_mail_from_either(place: Town, office: cases.PostOffice, mail: email.Email) -> None:
    """S30: the letter lies in the old mailbox, so its answer comes from there; ours goes to the new address, and so does the next alarm."""
    alarm(place)
    round_of(mail)
    old, new = place.arie.email, "arie.nieuw@example.org"
    got = to(office, old)
    place.arie.email = new
    place.arie.save(update_fields=["email"])
    NewEmail.objects.create(person=place.arie, before=old, address=new, sent_at=timezone.now(), changed_at=timezone.now())
    addresses.ensure_email([place.arie])
    for n, sender in enumerate((old, new)):
        answer(mail, f"Seen {n}.", to=got["Reply-To"], sender=sender, message_id=f"<n{n}@mail.example.org>")
        assert Posting.objects.get(message__text=f"Seen {n}.", group=place.watch_a).message.author == place.arie
    round_of(mail)
    assert place.watch_a.name in text(to(office, new))
    answer(mail, "STOP", to=got["Reply-To"], sender=old, message_id="<n9@mail.example.org>")
    assert Address.objects.get(person=place.arie, channel="email").state == Address.State.OPTED_OUT


def test_a_token_that_we_did_not_give_does_nothing(place: Town, office: cases.PostOffice, mail: email.Email) -> None:
    alarm(place)
    round_of(mail)
    before = Message.objects.count()
    given = str(to(office, place.arie.email)["Reply-To"])
    forged = given.replace(given[9:41], "f" * 32)
    answer(mail, "False alarm.", to=forged, sender=place.arie.email)
    answer(mail, "STOP", to=forged, sender=place.arie.email, message_id="<a2@mail.example.org>")
    assert Message.objects.count() == before
    assert not Delivery.objects.filter(words__isnull=False).exists()
    assert Address.objects.get(value=place.arie.email).state == Address.State.ACTIVE


def test_stop_is_obeyed_before_the_answer_and_start_begins_again(place: Town, office: cases.PostOffice, mail: email.Email) -> None:
    alarm(place)
    round_of(mail)
    got = to(office, place.arie.email)
    taking.take("email", mail, raw=cases.answer("STOP", to=got["Reply-To"], sender=place.arie.email), headers={})
    assert Address.objects.get(value=place.arie.email).state == Address.State.OPTED_OUT
    taking.work({"email": mail})
    round_of(mail)
    last_word = to(office, place.arie.email)
    assert "START" in text(last_word)
    answer(mail, "START", to=last_word["Reply-To"], sender=place.arie.email, message_id="<a2@mail.example.org>")
    assert Address.objects.get(value=place.arie.email).state == Address.State.ACTIVE


def test_nobody_can_stop_the_mail_of_somebody_else(place: Town, office: cases.PostOffice, mail: email.Email) -> None:
    alarm(place)
    round_of(mail)
    mine = to(office, place.fatima.email)
    answer(mail, "STOP", to=mine["Reply-To"], sender=place.arie.email)
    assert Address.objects.get(value=place.arie.email).state == Address.State.ACTIVE


def test_an_empty_answer_says_nothing_in_the_case(place: Town, office: cases.PostOffice, mail: email.Email) -> None:
    alarm(place)
    round_of(mail)
    before = Message.objects.count()
    answer(mail, "\n\n-- \nArie\n", to=to(office, place.arie.email)["Reply-To"], sender=place.arie.email)
    assert Message.objects.count() == before
    assert Delivery.objects.filter(words__isnull=False, address__value=place.arie.email).count() == 1


def test_the_link_in_the_mail_stops_it_with_one_click(place: Town, office: cases.PostOffice, mail: email.Email) -> None:
    alarm(place)
    round_of(mail)
    got = to(office, place.arie.email)
    assert got["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = "/" + str(got["List-Unsubscribe"]).strip("<>").split("/", 3)[3]
    # What a mail program sends (RFC 8058, 3.2): no session, no token of a form.
    response = Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    assert Address.objects.get(value=place.arie.email).state == Address.State.OPTED_OUT
    assert Address.objects.get(value=place.fatima.email).state == Address.State.ACTIVE


def test_an_address_whose_mail_comes_back_twice_rests(place: Town, office: cases.PostOffice, mail: email.Email) -> None:
    for n in range(2):
        with time_machine.travel(timezone.now() + timedelta(minutes=n)):
            alarm(place)
            round_of(mail)
            back = office.taken[[m["To"] for m in office.mails()].index(place.arie.email, n)].mail_from
            delivery = Delivery.objects.filter(address__value=place.arie.email).latest("made_at")
            assert back
            taking.take("email", mail, raw=cases.came_back(letter_id=delivery.pk.hex), headers={})
            taking.work({"email": mail})
            delivery.refresh_from_db()
            assert (delivery.state, delivery.code) == (Delivery.State.FAILED, RETURNED)
    assert Address.objects.get(value=place.arie.email).state == Address.State.SUSPENDED
    assert Address.objects.get(value=place.fatima.email).state == Address.State.ACTIVE
    arie, other = Client(), Client()
    for client, person in ((arie, place.arie), (other, place.fatima)):
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "Je mail komt terug" in arie.get("/").content.decode()
    assert "Je mail komt terug" not in other.get("/").content.decode()
    way = arie.get("/ik/meldingen/").content.decode()
    assert "is je mailbox niet vol" in way
    again = f"/ik/meldingen/{Address.objects.get(value=place.arie.email).pk}/weer/"
    assert again in way
    arie.post(again)
    assert Address.objects.get(value=place.arie.email).state == Address.State.ACTIVE
    assert "Je mail komt terug" not in arie.get("/").content.decode()


# The door


@contextmanager
def door_of(mail: email.Email, tongue: str = "smtp") -> Iterator[int]:
    """The door open on a loop of its own; its port."""
    loop, ready, found = asyncio.new_event_loop(), threading.Event(), list[int]()

    async def run() -> None:
        server = await smtp_door.listening(smtp_door.Door("127.0.0.1", 0, tongue), mail)
        found.append(server.sockets[0].getsockname()[1])
        ready.set()
        async with server:
            await server.serve_forever()

    task = loop.create_task(run())
    thread = threading.Thread(target=lambda: loop.run_until_complete(asyncio.wait([task])))
    thread.start()
    assert ready.wait(20)
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(20)
        loop.close()


def wire(words: str, *, to: str, sender: str) -> bytes:
    """The mail without its envelope, as it goes over the wire."""
    return cases.answer(words, to=to, sender=sender).partition(b"Delivered-To:")[2].partition(b"\r\n")[2]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("tongue", ["smtp", "lmtp"])
def test_the_door_stores_what_comes_for_us_before_it_says_yes(office: cases.PostOffice, mail: email.Email, tongue: str) -> None:
    place = town()
    alarm(place)
    round_of(mail)
    got = to(office, place.arie.email)
    client = smtplib.LMTP if tongue == "lmtp" else smtplib.SMTP
    with door_of(mail, tongue) as port, client("127.0.0.1", port, timeout=20) as line:
        line.sendmail(place.arie.email, [str(got["Reply-To"])], wire("Seen.", to=got["Reply-To"], sender=place.arie.email))
        assert Incoming.objects.filter(done_at=None).count() == 1
    taking.work({"email": mail})
    assert said_in_case(place, "Seen.") == 1


@pytest.mark.django_db(transaction=True)
def test_the_door_keeps_no_photo_and_does_not_send_it_back_either(office: cases.PostOffice, mail: email.Email) -> None:
    place = town()
    alarm(place)
    round_of(mail)
    got = to(office, place.arie.email)
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["Message-ID"] = place.arie.email, "<p@mail.example.org>"
    message.set_content("He wears a red coat.")
    message.add_attachment(bytes(3_000_000), maintype="image", subtype="jpeg", filename="photo.jpg")
    with door_of(mail) as port, smtplib.SMTP("127.0.0.1", port, timeout=20) as line:
        line.sendmail(place.arie.email, [str(got["Reply-To"])], message.as_bytes())
    assert len(Incoming.objects.get().raw) < 5_000
    taking.work({"email": mail})
    assert said_in_case(place, "He wears a red coat.") == 1


@pytest.mark.django_db(transaction=True)
def test_the_door_stays_shut_for_all_else(office: cases.PostOffice, mail: email.Email) -> None:
    place = town()
    alarm(place)
    round_of(mail)
    given = str(to(office, place.arie.email)["Reply-To"])
    letter = Delivery.objects.filter(address__value=place.arie.email).latest("made_at").pk.hex
    refused = [
        "root@in.example.org",
        given.replace(given[9:41], "f" * 32),
        given.replace("in.example", "elsewhere.example"),
        f"retour+{'f' * 32}@in.example.org",
    ]
    with door_of(mail) as port, smtplib.SMTP("127.0.0.1", port, timeout=20) as line:
        line.helo("example.org")
        for address in refused:
            line.mail("eve@example.org")
            assert line.rcpt(address)[0] == 550
            line.rset()
        line.mail("")
        assert line.rcpt(f"retour+{letter}@in.example.org")[0] == 250
        assert line.rcpt(given)[0] == 452, "one at a time"
        line.rset()
        Delivery.objects.all().delete()
        line.mail(place.arie.email)
        assert line.rcpt(given)[0] == 550, "what was sent long ago is erased, and who answers it hears so"
        line.rset()
    assert not Incoming.objects.exists()


def test_the_door_waits_until_the_one_before_it_is_gone(mail: email.Email, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_door, "LOOK_AGAIN", 0.05)

    async def run() -> bytes:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            serving = asyncio.create_task(smtp_door.serve(smtp_door.Door("127.0.0.1", port), mail))
            await asyncio.sleep(0.1)
            assert not serving.done()
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                break
            except OSError:
                await asyncio.sleep(0.05)
        greeting = await asyncio.wait_for(reader.readline(), 20)
        writer.close()
        serving.cancel()
        return greeting

    assert asyncio.run(run()).startswith(b"220 ")


def test_the_setting_of_the_door() -> None:
    assert smtp_door.wanted("") is None
    assert smtp_door.wanted("127.0.0.1:8025") == smtp_door.Door("127.0.0.1", 8025)
    assert smtp_door.wanted("lmtp://[::1]:24") == smtp_door.Door("::1", 24, "lmtp")
    for wrong in ("8025", "http://127.0.0.1:8025", "127.0.0.1:mail"):
        with pytest.raises(ValueError, match="MAIL_DOOR"):
            smtp_door.wanted(wrong)


def test_the_words_of_the_reply_address_are_those_the_reading_knows() -> None:
    """Writing and reading agree on the shape of the address."""
    sender = cases.channel().sender
    letter = cases.letter()
    assert email_reading.destination(sender.comes_back_to(letter), cases.DOMAIN) == (email_reading.BOUNCE, cases.LETTER)


def test_nothing_is_planned_for_mail_when_an_address_stopped(place: Town, office: cases.PostOffice, mail: email.Email) -> None:
    addresses.ensure_email([place.arie])
    addresses.stop("email", place.arie.email)
    alarm(place)
    round_of(mail)
    assert place.arie.email not in [message["To"] for message in office.mails()]
