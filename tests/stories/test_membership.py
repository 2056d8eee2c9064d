"""How a resident comes, moves and goes: from sign-up to goodbye, as the requirements tell it."""

import pytest
from django.core import mail
from tests.joining import applying
from tests.stories import scene
from tests.town import town

from meldkring.cases import reporting
from meldkring.cases.models import Called
from meldkring.groups import access as group_access
from meldkring.groups import joining
from meldkring.joining import admission, moving, proving, vouching
from meldkring.joining.models import Application, Proof
from meldkring.people import mailing
from meldkring.people.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
State = Application.State


@pytest.mark.requirement("S18")
def test_from_sign_up_to_first_report() -> None:
    """S18 S24: the phone manager asks, the resident answers, is admitted to the group of the neighbourhood, and reports there."""
    t = town()
    noor = admission.consider(applying.apply(t.noord, applying.settle(t)["linden"], name="Noor"))
    assert noor.state == State.WAITING
    admission.ask(noor, by=t.fatima, question="Do you live above the shop?")
    admission.answer(noor, text="Yes, the blue door.")
    member = admission.admit(noor, by=t.fatima)
    mailing.send_due()
    assert [m.to for m in mail.outbox] == [["noor@example.org"]] * 2
    assert group_access.groups(member.person) == [t.watch_a]
    said = reporting.report("Somebody tries the doors", group=t.watch_a, by=member.person, called=Called.BY_ME)
    assert said in scene.standing(scene.case_of(said), t.watch_a)


@pytest.mark.requirement("S6")
def test_a_life_in_one_watch_group_at_a_time() -> None:
    """S6: admitted, moved house, moved to another district, and gone; each time one watch group, and every one remembered."""
    t = town()
    where = applying.settle(t)
    person = admission.admit(applying.apply(t.noord, where["linden"]), by=t.fatima).person
    seen = [group_access.groups(person)]
    moving.move_house(person, moving.Address("3262CD", 7, "Eikstraat", where["eiken"]))
    seen.append(group_access.groups(person))
    moving.move_house(person, moving.Address("3263AA", 1, "Kade", where["haven"]))
    seen.append(group_access.groups(person))
    admission.admit(Application.objects.get(district=t.zuid, person=person), by=t.zora)
    seen.append(group_access.groups(person))
    moving.leave(person)
    assert seen == [[t.watch_a], [t.watch_b], [t.watch_b], [t.watch_c]]
    assert group_access.groups(person) == []
    assert [m.group for m in person.memberships.order_by("pk")] == [t.watch_a, t.watch_b, t.watch_c]


@pytest.mark.requirement("S18")
def test_neighbours_open_the_door_and_the_queue_moves_on() -> None:
    """S18: where two neighbours decide, nobody else has to; who waits for a place gets the one that a leaver gives up."""
    t = town()
    where = applying.settle(t)["linden"]
    applying.open_door(t.noord, asks_vouching=True)
    applying.room(t.noord, 3)
    Person.objects.filter(pk__in=[t.anna.pk, t.arie.pk]).update(neighbourhood=where)
    first, second = applying.apply(t.noord, where), applying.apply(t.noord, where)
    for newcomer in (first, second):
        for neighbour in (t.anna, t.arie):
            vouching.vouch(newcomer, by=Person.objects.get(pk=neighbour.pk))
        newcomer.refresh_from_db()
    assert (first.state, second.state) == (State.ADMITTED, State.FULL)
    moving.leave(Person.objects.get(pk=t.arie.pk))
    second.refresh_from_db()
    assert second.state == State.ADMITTED
    assert second.person
    assert proving.proven(second.person)
    assert second.proofs.get().how == Proof.How.VOUCHED
    with pytest.raises(joining.AlreadyMember):
        joining.join(second.person, t.watch_b)
