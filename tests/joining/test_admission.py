"""S18: the phone manager admits residents to a watch group; a full group has a waiting list, and nobody is in two groups (S6)."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

import pytest
from django.core import mail
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.cases.conftest import real, together  # noqa: F401 - fixtures
from tests.joining import applying
from tests.town import Town, town

from meldkring.audit.models import Line
from meldkring.groups import joining, roles
from meldkring.groups.models import Membership, Role
from meldkring.joining import access, admission, barring, details, places, proving
from meldkring.joining.models import Application, Barred, HouseRules, Proof
from meldkring.people import mailing
from meldkring.people.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
State = Application.State
Together = Callable[[Sequence[Callable[[], object]]], list[object]]


@pytest.fixture
def t() -> Town:
    return town()


@pytest.mark.requirement("S18")
def test_the_phone_manager_admits_a_resident(t: Town) -> None:
    """S18: account, address, proofs and rules come along, the resident hears it and can read from then on."""
    where = applying.settle(t)["linden"]
    rules = HouseRules.objects.create(district=t.noord, version=1, published_at=timezone.now(), by=t.fatima)
    noor = applying.apply(t.noord, where, name="Noor", rules=rules)
    assert admission.proposed_group(noor) == t.watch_a
    member = admission.admit(noor, by=t.fatima)
    person = member.person
    assert (member.group, noor.state, noor.person, noor.decided_by) == (t.watch_a, State.ADMITTED, person, t.fatima)
    assert (person.email, person.shown_name, person.neighbourhood) == ("noor@example.org", "Noor (Lindelaan)", where)
    assert person.mobile == noor.mobile
    assert person.mobile_proven_at
    assert not person.has_usable_password()
    assert roles.has(person, roles.Right.REPORT, t.watch_a)
    assert person.acceptances.get().rules == rules
    assert person.proofs.get().how == Proof.How.APPROVED
    mailing.send_due()
    assert [m.to for m in mail.outbox] == [["noor@example.org"]]
    assert "A" in mail.outbox[0].subject
    assert Line.objects.filter(action="admit", by=t.fatima).count() == 1
    with pytest.raises(admission.AlreadyDecided):
        admission.admit(noor, by=t.fatima)


@pytest.mark.requirement("S18")
def test_who_may_decide(t: Town) -> None:
    """S18: the phone manager and the deputy of the proposed group; other steering members, other districts and residents do not see it."""
    where = applying.settle(t)
    noor = applying.apply(t.noord, where["linden"])
    for person in (t.sam, t.zora, t.anna, t.official, t.outsider):
        assert not access.applications(person).exists()
        with pytest.raises(Http404):
            access.application(person, noor.pk)
        with pytest.raises(roles.NotAllowed):
            admission.admit(noor, by=person)
        with pytest.raises(roles.NotAllowed):
            admission.decline(noor, by=person, reason="no")
        with pytest.raises(roles.NotAllowed):
            admission.ask(noor, by=person, question="who?")
        assert isinstance(admission.bulk_admit([noor], by=person)[0].refusal, roles.NotAllowed)
    assert list(access.applications(t.fatima)) == [noor]
    with pytest.raises(roles.NotAllowed):
        admission.admit(noor, by=t.fatima, group=t.watch_c)
    joining.join(t.outsider, t.steering_1, role=Role.DEPUTY)
    assert list(access.applications(t.outsider)) == [noor]
    Person.objects.filter(pk=t.fatima.pk).update(second_factor_since=None)
    assert not access.applications(Person.objects.get(pk=t.fatima.pk)).exists()


@pytest.mark.requirement("S22")
def test_one_watch_group_needs_no_neighbourhoods(t: Town) -> None:
    """S22: a district with one watch group proposes that; with several, a neighbourhood without a group has no proposal, and one is chosen."""
    zuid = applying.apply(t.zuid, applying.neighbourhood("Haven", t.zuid))
    noord = applying.apply(t.noord, applying.neighbourhood("Linden", t.noord))
    assert admission.proposed_group(zuid) == t.watch_c
    assert admission.proposed_group(noord) is None
    assert list(access.applications(t.fatima)) == [noord]
    with pytest.raises(admission.NoGroup):
        admission.admit(noord, by=t.fatima)
    assert admission.admit(noord, by=t.fatima, group=t.watch_b).group == t.watch_b


@pytest.mark.requirement("S18")
def test_declining_asking_answering_withdrawing(t: Town) -> None:
    """S18: a reason is needed and reaches the resident; a question is answered; a decided sign-up stays decided."""
    where = applying.settle(t)["linden"]
    noor, piet, els = (applying.apply(t.noord, where, name=name) for name in ("Noor", "Piet", "Els"))
    with pytest.raises(admission.NoWords):
        admission.decline(noor, by=t.fatima, reason="  ")
    admission.decline(noor, by=t.fatima, reason="This address does not exist.")
    assert (noor.state, noor.decided_by) == (State.DECLINED, t.fatima)
    with pytest.raises(admission.NoWords):
        admission.answer(piet, text="Nobody asked")
    admission.ask(piet, by=t.fatima, question="Which floor?")
    admission.answer(piet, text="The second")
    assert piet.answered_at
    assert admission.admit(piet, by=t.fatima)
    admission.withdraw(els)
    assert els.state == State.WITHDRAWN
    for decided in (noor, piet, els):
        with pytest.raises(admission.AlreadyDecided):
            admission.withdraw(decided)
    mailing.send_due()
    texts = {m.to[0]: m.body for m in mail.outbox}
    assert "This address does not exist." in texts["noor@example.org"]
    assert not Line.objects.filter(details__icontains="address does not").exists()


@pytest.mark.parametrize("layers", [{}, {"asks_approval": True}, {"asks_letter": True}], ids=["open", "approval", "letter"])
def test_considering(t: Town, layers: dict[str, bool]) -> None:
    """S18: where a district asks no approval, who proved everything is in at once; else the sign-up waits."""
    applying.open_door(t.noord, **layers)
    noor = applying.apply(t.noord, applying.settle(t)["linden"])
    assert admission.consider(noor).state == (State.WAITING if layers else State.ADMITTED)
    if "asks_letter" in layers:
        proving.prove(noor, Proof.How.LETTER, None)
        assert admission.consider(noor).state == State.ADMITTED
        assert noor.person
        assert proving.proven(noor.person)


@pytest.mark.parametrize(
    "doubt",
    [{"email_proven_at": None}, {"birth_year": 2020}, {"neighbourhood": None}, {"email": "expelled@example.org"}, {"email": "anna@example.org"}],
    ids=["e-mail", "age", "outside", "expelled", "member"],
)  # fmt: skip
def test_in_doubt_somebody_looks(t: Town, doubt: dict[str, object]) -> None:
    """S18 S19: who was expelled, is too young or did not prove the e-mail address never comes in by itself."""
    applying.open_door(t.noord)
    until = timezone.now() + timedelta(days=1)
    Barred.objects.create(district=t.noord, digest=barring.digest("Expelled@example.org "), until=until)
    given = {"neighbourhood": applying.settle(t)["linden"], **doubt}
    noor = applying.apply(t.noord, given.pop("neighbourhood"), **given)
    assert admission.consider(noor).state == State.WAITING


@pytest.mark.requirement("S4")
def test_a_full_group_has_a_waiting_list(t: Town) -> None:
    """S4 S18: full is full; who waits longest gets the place that comes free, as an offer where the phone manager decides."""
    where = applying.settle(t)["linden"]
    applying.room(t.noord, 2)
    noor, piet = applying.apply(t.noord, where, name="Noor"), applying.apply(t.noord, where, name="Piet")
    assert admission.consider(noor).state == State.FULL
    with pytest.raises(places.GroupFull):
        admission.admit(piet, by=t.fatima)
    piet.refresh_from_db()
    assert (piet.state, piet.group) == (State.FULL, t.watch_a)
    joining.leave(t.arie, t.watch_a)
    assert admission.next_in_line(t.watch_a) == [noor]
    assert admission.next_in_line(t.watch_a) == []
    noor.refresh_from_db()
    assert (noor.state, noor.group) == (State.WAITING, t.watch_a)
    late = applying.apply(t.noord, where, name="Late")
    assert list(access.waiting(t.fatima)) == [noor, late, piet]
    admission.decline(noor, by=t.fatima, reason="Moved")
    piet.refresh_from_db()
    assert piet.state == State.WAITING
    assert admission.admit(piet, by=t.fatima).group == t.watch_a
    mailing.send_due()
    assert len([m for m in mail.outbox if m.to == ["piet@example.org"]]) == 3


def test_without_approval_the_next_is_in_at_once(t: Town) -> None:
    """S18: the waiting list moves by itself, in order, when a place comes free or the maximum goes up."""
    applying.open_door(t.noord)
    where = applying.settle(t)["linden"]
    applying.room(t.noord, 2)
    waiting = [admission.consider(applying.apply(t.noord, where)) for _n in range(3)]
    assert {a.state for a in waiting} == {State.FULL}
    assert admission.fill_places() == 0
    applying.room(t.noord, 4)
    assert admission.fill_places() == 2
    assert [Application.objects.get(pk=a.pk).state for a in waiting] == [State.ADMITTED, State.ADMITTED, State.FULL]
    assert t.watch_a.memberships.filter(left_at=None).count() == 4


@pytest.mark.requirement("S23")
def test_a_divided_neighbourhood_takes_its_waiting_list_along(t: Town) -> None:
    """S23: when a neighbourhood gets another group, who waits there gets a place in that one."""
    applying.open_door(t.noord)
    where = applying.settle(t)["linden"]
    applying.room(t.noord, 2)
    noor = admission.consider(applying.apply(t.noord, where))
    joining.leave(t.bea, t.watch_b)
    assert admission.fill_places() == 0
    t.watch_a.neighbourhoods.remove(where)
    t.watch_b.neighbourhoods.add(where)
    assert admission.fill_places() == 1
    noor.refresh_from_db()
    assert noor.group == t.watch_b


@pytest.mark.requirement("S18")
def test_bulk_admission_goes_on_past_what_cannot(t: Town) -> None:
    """S18: each gets their own outcome; the last place goes to the first, the others are on the waiting list."""
    where = applying.settle(t)
    applying.room(t.noord, 3)
    asked = [applying.apply(t.noord, where["linden"]) for _n in range(3)]
    asked += [applying.apply(t.noord, where["eiken"]), applying.apply(t.zuid, where["haven"])]
    asked += [applying.apply(t.noord, where["eiken"], email="", email_proven_at=None)]
    outcomes = admission.bulk_admit(asked, by=t.fatima)
    assert [type(o.refusal).__name__ for o in outcomes] == ["NoneType", "GroupFull", "GroupFull", "NoneType", "NotAllowed", "GroupFull"]
    assert [a.state for a in asked] == [State.ADMITTED, State.FULL, State.FULL, State.ADMITTED, State.WAITING, State.FULL]


@pytest.mark.requirement("S6")
def test_somebody_elses_address_moves_nobody(t: Town) -> None:
    """S6: a sign-up with the unproven e-mail address of a member is refused; the member stays and keeps their own details."""
    where = applying.settle(t)
    trick = applying.apply(t.zuid, where["haven"], email="anna@example.org", email_proven_at=None, street="Elders")
    with pytest.raises(joining.AlreadyMember):
        admission.admit(trick, by=t.zora)
    assert Person.objects.get(pk=t.anna.pk).street == "Lindelaan"
    proven = trick
    proven.email_proven_at = timezone.now()
    proven.save(update_fields=["email_proven_at"])
    assert admission.admit(proven, by=t.zora).person == t.anna
    assert list(t.anna.memberships.filter(left_at=None).values_list("group__name", flat=True)) == ["C"]


def test_warnings_in_words_and_their_queries(t: Town) -> None:
    """S18: what to look at, in as many queries for many as for one."""
    where = applying.settle(t)
    year = timezone.localdate().year
    plain = applying.apply(t.noord, where["linden"])
    odd = applying.apply(
        t.noord, where["haven"], birth_year=year - 18, postcode=plain.postcode, house_number=plain.house_number,
        email_proven_at=None, mobile_proven_at=None, chosen_by_hand=True, rules_accepted_at=None, mobile="06 12345678",
    )  # fmt: skip
    Barred.objects.create(district=t.noord, digest=barring.digest("+31612345678"), until=timezone.now() + timedelta(days=1))
    found = admission.warnings(Application.objects.select_related("district", "neighbourhood"))
    assert len(found[odd.pk]) == 8
    assert len(found[plain.pk]) == 1
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            admission.warnings(Application.objects.select_related("district", "neighbourhood"))
        counts.append(len(queries))
        for _n in range(20):
            applying.apply(t.noord, where["linden"])
    assert counts[0] == counts[1] <= 5


@pytest.mark.requirement("S18")
def test_details_are_shown_to_who_needs_them_and_that_is_kept(t: Town) -> None:
    """Rules 5: e-mail and mobile number only for the phone manager, on request, with a line in the audit log."""
    noor = applying.apply(t.noord, applying.settle(t)["linden"])
    for person in (t.anna, t.sam, t.zora):
        with pytest.raises(Http404):
            details.of_application(noor, by=person)
        with pytest.raises(Http404):
            details.of_member(t.arie.memberships.get(), by=person)
    assert details.of_application(noor, by=t.fatima).email == noor.email
    assert details.of_member(t.arie.memberships.get(), by=t.fatima).email == "arie@example.org"
    lines = Line.objects.filter(action="show_details", by=t.fatima)
    assert {line.subject for line in lines} == {f"application:{noor.pk}", f"person:{t.arie.pk}"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["admit", "consider"])
def test_twenty_at_once_for_the_last_place(together: Together, way: str) -> None:  # noqa: F811 - the fixture
    """S4 S18: one member and nineteen on the waiting list, whoever was first."""
    t = town()
    where = applying.settle(t)["linden"]
    applying.room(t.noord, 3)
    if way == "consider":
        applying.open_door(t.noord)
    asked = [applying.apply(t.noord, where) for _n in range(20)]
    answers = together([partial(admission.admit, a, by=t.fatima) if way == "admit" else partial(admission.consider, a) for a in asked])
    kinds = [type(a).__name__ for a in answers]
    assert sorted(kinds) == (["GroupFull"] * 19 + ["Membership"] if way == "admit" else ["Application"] * 20)
    assert Membership.objects.filter(group=t.watch_a, left_at=None).count() == 3
    assert sorted(Application.objects.values_list("state", flat=True)) == [State.ADMITTED] + [State.FULL] * 19


@pytest.mark.django_db(transaction=True)
def test_two_managers_admit_the_same_resident_at_once(together: Together) -> None:  # noqa: F811 - the fixture
    """S6: into one group; the other hears that it was decided."""
    t = town()
    noor = applying.apply(t.noord, applying.settle(t)["linden"])
    again = Application.objects.get(pk=noor.pk)
    answers = together([
        partial(admission.admit, noor, by=t.fatima),
        partial(admission.admit, again, by=t.fatima, group=t.watch_b),
    ])  # fmt: skip
    assert sorted(type(a).__name__ for a in answers) == ["AlreadyDecided", "Membership"]
    assert Person.objects.get(email=noor.email).memberships.count() == 1
