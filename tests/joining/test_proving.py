"""Do we know that somebody lives where they say? Layers per district, vouching neighbours, and renewal once a year (S18, S24)."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.cases.conftest import real, together  # noqa: F401 - fixtures
from tests.joining import applying
from tests.town import Town, town

from meldkring.groups import joining, roles
from meldkring.joining import access, admission, proving, vouching
from meldkring.joining.models import Application, Proof, Vouch
from meldkring.people import mailing
from meldkring.people.models import Person
from meldkring.places.models import Neighbourhood

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
State, How = Application.State, Proof.How
Together = Callable[[Sequence[Callable[[], object]]], list[object]]


def lives_in(where: Neighbourhood, *people: Person) -> None:
    for person in people:
        person.neighbourhood = where
        person.save(update_fields=["neighbourhood"])


@pytest.fixture
def t() -> Town:
    return town()


def test_the_layers_a_district_asks(t: Town) -> None:
    """S18: only what is switched on is asked; each layer tells how far it is, in two queries for however many."""
    where = applying.settle(t)["linden"]
    noor = applying.apply(t.noord, where)
    assert [layer.how for layer in proving.layers([noor])[noor.pk]] == [How.APPROVED]
    assert proving.proven(noor)
    applying.open_door(noor.district, asks_letter=True, asks_vouching=True)
    assert not proving.proven(noor)
    proving.prove(noor, How.LETTER, None)
    Vouch.objects.create(application=noor, person=t.anna, at=timezone.now())
    letter, vouched = proving.layers([noor])[noor.pk]
    assert (letter.done, vouched.done, vouched.count) == (True, False, 1)
    many = [noor, *(applying.apply(t.noord, where) for _n in range(9))]
    with CaptureQueriesContext(connection) as queries:
        proving.layers(many)
    assert len(queries) == 2


@pytest.mark.requirement("S18")
def test_two_neighbours_vouch(t: Town) -> None:
    """S18: two members of the same neighbourhood who know the newcomer, other than at home, make a proof, and open the door."""
    applying.open_door(t.noord, asks_vouching=True)
    where = applying.settle(t)
    lives_in(where["linden"], t.anna, t.arie, t.outsider)
    lives_in(where["eiken"], t.bea)
    noor = admission.consider(applying.apply(t.noord, where["linden"], name="Noor"))
    assert noor.state == State.WAITING
    assert list(access.to_vouch_for(t.anna)) == [noor]
    for person in (t.bea, t.sam, t.outsider, t.carla):
        assert not access.to_vouch_for(person).exists()
        with pytest.raises(roles.NotAllowed):
            vouching.vouch(noor, by=person)
    vouching.vouch(noor, by=t.anna)
    assert not access.to_vouch_for(t.anna).exists()
    with pytest.raises(vouching.AlreadyVouched):
        vouching.vouch(noor, by=t.anna)
    t.arie.postcode, t.arie.house_number = noor.postcode, noor.house_number
    t.arie.save(update_fields=["postcode", "house_number"])
    with pytest.raises(roles.NotAllowed):
        vouching.vouch(noor, by=t.arie)
    t.arie.house_number = 999
    t.arie.save(update_fields=["house_number"])
    vouching.vouch(noor, by=t.arie)
    noor.refresh_from_db()
    assert noor.state == State.ADMITTED
    assert noor.person
    assert noor.person.proofs.get().how == How.VOUCHED


def test_a_proof_ends_and_is_asked_for_once(t: Town) -> None:
    """S18: a month before the end one e-mail goes out, in the language of the member; renewing starts a new year."""
    lives_in(applying.settle(t)["linden"], t.anna)
    t.noord.proof_lasts = timedelta(days=365)
    t.noord.save(update_fields=["proof_lasts"])
    start = timezone.now()
    proving.prove(t.anna, How.LETTER, None)
    proving.prove(t.outsider, How.LETTER, None)
    assert proving.ask_to_renew() == 0
    assert t.anna not in proving.lapsing([t.watch_a])
    with time_machine.travel(start + timedelta(days=340)):
        assert proving.proven(t.anna)
        assert set(proving.lapsing([t.watch_a])) == {t.anna, t.arie}
        assert proving.ask_to_renew() == 1
        assert proving.ask_to_renew() == 0
        mailing.send_due()
        assert [m.to for m in mail.outbox] == [[t.anna.email]]
        proving.confirm(t.anna.memberships.get(), by=t.fatima)
        with pytest.raises(roles.NotAllowed):
            proving.confirm(t.anna.memberships.get(), by=t.sam)
        assert set(proving.lapsing([t.watch_a])) == {t.arie}
    with time_machine.travel(start + timedelta(days=400)):
        assert proving.proven(t.anna)
        assert not proving.proven(t.outsider)
        assert proving.ask_to_renew() == 0
    with time_machine.travel(start + timedelta(days=680)):
        joining.leave(t.anna, t.watch_a)
        assert proving.ask_to_renew() == 0


@pytest.mark.django_db(transaction=True)
def test_two_neighbours_at_once(together: Together) -> None:  # noqa: F811 - the fixture
    """S18: both count, and the newcomer is admitted once."""
    t = town()
    applying.open_door(t.noord, asks_vouching=True)
    where = applying.settle(t)["linden"]
    lives_in(where, t.anna, t.arie)
    for _round in range(4):
        noor = applying.apply(t.noord, where)
        answers = together([partial(vouching.vouch, noor, by=person) for person in (t.anna, t.arie)])
        assert [type(a) for a in answers] == [Vouch, Vouch]
        noor.refresh_from_db()
        assert (noor.state, noor.proofs.count()) == (State.ADMITTED, 1)
