"""Does a resident get from the first step to a sent sign-up, wherever they live, whatever they type and however often they stop (S24)?"""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from tests.joining.gateway import Gateway, gateway
from tests.town import Town, town

from meldkring.audit.models import Line
from meldkring.joining import resuming, rules, signing_up, texting, whereabouts
from meldkring.joining.models import Application, Code
from meldkring.people import codes, mailing
from meldkring.people.models import Mail
from meldkring.places import addresses, slugs
from meldkring.places.models import District, Extent, Neighbourhood

pytestmark = [pytest.mark.django_db, pytest.mark.postgres, pytest.mark.requirement("S24")]
State = Application.State
NORA = {"first_name": "Nora", "last_name": "de Wit", "birth_year": 1961, "postcode": "3262 ab", "number": "12", "suffix": "a"}
REACH = {"email": "Nora@Example.org", "mobile": "06 12345678", "channel": "app"}


def neighbourhood(district: District, name: str, *postcodes: str) -> Neighbourhood:
    made = Neighbourhood.objects.create(district=district, name=name)
    for postcode in postcodes:
        Extent.objects.create(neighbourhood=made, kind=Extent.Kind.POSTCODE, value=postcode, key=postcode)
    return made


@pytest.fixture
def here() -> Town:
    made = town()
    lane = neighbourhood(made.noord, "De Laning", "3262AB")
    neighbourhood(made.noord, "Oostwal", "3262AC", "3262AX")
    neighbourhood(made.noord, "Het Park", "3262AX")
    neighbourhood(made.zuid, "Kadebuurt", "3262KA")
    made.watch_a.neighbourhoods.add(lane)
    return made


@pytest.fixture
def texts(settings: object) -> Iterator[Gateway]:
    with gateway() as running:
        settings.SMS_URL, settings.SMS_TOKEN = running.url, "secret"
        yield running


def begun(here: Town, **other: object) -> Application:
    return signing_up.who_and_where(signing_up.begin(here.noord, language="en"), **(NORA | other))


def reached(here: Town, **other: object) -> Application:
    return signing_up.reach(begun(here), **(REACH | other))


def proven(here: Town, **other: object) -> Application:
    application = reached(here, **other)
    return signing_up.prove(application, to=signing_up.EMAIL, code=mailed())


def sent(here: Town, **other: object) -> Application:
    return signing_up.accept_and_send(proven(here, **other), ticked=all_rules(here.noord))


def all_rules(district: District) -> set[int]:
    return {line.pk for line in signing_up.house_rules(district).lines.all()}


def mailed() -> str:
    """The digits in the last mail."""
    mailing.send_due()
    return re.search(r"\b\d{6}\b", mail.outbox[-1].body)[0]


def test_four_steps_and_it_is_sent(here: Town, texts: Gateway) -> None:
    application = begun(here)
    assert (application.postcode, application.house_number, application.house_suffix) == ("3262AB", 12, "A")
    assert application.neighbourhood.name == "De Laning"
    assert not application.chosen_by_hand
    signing_up.reach(application, **REACH)
    assert (application.email, application.mobile) == ("nora@example.org", "+31612345678")
    assert texts.heard[0]["authorization"] == "Bearer secret"
    assert texts.heard[0]["to"] == "+31612345678"
    signing_up.prove(application, to=signing_up.EMAIL, code=mailed())
    signing_up.prove(application, to=signing_up.MOBILE, code=re.search(r"\d{6}", texts.heard[0]["text"])[0])
    done = signing_up.accept_and_send(application, ticked=all_rules(here.noord))
    assert done.state == State.WAITING
    assert done.email_proven_at
    assert done.mobile_proven_at
    assert done.rules == rules.current(here.noord)
    assert done.sent_at
    mailing.send_due()
    assert mail.outbox[-1].to == ["nora@example.org"]
    assert "Nora" in mail.outbox[-1].body


@pytest.mark.requirement("S25")
def test_nobody_gets_in_without_every_house_rule(here: Town) -> None:
    application = proven(here)
    ticked = all_rules(here.noord)
    with pytest.raises(rules.NotAllTicked):
        signing_up.accept_and_send(application, ticked=ticked - {min(ticked)})
    assert Application.objects.get(pk=application.pk).state == State.BEGUN
    with pytest.raises(signing_up.NotYet):
        signing_up.send(application)


@pytest.mark.requirement("S25")
def test_rules_that_changed_on_the_way_are_read_again(here: Town) -> None:
    application = proven(here)
    old = all_rules(here.noord)
    rules.publish(here.noord, [("one", "Be kind.")], by=here.fatima)
    with pytest.raises(rules.NotAllTicked):
        signing_up.accept_and_send(application, ticked=old)
    assert signing_up.accept_and_send(application, ticked=all_rules(here.noord)).state == State.WAITING


def test_the_steps_come_in_their_order(here: Town) -> None:
    application = begun(here)
    for early in (
        lambda: signing_up.reach(signing_up.begin(here.noord, language="nl"), **REACH),
        lambda: signing_up.prove(application, to=signing_up.EMAIL, code="123456"),
        lambda: signing_up.send(application),
    ):
        with pytest.raises(signing_up.NotYet):
            early()
    done = sent(here)
    for late in (
        lambda: signing_up.who_and_where(done, **NORA),
        lambda: signing_up.reach(done, **REACH),
        lambda: signing_up.discard(done),
    ):
        with pytest.raises(signing_up.NotYet):
            late()


def test_sending_twice_is_sending_once(here: Town) -> None:
    application = proven(here)
    first = signing_up.accept_and_send(application, ticked=all_rules(here.noord))
    assert signing_up.send(application).sent_at == first.sent_at


@pytest.mark.parametrize(("years", "welcome"), [(17, False), (18, True), (19, True)])
def test_under_the_minimum_age(here: Town, years: int, welcome: bool) -> None:
    """Who turns it this year goes on: the phone manager sees it."""
    born = timezone.localdate().year - years
    if welcome:
        assert begun(here, birth_year=born).birth_year == born
    else:
        with pytest.raises(signing_up.TooYoung, match="18"):
            begun(here, birth_year=born)
        assert not Application.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"postcode": "12"}, addresses.BadPostcode),
        ({"number": "by the church"}, addresses.BadNumber),
    ],
)
def test_an_address_that_is_none(here: Town, wrong: dict[str, str], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        begun(here, **wrong)
    assert not Application.objects.exists()


def test_an_address_in_another_district(here: Town) -> None:
    with pytest.raises(whereabouts.Elsewhere) as refused:
        begun(here, postcode="3262KA")
    assert refused.value.district == here.zuid


def test_nobody_knows_so_the_resident_chooses(here: Town) -> None:
    with pytest.raises(whereabouts.Choose) as unsure:
        begun(here, postcode="1012AB")
    offered = {n.name: n for n in unsure.value.neighbourhoods}
    assert set(offered) == {"De Laning", "Oostwal", "Het Park"}
    chosen = begun(here, postcode="1012AB", choice=str(offered["Oostwal"].pk))
    assert chosen.neighbourhood.name == "Oostwal"
    assert chosen.chosen_by_hand
    with pytest.raises(whereabouts.Elsewhere) as nowhere:
        begun(here, postcode="1012AB", choice=whereabouts.NONE_OF_THESE)
    assert nowhere.value.district is None
    with pytest.raises(whereabouts.Choose):
        begun(here, postcode="1012AB", choice=str(Neighbourhood.objects.get(name="Kadebuurt").pk))


def test_two_neighbourhoods_claim_it_so_the_resident_chooses_between_them(here: Town) -> None:
    with pytest.raises(whereabouts.Choose) as unsure:
        begun(here, postcode="3262AX")
    assert {n.name for n in unsure.value.neighbourhoods} == {"Oostwal", "Het Park"}
    chosen = begun(here, postcode="3262AX", choice=str(unsure.value.neighbourhoods[0].pk))
    assert not chosen.chosen_by_hand


def test_where_there_is_no_district_one_can_wait_for_it(here: Town) -> None:
    kept = signing_up.await_district(first_name="Nora", postcode="1012 ab", email="Nora@example.org", language="nl")
    assert kept.state == State.ELSEWHERE
    assert (kept.postcode, kept.email, kept.house_number, kept.birth_year) == ("1012AB", "nora@example.org", None, None)
    assert signing_up.await_district(first_name="", postcode="1012AB", email="nora@example.org", language="nl") == kept


def test_a_district_that_is_closed(here: Town) -> None:
    application = begun(here)
    District.objects.update(open_for_sign_up=False)
    with pytest.raises(signing_up.Closed):
        signing_up.begin(District.objects.get(slug="noord"), language="nl")
    application = resuming.kept(here.noord, application.pk, "")
    with pytest.raises(signing_up.Closed):
        signing_up.reach(application, **REACH)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("06-12345678", "+31612345678"), ("+31 6 1234 5678", "+31612345678"), ("0032 470 12 34 56", "+32470123456"), ("", "")],
)
def test_mobile_numbers_of_here_and_of_the_neighbours(here: Town, typed: str, kept: str) -> None:
    assert reached(here, mobile=typed).mobile == kept


@pytest.mark.parametrize("typed", ["112", "020 624 1111", "+44 7400 123456", "call me", "06123"])
def test_what_is_no_mobile_number(here: Town, typed: str) -> None:
    with pytest.raises(texting.BadNumber):
        reached(here, mobile=typed)


def test_without_a_gateway_the_number_stays_unproven_and_holds_nobody_up(here: Town) -> None:
    application = reached(here)
    assert signing_up.to_prove(application) == [signing_up.EMAIL]
    with pytest.raises(texting.NotSent):
        signing_up.send_code(application, signing_up.MOBILE)
    signing_up.prove(application, to=signing_up.EMAIL, code=mailed())
    done = signing_up.accept_and_send(application, ticked=all_rules(here.noord))
    assert done.state == State.WAITING
    assert done.mobile_proven_at is None


def test_a_gateway_that_fails_holds_nobody_up(here: Town, texts: Gateway) -> None:
    texts.answer = 500
    application = reached(here)
    with time_machine.travel(timezone.now() + timedelta(minutes=1)), pytest.raises(texting.NotSent):
        signing_up.send_code(application, signing_up.MOBILE)
    signing_up.prove(application, to=signing_up.EMAIL, code=mailed())
    assert signing_up.step(application) == signing_up.RULES


def test_another_address_is_proven_anew_and_the_same_one_is_not(here: Town) -> None:
    application = proven(here)
    signing_up.reach(application, **REACH)
    assert signing_up.step(application) == signing_up.RULES
    signing_up.reach(application, **(REACH | {"email": "other@example.org"}))
    assert signing_up.step(application) == signing_up.PROVE
    mailing.send_due()
    assert mail.outbox[-1].to == ["other@example.org"]


def test_who_has_an_account_is_told_so_by_e_mail_alone(here: Town) -> None:
    application = reached(here, email="anna@example.org")
    assert signing_up.account(application) is None
    code = mailed()
    assert "account" in mail.outbox[-1].body
    signing_up.reach(begun(here), **(REACH | {"email": "nobody@example.org"}), sign_in="https://example.org/in")
    mailed()
    assert "account" not in mail.outbox[-1].body
    signing_up.prove(application, to=signing_up.EMAIL, code=code)
    assert signing_up.account(application) == here.anna
    with pytest.raises(signing_up.AlreadyMember):
        signing_up.accept_and_send(application, ticked=all_rules(here.noord))


def test_one_waits_once(here: Town) -> None:
    first = sent(here)
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        again = proven(here)
        with pytest.raises(signing_up.AlreadyWaiting) as refused:
            signing_up.accept_and_send(again, ticked=all_rules(here.noord))
    assert refused.value.application == first


def test_going_on_elsewhere_takes_a_code(here: Town) -> None:
    application = reached(here)
    mailed()
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        resuming.ask(here.noord, " NORA@example.org")
        code = mailed()
        wrong = "000000" if code != "000000" else "111111"
        with pytest.raises(codes.Expired) as known:
            resuming.resume(here.noord, "nora@example.org", wrong)
        with pytest.raises(codes.Expired) as unknown:
            resuming.resume(here.noord, "nobody@example.org", wrong)
        assert str(known.value) == str(unknown.value)
        found = resuming.resume(here.noord, "nora@example.org", code)
    assert found == application
    assert signing_up.step(found) == signing_up.RULES


def test_asking_about_a_stranger_sends_nothing(here: Town) -> None:
    reached(here)
    before = Code.objects.count()
    resuming.ask(here.noord, "nobody@example.org")
    resuming.ask(here.zuid, "nora@example.org")
    assert Code.objects.count() == before


def test_who_typed_in_anothers_address_is_locked_out_once_it_is_proven(here: Town) -> None:
    typed_by_another = reached(here)
    assert resuming.kept(here.noord, typed_by_another.pk, "") == typed_by_another
    found = resuming.resume(here.noord, "nora@example.org", mailed())
    assert resuming.kept(here.noord, found.pk, "") is None
    assert resuming.kept(here.noord, found.pk, resuming.stamp(found)) == found
    assert resuming.kept(here.zuid, found.pk, resuming.stamp(found)) is None


def test_what_was_begun_is_kept_two_weeks_and_then_erased(here: Town) -> None:
    half_way, done = begun(here), sent(here)
    with time_machine.travel(timezone.now() + timedelta(days=13)):
        assert signing_up.forget_unfinished() == 0
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        assert signing_up.forget_unfinished() == 1
    assert list(Application.objects.all()) == [done]
    assert half_way.pk != done.pk


def test_a_code_is_nowhere_to_be_read_once_it_is_sent(here: Town) -> None:
    reached(here)
    digits = mailed()
    assert digits not in str([*Mail.objects.values(), *Code.objects.values(), *Line.objects.values()])


def test_stopping_half_way_erases_what_was_typed(here: Town) -> None:
    signing_up.discard(reached(here))
    assert not Application.objects.exists()
    assert not Code.objects.exists()


@pytest.mark.parametrize("word", ["melden", "spelregels", "api", "account", "Melden", "!!", "noord"])
def test_a_district_takes_no_word_that_leads_elsewhere(here: Town, word: str) -> None:
    with pytest.raises(slugs.SlugTaken):
        slugs.checked(word)
    assert slugs.checked("De Hoeksche Kaap") == "de-hoeksche-kaap"
    assert slugs.checked("noord", district=here.noord) == "noord"
