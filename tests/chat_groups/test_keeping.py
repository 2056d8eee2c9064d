"""Whom to add to and remove from the WhatsApp group beside a watch group: right after whoever joins, leaves or ticks? (S18, S19)"""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests.town import Town, town

from meldkring.audit.models import Line
from meldkring.chat_groups import access, keeping
from meldkring.chat_groups.models import ChatGroup, Seat
from meldkring.groups import joining, roles
from meldkring.people.models import Person

pytestmark = pytest.mark.django_db
LINK = "https://chat.whatsapp.com/AbCdEfGhIjK12345"
IN, OUT, DECLINED = Seat.State.IN, Seat.State.OUT, Seat.State.DECLINED


@pytest.fixture
def place() -> Town:
    return town()


@pytest.fixture
def chat(place: Town) -> ChatGroup:
    return begin(place)


def begin(place: Town, limit: int = 100) -> ChatGroup:
    return keeping.begin(place.watch_a, name="Buurt A", invite=LINK, size_limit=limit, by=place.fatima)


def names(rows: object) -> list[str]:
    return [(row if isinstance(row, Person) else row.person or Person(first_name="?")).first_name for row in rows]  # type: ignore[attr-defined]


@pytest.mark.requirement("S18")
def test_the_list_follows_the_members(place: Town, chat: ChatGroup) -> None:
    """S18: members and steering members (S7) are to be added; who was ticked and then leaves is to be removed."""
    assert names(keeping.to_add(chat)) == ["Anna", "Arie", "Fatima", "Sam", "Sofie"]
    keeping.tick(chat, [place.anna, place.arie], state=IN, by=place.fatima)
    assert names(keeping.to_add(chat)) == ["Fatima", "Sam", "Sofie"]
    assert not keeping.to_remove(chat)
    joining.leave(place.anna, place.watch_a)
    assert names(keeping.to_remove(chat)) == ["Anna"]
    keeping.tick_out(chat, keeping.to_remove(chat), by=place.fatima)
    assert not keeping.to_remove(chat)
    joining.join(place.anna, place.watch_a)
    assert names(keeping.to_add(chat)) == ["Anna", "Fatima", "Sam", "Sofie"]


def test_ticks_are_taken_back(place: Town, chat: ChatGroup) -> None:
    (seat,) = keeping.tick(chat, [place.anna], state=IN, by=place.fatima)
    assert keeping.tick(chat, [place.anna], state=IN, by=place.fatima) == []
    keeping.undo(chat, [seat], by=place.fatima)
    assert "Anna" in names(keeping.to_add(chat))
    keeping.undo(chat, [seat], by=place.fatima)
    assert "Anna" not in names(keeping.to_add(chat))


def test_who_does_not_want_to_is_left_alone(place: Town, chat: ChatGroup) -> None:
    keeping.stay_out(chat, by=place.arie)
    assert "Arie" not in names(keeping.to_add(chat))
    assert names(keeping.ticked(chat)) == ["Arie"]
    keeping.show_link(chat, by=place.arie)
    assert "Arie" in names(keeping.to_add(chat))


def test_an_erased_account_is_still_to_be_removed(place: Town, chat: ChatGroup) -> None:
    """Nobody stays in a chat unseen because their account is gone."""
    keeping.tick(chat, [place.outsider, place.anna], state=IN, by=place.fatima)
    place.outsider.delete()
    assert names(keeping.to_remove(chat)) == ["?"]
    keeping.tick_out(chat, keeping.to_remove(chat), by=place.fatima)
    assert not keeping.to_remove(chat)


def test_the_link_is_kept_sealed_and_written_nowhere(place: Town, chat: ChatGroup, caplog: pytest.LogCaptureFixture) -> None:
    code = LINK.rsplit("/", 1)[1]
    assert keeping.show_link(chat, by=place.anna) == LINK
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed_invite FROM chat_groups_chatgroup")
        assert code not in cursor.fetchone()[0]
    assert not [line for line in Line.objects.all() if code in str(line.details) + line.subject]
    assert code not in caplog.text
    assert Line.objects.filter(action="show_chat_link", by=place.anna).count() == 1
    assert Seat.objects.get(person=place.anna).link_shown_at
    keeping.end(chat, by=place.fatima)
    assert ChatGroup.objects.get().sealed_invite == ""
    assert not Seat.objects.exists()


@pytest.mark.parametrize(
    "invite", ["https://example.org/AbCdEfGhIjK12345", "AbCdEfGhIjK12345", "javascript:alert(1)", "https://chat.whatsapp.com/"]
)
def test_only_a_link_of_a_whatsapp_group(place: Town, invite: str) -> None:
    with pytest.raises(keeping.BadInvite):
        keeping.begin(place.watch_a, name="A", invite=invite, size_limit=100, by=place.fatima)
    assert keeping.clean_invite(f" {LINK}?mode=r_c ") == LINK


def test_who_may_what(place: Town, chat: ChatGroup) -> None:
    """A member here sees the link, a steering member here too and no list; a steering member elsewhere and an outsider nothing."""
    for person in (place.anna, place.sam, place.fatima):
        assert access.beside(person, place.watch_a) == chat
    for person in (place.bea, place.zora, place.outsider, place.officer, place.official):
        assert access.beside(person, place.watch_a) is None
        with pytest.raises(roles.NotAllowed):
            keeping.show_link(chat, by=person)
    for person in (place.anna, place.sam, place.zora, place.outsider):
        assert not access.managed(person).exists()
        for deed in (
            lambda p: keeping.begin(place.watch_b, name="B", invite="", size_limit=9, by=p),
            lambda p: keeping.tick(chat, [place.anna], state=IN, by=p),
            lambda p: keeping.change(chat, name="x", invite="", size_limit=9, by=p),
            lambda p: keeping.end(chat, by=p),
        ):
            with pytest.raises(roles.NotAllowed):
                deed(person)
    assert access.managed(place.fatima).get() == chat
    assert access.placed_in(place.sam).get() == chat
    assert not access.placed_in(place.anna).exists()


def test_one_beside_a_watch_group_and_a_new_one_after_it_ended(place: Town, chat: ChatGroup) -> None:
    with pytest.raises(keeping.NotBeside):
        begin(place)
    with pytest.raises(roles.NotAllowed):
        keeping.begin(place.coordination_noord, name="A", invite="", size_limit=9, by=place.fatima)
    keeping.end(chat, by=place.fatima)
    assert begin(place).pk != chat.pk


def test_several_watch_groups_in_one_whatsapp_group(place: Town, chat: ChatGroup) -> None:
    """As after a division: one list over all of them, and nobody in it twice; a group with its own, or of others, cannot share it."""
    assert place.watch_b in keeping.shareable(chat)
    assert place.watch_c not in keeping.shareable(chat)
    with pytest.raises(roles.NotAllowed):
        keeping.share(chat, [place.watch_b], by=place.sam)
    keeping.share(chat, [place.watch_b, place.watch_c], by=place.fatima)
    assert [g.name for g in access.groups(chat)] == ["A", "B"]
    assert access.beside(place.bea, place.watch_b) == chat
    assert access.beside(place.zora, place.watch_c) is None
    added = names(keeping.to_add(chat))
    assert {"Anna", "Bea"} <= set(added)
    assert len(added) == len(set(added))
    assert keeping.show_link(chat, by=place.bea) == LINK
    with pytest.raises(keeping.NotBeside):
        keeping.begin(place.watch_b, name="B", invite="", size_limit=9, by=place.fatima)
    keeping.tick(chat, [place.bea], state=IN, by=place.fatima)
    keeping.share(chat, [], by=place.fatima)
    assert names(keeping.to_remove(chat)) == ["Bea"]
    keeping.begin(place.watch_b, name="B", invite="", size_limit=9, by=place.fatima)
    assert place.watch_b not in keeping.shareable(chat)


def test_the_size_is_counted_apart(place: Town) -> None:
    """The limit is that of the WhatsApp group: five belong in it, four fit."""
    chat = begin(place, limit=4)
    keeping.tick(chat, [place.anna, place.arie], state=IN, by=place.fatima)
    size = keeping.size(chat)
    assert (size.inside, size.coming, size.over, size.full) == (2, 3, True, False)
    chat = keeping.change(chat, name="A", invite="", size_limit=100, by=place.fatima)
    assert not keeping.size(chat).nearly
    assert keeping.show_link(chat, by=place.sam) == LINK


def test_the_link_is_shown_once_and_again_when_the_phone_manager_lets_it(place: Town, chat: ChatGroup) -> None:
    """A quarter of an hour counts as once; who is in it needs no link."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert keeping.show_link(chat, by=place.anna) == LINK
        clock.shift(timedelta(minutes=10))
        assert keeping.show_link(chat, by=place.anna) == LINK
        clock.shift(timedelta(minutes=10))
        with pytest.raises(keeping.ShownAlready):
            keeping.show_link(chat, by=place.anna)
    assert keeping.let_see_again(chat, [place.anna, place.arie], by=place.fatima) == 1
    assert keeping.show_link(chat, by=place.anna) == LINK
    with pytest.raises(roles.NotAllowed):
        keeping.let_see_again(chat, [place.anna], by=place.sam)
    keeping.tick(chat, [place.arie], state=IN, by=place.fatima)
    with pytest.raises(keeping.ShownAlready):
        keeping.show_link(chat, by=place.arie)


def test_who_left_and_knows_the_link_is_told_until_it_is_renewed(place: Town, chat: ChatGroup) -> None:
    keeping.show_link(chat, by=place.anna)
    assert keeping.gone_with_link(chat) == 0
    joining.leave(place.anna, place.watch_a)
    assert keeping.gone_with_link(chat) == 1
    chat = keeping.change(chat, name="A", invite="", size_limit=9, by=place.fatima)
    assert keeping.gone_with_link(chat) == 1
    chat = keeping.change(chat, name="A", invite=LINK.replace("AbC", "XyZ"), size_limit=9, by=place.fatima)
    assert keeping.gone_with_link(chat) == 0
    assert keeping.show_link(chat, by=place.arie) == LINK.replace("AbC", "XyZ")
    chat = keeping.change(chat, name="A", invite="", size_limit=9, by=place.fatima, drop=True)
    assert keeping.show_link(chat, by=place.arie) == ""


class TestTicks(TestCase):
    """Whatever is ticked, undone, joined and left: nobody is on two lists, and nobody who belongs in it is forgotten."""

    @given(st.lists(st.tuples(st.sampled_from(["in", "declined", "out", "undo", "leave", "join"]), st.integers(0, 1)), max_size=12))
    @settings(max_examples=8, deadline=None)
    def test_everybody_is_on_one_list(self, deeds: list[tuple[str, int]]) -> None:
        place = town()
        chat = begin(place)
        inside: set[int] = set()
        for deed, n in deeds:
            person = (place.anna, place.arie)[n]
            seats = chat.seats.filter(person=person)
            member = person.memberships.filter(group=place.watch_a, left_at=None).exists()
            if deed in ("in", "declined"):
                keeping.tick(chat, [person], state=deed, by=place.fatima)
            elif deed == "out":
                keeping.tick_out(chat, seats, by=place.fatima)
            elif deed == "undo":
                keeping.undo(chat, seats, by=place.fatima)
            elif deed == "leave" and member:
                joining.leave(person, place.watch_a)
            elif deed == "join" and not member:
                joining.join(person, place.watch_a)
        inside = set(chat.seats.filter(state="in").values_list("person", flat=True))
        belong = set(access.belonging(chat).values_list("pk", flat=True))
        add = {p.pk for p in keeping.to_add(chat)}
        remove = {s.person_id for s in keeping.to_remove(chat)}
        declined = set(chat.seats.filter(state="declined").values_list("person", flat=True))
        assert add == belong - inside - declined
        assert remove == inside - belong
        assert not add & remove
