"""Can somebody begin a district for their own neighbourhood, does the list tick itself, and can nobody abuse it? (S2, S22)"""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.town import person, town

from meldkring.groups import joining, roles
from meldkring.groups.models import Group, Kind, Role
from meldkring.joining import awaited, signing_up, starting
from meldkring.joining.models import Acceptance, Application, Founding
from meldkring.people import mailing
from meldkring.people.models import Person
from meldkring.places import addresses, municipalities, neighbourhoods
from meldkring.places.models import District, Municipality
from meldkring.publicity import checklist

pytestmark = pytest.mark.django_db
ANSWERS = {
    "name": "Kanaalzicht", "town": "Plasveen", "postcode": "1234 ab", "neighbourhoods": "Oost\nWest", "first_name": "Mo", "last_name": "Bakker",
    "email": "mo@example.org", "lives_here": "on",
}  # fmt: skip


@pytest.fixture(autouse=True)
def anyone(settings: object) -> None:
    cache.clear()
    settings.OPEN_FOR_DISTRICTS = "anyone"  # type: ignore[attr-defined]


def code() -> str:
    mailing.send_due()
    return re.search(r"\b\d{6}\b", mail.outbox[-1].body)[0]


def of(someone: Person) -> Client:
    client = Client()
    client.force_login(someone, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def begun(client: Client, **other: str) -> str:
    """Fill it in and prove it; the address one comes to."""
    asked = client.post("/beginnen/gegevens/", ANSWERS | other)
    assert asked["Location"] == "/beginnen/code/", asked.content.decode()
    page = client.post("/beginnen/code/", {"code": code()})
    return page["Location"] if page.status_code == 302 else page.content.decode()


def second_step(*people: Person) -> None:
    Person.objects.filter(pk__in=[p.pk for p in people]).update(second_factor_since=timezone.now())
    for one in people:
        one.refresh_from_db()


@pytest.mark.requirement("S2")
@pytest.mark.requirement("S22")
def test_a_resident_begins_and_the_list_ticks_itself() -> None:
    """S2: residents set it up and run it themselves; S22: one watch group and one steering group to begin with."""
    founder = Client()
    assert begun(founder) == "/beginnen/lijst/kanaalzicht/"
    here = District.objects.get(slug="kanaalzicht")
    assert sorted(here.groups.values_list("kind", flat=True)) == [Kind.STEERING, Kind.WATCH]
    mo = Person.objects.get(email="mo@example.org")
    page = founder.get("/beginnen/lijst/kanaalzicht/").content.decode()
    assert "0 van de" in page
    assert "1 van 3" in page
    for link in re.findall(r"<main.*</main>", page, re.DOTALL)[0].split('href="')[1:]:
        assert founder.get(link.split('"')[0], follow=True).status_code == 200, "no link leads to a page that is not there yet"
    invitation = re.search(r'value="http://127.0.0.1:8000(/kanaalzicht/welkom/\w+/)"', page)[1]

    assert Client().get("/kanaalzicht/").status_code == 404, "not public yet"
    assert Client().get("/kanaalzicht/meedoen/").status_code == 404
    neighbour = Client()
    assert neighbour.get(invitation)["Location"] == "/kanaalzicht/"
    invited = neighbour.get("/kanaalzicht/")
    assert "Deze groep begint net" in invited.content.decode()
    assert "noindex" in invited.content.decode()
    assert "private" in invited["Cache-Control"]
    assert neighbour.get("/kanaalzicht/meedoen/").status_code == 200

    crew = group_of(here, mo)
    second_step(mo, *crew[:1])
    [public] = [step for step in checklist.steps(here, mo) if step.name == "public"]
    assert public.count == "2 van 3", "whoever has no second step does not count yet"
    with pytest.raises(starting.NotReady):
        starting.open_to_public(here, by=mo)
    second_step(*crew)
    founder.post("/beginnen/lijst/kanaalzicht/open/")
    assert "Kanaalzicht" in Client().get("/").content.decode()
    assert Client().get("/kanaalzicht/").status_code == 200
    here.refresh_from_db()
    done = {step.name for step in checklist.steps(here, mo) if step.done}
    assert done == {"second-step", "people", "all-second-steps", "public"}


def group_of(here: District, mo: Person) -> list[Person]:
    """Two neighbours whom the founder has made steering members."""
    steers, watch = (Group.objects.get(district=here, kind=kind) for kind in (Kind.STEERING, Kind.WATCH))
    found = [Person.objects.create_user(f"buur{n}@example.org", first_name=f"Buur{n}") for n in range(2)]
    for neighbour in found:
        joining.join(neighbour, watch)
        joining.join(neighbour, steers, role=Role.STEERING)
    return found


def test_every_step_looks_at_rows() -> None:
    begun(Client())
    here, mo = District.objects.get(slug="kanaalzicht"), Person.objects.get(email="mo@example.org")
    second_step(mo, *group_of(here, mo))
    mo.refresh_from_db()

    def done() -> set[str]:
        return {step.name for step in checklist.steps(here, mo) if step.done}

    assert "rules" not in done()
    Acceptance.objects.create(person=mo, rules=here.house_rules.get(), at=timezone.now())
    assert "rules" in done()
    oost, west = here.neighbourhoods.order_by("name")
    neighbourhoods.bound(oost, postcodes=["1234AB"], by=mo)
    assert "places" not in done()
    neighbourhoods.bound(west, streets=["Kade"], by=mo)
    assert "places" in done()
    officer = person("Agent")
    joining.join(officer, Group.objects.get(district=here, kind=Kind.STEERING), role=Role.OFFICER)
    assert "officer" in done()
    watch = Group.objects.get(district=here, kind=Kind.WATCH)
    for n in range(7):
        joining.join(person(f"Lid{n}"), watch)
    assert "members" in done()
    with CaptureQueriesContext(connection) as seen:
        found = checklist.steps(here, mo)
    assert len(seen) <= 14
    assert {step.name: of(mo).get(step.url).status_code for step in found if step.url} == {step.name: 200 for step in found if step.url}


def test_what_is_not_public_takes_no_address_from_others() -> None:
    place = town()
    neighbourhoods.create(place.noord, "De Laning", postcodes=["1234"], by=None)
    begun(Client())
    theirs = District.objects.get(slug="kanaalzicht").neighbourhoods.first()
    neighbourhoods.bound(theirs, postcodes=["1234AB"], by=None)
    assert addresses.find("1234AB", 1).neighbourhood.district == place.noord
    District.objects.filter(slug="kanaalzicht").update(is_public=True)
    assert addresses.find("1234AB", 1).neighbourhood == theirs


def test_who_waits_there_hears_of_it_once_it_is_public() -> None:
    signing_up.await_district(first_name="Nora", postcode="1234AB", email="nora@example.org", language="nl")
    begun(Client())
    here = District.objects.get(slug="kanaalzicht")
    neighbourhoods.bound(here.neighbourhoods.first(), postcodes=["1234AB"], by=None)
    assert awaited.tell() == 0
    District.objects.filter(pk=here.pk).update(is_public=True)
    assert awaited.tell() == 1
    mailing.send_due()
    assert any(m.to == ["nora@example.org"] and "Kanaalzicht" in m.body for m in mail.outbox)


def test_an_address_that_is_taken_gets_the_name_of_the_town() -> None:
    place = town()
    assert begun(Client(), name="Noord") == "/beginnen/lijst/noord-plasveen/"
    assert begun(Client(), name="Beginnen", email="an@example.org") == "/beginnen/lijst/beginnen-plasveen/"
    assert begun(Client(), name="Haven", town="waterdam (GM0001)", email="bo@example.org") == "/beginnen/lijst/haven/"
    assert District.objects.get(slug="haven").municipality == place.municipality
    assert Municipality.objects.filter(name="Plasveen").count() == 1


def test_a_wrong_code_begins_nothing() -> None:
    client = Client()
    client.post("/beginnen/gegevens/", ANSWERS)
    right = code()
    wrong = client.post("/beginnen/code/", {"code": f"{(int(right) + 1) % 1_000_000:06d}"})
    assert wrong.status_code == 422
    assert not District.objects.exists()
    assert not Person.objects.exists()
    assert Client().get("/beginnen/code/")["Location"] == "/beginnen/", "another device knows nothing of it"
    assert client.post("/beginnen/code/", {"code": right}).status_code == 302


def test_answers_that_cannot_be_come_back_with_everything_typed() -> None:
    page = Client().post("/beginnen/gegevens/", ANSWERS | {"postcode": "12", "email": "mo@"})
    assert page.status_code == 422
    assert "Kanaalzicht" in page.content.decode()
    assert Client().post("/beginnen/gegevens/", {k: v for k, v in ANSWERS.items() if k != "lives_here"}).status_code == 422
    assert not Founding.objects.exists()


def test_an_account_that_was_there_is_not_entered_by_the_code_alone() -> None:
    someone = person("Mo")
    client = Client()
    assert begun(client) == "/account/login/code/"
    assert "_auth_user_id" not in client.session
    assert roles.has(someone, roles.Right.MEMBERS, Group.objects.get(kind=Kind.STEERING))


def test_who_is_a_member_elsewhere_is_refused_but_only_after_the_proof() -> None:
    place = town()
    client = Client()
    assert "al lid van een wijkgroep" in begun(client, email=place.anna.email)
    assert not District.objects.filter(slug="kanaalzicht").exists()
    assert place.anna.memberships.get(left_at=None).group == place.watch_a


def test_there_is_an_end_to_it(settings: object) -> None:
    client = Client()
    for n in range(5):
        client.post("/beginnen/gegevens/", ANSWERS | {"email": f"mo{n}@example.org"})
    assert client.post("/beginnen/gegevens/", ANSWERS).status_code == 422, "one connection"
    settings.OPEN_FOR_DISTRICTS = "closed"  # type: ignore[attr-defined]
    assert "Vraag het je gemeente" in Client().get("/beginnen/").content.decode()
    assert Client().post("/beginnen/gegevens/", ANSWERS)["Location"] == "/beginnen/"
    with pytest.raises(starting.CannotStart):
        starting.prove(Founding.objects.last(), code())


@pytest.mark.parametrize("decision", ["yes", "no"])
def test_where_approval_is_asked_an_official_decides(settings: object, decision: str) -> None:
    settings.OPEN_FOR_DISTRICTS = "approval"  # type: ignore[attr-defined]
    place = town()
    assert "per e-mail" in begun(Client(), town="Waterdam")
    assert not District.objects.filter(slug="kanaalzicht").exists()
    asked = Founding.objects.get()
    where = f"/beginnen/aanvragen/{asked.pk}/"
    statuses = {
        p.first_name: of(p).get("/beginnen/aanvragen/").status_code for p in (place.anna, place.sam, place.official, place.outsider)
    }
    assert statuses == {"Anna": 404, "Sam": 404, "Official": 200, "Outsider": 404}
    assert of(place.sam).post(where, {"yes": "1"}).status_code == 404
    with pytest.raises(roles.NotAllowed):
        starting.approve(asked, by=place.sam)
    official = of(place.official)
    assert "Nieuwe wijken" in official.get("/beginnen/aanvragen/").content.decode()
    official.post(where, {"yes": "1"} if decision == "yes" else {"reason": "Er is al een groep."})
    mailing.send_due()
    told = [m.body for m in mail.outbox if m.to == ["mo@example.org"]]
    if decision == "yes":
        assert District.objects.get(slug="kanaalzicht").is_public is False
        assert any("kan beginnen" in text for text in told)
    else:
        assert not District.objects.filter(slug="kanaalzicht").exists()
        assert any("Er is al een groep." in text for text in told)
    assert official.post(where, {"yes": "1"}).status_code == 404, "it is decided"


def test_an_official_of_another_town_has_no_say(settings: object) -> None:
    settings.OPEN_FOR_DISTRICTS = "approval"  # type: ignore[attr-defined]
    place = town()
    begun(Client())
    assert not starting.waiting_for(place.official).exists()
    chief = person("Chief")
    Person.objects.filter(pk=chief.pk).update(is_superuser=True)
    chief.refresh_from_db()
    assert starting.deciders(Founding.objects.get()) == [chief]
    assert starting.waiting_for(chief).count() == 1


def test_the_list_is_for_who_steers_there() -> None:
    place = town()
    begun(Client())
    here = District.objects.get(slug="kanaalzicht")
    member = person("Lid")
    joining.join(member, Group.objects.get(district=here, kind=Kind.WATCH))
    for stranger in (place.anna, place.sam, place.outsider, member):
        assert of(stranger).get("/beginnen/lijst/kanaalzicht/").status_code == 404
    assert of(member).get("/kanaalzicht/").status_code == 200
    assert of(place.sam).get("/kanaalzicht/").status_code == 404
    assert Client().get("/kanaalzicht/welkom/verkeerd/").status_code == 404
    with pytest.raises(roles.NotAllowed):
        starting.open_to_public(here, by=place.fatima)


def test_a_start_without_an_end_is_erased() -> None:
    Client().post("/beginnen/gegevens/", ANSWERS)
    Application.objects.update(begun_at=timezone.now() - timedelta(days=15))
    assert signing_up.forget_unfinished() == 1
    assert not Founding.objects.exists()


@pytest.mark.parametrize("spelled", ["waterdam", "Gemeente Waterdam", "gem. Waterdam", "Water-dam", " WÁTER DAM "])
def test_a_town_is_there_once_however_it_is_spelled(spelled: str) -> None:
    """S9: else its districts could never be linked."""
    place = town()
    begun(Client(), town=spelled)
    assert District.objects.get(slug="kanaalzicht").municipality == place.municipality


@pytest.mark.parametrize(
    ("one", "other"), [("Den Haag", "’s-Gravenhage"), ("'s-Hertogenbosch", "Den Bosch"), ("Súdwest-Fryslân", "Sudwest Fryslan")]
)
def test_towns_with_two_names(one: str, other: str) -> None:
    made = Municipality.objects.create(name=one, code="")
    Municipality.objects.create(name="Elders", code="")
    assert municipalities.named(other) == made
    assert municipalities.named("Haag") is None
    assert municipalities.named("!") is None
