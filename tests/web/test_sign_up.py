"""Do the pages of a district lead a resident through a sign-up without losing a word, and members through the house rules? (S24, S25, S26)"""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.intake import chatting
from tests.town import Town, person, town

from meldkring.cases.models import Case
from meldkring.delivery import addresses
from meldkring.groups import joining
from meldkring.joining import admission, rules, signing_up
from meldkring.joining.models import Application, HouseRules
from meldkring.people import mailing
from meldkring.people.models import Person
from meldkring.places import neighbourhoods, slugs
from meldkring.places.models import District

pytestmark = pytest.mark.django_db
WHO = {"first_name": "Nora", "last_name": "de Wit", "birth_year": "1961", "postcode": "3262 ab", "house_number": "12", "house_suffix": "a"}
REACH = {"email": "nora@example.org", "mobile": "", "channel": "app"}
STEPS = "/noord/meedoen/"
State = Application.State


@pytest.fixture
def place() -> Town:
    cache.clear()
    made = town()
    Person.objects.all().update(language="en")
    lane = neighbourhoods.create(made.noord, "De Laning", postcodes=["3262AB"], by=None)
    neighbourhoods.create(made.zuid, "Kadebuurt", postcodes=["3262KA"], by=None)
    made.watch_a.neighbourhoods.add(lane)
    return made


def visitor() -> Client:
    """Somebody with a device of their own, who reads English."""
    client = Client()
    client.get("/noord/meedoen/?taal=en")
    return client


def of(someone: Person) -> Client:
    client = Client()
    client.force_login(someone, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def step(client: Client, number: int, **data: object) -> str:
    """Fill in a step; the address that it leads to."""
    page = client.post(f"{STEPS}?stap={number}", data)
    assert page.status_code == 302, page.content.decode()
    return page["Location"]


def code() -> str:
    mailing.send_due()
    return re.search(r"\b\d{6}\b", mail.outbox[-1].body)[0]


def every_rule(client: Client) -> list[str]:
    return re.findall(r'name="rule" value="(\d+)"', client.get(f"{STEPS}?stap=4").content.decode())


def up_to_rules(client: Client, **other: str) -> None:
    step(client, 1, **WHO)
    step(client, 2, **(REACH | other))
    step(client, 3, code_email=code())


def signed_up(client: Client) -> Application:
    up_to_rules(client)
    assert step(client, 4, rule=every_rule(client)) == reverse("sign_up_status", args=["noord"])
    return Application.objects.get(email="nora@example.org")


def text(page: object) -> str:
    return page.content.decode()


@pytest.mark.requirement("S24")
@pytest.mark.requirement("S25")
def test_from_the_first_step_to_a_member(place: Town) -> None:
    client = visitor()
    assert "Who are you and where do you live?" in text(client.get(STEPS))
    assert step(client, 1, **WHO) == f"{STEPS}?stap=2"
    assert step(client, 2, **REACH) == f"{STEPS}?stap=3"
    assert step(client, 3, code_email=code()) == f"{STEPS}?stap=4"
    ticked = every_rule(client)
    assert len(ticked) == 10
    page = client.post(f"{STEPS}?stap=4", {"rule": ticked[1:]})
    assert page.status_code == 422
    assert "1 rule is not ticked yet" in text(page)
    assert text(page).count(" checked") == 9
    step(client, 4, rule=ticked)
    status = text(client.get(reverse("sign_up_status", args=["noord"])))
    assert "Thank you, Nora" in status
    application = Application.objects.get()
    assert application.language == "en"
    admission.admit(application, by=place.fatima)
    status = text(client.get(reverse("sign_up_status", args=["noord"])))
    assert "Welcome, Nora!" in status
    nora = Person.objects.get(email="nora@example.org")
    assert rules.must_accept(nora) is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"first_name": ""}, "What is your first name?"),
        ({"birth_year": "61"}, "four digits"),
        ({"birth_year": str(timezone.localdate().year - 12)}, "from the age of 18"),
        ({"postcode": "32"}, "not a Dutch postcode"),
        ({"house_number": "the corner"}, "not a house number"),
    ],
)
def test_a_wrong_first_step_says_what_is_wrong_and_loses_nothing(place: Town, wrong: dict[str, str], said: str) -> None:
    page = visitor().post(f"{STEPS}?stap=1", WHO | wrong)
    assert page.status_code == 422
    assert said in text(page)
    for value in (WHO | wrong).values():
        assert f'value="{value}"' in text(page) or not value
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "said"), [({"email": "nora@"}, "not a whole e-mail address"), ({"mobile": "112"}, "not a mobile number")]
)
def test_a_wrong_second_step_too(place: Town, wrong: dict[str, str], said: str) -> None:
    client = visitor()
    step(client, 1, **WHO)
    page = client.post(f"{STEPS}?stap=2", REACH | wrong)
    assert page.status_code == 422
    assert said in text(page)
    assert all(f'value="{value}"' in text(page) for value in (REACH | wrong).values() if value)


def test_a_postcode_that_nobody_knows_asks_for_the_neighbourhood(place: Town) -> None:
    client = visitor()
    page = client.post(f"{STEPS}?stap=1", WHO | {"postcode": "1012AB"})
    assert page.status_code == 422
    assert "Which neighbourhood do you live in?" in text(page)
    assert 'value="Nora"' in text(page)
    choice = re.search(r'name="neighbourhood" value="(\d+)"', text(page))[1]
    step(client, 1, **WHO | {"postcode": "1012AB"}, neighbourhood=choice)
    assert Application.objects.get().chosen_by_hand


def test_who_lives_in_another_district_goes_there_with_what_was_typed(place: Town) -> None:
    client = visitor()
    assert step(client, 1, **WHO | {"postcode": "3262KA"}) == reverse("elsewhere")
    page = text(client.get(reverse("elsewhere")))
    assert "You live in Zuid" in page
    assert 'href="/zuid/meedoen/"' in page
    there = text(client.get("/zuid/meedoen/"))
    assert 'value="Nora"' in there
    assert 'value="3262KA"' in there
    assert not Application.objects.exists()


def test_who_lives_where_there_is_no_district_can_wait_for_one(place: Town) -> None:
    client = visitor()
    step(client, 1, **WHO | {"postcode": "1012AB"}, neighbourhood="none")
    page = client.post(reverse("elsewhere"), {"first_name": "Nora", "postcode": "1012AB", "email": ""})
    assert page.status_code == 422
    page = client.post(reverse("elsewhere"), {"first_name": "Nora", "postcode": "1012AB", "email": "nora@example.org"})
    assert "We write to you when it begins" in text(page)
    assert Application.objects.get().state == State.ELSEWHERE


@pytest.mark.requirement("S24")
def test_going_on_with_another_device(place: Town) -> None:
    phone, laptop = visitor(), visitor()
    up_to_rules(phone)
    assert "Who are you" in text(laptop.get(STEPS))
    verder = reverse("sign_up_resume", args=["noord"])
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        asked = text(laptop.post(verder, {"email": "nora@example.org"}))
        assert "six digits" in asked
        digits = code()
        stranger = text(laptop.post(verder, {"email": "nobody@example.org"}))
        assert stranger.replace("nobody@", "nora@") == asked or re.sub(r'value="[^"]{64}"', "", stranger).count(
            "six digits"
        ) == asked.count("six digits")
        assert laptop.post(verder, {"email": "nora@example.org", "code": digits})["Location"] == STEPS
    assert "The house rules" in text(laptop.get(STEPS))
    assert step(laptop, 4, rule=every_rule(laptop)) == reverse("sign_up_status", args=["noord"])
    assert phone.get(STEPS)["Location"] == reverse("sign_up_status", args=["noord"])


def test_asking_for_codes_tells_a_stranger_nothing(place: Town) -> None:
    """Neither that somebody signed up, nor that there is an account: that stands in the e-mail alone."""
    signed_up(visitor())
    pages = []
    for email in ("nora@example.org", "nobody@example.org"):
        page = visitor().post(reverse("sign_up_resume", args=["noord"]), {"email": email})
        pages.append(re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|X-CSRFToken": "[^"]+"', "", text(page)).replace(email, ""))
    assert pages[0] == pages[1]
    pages = []
    for email in ("anna@example.org", "nobody@example.org"):
        client = visitor()
        step(client, 1, **WHO)
        step(client, 2, **(REACH | {"email": email}))
        page = client.get(f"{STEPS}?stap=3")
        pages.append(re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|X-CSRFToken": "[^"]+"', "", text(page)).replace(email, ""))
    assert pages[0] == pages[1]
    mailing.send_due()
    told = {m.to[0]: "account/login/code" in m.body for m in mail.outbox}
    assert told["anna@example.org"]
    assert not told["nobody@example.org"]


def test_who_has_an_account_hears_so_once_the_address_is_theirs(place: Town) -> None:
    client = visitor()
    up_to_rules(client, email="anna@example.org")
    assert "You have an account already" in text(client.get(f"{STEPS}?stap=4"))
    page = client.post(f"{STEPS}?stap=4", {"rule": every_rule(client)})
    assert page.status_code == 422
    assert "You are a member already" in text(page)


def test_a_member_is_not_led_through_a_sign_up(place: Town) -> None:
    assert of(place.anna).get(STEPS)["Location"] == "/"


def test_codes_have_clear_words_and_limits(place: Town) -> None:
    client = visitor()
    step(client, 1, **WHO)
    step(client, 2, **REACH)
    digits = code()
    wrong = f"{(int(digits) + 1) % 1_000_000:06d}"
    assert "A code has six digits" in text(client.post(f"{STEPS}?stap=3", {"code_email": "12"}))
    for _ in range(5):
        page = client.post(f"{STEPS}?stap=3", {"code_email": wrong})
        assert page.status_code == 422
        assert "not the right digits" in text(page)
    assert "no longer works" in text(client.post(f"{STEPS}?stap=3", {"code_email": digits}))
    again = reverse("sign_up_again", args=["noord"])
    assert "Wait half a minute" in text(client.post(again, {"to": "email"}, follow=True))
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        assert "sent a new code" in text(client.post(again, {"to": "email"}, follow=True))
        step(client, 3, code_email=code())


def test_one_connection_may_not_go_on_for_ever(place: Town, settings: object) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"sign_up_code": "3/h/ip", "sign_up": "100/h/ip"}
    client = visitor()
    step(client, 1, **WHO)
    for number in range(3):
        step(client, 2, **(REACH | {"email": f"nora{number}@example.org"}))
    page = client.post(f"{STEPS}?stap=2", REACH | {"email": "nora4@example.org"})
    assert page.status_code == 422
    assert "very many tries" in text(page)
    assert 'value="nora4@example.org"' in text(page)
    page = visitor().post(reverse("sign_up_resume", args=["noord"]), {"email": "nora@example.org"})
    assert "very many tries" in text(page)


def test_without_a_gateway_the_page_says_that_the_number_is_not_checked(place: Town) -> None:
    client = visitor()
    step(client, 1, **WHO)
    step(client, 2, **(REACH | {"mobile": "0612345678"}))
    page = text(client.get(f"{STEPS}?stap=3"))
    assert "We cannot send text messages at the moment" in page
    assert "code_mobile" not in page
    step(client, 3, code_email=code())
    assert "has not been checked" in text(client.get(f"{STEPS}?stap=4"))
    step(client, 4, rule=every_rule(client))
    assert Application.objects.get().mobile_proven_at is None


def test_a_later_step_leads_to_the_first_that_is_still_to_do(place: Town) -> None:
    client = visitor()
    assert "Who are you" in text(client.get(f"{STEPS}?stap=4"))
    step(client, 1, **WHO)
    assert "How can we reach you?" in text(client.get(f"{STEPS}?stap=4"))
    assert 'value="Nora"' in text(client.get(f"{STEPS}?stap=1"))
    assert "How can we reach you?" in text(client.get(f"{STEPS}?stap=nonsense"))


def test_a_question_is_answered_on_the_status_page(place: Town) -> None:
    client = visitor()
    application = signed_up(client)
    admission.ask(application, by=place.fatima, question="At which corner?")
    status = reverse("sign_up_status", args=["noord"])
    assert "At which corner?" in text(client.get(status))
    assert client.post(status, {"text": " "}).status_code == 422
    client.post(status, {"text": "Of the Kade."})
    application.refresh_from_db()
    assert application.answer == "Of the Kade."
    assert "Send my answer" not in text(client.get(status))


def test_the_status_page_tells_what_the_district_asks_for(place: Town) -> None:
    District.objects.update(asks_letter=True, asks_vouching=True, asks_approval=False)
    client = visitor()
    signed_up(client)
    page = text(client.get(reverse("sign_up_status", args=["noord"])))
    assert "a letter with a code" in page
    assert reverse("code_letter") in page
    assert "0 so far" in page
    assert "admits you" not in page


def test_taking_it_back_is_asked_once_more(place: Town) -> None:
    client = visitor()
    application = signed_up(client)
    stop = reverse("sign_up_withdraw", args=["noord"])
    assert "Take your sign-up back?" in text(client.get(stop))
    client.post(stop)
    application.refresh_from_db()
    assert application.state == State.WITHDRAWN
    assert "Who are you" in text(client.get(STEPS))


def test_stopping_half_way_erases(place: Town) -> None:
    client = visitor()
    step(client, 1, **WHO)
    client.post(reverse("sign_up_withdraw", args=["noord"]))
    assert not Application.objects.exists()


def test_signing_up_again_leads_to_where_it_stands(place: Town) -> None:
    first = signed_up(visitor())
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        client = visitor()
        up_to_rules(client)
        assert step(client, 4, rule=every_rule(client)) == reverse("sign_up_status", args=["noord"])
        assert "You had signed up already" in text(client.get(reverse("sign_up_status", args=["noord"])))
    assert Application.objects.get(state=State.WAITING) == first


def test_a_stranger_sees_no_sign_up(place: Town) -> None:
    """The page shows what this device began; another device sees nothing of it, also when it sends the same session key for another district."""
    client = visitor()
    signed_up(client)
    for other in (visitor(), of(place.outsider), of(place.zora)):
        for name in ("sign_up_status", "sign_up_withdraw"):
            page = other.get(reverse(name, args=["noord"]), follow=True)
            assert "Nora" not in text(page)
    assert "Nora" not in text(client.get(reverse("sign_up_status", args=["zuid"]), follow=True))


def test_a_district_that_is_closed_says_so(place: Town) -> None:
    District.objects.update(open_for_sign_up=False)
    client = visitor()
    assert "No new members at the moment" in text(client.get(STEPS))
    assert client.post(STEPS, WHO).status_code == 422
    page = text(client.get("/noord/"))
    assert "takes no new members" in page
    assert 'href="/noord/meedoen/"' not in page


def test_the_page_of_a_district_shows_counts_and_never_a_handful(place: Town) -> None:
    client = visitor()
    page = text(client.get("/noord/"))
    assert "De Laning" in page
    assert "You are 18 or older" in page
    assert "neighbours take part" not in page  # four of them
    for number in range(33):
        joining.join(person(f"Resident{number}"), place.watch_b)
    page = text(client.get("/noord/"))
    assert "30+" in page
    assert 'href="/noord/meedoen/"' in page
    for name in ("Fatima", "Sofie", "Anna", "fatima@example.org"):
        assert name not in page
    assert client.get("/nergens/").status_code == 404


def test_the_page_of_a_district_asks_as_much_of_the_database_however_many_live_there(place: Town) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            Client().get("/noord/")
        return len(found)

    few = queries()
    for number in range(20):
        joining.join(person(f"Resident{number}"), place.watch_b)
        neighbourhoods.create(place.noord, f"Buurt {number}", by=None)
    assert queries() == few


def test_a_postcode_finds_its_district(place: Town) -> None:
    client = visitor()
    page = text(client.get("/"))
    assert "Find your district" in page
    assert 'href="/zuid/"' in page
    find = reverse("find_district")
    assert client.post(find, {"postcode": "3262 ka"})["Location"] == "/zuid/"
    assert client.post(find, {"postcode": "1012AB"})["Location"] == reverse("elsewhere")
    assert 'value="1012AB"' in text(client.get(reverse("elsewhere")))
    page = client.post(find, {"postcode": "12"})
    assert page.status_code == 422
    assert "not a Dutch postcode" in text(page)
    assert client.get(find)["Location"] == "/"


@pytest.mark.parametrize("name", ["report", "house_rules", "find_district", "elsewhere", "me", "account_logout", "about"])
def test_no_district_can_take_an_address_that_leads_elsewhere(place: Town, name: str) -> None:
    word = reverse(name).split("/")[1]
    with pytest.raises(slugs.SlugTaken):
        slugs.checked(word)
    assert slugs.checked("Oud-Zuid") == "oud-zuid"
    assert "oud-zuid" not in slugs.taken()


@pytest.mark.requirement("S25")
@pytest.mark.requirement("S26")
def test_members_accept_a_new_version_with_what_changed(place: Town) -> None:
    start = rules.publish_default(place.noord)
    rules.accept(place.anna, start, ticked={line.pk for line in start.lines.all()})
    anna = of(place.anna)
    assert "Do you accept the house rules?" not in text(anna.get("/"))
    rules.publish(place.noord, [("living-here", "You are 16 or older."), ("quiet", "No chatting.")], by=place.fatima)
    assert "Do you accept the house rules?" in text(anna.get("/"))
    page = text(anna.get(reverse("house_rules")))
    for word in ("Changed", "New", "No longer a rule", "You are 16 or older.", "18"):
        assert word in page
    ticked = re.findall(r'name="rule" value="(\d+)"', page)
    refused = anna.post(reverse("house_rules"), {"rule": ticked[:1]})
    assert refused.status_code == 422
    assert text(refused).count(" checked") == 1
    assert anna.post(reverse("report"), {"text": "Two men", "called": "by_me", "group": place.watch_a.pk}).status_code == 302
    assert Case.objects.exists()
    anna.post(reverse("house_rules"), {"rule": ticked})
    assert rules.must_accept(place.anna) is None
    assert "You have accepted these rules" in text(anna.get(reverse("house_rules")))


def formset(texts: list[tuple[str, str]], before: int, **other: str) -> dict[str, str]:
    data = {"form-TOTAL_FORMS": str(len(texts)), "form-INITIAL_FORMS": str(before)}
    for number, (name, said) in enumerate(texts):
        data |= {f"form-{number}-name": name, f"form-{number}-text": said, f"form-{number}-ORDER": str(number + 1)}
    return data | other


@pytest.mark.requirement("S26")
def test_the_phone_manager_publishes_after_seeing_what_changes(place: Town) -> None:
    start = rules.publish_default(place.noord)
    fatima, edit = of(place.fatima), reverse("house_rules_edit", args=[place.noord.pk])
    assert edit in text(fatima.get(reverse("house_rules")))
    assert "Je bent 18 jaar" in text(fatima.get(edit))
    texts = rules.texts(start)
    changed = formset(
        [(texts[0][0], "You are 16 or older."), *texts[1:], ("", "Do not park here.")],
        len(texts),
        **{"form-1-DELETE": "on", "form-2-ORDER": "1"},
    )
    shown = text(fatima.post(edit, changed | {"preview": "1"}))
    assert "This changes" in shown
    assert HouseRules.objects.count() == 1
    fatima.post(edit, changed | {"publish": "1"})
    second = rules.current(place.noord)
    assert second.version == 2
    now = rules.texts(second)
    assert {now[0][0], now[1][0]} == {"four-steps", "living-here"}
    assert now[-1][1] == "Do not park here."
    assert "call-first" not in dict(now)
    assert fatima.post(edit, formset([(texts[0][0], " ")], 1) | {"publish": "1"}).status_code == 422


@pytest.mark.requirement("S25")
def test_nobody_else_publishes_rules(place: Town) -> None:
    edit = reverse("house_rules_edit", args=[place.noord.pk])
    for someone in (place.anna, place.sam, place.zora, place.officer, place.outsider):
        client = of(someone)
        assert client.get(edit).status_code == 404
        assert client.post(edit, formset([("a", "Mine")], 0) | {"publish": "1"}).status_code == 404
        assert client.get(reverse("house_rules")).status_code == 200
    assert Client().get(edit).status_code == 302
    assert rules.current(place.noord) is None


def test_visitors_choose_their_language(place: Town) -> None:
    client = Client()
    assert 'lang="nl"' in text(client.get("/noord/"))
    assert 'lang="en"' in text(client.get("/noord/?taal=en"))
    assert 'lang="en"' in text(client.get(STEPS))
    assert 'lang="nl"' in text(client.get("/noord/?taal=nl"))
    assert 'lang="nl"' in text(client.get("/noord/?taal=xx"))
    assert signing_up.begin(place.noord, language="nl").language == "nl"


@pytest.fixture
def by_whatsapp(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with chatting.opened(monkeypatch):
        yield


def test_only_ways_that_are_here_are_offered(place: Town) -> None:
    client = visitor()
    step(client, 1, **WHO)
    assert "By WhatsApp" not in text(client.get(f"{STEPS}?stap=2"))
    assert client.post(f"{STEPS}?stap=2", REACH | {"channel": "whatsapp"}).status_code == 422


@pytest.mark.usefixtures("by_whatsapp")
def test_who_chose_whatsapp_is_helped_with_it_once_a_member(place: Town) -> None:
    client = visitor()
    up_to_rules(client, channel="whatsapp")
    client.post(f"{STEPS}?stap=4", {"rule": every_rule(client)})
    admission.admit(Application.objects.get(), by=place.fatima)
    nora = Person.objects.get(email=REACH["email"])
    link = reverse("binding", args=["whatsapp"])
    assert link in text(of(nora).get("/"))
    addresses.add(nora, channel="whatsapp", value="31612345009")
    assert link not in text(of(nora).get("/"))


@pytest.mark.parametrize(("wish", "invited"), [("app", True), ("email", False)])
def test_who_chose_mail_is_not_asked_for_anything_else(place: Town, wish: str, invited: bool) -> None:
    client = visitor()
    up_to_rules(client, channel=wish)
    client.post(f"{STEPS}?stap=4", {"rule": every_rule(client)})
    admission.admit(Application.objects.get(), by=place.fatima)
    assert ("switch messages on for this device" in text(of(Person.objects.get(email=REACH["email"])).get("/"))) is invited
