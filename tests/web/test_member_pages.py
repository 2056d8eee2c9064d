"""Do the member's pages show what is going on, take a report and a reaction, and refuse clearly with nothing typed lost?"""

import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from tests.town import Town, town

from meldkring.cases import access, closing, forwarding, holding, reporting
from meldkring.cases.models import Called, Case, Outcome, Status
from meldkring.groups import joining
from meldkring.groups.models import Group
from meldkring.messaging import letters
from meldkring.messaging.models import Message, Posting, ReadMark
from meldkring.people import mailing, tokens
from meldkring.people.models import Person
from meldkring.web.frame import showing

pytestmark = pytest.mark.django_db
TEXT = "Two men at the car doors"


@pytest.fixture
def place() -> Town:
    made = town()
    Person.objects.all().update(language="en")
    return made


def of(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def reported(place: Town) -> Posting:
    return reporting.report(TEXT, group=place.watch_a, by=place.anna, called=Called.BY_ME)


def report_data(place: Town, /, **other: object) -> dict[str, object]:
    return {"text": TEXT, "group": place.watch_a.pk, "called": "by_me", "key": str(uuid.uuid4()), **other}


def case_of(posting: Posting) -> Case:
    return posting.message.contribution.case


def test_a_visitor_reads_what_it_is_and_where_to_sign_in() -> None:
    page = Client().get("/")
    assert page.status_code == 200
    assert reverse("account_request_login_code") in page.content.decode()
    for name in ("privacy", "accessibility", "about", "security"):
        assert Client().get(reverse(name)).status_code == 200
    assert Client().get(reverse("report")).status_code == 302
    assert Client().get("/account/login/")["Location"] == reverse("account_request_login_code")


@pytest.mark.requirement("S6")
def test_who_steers_too_reports_in_the_group_where_they_live(place: Town) -> None:
    """S6: of all groups that they run, the form begins with the one of which they are a member."""
    joining.join(place.sam, place.watch_b)
    assert of(place.sam).get(reverse("report")).context["form"]["group"].value() == place.watch_b.pk
    posting = reported(place)
    forwarding.forward(posting, to=[place.watch_b], steering=place.steering_1, by=place.sam)
    assert of(place.sam).get(reverse("case", args=[case_of(posting).reference])).context["react"]["group"].value() == place.watch_b.pk


@pytest.mark.requirement(27)
@pytest.mark.requirement(28)
@pytest.mark.requirement(29)
def test_a_report_becomes_a_case_and_its_page_opens(place: Town) -> None:
    data = report_data(place, place="Lindelaan 3", direction="NE", latitude="51.82", longitude="4.41", going_to_do="stay inside")
    page = of(place.anna).post(reverse("report"), data, follow=True)
    case = Case.objects.get()
    assert page.redirect_chain[0][0] == reverse("case", args=[case.reference]) + "?sent=report"
    body = page.content.decode()
    assert 'data-clear-draft="report"' in body
    assert "Direction: north-east" in body
    assert "geo:51.82000,4.41000" in body
    assert f'id="case-{case.pk}-holder-{place.watch_a.pk}"' in body
    assert case.holders.get().person == place.anna


def test_the_same_report_sent_twice_is_one_report(place: Town) -> None:
    data = report_data(place)
    client = of(place.anna)
    first, second = client.post(reverse("report"), data), client.post(reverse("report"), data)
    assert first["Location"] == second["Location"]
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"text": "   ", "place": "Lindelaan"}, "There is no text yet"),
        ({"text": "x" * 5000, "place": "Lindelaan"}, "Your text has 5000 characters"),
        ({"called": "", "place": "Lindelaan"}, "Tell us whether 112 has been called"),
        ({"direction": "up", "place": "Lindelaan"}, "Choose one of the eight arrows"),
    ],
)
def test_a_wrong_report_says_what_is_wrong_and_loses_nothing(place: Town, wrong: dict[str, object], said: str) -> None:
    data = report_data(place, **wrong)
    page = of(place.anna).post(reverse("report"), data)
    assert page.status_code == 422
    body = page.content.decode()
    assert said in body
    assert str(data["text"]).strip() in body
    assert 'value="Lindelaan"' in body
    assert str(data["key"]) in body
    assert not Message.objects.exists()


@pytest.mark.requirement(6)
def test_no_report_in_a_group_one_is_no_member_of(place: Town) -> None:
    page = of(place.anna).post(reverse("report"), report_data(place, group=place.watch_b.pk))
    assert page.status_code == 422
    assert "You cannot do this in that group" in page.content.decode()
    assert TEXT in page.content.decode()
    page = of(place.outsider).post(reverse("report"), report_data(place))
    assert page.status_code == 422
    assert TEXT in page.content.decode()
    assert not Message.objects.exists()


@pytest.mark.parametrize("size", [1, 30 * 1024 * 1024])
def test_a_photo_is_refused_with_what_to_do_with_it(place: Town, size: int) -> None:
    """ADR 6: photos stay out, whatever their size; nothing is written, nothing typed is lost."""
    photo = SimpleUploadedFile("photo.jpg", b"0" * size, "image/jpeg")
    page = of(place.anna).post(reverse("report"), report_data(place, photo=photo))
    assert page.status_code == 422
    assert "Keep the photo and give it to the police" in page.content.decode()
    assert TEXT in page.content.decode()
    assert not Message.objects.exists()


def test_a_photo_with_a_reaction_is_refused_too(place: Town) -> None:
    url = reverse("case_react", args=[case_of(reported(place)).reference])
    photo = SimpleUploadedFile("photo.jpg", b"0", "image/jpeg")
    page = of(place.arie).post(url, {"text": "Here he is", "group": place.watch_a.pk, "photo": photo})
    assert page.status_code == 422
    assert "Keep the photo and give it to the police" in page.content.decode()
    assert "Here he is" in page.content.decode()
    assert Message.objects.count() == 1


def test_the_pages_say_that_photos_stay_out(place: Town) -> None:
    assert "Keep it for the police" in of(place.anna).get(reverse("report")).content.decode()
    assert "Keep it for the police" in of(place.anna).get(reverse("privacy")).content.decode()


def test_another_text_with_a_used_key_goes_on_the_second_press(place: Town) -> None:
    """The back key brings a form whose key was used: the text stays, the key is fresh, and pressing Send again works."""
    posting = reported(place)
    case, steering = case_of(posting), of(place.sam)
    react, report = reverse("case_react", args=[case.reference]), reverse("report")
    places = [
        (of(place.arie), report, {"called": "by_me", "group": place.watch_a.pk}, "form"),
        (of(place.arie), react, {"group": place.watch_a.pk}, "react"),
        (steering, reverse("group", args=[place.watch_a.pk]), {}, "form"),
        (steering, reverse("group", args=[place.steering_1.pk]), {}, "form"),
        (of(place.anna), reverse("case_news", args=[case.reference]), {"group": place.watch_a.pk}, "form"),
    ]
    for client, url, given, form in places:
        key = str(uuid.uuid4())
        assert client.post(url, {**given, "text": f"First at {url}", "key": key}).status_code == 302
        page = client.post(url, {**given, "text": f"Second at {url}", "key": key})
        assert page.status_code == 422
        assert "send it once more" in page.content.decode()
        assert page.content.decode().count(f"Second at {url}") == 1
        fresh = page.context[form]["key"].value()
        assert fresh != key
        assert f'value="{fresh}"' in page.content.decode()
        assert client.post(url, {**given, "text": f"Second at {url}", "key": fresh}).status_code == 302
        assert Message.objects.filter(text=f"Second at {url}").count() == 1


@pytest.mark.requirement(30)
def test_reacting_with_words_and_with_one_tap(place: Town) -> None:
    case = case_of(reported(place))
    url = reverse("case_react", args=[case.reference])
    page = of(place.arie).post(url, {"text": "Now at the playground", "group": place.watch_a.pk, "direction": "S"}, follow=True)
    assert f'data-clear-draft="case-{case.pk}"' in page.content.decode()
    page = of(place.arie).post(url, {"text": "", "quick": "Nothing here.", "group": place.watch_a.pk}, follow=True)
    said = [post.text for post in page.context["posts"]]
    assert said == [TEXT, "Now at the playground", "Nothing here."]


def test_a_refused_reaction_keeps_its_words(place: Town) -> None:
    case = case_of(reported(place))
    url = reverse("case_react", args=[case.reference])
    page = of(place.arie).post(url, {"text": "y" * 5000, "group": place.watch_a.pk})
    assert page.status_code == 422
    assert "y" * 5000 in page.content.decode()
    closing.close(case, outcome=Outcome.GOOD, text="It was the window cleaner.", by=place.anna)
    page = of(place.arie).post(url, {"text": "I see them again", "group": place.watch_a.pk})
    assert page.status_code == 422
    assert "This case has ended and takes no more messages" in page.content.decode()
    assert "I see them again" in page.content.decode()
    assert not Message.objects.filter(text="I see them again").exists()


def test_a_case_is_not_there_for_who_may_not_read_it(place: Town) -> None:
    case = case_of(reported(place))
    for name in ("case", "case_close", "case_call", "case_news", "case_reopen"):
        assert of(place.bea).get(reverse(name, args=[case.reference])).status_code == 404
    assert of(place.bea).post(reverse("case_react", args=[case.reference]), {"text": "x"}).status_code == 404


@pytest.mark.requirement(33)
def test_who_also_calls_the_police_holds_the_case_there(place: Town) -> None:
    posting = reported(place)
    case = case_of(posting)
    forwarding.forward(posting, to=[place.watch_b], steering=place.steering_1, by=place.sam)
    url = reverse("case_call", args=[case.reference])
    page = of(place.arie).post(url, {"text": "Me too", "group": place.watch_a.pk}, follow=True)
    assert "Anna (Lindelaan) goes on keeping in touch with the police for your group" in page.content.decode()
    assert "Me too" in page.content.decode()
    assert of(place.bea).post(url, {"text": "", "group": place.watch_b.pk}).status_code == 302
    assert case.holders.get(group=place.watch_b, until=None).person == place.bea


@pytest.mark.requirement("S33")
def test_who_sees_them_elsewhere_is_told_to_call(place: Town) -> None:
    """S33: where nobody of the group has called yet; not who saw nothing, not beside a neighbour who called, not for what is no alarm."""
    posting = reported(place)
    forwarding.forward(posting, to=[place.watch_b], steering=place.steering_1, by=place.sam)

    def asked(person: Person, group: Group, text: str, case: Case) -> bool:
        data = {
            "text": "" if text.endswith(".") else text,
            "quick": text if text.endswith(".") else "",
            "group": group.pk,
            "key": str(uuid.uuid4()),
        }
        page = of(person).post(reverse("case_react", args=[case.reference]), data, follow=True)
        assert page.status_code == 200
        return "Call 112 now" in page.content.decode()

    case = case_of(posting)
    assert asked(place.bea, place.watch_b, "I see them too.", case)
    assert asked(place.bea, place.watch_b, "They run along the quay", case)
    assert not asked(place.bea, place.watch_b, "I have seen nothing in my street.", case)
    assert not asked(place.arie, place.watch_a, "I see them too.", case)
    holding.call("", case=case, group=place.watch_b, by=place.bram)
    assert not asked(place.bea, place.watch_b, "I see them too.", case)
    lost = case_of(reporting.report("A dog runs loose", group=place.watch_b, by=place.bram, called=Called.NOT_NEEDED))
    assert not asked(place.bea, place.watch_b, "I see them too.", lost)


@pytest.mark.requirement(21)
def test_news_of_the_police_and_handing_over(place: Town) -> None:
    case = case_of(reported(place))
    news = reverse("case_news", args=[case.reference])
    assert of(place.arie).post(news, {"text": "Two cars come", "group": place.watch_a.pk}).status_code == 422
    assert of(place.anna).post(news, {"text": "Two cars come", "group": place.watch_a.pk}).status_code == 302
    over = reverse("case_hand_over", args=[case.reference, place.watch_a.pk])
    assert of(place.anna).post(over, {"to": place.bea.pk}).status_code == 422
    assert of(place.anna).post(over, {"to": place.arie.pk}).status_code == 302
    assert case.holders.get(until=None).person == place.arie


@pytest.mark.requirement(34)
def test_closing_and_reopening(place: Town) -> None:
    case = case_of(reported(place))
    close = reverse("case_close", args=[case.reference])
    page = of(place.anna).post(close, {"text": "It is over", "outcome": ""})
    assert page.status_code == 422
    assert "It is over" in page.content.decode()
    assert of(place.arie).post(close, {"text": "It is over", "outcome": "good"}).status_code == 422
    assert of(place.anna).post(close, {"text": "It is over", "outcome": "good"}).status_code == 302
    again = of(place.anna).post(close, {"text": "It is over", "outcome": "good"})
    assert "This case has ended already" in again.content.decode()
    home = of(place.arie).get(reverse("home"))
    assert [card.closing for card in home.context["ended"]] == ["It is over"]
    reopen = reverse("case_reopen", args=[case.reference])
    assert of(place.anna).post(reopen, {"text": "They are back"}).status_code == 422
    assert of(place.sam).post(reopen, {"text": "They are back"}).status_code == 302
    assert Case.objects.get().status == Status.OPEN


def test_home_reminds_the_holder_and_shows_unread_letters(place: Town) -> None:
    case = case_of(reported(place))
    closing.remind(now=timezone.now() + timedelta(hours=3))
    letters.write("Thank you", steering=place.steering_1, resident=place.anna, by=place.sam)
    page = of(place.anna).get(reverse("home"))
    assert page.context["reminders"] == [case]
    assert "How did it end?" in page.content.decode()
    assert "S1 has written to you" in page.content.decode()
    assert of(place.arie).get(reverse("home")).context["reminders"] == []


def test_the_pages_stay_bounded_in_queries(place: Town) -> None:
    client = of(place.sam)
    posting = reported(place)
    url = reverse("case", args=[case_of(posting).reference])
    counts = []
    for _round in range(2):
        client.get(url)
        with CaptureQueriesContext(connection) as found:
            client.get(url)
            client.get(reverse("home"))
        counts.append(len(found))
        for number in range(5):
            reporting.react(f"Reaction {number}", case=case_of(posting), group=place.watch_a, by=place.arie)
            reporting.report(f"Report {number}", group=place.watch_a, by=place.arie, called=Called.NOT_NEEDED)
    assert counts[0] == counts[1] < 80


def test_reading_a_case_moves_the_read_mark(place: Town) -> None:
    posting = reported(place)
    of(place.arie).get(reverse("case", args=[case_of(posting).reference]))
    assert ReadMark.objects.get(person=place.arie, group=place.watch_a).number == posting.number


def test_a_message_during_the_reading_of_a_page_is_not_missed(place: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    case = case_of(reported(place))
    read = access.timeline

    def late(person: Person, case: Case) -> object:
        found = list(read(person, case))
        reporting.react("Just now", case=case, group=place.watch_a, by=place.arie)
        return found

    monkeypatch.setattr(access, "timeline", late)
    page = of(place.arie).get(reverse("case", args=[case.reference]))
    assert f"{place.watch_a.pk}:1." in page.context["live_groups"]


def test_what_the_stream_sends_holds_nothing_personal(place: Town) -> None:
    case = case_of(reported(place))
    holder = case.holders.get()
    context = {"case": case, "group": place.watch_a, "holder": holder, "state": showing.case_state(case)}
    roots = {
        "case/state.html": f"case-{case.pk}-state", "case/holder.html": f"case-{case.pk}-holder-{place.watch_a.pk}",
        "case/card.html": f"case-card-{case.pk}", "case/ended.html": f"case-{case.pk}-actions",
    }  # fmt: skip
    for template, root in roots.items():
        html = render_to_string(template, context).strip()
        assert re.match(rf'<\w+ [^>]*id="{root}"', html)
        assert "csrf" not in html


def test_letters_are_read_and_answered(place: Town) -> None:
    letters.write("Thank you", steering=place.steering_1, resident=place.anna, by=place.sam)
    client = of(place.anna)
    assert client.get(reverse("letters")).context["exchanges"][0].unread == 1
    assert "Thank you" in client.get(reverse("letters")).content.decode()
    url = reverse("letter", args=[place.steering_1.pk, place.anna.pk])
    assert client.get(url).status_code == 200
    assert client.get(reverse("letters")).context["exchanges"][0].unread == 0
    assert client.post(url, {"text": ""}).status_code == 422
    assert "You are welcome" in client.post(url, {"text": "You are welcome"}, follow=True).content.decode()
    assert [e.text for e in client.get(reverse("letters")).context["exchanges"]] == ["You are welcome"]
    assert of(place.arie).get(url).status_code == 404
    assert of(place.sofie).get(url).status_code == 200


def test_my_language_keys_and_devices(place: Town) -> None:
    client, other = of(place.anna), of(place.anna)
    other.get(reverse("home"))
    assert client.post(reverse("me_language"), {"language": "xx"}).status_code == 422
    client.post(reverse("me_language"), {"language": "nl"})
    assert Person.objects.get(pk=place.anna.pk).language == "nl"
    page = client.post(reverse("me_token"), {"name": "My lamp"})
    assert tokens.found(page.context["fresh_key"]).person == place.anna
    token = place.anna.tokens.get()
    assert of(place.arie).post(reverse("me_revoke", args=[token.pk])).status_code == 404
    client.post(reverse("me_revoke", args=[token.pk]))
    assert tokens.found(page.context["fresh_key"]) is None
    sessions = client.get(reverse("me")).context["sessions"]
    (theirs,) = [s for s in sessions if s.session_key == other.session.session_key]
    client.post(reverse("me_end_session", args=[theirs.pk]))
    assert other.get(reverse("me")).status_code == 302


def test_signing_in_with_a_code_and_an_expired_one(place: Town) -> None:
    for late in (False, True):
        client = Client()
        client.post(reverse("account_request_login_code"), {"email": place.anna.email})
        mailing.send_due()
        code = re.search(r"\b\d{6}\b", str(mail.outbox[-1].body))
        assert code
        with time_machine.travel(timezone.now() + timedelta(minutes=11 if late else 1)):
            page = client.post(reverse("account_confirm_login_code"), {"code": code.group()})
            assert ("_auth_user_id" in client.session) is not late
            assert page.status_code in ((200, 302) if late else (302,))


def test_a_wrong_code_is_told(place: Town) -> None:
    client = Client()
    client.post(reverse("account_request_login_code"), {"email": place.anna.email})
    page = client.post(reverse("account_confirm_login_code"), {"code": "000000"})
    assert page.status_code == 200
    assert "field--invalid" in page.content.decode()


def test_what_goes_wrong_is_said_in_words(place: Town) -> None:
    """An old form, and a mistake of ours: with what to do now, in the language of who reads it."""
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(place.anna, backend="allauth.account.auth_backends.AuthenticationBackend")
    refused = strict.post("/melden/", {"text": "Iemand klimt over het hek"})
    assert refused.status_code == 403
    assert "This was not sent" in refused.content.decode()
    with translation.override("nl"):
        broken = render_to_string("500.html")
    assert "Er ging hier iets mis" in broken
    assert 'href="tel:112"' in broken
