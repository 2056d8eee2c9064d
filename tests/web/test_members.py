"""S18: do the pages for the phone manager show who waits and who is in, and do they tell nobody anything more? S6: a member's own address."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.joining import applying
from tests.town import Town, town

from meldkring.audit.models import Line
from meldkring.groups.models import Membership
from meldkring.joining import moving, proving
from meldkring.joining.models import Application, Proof
from meldkring.people.models import Person
from meldkring.places.models import Neighbourhood

pytestmark = pytest.mark.django_db
State = Application.State


@pytest.fixture
def place() -> Town:
    made = town()
    Person.objects.all().update(language="en")
    return made


@pytest.fixture
def where(place: Town) -> dict[str, Neighbourhood]:
    return applying.settle(place)


def of(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def text(client: Client, path: str) -> str:
    page = client.get(path)
    assert page.status_code == 200
    return page.content.decode()


@pytest.mark.requirement("S18")
def test_who_opens_these_pages(place: Town, where: dict[str, Neighbourhood]) -> None:
    """S18: for the phone manager there is something to see; a member, a steering member, another district and an outsider get 404."""
    noor = applying.apply(place.noord, where["linden"], name="Noor")
    member = place.arie.memberships.get()
    paths = [
        reverse("members"), reverse("members_application", args=[noor.pk]), reverse("members_group", args=[place.watch_a.pk]),
        reverse("members_member", args=[member.pk]),
    ]  # fmt: skip
    for path in paths:
        page = text(of(place.fatima), path)
        assert "Noor" in page or "Arie" in page
        assert "noor@example.org" not in page
        assert "arie@example.org" not in page
    for person in (place.anna, place.sam, place.outsider, place.official, place.officer):
        assert [of(person).get(path).status_code for path in paths] == [404] * 4
    assert [of(place.zora).get(path).status_code for path in paths] == [200, 404, 404, 404]
    assert Client().get(paths[0]).status_code == 302


@pytest.mark.requirement("S18")
def test_admitting_one_and_several(place: Town, where: dict[str, Neighbourhood]) -> None:
    """S18: one to a chosen group; several ticked each to their own; who finds the group full hears so and is on the waiting list."""
    applying.room(place.noord, 3)
    noor, piet, els = (applying.apply(place.noord, where[n]) for n in ("linden", "linden", "eiken"))
    client = of(place.fatima)
    refused = client.post(reverse("members_application_admit", args=[noor.pk]), {"group": place.watch_c.pk})
    assert refused.status_code == 422
    client.post(reverse("members_application_admit", args=[noor.pk]), {"group": place.watch_b.pk})
    noor.refresh_from_db()
    assert noor.group == place.watch_b
    page = client.post(reverse("members_admit"), {"application": [piet.pk, els.pk, noor.pk, "x"]}, follow=True)
    assert "1 resident admitted." in page.content.decode()
    assert "B is full" in page.content.decode()
    states = dict(Application.objects.values_list("pk", "state"))
    assert states == {noor.pk: State.ADMITTED, piet.pk: State.ADMITTED, els.pk: State.FULL}
    client.post(reverse("members_application_admit", args=[els.pk]), {"group": place.watch_b.pk})
    assert Application.objects.get(pk=els.pk).state == State.FULL
    assert "Nobody was ticked" in client.post(reverse("members_admit"), follow=True).content.decode()


@pytest.mark.requirement("S18")
def test_declining_and_asking(place: Town, where: dict[str, Neighbourhood]) -> None:
    """S18: nothing typed is lost when a reason is missing; a question and its answer stand with the sign-up."""
    noor, piet = applying.apply(place.noord, where["linden"]), applying.apply(place.noord, where["linden"])
    client = of(place.fatima)
    decline = reverse("members_application_decline", args=[noor.pk])
    assert client.post(decline, {"decline-ready": "own", "decline-own": " "}).status_code == 422
    client.post(decline, {"decline-ready": "own", "decline-own": "Not a house."})
    noor.refresh_from_db()
    assert (noor.state, noor.decline_reason) == (State.DECLINED, "Not a house.")
    assert "Not a house." in text(client, reverse("members_application", args=[noor.pk]))
    ask = reverse("members_application_ask", args=[piet.pk])
    assert client.post(ask, {"ask-question": ""}).status_code == 422
    client.post(ask, {"ask-question": "Which floor?"})
    assert "Which floor?" in text(client, reverse("members_application", args=[piet.pk]))


def test_details_only_after_asking_for_them(place: Town, where: dict[str, Neighbourhood]) -> None:
    """Rules 5: shown once, on request, and written down."""
    noor = applying.apply(place.noord, where["linden"], name="Noor")
    client, member = of(place.fatima), place.arie.memberships.get()
    for name, pk, email in (("application", noor.pk, "noor@example.org"), ("member", member.pk, "arie@example.org")):
        path = reverse(f"members_{name}_details", args=[pk])
        assert of(place.sam).post(path).status_code == 404
        page = client.post(path)
        assert email in page.content.decode()
        assert "no-store" in page["Cache-Control"]
    assert Line.objects.filter(action="show_details", by=place.fatima).count() == 2


def test_a_member_is_moved_and_confirmed(place: Town) -> None:
    """S18: to another of one's own groups, with the history on the page; an address that one knows counts as proven."""
    client, member = of(place.fatima), place.arie.memberships.get()
    assert client.post(reverse("members_member_move", args=[member.pk]), {"group": place.watch_c.pk}).status_code == 422
    page = client.post(reverse("members_member_move", args=[member.pk]), {"group": place.watch_b.pk}, follow=True)
    assert {m.group for m in page.context["history"]} == {place.watch_a, place.watch_b}
    client.post(reverse("members_member_confirm", args=[page.context["membership"].pk]))
    assert proving.proven(place.arie)


@pytest.mark.requirement("S6")
def test_moving_house_shows_what_changes_first(place: Town, where: dict[str, Neighbourhood]) -> None:
    """S6: what no source knows is asked, then what changes is said, and only the confirmation does it."""
    client, path = of(place.arie), reverse("my_address")
    assert path in text(client, reverse("me"))
    given = {"postcode": "3262 cd", "number": "7 a"}
    page = client.post(path, given)
    assert page.status_code == 422
    assert 'value="3262 cd"' in page.content.decode()
    given |= {"street": "Eikstraat", "neighbourhood": where["eiken"].pk}
    page = client.post(path, given)
    assert page.status_code == 200
    assert page.context["plan"].what == moving.What.GOES
    assert place.arie.memberships.get().group == place.watch_a
    client.post(path, given | {"confirmed": "1"})
    arie = Person.objects.get(pk=place.arie.pk)
    assert (arie.street, arie.house_number, arie.house_suffix, arie.postcode) == ("Eikstraat", 7, "A", "3262CD")
    assert moving.watch_membership(arie).group == place.watch_b  # type: ignore[union-attr]
    assert client.post(path, given | {"postcode": "12"}).status_code == 422


def test_saying_that_the_address_is_right(place: Town) -> None:
    proving.prove(place.arie, Proof.How.LETTER, None)
    of(place.arie).post(reverse("my_address_right"))
    assert place.arie.proofs.filter(how=Proof.How.SAID).exists()


@pytest.mark.requirement("S6")
def test_leaving_by_oneself(place: Town) -> None:
    """S6: after reading what it means; who steers is told to hand over first; the account stays."""
    client, path = of(place.arie), reverse("leave")
    assert "A" in text(client, path)
    assert place.arie.memberships.filter(left_at=None).exists()
    client.post(path)
    assert not place.arie.memberships.filter(left_at=None).exists()
    assert client.get(reverse("me")).status_code == 200
    Membership.objects.create(group=place.watch_a, person=place.sam, kind="watch", joined_at=timezone.now())
    assert "Hand over first" in text(of(place.sam), path)
    of(place.sam).post(path)
    assert place.sam.memberships.filter(left_at=None, kind="watch").exists()


def test_a_neighbour_knows_a_newcomer(place: Town, where: dict[str, Neighbourhood]) -> None:
    """Rules 5: a neighbour sees first name and street of newcomers in their own neighbourhood, and nothing more."""
    applying.open_door(place.noord, asks_vouching=True)
    Person.objects.filter(pk=place.anna.pk).update(neighbourhood=where["linden"])
    noor = applying.apply(place.noord, where["linden"], name="Noor", last_name="Achternaam")
    client = of(Person.objects.get(pk=place.anna.pk))
    assert reverse("newcomers") in text(client, reverse("home"))
    page = text(client, reverse("newcomers"))
    assert "Noor" in page
    assert "Achternaam" not in page
    client.post(reverse("newcomer_vouch", args=[noor.pk]))
    assert noor.vouches.get().person == place.anna
    assert client.post(reverse("newcomer_vouch", args=[noor.pk])).status_code == 404
    assert of(place.bea).post(reverse("newcomer_vouch", args=[noor.pk])).status_code == 404


def fill(place: Town, where: Neighbourhood, many: int) -> None:
    """So many members and so many sign-ups, quickly."""
    start, now = Person.objects.count(), timezone.now()
    people = Person.objects.bulk_create(
        Person(email=f"p{n}@example.org", first_name=f"Naam{n}", last_name="Jansen", street="Lindelaan", postcode="3262AB", house_number=n)
        for n in range(start, start + many)
    )
    Membership.objects.bulk_create(Membership(group=place.watch_a, person=p, kind="watch", joined_at=now) for p in people)
    Application.objects.bulk_create(
        Application(
            district=place.noord, state=State.WAITING, first_name=f"Nieuw{n}", last_name="Pieters", street="Kade", postcode="3262AB",
            house_number=n, neighbourhood=where, email=f"a{n}@example.org", sent_at=now,
        )
        for n in range(start, start + many)
    )  # fmt: skip


def test_ten_thousand_rows_take_as_many_queries_as_ten(place: Town, where: dict[str, Neighbourhood]) -> None:
    """Every list has pages and a search, and asks the database as often for 10,000 rows as for 10."""
    client = of(place.fatima)
    group = reverse("members_group", args=[place.watch_a.pk])
    client.get(group)  # what is looked up once per process
    counts = []
    for many in (10, 9_990):
        fill(place, where["linden"], many)
        for path in (reverse("members"), f"{reverse('members')}?zoek=nieuw+pieters", group, f"{group}?zoek=jansen&page=2"):
            with CaptureQueriesContext(connection) as queries:
                page = client.get(path)
            assert page.status_code == 200
            counts.append(len(queries))
    assert counts[:4] == counts[4:]
    assert page.context["page"].paginator.count == 10_000
    assert len(page.context["page"].object_list) == 50
    assert len(client.get(f"{reverse('members')}?zoek=nieuw20").context["rows"]) > 1
    assert client.get(f"{group}?zoek=naam9999+lindelaan").context["page"].paginator.count == 1
