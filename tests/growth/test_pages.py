"""The pages about growth, through the front door: who may see them, what they say, and what pressing their buttons does."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.growth.village import Village, residents, village

from meldkring.cases import reporting
from meldkring.cases.models import Called
from meldkring.groups.models import Group, Kind
from meldkring.growth import carrying, plans, proposing
from meldkring.growth.models import Plan
from meldkring.messaging.models import Posting
from meldkring.people.models import Person

pytestmark = pytest.mark.django_db
SignedIn = Callable[[Person], Client]


@pytest.fixture
def v() -> Village:
    return village()


@pytest.fixture
def client_of() -> SignedIn:
    def signed_in(person: Person) -> Client:
        client = Client()
        client.force_login(person, "allauth.account.auth_backends.AuthenticationBackend")
        return client

    return signed_in


def proposed(v: Village) -> Plan:
    return plans.propose(v.steering, proposing.divide(v.watch), kind=Plan.Kind.DIVIDE, by=v.fatima)


def test_only_steering_members_see_growth(v: Village, client_of: SignedIn) -> None:
    plan = proposed(v)
    for path in ("/groei/", f"/groei/voorstel/{plan.pk}/"):
        assert client_of(v.sofie).get(path).status_code == 200
        assert client_of(v.residents["Dorp"][0]).get(path).status_code == 404
    for deed in ("voer-uit", "draai-terug"):
        assert client_of(v.sofie).get(f"/groei/voorstel/{plan.pk}/{deed}/").status_code == 404


def test_a_whole_division_through_the_pages(v: Village, client_of: SignedIn) -> None:
    """S20 S23: propose, look, agree, confirm, carry out; the resident reads it once; undo."""
    fatima, sam = client_of(v.fatima), client_of(v.sam)
    answer = fatima.post(f"/groei/{v.steering.pk}/verdeel/{v.watch.pk}/")
    plan = Plan.objects.get()
    assert answer.headers["Location"] == f"/groei/voorstel/{plan.pk}/"
    assert sam.post(f"/groei/voorstel/{plan.pk}/mening/", {"agree": "1"}).status_code == 302
    page = fatima.get(f"/groei/voorstel/{plan.pk}/voer-uit/").content.decode()
    assert 'method="post"' in page
    fatima.post(f"/groei/voorstel/{plan.pk}/voer-uit/")
    plan.refresh_from_db()
    assert plan.state == Plan.State.DONE
    new = Group.objects.exclude(pk=v.watch.pk).get(kind=Kind.WATCH)
    someone = new.memberships.filter(left_at=None).first()
    assert someone
    home = client_of(someone.person)
    assert "/groei/gelezen/" in home.get("/").content.decode()
    move = plan.moves.get(begun=someone)
    home.post(f"/groei/gelezen/{move.pk}/")
    assert "/groei/gelezen/" not in home.get("/").content.decode()
    assert client_of(v.sofie).post(f"/groei/gelezen/{move.pk}/").status_code == 404
    fatima.post(f"/groei/voorstel/{plan.pk}/draai-terug/")
    plan.refresh_from_db()
    assert plan.state == Plan.State.UNDONE


def test_a_page_of_before_the_division_still_works(v: Village, client_of: SignedIn) -> None:
    """S23: a report, a reaction and a visit from a page that names the old group arrive in the new one; a group of others stays closed."""
    who = v.residents["Station"][0]
    posting = reporting.report("Two men", group=v.watch, by=who, called=Called.BY_ME)
    case = posting.message.contribution.case
    plan = proposed(v)
    plans.agree(plan, by=v.sam)
    home = client_of(who)
    carrying.carry_out(plan, by=v.fatima)
    now = who.memberships.get(left_at=None).group
    assert now != v.watch
    assert home.post(f"/casus/{case.reference}/reageren/", {"group": v.watch.pk, "text": "Ik zie ze"}).status_code == 302
    assert home.post("/melden/", {"group": v.watch.pk, "text": "Nog iets", "called": "by_me"}).status_code == 302
    assert Posting.objects.filter(group=now, message__text="Nog iets").exists()
    assert home.get(f"/groepen/{v.watch.pk}/").headers["Location"] == f"/groepen/{now.pk}/"
    stays = client_of(next(p for p in v.everybody if p.memberships.get(left_at=None).group == v.watch))
    assert stays.get(f"/groepen/{now.pk}/").status_code == 404
    assert stays.post("/melden/", {"group": now.pk, "text": "Nee", "called": "by_me"}).status_code == 422


def test_the_list_changes_the_proposal(v: Village, client_of: SignedIn) -> None:
    """S23: a neighbourhood to another group, a group more, another name, a steering group of its own, a group less."""
    plan, sam = proposed(v), client_of(v.sam)
    old, new = plan.parts.all()
    fields = {f"n{a.neighbourhood_id}": str(a.part_id) for a in plan.allotments.all()}
    moved = old.allotments.first()
    assert moved
    fields |= {
        f"n{moved.neighbourhood_id}": str(new.pk),
        f"name{new.pk}": "Havenwacht",
        f"seats{new.pk}": [str(v.sofie.pk)],
        "added": "Derde",
    }
    assert sam.post(f"/groei/voorstel/{plan.pk}/wijzig/", fields).status_code == 302
    moved.refresh_from_db()
    new.refresh_from_db()
    assert (moved.part_id, new.name, new.steering_id, [s.person for s in new.seats.all()]) == (new.pk, "Havenwacht", None, [v.sofie])
    third = plan.parts.get(name="Derde")
    fields |= {f"name{third.pk}": "Derde", "added": "", "remove": str(third.pk)}
    sam.post(f"/groei/voorstel/{plan.pk}/wijzig/", fields)
    assert not plan.parts.filter(name="Derde").exists()
    wrong = fields | {f"n{moved.neighbourhood_id}": "999999"}
    assert sam.post(f"/groei/voorstel/{plan.pk}/wijzig/", wrong).status_code == 422


def test_a_refused_list_comes_back_as_it_was_filled_in(v: Village, client_of: SignedIn) -> None:
    """Nothing typed is lost, and nothing of it was kept by halves."""
    plan = proposed(v)
    old, new = plan.parts.all()
    fields = {f"n{a.neighbourhood_id}": str(new.pk) for a in plan.allotments.all()}
    fields |= {f"name{new.pk}": "Een heel nieuwe naam", "added": old.name}
    answer = client_of(v.sam).post(f"/groei/voorstel/{plan.pk}/wijzig/", fields)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Een heel nieuwe naam" in page
    assert "Er is al een groep met deze naam." in page
    assert plan.allotments.filter(part=old).exists()
    assert plan.parts.get(pk=new.pk).name == new.name


@pytest.mark.parametrize("kind", ["create", "merge", "move", "close"])
def test_other_changes_have_a_form(v: Village, client_of: SignedIn, kind: str) -> None:
    """S20: make, merge, move, close."""
    other = Group.objects.create(kind=Kind.WATCH, name="Zuid", municipality=v.watch.municipality, district=v.district, run_by=v.steering)
    park = v.neighbourhoods["Park"]
    given = {
        "create": {"name": "Parkwacht", "neighbourhoods": [park.pk]}, "merge": {"group": other.pk, "into": v.watch.pk},
        "move": {"neighbourhood": park.pk, "to": other.pk}, "close": {"group": other.pk, "into": v.watch.pk},
    }[kind]  # fmt: skip
    fatima = client_of(v.fatima)
    path = f"/groei/{v.steering.pk}/nieuw/{kind}/"
    assert fatima.get(path).status_code == 200
    assert fatima.post(path, {}).status_code == 422
    fatima.post(path, given)
    assert Plan.objects.get().kind == kind
    assert client_of(v.sofie).post(path, given).status_code == 422


def test_the_same_number_of_queries_for_many_members(v: Village, client_of: SignedIn) -> None:
    plan, sam = proposed(v), client_of(v.sam)

    def asked(path: str) -> int:
        sam.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert sam.get(path).status_code == 200
        return len(queries)

    paths = ("/groei/", f"/groei/voorstel/{plan.pk}/", f"/groei/voorstel/{plan.pk}/voer-uit/")
    few = [asked(p) for p in paths]
    residents(v.watch, v.neighbourhoods["Park"], 2000)
    assert [asked(p) for p in paths] == few
    assert max(few) < 60


def test_an_objection_needs_words(v: Village, client_of: SignedIn) -> None:
    plan, sam = proposed(v), client_of(v.sam)
    sam.post(f"/groei/voorstel/{plan.pk}/mening/", {"object": "1", "words": ""})
    assert plan.opinions.count() == 1
    sam.post(f"/groei/voorstel/{plan.pk}/mening/", {"object": "1", "words": "Te vroeg"})
    assert "Te vroeg" in client_of(v.sofie).get(f"/groei/voorstel/{plan.pk}/").content.decode()
    sam.post(f"/groei/voorstel/{plan.pk}/intrek/")
    client_of(v.fatima).post(f"/groei/voorstel/{plan.pk}/trek-in/")
    plan.refresh_from_db()
    assert plan.state == Plan.State.WITHDRAWN
