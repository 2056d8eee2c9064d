"""The police as a story: who the officer is, a message for an area that runs out, a mail of the control room that waits for a person (S16, S35 to S37)."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.api.asking import Program
from tests.cases.test_advice import square
from tests.stories import scene
from tests.town import Town, person, town

from meldkring.cases import access, closing, forwarding, holding, judging, police, reporting, validity
from meldkring.cases.models import Case, Outcome, Status
from meldkring.channels.contract import Capabilities
from meldkring.delivery import checking, composing, fanout, recalling
from meldkring.delivery.models import Address, Delivery
from meldkring.groups import contact, joining, officers, roles
from meldkring.groups.models import Appointment, Group
from meldkring.messaging import letters
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Change, Posting
from meldkring.people.models import Mail, Person
from meldkring.places import neighbourhoods
from meldkring.places.models import Neighbourhood
from meldkring.web import live

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def here() -> Town:
    return town()


@pytest.fixture
def buurten(here: Town) -> dict[str, Neighbourhood]:
    """One neighbourhood for each watch group, from west to east."""
    found = {}
    for column, group in enumerate((here.watch_a, here.watch_b, here.watch_c)):
        found[group.name] = neighbourhoods.create(group.district, f"Buurt {group.name}", outline=square(column, 0), by=None)
        group.neighbourhoods.add(found[group.name])
    return found


def of(who: Person) -> Client:
    client = Client()
    client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def placed(here: Town, **meant: object) -> Case:
    return police.place("Grey van with false plates, do not approach it.", by=here.officer, **meant)


def in_a(here: Town, case: Case) -> Posting:
    """Sam forwards it to watch group A, and holds it there."""
    up = Posting.objects.get(message__contribution__case=case, group=here.coordination_noord)
    return forwarding.forward(up, to=[here.watch_a], steering=here.steering_1, by=here.sam).made.get()


# Who the officer is


@pytest.mark.requirement("S16")
def test_an_officer_is_proposed_by_one_and_confirmed_by_another(here: Town) -> None:
    """S16: four eyes, everybody in the district hears of it, and without a second step nothing works."""
    made = officers.propose("Officer Kim", "kim@police.example", district=here.noord, steering=[here.steering_1], by=here.fatima)
    assert not Person.objects.filter(email="kim@police.example").exists()
    assert {m.to for m in Mail.objects.all()} == {here.sam.email, here.sofie.email}
    with pytest.raises(officers.OwnProposal):
        officers.confirm(made, by=here.fatima)
    with pytest.raises(roles.NotAllowed):
        officers.confirm(made, by=here.zora)
    serving = officers.confirm(made, by=here.sam)
    kim = serving.person
    assert kim is not None
    assert police.places(kim) == []
    kim.second_factor_since = timezone.now()
    kim.save()
    assert set(police.places(kim)) == {here.coordination_noord, here.steering_1}
    with pytest.raises(officers.AlreadyDecided):
        officers.confirm(made, by=here.sofie)
    for who in (here.anna, here.sam, here.zora, kim):
        with pytest.raises(roles.NotAllowed):
            officers.reset_second_step(serving, by=who)
    officers.reset_second_step(serving, by=here.fatima)
    assert Person.objects.get(pk=kim.pk).second_factor_since is None
    officers.end(serving, by=here.fatima)
    assert police.places(Person.objects.get(pk=kim.pk)) == []


def test_only_a_phone_manager_of_the_district_proposes(here: Town) -> None:
    for who in (here.anna, here.sam, here.zora, here.officer, here.outsider):
        with pytest.raises(roles.NotAllowed):
            officers.propose("Kim", "kim@police.example", district=here.noord, by=who)
    officers.propose("Kim", "kim@police.example", district=here.noord, by=here.fatima)
    with pytest.raises(officers.AlreadyServes):
        officers.propose("Kim again", "KIM@police.example", district=here.noord, by=here.fatima)


def test_an_officer_reads_along_in_a_coordination_group_that_comes_later(here: Town) -> None:
    oost = here.noord.__class__.objects.create(municipality=here.municipality, name="Oost", slug="oost")
    steering = Group.objects.create(kind="steering", name="S3", municipality=here.municipality, district=oost)
    one, other = person("Ola"), person("Ole")
    joining.join(one, steering, role="phone_manager")
    joining.join(other, steering, role="steering")
    kim = officers.confirm(officers.propose("Kim", "kim@police.example", district=oost, by=one), by=other).person
    assert officers.settle() == 0
    above = Group.objects.create(kind="coordination", name="Coordination Oost", municipality=here.municipality, district=oost)
    assert officers.settle() == 1
    assert officers.settle() == 0
    assert kim is not None
    assert kim.memberships.filter(group=above, role="officer", left_at=None).exists()


@pytest.mark.requirement("S16")
def test_the_contact_card_is_handed_over_and_the_old_one_stays(here: Town) -> None:
    """S16: co-operation need not begin anew with each officer; residents never see the numbers."""
    contact.write(here.noord, by=here.sam, name="Officer Kim", phone="010 555 0101", agreements="Four characters of a plate.")
    new = contact.hand_over(here.noord, by=here.sofie, name="Officer Noa", note="Call on Tuesdays.", phone="010 555 0102")
    assert (new.agreements, new.confirmed_at) == ("Four characters of a plate.", None)
    with pytest.raises(roles.NotAllowed):
        contact.confirm(here.noord, by=here.sam)
    assert contact.confirm(here.noord, by=here.officer).confirmed_by == here.officer
    old = contact.cards(here.sam).get(until__isnull=False)
    assert (old.name, old.handed_over) == ("Officer Kim", "Call on Tuesdays.")
    for who in (here.anna, here.zora, here.outsider):
        assert not contact.cards(who).exists()
        with pytest.raises(roles.NotAllowed):
            contact.write(here.noord, by=who, name="Me")


@pytest.mark.requirement("S16")
def test_the_officer_writes_privately_to_who_holds_the_case(here: Town) -> None:
    """S16 S21: the two of them read it, no steering member and no neighbour; the resident answers."""
    first = scene.report(here)
    up = scene.onward(first, here.coordination_noord, steering=here.steering_1, by=here.sam)
    case = scene.case_of(up)
    assert [h.person for h in access.in_touch(here.officer, [case])] == [here.anna]
    with pytest.raises(roles.NotAllowed):
        holding.write_to_holder("Hello", case=case, group=here.watch_a, by=here.sam)
    holding.write_to_holder("Which colour was the bag?", case=case, group=here.watch_a, by=here.officer)
    letter = letters.readable(here.anna).get()
    assert letter.officer == here.officer
    for who in (here.sam, here.arie, here.zora, here.outsider):
        assert not letters.readable(who).exists()
    page = of(here.anna).post(reverse("officer_letter", args=[here.officer.pk, here.anna.pk]), {"text": "Red."})
    assert page.status_code == 302
    assert [found.text for found in letters.exchange(here.officer, officer=here.officer.pk, resident=here.anna.pk)] == [
        "Which colour was the bag?",
        "Red.",
    ]
    assert of(here.sam).get(reverse("officer_letter", args=[here.officer.pk, here.anna.pk])).status_code == 404


# A message for an area, for a time


@pytest.mark.requirement("S35")
def test_where_it_enters_and_whom_it_reaches_follow_from_the_area(here: Town, buurten: dict[str, Neighbourhood]) -> None:
    """S35: for Noord with its coordination group; each person is counted once, who runs the groups too."""
    found = police.reach(here.officer, [buurten["B"]])
    assert ([g.name for g in found.entries], [g.name for g in found.watch]) == (["Coordination Noord"], ["B"])
    assert (found.groups, found.first, found.people) == (2, 4, 6)
    whole = police.reach(here.officer)
    assert [g.name for g in whole.watch] == ["A", "B"]
    case = placed(here, area=[buurten["B"]])
    assert [p.group for p in Posting.objects.filter(message__contribution__case=case)] == [here.coordination_noord]
    with pytest.raises(reporting.BadAnswer):
        placed(here, area=[buurten["C"]])


def test_a_drawn_area_takes_the_neighbourhoods_under_it(here: Town, buurten: dict[str, Neighbourhood]) -> None:
    drawn = square(0.6, 0)  # over A and B, the more over B
    assert police.within(here.officer, [], drawn) == [buurten["A"], buurten["B"]]
    with pytest.raises(reporting.BadAnswer):
        police.within(here.officer, [], square(30, 30))
    case = placed(here, outline=drawn)
    assert set(case.contributions.get().area.neighbourhoods.all()) == {buurten["A"], buurten["B"]}


@pytest.mark.requirement("S37")
def test_past_its_time_it_withdraws_everywhere_and_asks_how_it_ended(here: Town) -> None:
    """S35 S36 S37: exactly where it stands pages hear it, residents read its words no more, and it goes no further."""
    with time_machine.travel(timezone.localtime().replace(hour=9, minute=30), tick=False) as clock:
        case = placed(here, valid_until=timezone.now() + timedelta(hours=2))
        below = in_a(here, case)
        elsewhere = scene.report(here)
        Mail.objects.all().delete()
        assert validity.expire() == 0
        clock.shift(timedelta(hours=2, minutes=3))
        assert validity.expire() == 1
        assert validity.expire() == 0
        assert "Niet meer geldig sinds 11:30" in of(here.anna).get(reverse("case", args=[case.reference])).content.decode()
    noted = Change.objects.filter(kind=Change.Kind.VALIDITY)
    assert {c.posting for c in noted} == set(Posting.objects.filter(message=below.message_id))
    assert elsewhere.pk not in {c.posting_id for c in noted}
    assert {m.to for m in Mail.objects.all()} == {here.officer.email, here.sam.email}
    page = of(here.anna).get(reverse("case", args=[case.reference])).content.decode()
    assert "Niet meer geldig sinds" in page
    assert "Grey van" not in page
    frames = live._after(here.watch_a.pk, live.Position(0, 0), ("nl",))[1]["nl"].decode()
    assert "Grey van" not in frames
    assert "Niet meer geldig" in frames
    above = of(here.sofie).get(reverse("case", args=[case.reference])).content.decode()
    assert "Grey van" in above  # who must tell how it ended still reads it
    up = Posting.objects.get(message=below.message_id, group=here.coordination_noord)
    assert not judging.waiting(here.steering_1).filter(message=below.message_id).exists()
    with pytest.raises(postings.NotHere):
        judging.not_relevant(up, steering=here.steering_1, by=here.sofie)
    assert list(validity.owed(here.sam)) == [case] == list(validity.owed(here.officer))
    assert list(validity.owed(here.anna)) == []
    closing.close(case, outcome=Outcome.GOOD, text="The van was found.", by=here.officer)


def test_silence_ends_as_no_word_and_talk_keeps_it_open(here: Town) -> None:
    """S34: after the district's time, and only if nobody writes any more, it closes by itself, honestly."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        quiet, busy = placed(here), placed(here)
        for case in (quiet, busy):
            in_a(here, case)
        clock.shift(timedelta(hours=13))
        assert validity.expire() == 2
        clock.shift(timedelta(days=1))
        reporting.react("It stands here.", case=busy, group=here.watch_a, by=here.anna)
        assert validity.end_silent() == 0
        clock.shift(timedelta(days=1, minutes=1))
        assert validity.end_silent() == 1
    quiet.refresh_from_db()
    busy.refresh_from_db()
    assert (quiet.status, quiet.outcome, busy.status) == (Status.CLOSED, Outcome.NO_WORD, Status.OPEN)
    assert scene.standing(quiet, here.watch_a)[-1].message.author is None
    page = of(here.anna).get(reverse("case", args=[quiet.reference])).content.decode()
    assert "We hoorden niets meer van de politie" in page
    assert "oud-lid" not in page


def test_it_is_lengthened_before_it_ends_and_not_after(here: Town) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        case = placed(here, valid_until=timezone.now() + timedelta(hours=1))
        in_a(here, case)
        for who in (here.anna, here.zora, here.outsider):
            with pytest.raises(roles.NotAllowed):
                validity.extend(case, valid_until=timezone.now() + timedelta(hours=3), by=who)
        validity.extend(case, valid_until=timezone.now() + timedelta(hours=3), by=here.sofie)
        clock.shift(timedelta(hours=2))
        assert validity.expire() == 0
        clock.shift(timedelta(hours=2))
        assert validity.expire() == 1
        with pytest.raises(validity.NoLongerValid):
            validity.extend(case, valid_until=timezone.now() + timedelta(hours=3), by=here.officer)


def test_an_hour_before_it_runs_out_who_may_lengthen_it_hears_so_once(here: Town) -> None:
    """S35 S36: one mail and a button on their pages, and not again after a restart; who lengthens is asked anew before the new end."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        case = placed(here, valid_until=timezone.now() + timedelta(hours=4))
        in_a(here, case)
        Mail.objects.all().delete()
        clock.shift(timedelta(hours=2, minutes=59))
        assert validity.warn() == 0
        assert validity.ending(here.sam) == []
        clock.shift(timedelta(minutes=2))
        assert (validity.warn(), validity.warn()) == (1, 0)
        assert {m.to for m in Mail.objects.all()} == {here.officer.email, here.sam.email}
        told = Mail.objects.get(to=here.sam.email)
        assert f"/casus/{case.reference}/" in told.text
        assert Change.objects.filter(kind=Change.Kind.VALIDITY).count() == 2, "every page that has it open says so"
        lengthen = reverse("case_extend", args=[case.reference])
        for who in (here.sam, here.officer, here.sofie):
            assert validity.ending(who) == [case]
            assert lengthen in of(who).get(reverse("police_room")).content.decode()
            assert "loopt om" in of(who).get(reverse("case", args=[case.reference])).content.decode()
        for who in (here.anna, here.zora, here.outsider):
            assert validity.ending(who) == []
        assert "loopt om" not in of(here.anna).get(reverse("case", args=[case.reference])).content.decode()
        validity.extend(case, valid_until=timezone.now() + timedelta(hours=3), by=here.sam)
        assert validity.warn() == 0
        clock.shift(timedelta(hours=2, minutes=1))
        assert validity.warn() == 1
        validity.extend(case, valid_until=timezone.now() + timedelta(minutes=30), by=here.sam)
        assert validity.warn() == 0, "who lengthens by half an hour knows that it ends soon"


def test_nobody_is_told_of_a_message_that_was_meant_to_be_short_or_has_been_closed(here: Town) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        placed(here, valid_until=timezone.now() + timedelta(minutes=50))
        closed = placed(here, valid_until=timezone.now() + timedelta(hours=2))
        in_a(here, closed)
        closing.close(closed, outcome=Outcome.GOOD, text="Found.", by=here.officer)
        Mail.objects.all().delete()
        clock.shift(timedelta(minutes=10))
        assert validity.warn() == 0
        clock.shift(timedelta(minutes=55))
        assert validity.warn() == 0
    assert not Mail.objects.exists()


def test_what_ran_out_is_no_longer_sent(here: Town) -> None:
    """Who has not been told yet is not told any more: what costs money is not spent on it."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        case = placed(here, valid_until=timezone.now() + timedelta(minutes=30))
        below = in_a(here, case)
        Address.objects.create(person=here.arie, channel="sms", value="+31600000000", state="active")
        fanout.part(below.pk, channels=["sms"], paid=["sms"])
        waiting = list(Delivery.objects.select_related("address__person", "posting__message__contribution__case", "posting__group"))
        assert waiting
        clock.shift(timedelta(minutes=31))
        validity.expire()
        fresh = list(Delivery.objects.select_related("address__person", "posting__message__contribution__case", "posting__group"))
        verdict = checking.still_needed(fresh, now=timezone.now(), able=Capabilities())
    assert (verdict.needed, [why for _state, why in verdict.ended]) == ([], ["over"])


def test_who_was_told_hears_that_it_no_longer_holds_where_that_costs_nothing(here: Town) -> None:
    """Exactly those who received it, once, in the place of the notification that still shows it; text messages are not spent on it."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        case = placed(here, valid_until=timezone.now() + timedelta(minutes=30))
        below = in_a(here, case)
        for who, channel in ((here.arie, "web_push"), (here.anna, "sms"), (here.bea, "web_push")):
            address = Address.objects.create(person=who, channel=channel, value=f"{who.pk}", state="active")
            if who != here.bea:  # Bea reads in another group: she never received it
                Delivery.objects.create(
                    message=below.message, posting=below, address=address, channel=channel, urgency="alarm", state="sent",
                    due_at=timezone.now(), expires_at=timezone.now() + timedelta(hours=2), made_at=timezone.now(),
                )  # fmt: skip
        sent = Delivery.objects.select_related("posting__message__contribution__case", "posting__group", "address__person").first()
        assert sent is not None
        before = composing.again(sent, able=Capabilities())
        assert before is not None
        assert "Geldig tot" in before.text
        assert recalling.run(channels=["web_push", "sms"], paid=["sms"]) == 0
        clock.shift(timedelta(minutes=31))
        validity.expire()
        assert recalling.run(channels=["web_push", "sms"], paid=["sms"]) == 1
        assert recalling.run(channels=["web_push", "sms"], paid=["sms"]) == 0
    asked_again = composing.again(Delivery.objects.exclude(message=None)[0], able=Capabilities())
    assert asked_again is not None
    assert "Grey van" not in asked_again.text
    told = Delivery.objects.get(message=None)
    assert told.address.person == here.arie
    [(_which, letter)] = composing.letters([told])
    assert letter is not None
    assert (letter.topic, "niet meer geldig" in letter.text) == (f"case-{case.pk}", True)
    assert "Grey van" not in letter.text


def test_residents_see_the_number_of_the_police_only_where_they_may(here: Town) -> None:
    for shown in (False, True):
        case = placed(here, police_number="2026-4711", police_number_shown=shown)
        in_a(here, case)
        url = reverse("case", args=[case.reference])
        assert ("2026-4711" in of(here.anna).get(url).content.decode()) is shown
        assert "2026-4711" in of(here.sofie).get(url).content.decode()
        told = Program(here.anna).get(f"/cases/{case.reference}")["timeline"][0]["extras"]["policeNumber"]
        assert bool(told) is shown


# The pages and the API


def test_an_area_is_drawn_by_its_corners_too(here: Town, buurten: dict[str, Neighbourhood]) -> None:
    drawn = "51.800, 4.412\n51.800, 4.419\n51.810, 4.419\n51.810, 4.412"  # within B
    client, url = of(here.officer), reverse("police")
    given = {"text": "Grey van", "valid_for": "2", "corners": drawn}
    shown = client.post(url, given | {"look": "1"})
    assert "Bereikt 2 groepen, 6 mensen" in shown.content.decode()
    assert client.post(url, given | {"shown": shown.context["mark"]}).status_code == 302
    assert list(Case.objects.get().contributions.get().area.neighbourhoods.all()) == [buurten["B"]]
    wrong = client.post(url, given | {"corners": "somewhere"})
    assert wrong.status_code == 422
    assert "somewhere" in wrong.content.decode()


def test_the_page_shows_whom_it_reaches_before_it_goes(here: Town, buurten: dict[str, Neighbourhood]) -> None:
    """S16 S35: without scripts too: a choice that was not shown yet is shown first, with everything typed still there."""
    client, url = of(here.officer), reverse("police")
    page = client.get(url)
    assert "Bereikt 3 groepen, 8 mensen" in page.content.decode()
    given = {"text": "Grey van", "valid_for": "2", "shown": page.context["mark"], "area": [buurten["B"].pk]}
    answer = client.post(url, given)
    assert answer.status_code == 422
    assert "Bereikt 2 groepen, 6 mensen" in answer.content.decode()
    assert "Grey van" in answer.content.decode()
    assert Case.objects.count() == 0
    assert client.post(url, given | {"look": "1"}).status_code == 200
    assert client.post(url, given | {"shown": answer.context["mark"]}).status_code == 302
    told = Case.objects.get().contributions.get()
    assert timedelta(hours=1, minutes=59) < told.valid_until - timezone.now() <= timedelta(hours=2)
    piece = client.post(reverse("police_reach"), {"area": [buurten["A"].pk]}).content.decode()
    assert "Bereikt 2 groepen" in piece
    assert "<html" not in piece


def test_who_may_open_which_page_of_the_police(here: Town, buurten: dict[str, Neighbourhood]) -> None:
    """Member, steering member here, steering member elsewhere, outsider: and there is something to see."""
    case = placed(here)
    in_a(here, case)
    contact.write(here.noord, by=here.sam, name="Officer Kim", phone="010 555 0101")
    made = officers.propose("Kim", "kim@police.example", district=here.noord, by=here.fatima)
    pages = {
        "room": reverse("police_room"), "extend": reverse("case_extend", args=[case.reference]), "card": reverse("contact_card", args=["noord"]),
        "over": reverse("contact_hand_over", args=["noord"]), "propose": reverse("officer_propose", args=["noord"]),
        "end": reverse("officer_end", args=[made.pk]), "address": reverse("police_address", args=[here.coordination_noord.pk]),
        "write": reverse("case_write_holder", args=[case.reference, here.watch_a.pk]),
    }  # fmt: skip
    steers = {"room", "extend", "card", "over", "end"}
    may = {
        "anna": set(), "sam": steers, "fatima": {*steers, "propose", "address"}, "zora": {"room"}, "outsider": set(),
        "officer": {"room", "extend", "card", "over", "write"},
    }  # fmt: skip
    for name, opens in may.items():
        found = {page for page, url in pages.items() if of(getattr(here, name)).get(url).status_code == 200}
        assert found == opens, name
    neighbour = of(here.anna).get(reverse("group", args=[here.watch_a.pk])).content.decode()
    assert "0900-8844" in neighbour
    assert "010 555 0101" not in neighbour
    assert "010 555 0101" in of(here.sam).get(pages["room"]).content.decode()
    assert "010 555 0101" not in of(here.zora).get(pages["room"]).content.decode()
    assert of(here.sam).post(reverse("officer_confirm", args=[made.pk])).status_code == 302
    assert Appointment.objects.get().serves


def test_programs_place_lengthen_and_ask_whom_it_reaches(here: Town, buurten: dict[str, Neighbourhood]) -> None:
    """S35: the same by the API; an area elsewhere does not exist."""
    officer = Program(here.officer)
    assert officer.post("/police-messages/reach", 200, area=[buurten["A"].pk])["people"] == 6
    officer.post("/police-messages/reach", 404, area=[buurten["C"].pk])
    Program(here.anna).post("/police-messages/reach", 404)
    case = officer.post("/police-messages", text="Grey van", area=[buurten["A"].pk], policeNumber="7")
    reference = case["reference"]
    assert case["timeline"][0]["extras"]["policeNumber"] == "7"
    later = (timezone.now() + timedelta(hours=20)).isoformat()
    assert Program(here.sam).post(f"/cases/{reference}/extension", 200, validUntil=later)["reference"] == reference
    Program(here.zora).post(f"/cases/{reference}/extension", 404, validUntil=later)
    with time_machine.travel(timezone.now() + timedelta(hours=21)):
        validity.expire()
        assert officer.post(f"/cases/{reference}/extension", 409, validUntil=later)["type"].endswith("no-longer-valid")
    assert officer.get(f"/cases/{reference}")["timeline"][0]["state"] == "expired"
