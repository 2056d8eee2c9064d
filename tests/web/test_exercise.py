"""Holding an exercise: who may, what everybody reads, that it is marked wherever it shows, and how it went afterwards."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.town import Town, town

from meldkring.audit.models import Line
from meldkring.cases import closing, exercising, forwarding, holding, reporting
from meldkring.cases.models import Called, Case
from meldkring.channels.contract import Capabilities
from meldkring.delivery import bulletins, composing
from meldkring.figures import keeping
from meldkring.groups import roles
from meldkring.messaging import access as messaging_access
from meldkring.messaging import letters
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Posting
from meldkring.people.models import Person

pytestmark = pytest.mark.django_db
SAYS_CALLED = re.compile(r"112 gebeld|ook gebeld|Bel 112 en houd afstand", re.IGNORECASE)


@pytest.fixture
def place() -> Town:
    return town()


def of(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def chosen(place: Town, **more: object) -> dict[str, object]:
    return {"script": "hat", "group": place.watch_a.pk, **more}


def begun(place: Town) -> Posting:
    return exercising.begin("Iemand met een gele muts", group=place.watch_a, by=place.sam)


def test_only_who_steers_here_can_hold_one(place: Town) -> None:
    url = reverse("exercise")
    assert of(place.sam).get(url).status_code == 200
    for person in (place.anna, place.outsider, place.officer, place.official):
        assert of(person).get(url).status_code == 404
        assert of(person).post(url, chosen(place, begin="1")).status_code == 404
    assert of(place.zora).post(url, chosen(place, begin="1")).status_code == 422, "a steering member of elsewhere"
    assert Client().get(url).status_code == 302
    for person in (place.anna, place.zora, place.outsider):
        with pytest.raises(roles.NotAllowed):
            exercising.begin("Muts", group=place.watch_a, by=person)
    assert not Case.objects.exists()


def test_nothing_begins_before_they_have_seen_whom_it_reaches(place: Town) -> None:
    client, url = of(place.sam), reverse("exercise")
    first = client.get(url)
    page, key = first.content.decode(), str(first.context["form"]["key"].value())
    assert "Voor een oefening belt niemand 112" in page
    assert "Nog geen oefening" in page
    seen = client.post(url, chosen(place, key=key))
    words = seen.content.decode()
    assert key in words
    assert seen.context["people"] == roles.members([place.watch_a]).count() == 5
    assert "5 mensen in A" in words
    assert "staat OEFENING bij" in words
    assert not Case.objects.exists()
    back = client.post(url, chosen(place, script="own", text="Een geel gevaar", change="1"))
    assert back.status_code == 200
    assert "Een geel gevaar" in back.content.decode()
    went = client.post(url, chosen(place, key=key, begin="1"))
    again = client.post(url, chosen(place, key=key, begin="1"))
    case = Case.objects.get()
    assert went.url == again.url == reverse("case", args=[case.reference])
    assert case.exercise
    assert case.called == Called.NOT_NEEDED
    assert case.title.startswith("Oefening: ")
    assert Line.objects.filter(action="exercise", by=place.sam).count() == 1


def test_own_words_are_needed_where_they_are_chosen_and_say_that_they_are_an_exercise(place: Town) -> None:
    client, url = of(place.sam), reverse("exercise")
    empty = client.post(url, chosen(place, script="own"))
    assert empty.status_code == 422
    assert "Er staat nog geen tekst" in empty.content.decode() or empty.context["form"].errors["text"]
    client.post(url, chosen(place, script="own", text="Iemand met een step", begin="1"))
    text = Posting.objects.get().message.text
    assert text.startswith("Oefening: Iemand met een step")
    assert text.endswith("Bel hier geen 112 voor.")
    assert exercising.words(text) == text


def test_it_is_marked_wherever_it_shows(place: Town) -> None:
    """Home, case, group, desk and message; for a member and for who steers; where it was forwarded too."""
    posting = begun(place)
    case = posting.message.contribution.case
    reporting.react("Ik zie hem", case=case, group=place.watch_a, by=place.anna)
    case_page, group_page = reverse("case", args=[case.reference]), reverse("group", args=[place.watch_a.pk])
    message = reverse("posting", args=[posting.pk])
    for person, pages in (
        (place.anna, ["/", case_page, group_page, message]),
        (
            place.sam,
            ["/", case_page, group_page, message, reverse("desk"), reverse("case_close", args=[case.reference]), reverse("exercise")],
        ),
    ):
        for url in pages:
            page = of(person).get(url).content.decode()
            main = page[page.index("<main") :]
            assert "OEFENING" in page or ("tag--warning" in main and "Oefening</span>" in main), url
            assert not SAYS_CALLED.search(main), url
            assert "contact met de politie" not in main, url
    forwarding.forward(posting, to=[place.watch_b], steering=place.steering_1, by=place.sam)
    there = of(place.bea).get(case_page).content.decode()
    assert "OEFENING" in there
    assert "Ik heb de politie ook gebeld" not in there


def test_a_letter_to_a_resident_about_it_is_marked(place: Town) -> None:
    posting = reporting.report("Muts", group=place.watch_a, by=place.anna, called=Called.NOT_NEEDED, exercise=True)
    letters.write("Dank je", steering=place.steering_1, resident=place.anna, by=place.sam, about=posting)
    page = of(place.anna).get(reverse("letter", args=[place.steering_1.pk, place.anna.pk])).content.decode()
    assert "OEFENING · Muts" in page


def test_every_letter_and_every_forward_text_is_marked(place: Town) -> None:
    """Letters are what e-mail, push, Telegram and WhatsApp are made from; the bulletin is what people put in a chat group."""
    posting = begun(place)
    case = posting.message.contribution.case
    said = [posting, reporting.react("Ik zie hem", case=case, group=place.watch_a, by=place.anna)]
    closing.close(case, outcome="good", text="Klaar, dank je wel", by=place.sam)
    said.append(Posting.objects.get(message__kind="closing", group=place.watch_a))
    for chain in messaging_access.chains(said).values():
        in_our_words = bulletins.own(chain, words=None)
        for words in (
            in_our_words,
            composing._content(chain, language="nl", able=Capabilities(), released={}),
            bulletins.outside(chain, language="nl"),
        ):
            text = words if isinstance(words, str) else f"{words.title}\n{words.text}"
            assert text.startswith("OEFENING · ")
            assert not SAYS_CALLED.search(text)
    letter = composing._content([posting], language="nl", able=Capabilities(), released={})
    assert letter.exercise
    assert "bel hier geen 112 voor" in letter.text


def test_a_program_that_says_112_was_called_does_not_make_an_exercise_say_so(place: Town) -> None:
    posting = reporting.report("Muts", group=place.watch_a, by=place.anna, called=Called.BY_ME, exercise=True)
    page = of(place.arie).get(reverse("case", args=[posting.message.contribution.case.reference])).content.decode()
    assert not SAYS_CALLED.search(page[page.index("<main") :])
    assert "112 gebeld" not in bulletins.outside([posting], language="nl")


def test_nobody_can_say_that_they_called_for_it(place: Town) -> None:
    case = begun(place).message.contribution.case
    with pytest.raises(postings.NotHere):
        holding.call("", case=case, group=place.watch_a, by=place.anna)
    assert "gebeld/" not in of(place.anna).get(reverse("case", args=[case.reference])).content.decode()


def test_how_it_went(place: Town) -> None:
    """S36: per step how soon after the report, with a bounded number of questions; another steering group sees nothing of it."""
    start = timezone.now() - timedelta(hours=1)
    with time_machine.travel(start, tick=False) as clock:
        posting = begun(place)
        case = posting.message.contribution.case
        clock.shift(60)
        reporting.react("Ik zie hem", case=case, group=place.watch_a, by=place.anna)
        clock.shift(120)
        forwarding.forward(posting, to=[place.watch_b], steering=place.steering_1, by=place.sam)
        clock.shift(120)
        closing.close(case, outcome="good", text="Klaar", by=place.sam)
    client, url = of(place.sam), reverse("exercise")
    assert "worden nog geteld" in client.get(url).content.decode()
    keeping.keep()
    with CaptureQueriesContext(connection) as one:
        page = client.get(url)
    (held,) = page.context["held"]
    assert held["times"] == ["–", "3 min", "3 min", "1 min", "5 min"]
    for _n in range(3):
        begun(place)
    with CaptureQueriesContext(connection) as four:
        assert len(client.get(url).context["held"]) == 4
    assert len(four) <= len(one) + 2
    assert of(place.zora).get(url).context["held"] == []
    page = of(place.anna).get(reverse("case", args=[case.reference])).content.decode()
    assert "Zo ging de oefening" in page, "who took part reads it where they took part"
    assert page.index("Eerste reactie") < page.index("1 min</dd>")
    assert of(place.zora).get(reverse("case", args=[case.reference])).status_code == 404


def test_who_took_part_finds_it_on_their_first_page_for_a_week(place: Town) -> None:
    posting = begun(place)
    case = posting.message.contribution.case
    url = reverse("case", args=[case.reference])
    assert "Zo ging de oefening" not in of(place.anna).get(url).content.decode(), "while it goes on there is nothing to count"
    closing.close(case, outcome="good", text="Klaar", by=place.sam)
    assert "worden nog geteld" in of(place.anna).get(url).content.decode()
    assert url in of(place.anna).get("/").content.decode()
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        assert url not in of(place.anna).get("/").content.decode()


def test_the_ways_lead_here(place: Town) -> None:
    client = of(place.sam)
    for name, args in (("growth", []), ("running", []), ("start_steps", ["noord"]), ("home", [])):
        assert reverse("exercise") in client.get(reverse(name, args=args)).content.decode(), name
