"""Starting, merging and closing a district: who may, what stays undisturbed, and what everybody is told (S5, S22)."""

import pytest
from django.test import Client
from django.utils import timezone
from tests.town import Town, town

from meldkring.audit.models import Line
from meldkring.cases import closing, forwarding, reporting
from meldkring.groups import representing, roles
from meldkring.groups.models import Group, Kind, Membership, Role
from meldkring.growth import arranging, carrying, districts, plans, undoing
from meldkring.growth.models import Plan
from meldkring.joining.models import Application
from meldkring.messaging import access as messaging
from meldkring.people.models import Mail, Person
from meldkring.places.models import District, Neighbourhood

pytestmark = pytest.mark.postgres


@pytest.fixture
def place(db: None) -> Town:
    here = town()
    for district in (here.noord, here.zuid):
        Neighbourhood.objects.create(district=district, name="Centrum")
    return here


def started(place: Town, by: Person, email: str = "lies@example.org") -> District:
    return districts.start(
        place.municipality, district="Oost", neighbourhoods=["Haven", "Kade"], name="Lies Voorbeeld", email=email, by=by
    ).district


def test_a_district_begins_small_with_its_phone_manager(place: Town) -> None:
    """S10 S22: one watch group, one steering group, no coordination group; the phone manager is told."""
    made = started(place, place.official)
    kinds = sorted(Group.objects.filter(district=made).values_list("kind", flat=True))
    assert kinds == ["steering", "watch"]
    lies = Person.objects.get(email="lies@example.org")
    assert set(lies.memberships.values_list("role", flat=True)) == {Role.MEMBER, Role.PHONE_MANAGER}
    assert Mail.objects.get(to=lies.email).subject == "Je kunt beginnen met Oost"
    assert Line.objects.filter(action="found", subject=f"district:{made.pk}", by=place.official).exists()


@pytest.mark.parametrize("name", ["anna", "fatima", "officer", "outsider"])
def test_nobody_else_starts_merges_or_closes(place: Town, name: str) -> None:
    person = getattr(place, name)
    with pytest.raises(roles.NotAllowed):
        started(place, person)
    with pytest.raises(roles.NotAllowed):
        districts.close(place.noord, reason="zomaar", by=person)
    with pytest.raises(roles.NotAllowed):
        districts.merge(place.noord, into=place.zuid, reason="zomaar", by=person)


def test_a_member_elsewhere_cannot_be_made_phone_manager_in_passing(place: Town) -> None:
    """S6: exactly one watch group; and nothing is left of the district that could not begin."""
    with pytest.raises(districts.founding.BadStart):
        started(place, place.official, email="anna@example.org")
    assert not District.objects.filter(name="Oost").exists()


def test_closing_waits_for_an_open_case(place: Town) -> None:
    posting = reporting.report("Iemand voelt aan deuren", group=place.watch_c, by=place.carla, called="by_me")
    with pytest.raises(districts.CannotChange):
        districts.close(place.zuid, reason="te weinig mensen", by=place.official)
    closing.close(posting.message.contribution.case, outcome="gone", text="Weg", by=place.carla)
    districts.close(place.zuid, reason="te weinig mensen", by=place.official)
    assert not Group.objects.filter(district=place.zuid, closed_at=None).exists()
    assert messaging.postings(place.carla).filter(pk=posting.pk).exists(), "what was there can be read back"
    assert not representing.linked().filter(district=place.zuid).exists()
    told = set(Mail.objects.filter(subject="Zuid is gestopt").values_list("to", flat=True))
    assert told == {f"{n}@example.org" for n in ("carla", "cees", "zora", "zeno")}
    assert "te weinig mensen" in Mail.objects.filter(to="carla@example.org").latest("pk").text


def test_a_closed_district_says_so(client: Client, place: Town) -> None:
    districts.close(place.zuid, reason="te weinig mensen", by=place.official)
    text = client.get("/zuid/").content.decode()
    assert "is gestopt op" in text
    assert "te weinig mensen" in text


def test_two_districts_become_one_while_a_case_goes_on(client: Client, place: Town) -> None:
    """S5 S8: groups and members stay, everybody keeps reading, and the steering members share one coordination group."""
    posting = reporting.report("Iemand voelt aan deuren", group=place.watch_c, by=place.carla, called="by_me")
    case = posting.message.contribution.case
    forwarding.forward(posting, to=[place.coordination_zuid], steering=place.steering_2, by=place.zora, follow=True)
    waiting = Application.objects.create(district=place.zuid, state="waiting", email="w@example.org")
    districts.merge(place.zuid, into=place.noord, reason="samen sterker", by=place.official)
    place.watch_c.refresh_from_db()
    assert place.watch_c.district == place.noord
    assert Membership.objects.filter(group=place.watch_c, left_at=None).count() == 2
    assert set(roles.members([place.coordination_noord])) >= {place.fatima, place.zora, place.zeno}
    assert Group.objects.filter(kind=Kind.COORDINATION, closed_at=None).count() == 1
    assert case.pk in {p.message.contribution.case_id for p in messaging.postings(place.fatima)}
    reaction = reporting.react("Hij is weg", case=case, group=place.watch_c, by=place.cees)
    assert messaging.postings(place.zora).filter(message=reaction.message, group=place.coordination_noord).exists()
    waiting.refresh_from_db()
    assert waiting.district == place.noord
    assert set(place.noord.neighbourhoods.values_list("name", flat=True)) == {"Centrum", "Centrum (Zuid)"}
    text = client.get("/zuid/").content.decode()
    assert "Zuid hoort nu bij Noord" in text
    assert Mail.objects.filter(subject="Zuid hoort nu bij Noord").count() == 4


def test_nothing_merges_into_a_district_that_closed_meanwhile(place: Town) -> None:
    seen = District.objects.get(pk=place.noord.pk)
    districts.close(place.noord, reason="te weinig mensen", by=place.official)
    with pytest.raises(districts.CannotChange):
        districts.merge(place.zuid, into=seen, reason="samen sterker", by=place.official)


def test_what_was_merged_before_a_district_went_elsewhere_comes_back_there(place: Town) -> None:
    """S5: a group that an undone plan opens again stands in the district to which its steering group belongs now."""
    plan = plans.propose(place.steering_1, arranging.merge(place.watch_b, place.watch_a), kind=Plan.Kind.MERGE, by=place.fatima)
    plans.agree(plan, by=place.sam)
    carrying.carry_out(plan, by=place.fatima)
    districts.merge(place.noord, into=place.zuid, reason="samen sterker", by=place.official)
    undoing.undo(plan, by=place.fatima)
    assert set(Group.objects.filter(kind=Kind.WATCH, closed_at=None).values_list("name", "district__name")) == {
        ("A", "Zuid"), ("B", "Zuid"), ("C", "Zuid"),
    }  # fmt: skip
    assert Membership.objects.filter(group=place.watch_b, left_at=None).count() == 2


def test_on_the_page_one_says_why_and_that_it_was_talked_about(client: Client, place: Town) -> None:
    client.force_login(place.official)
    path = f"/gemeenten/{place.municipality.pk}/wijk/{place.zuid.pk}/"
    assert client.get(path).status_code == 200
    answer = client.post(path + "sluit/", {"reason": "te weinig mensen"})
    assert answer.status_code == 422
    assert "te weinig mensen" in answer.content.decode()
    assert client.post(path + "sluit/", {"reason": "te weinig mensen", "sure": "on"}).status_code == 302
    assert District.objects.get(pk=place.zuid.pk).closed_at
    assert client.post(path + "sluit/", {"reason": "nog eens", "sure": "on"}).status_code == 422


def test_asking_and_agreeing_on_the_pages(client: Client, place: Town) -> None:
    """S9: the official asks on one page, two steering members agree on theirs, and one of them chooses who speaks."""
    representing.linked().filter(district=place.zuid).update(ended_at=timezone.now())
    client.force_login(place.official)
    client.post(f"/gemeenten/{place.municipality.pk}/wijk/{place.zuid.pk}/koppel/")
    for person in (place.zora, place.zeno):
        client.force_login(person)
        assert client.get("/koppelen/zuid/").status_code == 200
        assert client.get("/koppelen/noord/").status_code == 404
        client.post("/koppelen/zuid/besluit/", {"answer": "ja"})
    assert representing.linked().filter(district=place.zuid).exists()
    client.post("/koppelen/zuid/wie/", {"person": [place.zeno.pk]})
    assert set(roles.members([place.municipal])) == {place.fatima, place.zeno}
    client.force_login(place.carla)
    assert client.get("/koppelen/zuid/").status_code == 404
