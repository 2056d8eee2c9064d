"""Neighbourhoods get other borders: is what was shown what happens, does everybody keep what is going on, and can it be undone?"""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.growth.village import Village, neighbourhood, residents, village

from meldkring.cases import access as cases_access
from meldkring.cases import reporting
from meldkring.cases.models import Called
from meldkring.groups import joining, roles
from meldkring.groups.models import Group, Kind, Membership, Role
from meldkring.growth import borders, mapping, plans, proposing, resettling
from meldkring.growth.models import Plan, Redrawing
from meldkring.joining import expelling, moving
from meldkring.joining.models import Application
from meldkring.people.models import Mail, Person
from meldkring.places import neighbourhoods
from meldkring.places.models import District, Neighbourhood

pytestmark = pytest.mark.django_db
Claims = neighbourhoods.Claims
KIND = Redrawing.Kind


@pytest.fixture(autouse=True)
def _asks_nobody(settings: Any) -> None:
    settings.LOCATIESERVER_URL = ""


@pytest.fixture
def v() -> Village:
    """Dorp has two streets, each with a postcode; Haven, with a watch group of its own, one."""
    v = village((4, 2))
    haven = Group.objects.create(
        kind=Kind.WATCH, name="Havenwacht", municipality=v.watch.municipality, district=v.district, run_by=v.steering
    )
    v.watch.neighbourhoods.remove(v.neighbourhoods["Haven"])
    haven.neighbourhoods.add(v.neighbourhoods["Haven"])
    Membership.objects.filter(person__in=v.residents["Haven"]).update(group=haven)
    for n, person in enumerate(v.residents["Dorp"]):
        _lives(person, "Kade" if n < 2 else "Lindelaan", "1234AA" if n < 2 else "1234BB", n + 1)
    for n, person in enumerate(v.residents["Haven"]):
        _lives(person, "Steiger", "1234CC", n + 1)
    neighbourhoods.bound(v.neighbourhoods["Dorp"], postcodes=["1234AA", "1234BB"], by=None)
    neighbourhoods.bound(v.neighbourhoods["Haven"], postcodes=["1234CC"], by=None)
    return v


def _lives(person: Person, street: str, postcode: str, number: int) -> None:
    person.street, person.postcode, person.house_number = street, postcode, number
    person.save()


def kade_to_haven(v: Village) -> borders.Change:
    """Haven claims Kade too, more precisely than Dorp does."""
    claims = Claims(postcodes=("1234CC", "1234AA"), streets=("Kade",))
    return borders.Change(KIND.CLAIM, v.district, v.neighbourhoods["Haven"], claims)


def confirmed(change: borders.Change, by: Person) -> dict[str, str]:
    """What a page sends back when everything is left as it was shown."""
    foreseen = borders.foresee(change, by=by)
    return {
        lot.key: borders.NEW if lot.after == foreseen.made and foreseen.made else str(lot.after.pk) for lot in foreseen.lots if lot.after
    }


def home(person: Person) -> tuple[str, str]:
    """The neighbourhood and the one watch group of this person."""
    group = Membership.objects.get(person=person, kind=Kind.WATCH, left_at=None).group
    person.refresh_from_db()
    return person.neighbourhood.name if person.neighbourhood else "", group.name


def test_looking_changes_nothing(v: Village) -> None:
    foreseen = borders.foresee(kade_to_haven(v), by=v.fatima)
    (lot,) = foreseen.lots
    assert (lot.street, lot.before, lot.after, len(lot.members)) == ("Kade", v.neighbourhoods["Dorp"], v.neighbourhoods["Haven"], 2)
    assert [(g.name, n) for g, n in foreseen.goes] == [("Havenwacht", 2)]
    assert home(v.residents["Dorp"][0]) == ("Dorp", "Buurtwacht")
    assert neighbourhoods.claims(v.neighbourhoods["Haven"]).postcodes == ("1234CC",)
    assert not Redrawing.objects.exists()
    assert not Mail.objects.exists()


def test_members_go_over_keep_what_is_open_and_hear_of_it(v: Village) -> None:
    """S6: one watch group, the one of where they live; the open case goes along, and so does who called the police."""
    kade, linde = v.residents["Dorp"][0], v.residents["Dorp"][2]
    case = reporting.report("Two men", group=v.watch, by=kade, called=Called.BY_ME).message.contribution.case
    change = kade_to_haven(v)
    resettling.carry_out(change, choices=confirmed(change, v.fatima), by=v.fatima)
    assert home(kade) == ("Haven", "Havenwacht")
    assert home(linde) == ("Dorp", "Buurtwacht")
    assert cases_access.cases(kade).filter(pk=case.pk).exists()
    assert {p.message.text for p in cases_access.timeline(kade, case)} == {"Two men"}
    assert any(roles.has(kade, roles.Right.REACT, g) for g in reporting.reached(case))
    assert case.holders.filter(person=kade, until=None, group__name="Havenwacht").exists()
    assert cases_access.cases(v.residents["Haven"][0]).filter(pk=case.pk).exists()  # neighbours of the holder hear of it
    assert set(Mail.objects.values_list("to", flat=True)) == {p.email for p in v.residents["Dorp"][:2]}


def test_undo_puts_borders_and_people_back(v: Village) -> None:
    kade, before = v.residents["Dorp"][0], neighbourhoods.claims(v.neighbourhoods["Haven"])
    change = kade_to_haven(v)
    done = resettling.carry_out(change, choices=confirmed(change, v.fatima), by=v.fatima)
    case = reporting.report("Later", group=Membership.objects.get(person=kade, left_at=None).group, by=kade, called=Called.BY_ME)
    resettling.undo(done, by=v.sam)
    assert home(kade) == ("Dorp", "Buurtwacht")
    haven = Neighbourhood.objects.get(pk=v.neighbourhoods["Haven"].pk)
    assert neighbourhoods.claims(haven) == before
    assert cases_access.cases(kade).filter(pk=case.message.contribution.case.pk).exists()
    with pytest.raises(resettling.NoWayBack):
        resettling.undo(done, by=v.fatima)


def test_undo_lasts_a_week_and_goes_backwards(v: Village) -> None:
    first = resettling.carry_out(borders.Change(KIND.CREATE, v.district, name="Park", made=Claims(("9999",))), by=v.fatima)
    second = resettling.carry_out(borders.Change(KIND.CREATE, v.district, name="Bos", made=Claims(("9998",))), by=v.fatima)
    assert resettling.undoable(v.district) == second
    with pytest.raises(resettling.NoWayBack):
        resettling.undo(first, by=v.fatima)
    resettling.undo(second, by=v.fatima)
    assert not v.district.neighbourhoods.filter(name="Bos").exists()
    Redrawing.objects.update(at=timezone.now() - resettling.UNDO)
    with pytest.raises(resettling.NoWayBack):
        resettling.undo(first, by=v.fatima)
    assert resettling.undoable(v.district) is None


def test_who_has_no_place_or_steers_another_group_stays(v: Village) -> None:
    """S7: a steering member stays a resident of a group that the steering group runs; S4: a full group takes nobody more."""
    v.district.group_maximum = 3
    v.district.save()
    change = kade_to_haven(v)
    foreseen = borders.foresee(change, by=v.fatima)
    assert (foreseen.full, [n for _g, n in foreseen.goes]) == (1, [1])
    resettling.carry_out(change, choices=confirmed(change, v.fatima), by=v.fatima)
    assert sorted(home(p) for p in v.residents["Dorp"][:2]) == [("Haven", "Buurtwacht"), ("Haven", "Havenwacht")]


def test_a_steering_member_of_the_group_stays_where_that_group_steers(v: Village) -> None:
    other = Group.objects.create(kind=Kind.STEERING, name="Andere", municipality=v.watch.municipality, district=v.district)
    Group.objects.filter(name="Havenwacht").update(run_by=other)
    kade = v.residents["Dorp"][0]
    Membership.objects.create(person=kade, group=v.steering, kind=Kind.STEERING, role="steering", joined_at=timezone.now())
    change = kade_to_haven(v)
    assert borders.foresee(change, by=v.fatima).steers == 1
    resettling.carry_out(change, choices=confirmed(change, v.fatima), by=v.fatima)
    assert home(kade) == ("Haven", "Buurtwacht")


def test_what_was_not_shown_does_not_happen(v: Village) -> None:
    change = kade_to_haven(v)
    shown = confirmed(change, v.fatima)
    newcomer = v.residents["Dorp"][3]
    newcomer.neighbourhood = None
    _lives(newcomer, "Kade", "1234AA", 9)
    with pytest.raises(resettling.LookAgain):
        resettling.carry_out(change, choices=shown, by=v.fatima)
    assert home(v.residents["Dorp"][0]) == ("Dorp", "Buurtwacht")
    assert not Redrawing.objects.exists()


def test_a_district_that_nobody_can_find_yet_claims_nothing(v: Village) -> None:
    """Anybody may have begun it: what it says is its own decides nothing about members here, nor about the way back."""
    begun = District.objects.create(municipality=v.district.municipality, name="Anders", slug="anders", is_public=False)
    claims = {"postcodes": ["1234AA", "1234BB"], "streets": ["Kade", "Lindelaan"]}
    neighbourhoods.create(begun, "Alles", **claims, by=None)
    change = kade_to_haven(v)
    assert borders.foresee(change, by=v.fatima).members == 2
    resettling.undo(resettling.carry_out(change, choices=confirmed(change, v.fatima), by=v.fatima), by=v.fatima)
    District.objects.filter(pk=begun.pk).update(is_public=True)
    assert borders.foresee(change, by=v.fatima).members == 0


def test_what_nothing_tells_is_asked(v: Village) -> None:
    """Members whose address nobody claims any more stay, unless the phone manager knows better."""
    dorp = v.neighbourhoods["Dorp"]
    change = borders.Change(KIND.CLAIM, v.district, dorp, Claims(postcodes=("1234AA",)))
    (lot,) = borders.foresee(change, by=v.fatima).lots
    assert (lot.street, lot.sure, lot.moves) == ("Lindelaan", False, False)
    resettling.carry_out(change, choices={lot.key: str(v.neighbourhoods["Haven"].pk)}, by=v.fatima)
    assert home(v.residents["Dorp"][2]) == ("Haven", "Havenwacht")
    assert home(v.residents["Dorp"][0]) == ("Dorp", "Buurtwacht")


def test_a_neighbourhood_is_split_by_streets(v: Village) -> None:
    """S23: what grew too large for one neighbourhood becomes two, both under the watch group it had; and back again."""
    dorp = v.neighbourhoods["Dorp"]
    change = borders.Change(KIND.SPLIT, v.district, dorp, Claims(("1234BB",)), name="Kadebuurt", made=Claims(("1234AA",), ("Kade",)))
    done = resettling.carry_out(change, choices=confirmed(change, v.fatima), by=v.fatima)
    assert [home(p) for p in v.residents["Dorp"]] == [("Kadebuurt", "Buurtwacht")] * 2 + [("Dorp", "Buurtwacht")] * 2
    assert mapping.beside_of(Neighbourhood.objects.get(name="Kadebuurt")) == {dorp.pk}
    drafts = proposing.divide(v.watch)
    assert len(drafts) == 2
    resettling.undo(done, by=v.fatima)
    assert {home(p) for p in v.residents["Dorp"]} == {("Dorp", "Buurtwacht")}
    assert not Neighbourhood.objects.filter(name="Kadebuurt").exists()


def test_a_street_alone_is_enough(v: Village) -> None:
    """Of who joined long ago no postcode is known."""
    Person.objects.filter(pk__in=[p.pk for p in v.residents["Dorp"]]).update(postcode="", house_number=None)
    change = borders.Change(KIND.SPLIT, v.district, v.neighbourhoods["Dorp"], Claims(), name="Kadebuurt", made=Claims((), ("Kade",)))
    resettling.carry_out(change, choices=confirmed(change, v.fatima), by=v.fatima)
    assert [home(p)[0] for p in v.residents["Dorp"]] == ["Kadebuurt"] * 2 + ["Dorp"] * 2


def test_a_split_that_a_proposal_leans_on_stays(v: Village) -> None:
    dorp = v.neighbourhoods["Dorp"]
    change = borders.Change(KIND.SPLIT, v.district, dorp, Claims(("1234BB",)), name="Kadebuurt", made=Claims(("1234AA",)))
    done = resettling.carry_out(change, choices=confirmed(change, v.fatima), by=v.fatima)
    plans.propose(v.steering, proposing.divide(v.watch), kind=Plan.Kind.DIVIDE, by=v.fatima)
    with pytest.raises(resettling.NoWayBack, match="Kadebuurt"):
        resettling.undo(done, by=v.fatima)
    with pytest.raises(mapping.NotEmpty):
        mapping.remove(Neighbourhood.objects.get(name="Kadebuurt"), by=v.fatima)


def test_only_who_manages_the_phone_changes_anything(v: Village) -> None:
    change = kade_to_haven(v)
    for someone in (v.sofie, v.residents["Dorp"][0]):
        with pytest.raises(roles.NotAllowed):
            borders.foresee(change, by=someone)
        with pytest.raises(roles.NotAllowed):
            resettling.carry_out(change, choices={}, by=someone)
        with pytest.raises(roles.NotAllowed):
            mapping.describe(v.neighbourhoods["Dorp"], name="X", households=None, by=someone)
        with pytest.raises(roles.NotAllowed):
            mapping.remove(v.neighbourhoods["Dorp"], by=someone)


def test_only_an_empty_neighbourhood_is_taken_away(v: Village) -> None:
    with pytest.raises(mapping.NotEmpty):
        mapping.remove(v.neighbourhoods["Haven"], by=v.fatima)
    made = neighbourhoods.create(v.district, "Weide", by=None)
    mapping.remove(made, by=v.fatima)
    assert not Neighbourhood.objects.filter(name="Weide").exists()


def test_adjoining_is_kept_only_where_the_outlines_say_otherwise(v: Village) -> None:
    dorp, haven, park = v.neighbourhoods["Dorp"], v.neighbourhoods["Haven"], neighbourhood(v.district, "Park", 5)
    assert mapping.say_adjoining(dorp, [haven], by=v.fatima) == 0
    assert mapping.say_adjoining(dorp, [park], by=v.fatima) == 2
    assert mapping.beside_of(dorp) == {park.pk}
    assert mapping.say_adjoining(dorp, [haven], by=v.fatima) == 0
    assert mapping.beside_of(dorp) == {haven.pk}


def test_saying_what_adjoins_costs_the_same_for_many(v: Village) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            mapping.say_adjoining(v.neighbourhoods["Dorp"], [], by=v.fatima)
        return len(seen)

    few = cost()
    for n in range(6, 16):
        neighbourhood(v.district, f"Ver weg {n}", n)
    assert cost() <= few


POSTCODES = ("1234AA", "1234BB", "1234CC")


@settings(
    max_examples=8, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(data=st.data())
def test_what_is_shown_happens_and_nobody_loses_anything(v: Village, data: st.DataObject) -> None:
    """S6: after any change of borders, and after its undo, everybody has one watch group and reads every open case they read before."""
    people = [*v.everybody]
    for who in data.draw(st.lists(st.sampled_from(people), max_size=3), "reporters"):
        group = Membership.objects.get(person=who, kind=Kind.WATCH, left_at=None).group
        reporting.report("Something", group=group, by=who, called=Called.BY_ME)
    codes = st.lists(st.sampled_from(POSTCODES), max_size=3, unique=True).map(tuple)
    streets = st.lists(st.sampled_from(("Kade", "Lindelaan", "Steiger")), max_size=2, unique=True).map(tuple)
    where = data.draw(st.sampled_from([v.neighbourhoods["Dorp"], v.neighbourhoods["Haven"]]), "where")
    change = borders.Change(KIND.CLAIM, v.district, where, Claims(data.draw(codes), data.draw(streets)))
    if data.draw(st.booleans(), "split"):
        made = Claims(data.draw(codes), data.draw(streets))
        change = borders.Change(KIND.SPLIT, v.district, where, change.claims, name=f"Nieuw {Redrawing.objects.count()}", made=made)
    reads = {p.pk: set(cases_access.cases(p).values_list("pk", flat=True)) for p in people}
    homes = {p.pk: home(p) for p in people}
    foreseen = borders.foresee(change, by=v.fatima)
    after = {m.person_id: lot.after.name for lot in foreseen.lots if lot.after for m in lot.members}
    done = resettling.carry_out(change, choices=confirmed(change, v.fatima), by=v.fatima)
    assert {p.pk: home(p)[0] for p in people} == {pk: after.get(pk, name) for pk, (name, _group) in homes.items()}
    assert all(reads[p.pk] <= set(cases_access.cases(p).values_list("pk", flat=True)) for p in people)
    resettling.undo(done, by=v.fatima)
    assert {p.pk: home(p) for p in people} == homes
    assert all(reads[p.pk] <= set(cases_access.cases(p).values_list("pk", flat=True)) for p in people)


def redrawn(v: Village) -> Redrawing:
    change = kade_to_haven(v)
    return resettling.carry_out(change, choices=confirmed(change, v.fatima), by=v.fatima)


def test_undo_leaves_who_moved_house_since_where_they_live(v: Village) -> None:
    """Who went to live in Haven itself stays a neighbour there; who moved within the street goes back with it."""
    done = redrawn(v)
    moved, stayed = v.residents["Dorp"][:2]
    moving.move_house(moved, moving.Address("1234CC", 40, "Steiger", v.neighbourhoods["Haven"]))
    resettling.undo(done, by=v.fatima)
    assert home(moved) == ("Haven", "Havenwacht")
    assert home(stayed) == ("Dorp", "Buurtwacht")


def test_undo_leaves_who_left_or_was_expelled_out_and_silent(v: Village) -> None:
    done = redrawn(v)
    left, expelled = v.residents["Dorp"][:2]
    moving.leave(left)
    expelling.expel(Membership.objects.get(person=expelled, left_at=None), reason="Insults.", by=v.fatima, link=str)
    Mail.objects.all().delete()
    resettling.undo(done, by=v.fatima)
    assert not Membership.objects.filter(person__in=[left, expelled], left_at=None).exists()
    assert not Mail.objects.exists()


def test_undo_puts_nobody_in_a_group_that_filled_up_meanwhile(v: Village) -> None:
    """S4: the places that came free were given to others; who finds none stays, and lives where the borders say."""
    done = redrawn(v)
    v.district.group_maximum = Membership.objects.filter(group=v.watch, left_at=None).count() + 1
    v.district.save()
    resettling.undo(done, by=v.fatima)
    assert sorted(home(p) for p in v.residents["Dorp"][:2]) == [("Dorp", "Buurtwacht"), ("Dorp", "Havenwacht")]


def test_undo_leaves_a_steering_member_where_they_steer(v: Village) -> None:
    """S7: who became a steering member of the new group stays a resident there."""
    done = redrawn(v)
    other = Group.objects.create(kind=Kind.STEERING, name="Andere", municipality=v.watch.municipality, district=v.district)
    Group.objects.filter(name="Havenwacht").update(run_by=other)
    kade = v.residents["Dorp"][0]
    joining.join(kade, other, role=Role.STEERING)
    resettling.undo(done, by=v.fatima)
    assert home(kade) == ("Dorp", "Havenwacht")


def test_undo_takes_who_came_to_live_there_since_along(v: Village) -> None:
    done = redrawn(v)
    haven = Group.objects.get(name="Havenwacht")
    (newcomer,) = residents(haven, v.neighbourhoods["Haven"], 1)
    _lives(newcomer, "Kade", "1234AA", 12)
    resettling.undo(done, by=v.fatima)
    assert home(newcomer) == ("Dorp", "Buurtwacht")
    assert home(v.residents["Haven"][0]) == ("Haven", "Havenwacht")


def test_undo_gives_freed_places_to_who_waits(v: Village) -> None:
    done = redrawn(v)
    haven = Group.objects.get(name="Havenwacht")
    v.district.group_maximum = Membership.objects.filter(group=v.watch, left_at=None).count() + 2
    v.district.save()
    waits = Application.objects.create(
        district=v.district, state=Application.State.FULL, group=haven, neighbourhood=v.neighbourhoods["Haven"],
        first_name="Nel", email="nel@example.org", sent_at=timezone.now(),
    )  # fmt: skip
    resettling.undo(done, by=v.fatima)
    waits.refresh_from_db()
    assert waits.state == Application.State.WAITING


def test_no_way_back_to_a_neighbourhood_that_is_gone(v: Village) -> None:
    dorp = v.neighbourhoods["Dorp"]
    change = borders.Change(KIND.SPLIT, v.district, dorp, Claims(), name="Kade", made=Claims(("1234AA", "1234BB")))
    shown = borders.foresee(change, by=v.fatima)
    done = resettling.carry_out(change, choices={lot.key: borders.NEW for lot in shown.lots}, by=v.fatima)
    Person.objects.filter(neighbourhood=dorp).update(neighbourhood=v.neighbourhoods["Haven"])
    mapping.remove(dorp, by=v.fatima)
    with translation.override("en"), pytest.raises(resettling.NoWayBack, match="taken away"):
        resettling.undo(done, by=v.fatima)
    assert home(v.residents["Dorp"][0])[0] == "Kade"
