"""Whom must the phone manager add to the WhatsApp group, whom remove, and what was ticked off? (S18, S19)

The list is never kept: it is who belongs in the group, less who was ticked as being in it; and the other way round. So who joins, moves or is
expelled stands on it at once, and who did it twice does nothing twice.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.chat_groups import access, sealing
from meldkring.chat_groups.models import ChatGroup, Seat
from meldkring.groups import roles
from meldkring.groups.models import Group, Kind
from meldkring.people.models import Person

INVITE = re.compile(r"https://chat\.whatsapp\.com/(?:invite/)?([A-Za-z0-9_-]{10,60})(?:[/?#].*)?")
PURPOSE = "chat invite"
NEARLY = 0.9
GRACE = timedelta(minutes=15)  # who goes back, or has to install WhatsApp first, still sees the link
State = Seat.State


class BadInvite(ValueError):
    """This is not the link of a WhatsApp group."""


class ShownAlready(Exception):
    """This member saw the link before; the phone manager can let them see it again."""


class NotBeside(Exception):
    """There cannot be a chat group here, or there is one already."""


@dataclass(frozen=True)
class Size:
    """How full the chat group is, as far as was ticked; `coming` still have to be added."""

    inside: int
    coming: int
    most: int

    @property
    def full(self) -> bool:
        return self.inside >= self.most

    @property
    def over(self) -> bool:
        """Who belongs in it does not fit."""
        return self.inside + self.coming > self.most

    @property
    def nearly(self) -> bool:
        return self.inside + self.coming >= NEARLY * self.most


@transaction.atomic
def begin(group: Group, *, name: str, invite: str, size_limit: int, by: Person) -> ChatGroup:
    """Say that there is a WhatsApp group beside this watch group."""
    roles.require(by, roles.Right.MEMBERS, group)
    group = Group.objects.select_for_update(no_key=True).get(pk=group.pk)
    if not group.is_watch or group.closed_at or access.beside_any([group]).exists():
        raise NotBeside(_("There is a WhatsApp group beside %(group)s already.") % {"group": group.name})
    made = ChatGroup.objects.create(
        group=group, name=name.strip(), sealed_invite=_sealed(invite), size_limit=size_limit, begun_at=timezone.now()
    )
    log.record("begin_chat_group", made, by=by, group=group.pk)
    return made


@transaction.atomic
def change(chat_group: ChatGroup, *, name: str, invite: str, size_limit: int, by: Person, drop: bool = False) -> ChatGroup:
    """Another name, limit or link; without a link the one that is there stays, unless it is dropped. Nobody has seen a new one yet."""
    fresh = _locked(chat_group, by)
    fresh.name, fresh.size_limit = name.strip(), size_limit
    if drop or invite.strip():
        fresh.sealed_invite = "" if drop else _sealed(invite)
        fresh.seats.update(link_shown_at=None)
    fresh.save(update_fields=["name", "size_limit", "sealed_invite"])
    log.record("change_chat_group", fresh, by=by, new_link=bool(invite.strip()), dropped=drop)
    return fresh


def shareable(chat_group: ChatGroup) -> QuerySet[Group]:
    """The watch groups that may share it: of the same steering group, without a chat group of their own."""
    taken = ChatGroup.objects.filter(ended_at=None).exclude(pk=chat_group.pk)
    others = Group.objects.filter(kind=Kind.WATCH, run_by=chat_group.group.run_by_id, closed_at=None).exclude(pk=chat_group.group_id)
    return others.exclude(pk__in=taken.values("group")).exclude(pk__in=taken.filter(also__isnull=False).values("also")).order_by("name")


@transaction.atomic
def share(chat_group: ChatGroup, groups: Iterable[Group], *, by: Person) -> ChatGroup:
    """Say which other watch groups read in it too, and no others."""
    fresh = _locked(chat_group, by)
    wanted = list(shareable(fresh).filter(pk__in=[g.pk for g in groups]))
    fresh.also.set(wanted)
    log.record("share_chat_group", fresh, by=by, groups=[g.pk for g in wanted])
    return fresh


@transaction.atomic
def end(chat_group: ChatGroup, *, by: Person) -> ChatGroup:
    """The WhatsApp group is no longer used: its link and its lists are erased."""
    fresh = _locked(chat_group, by)
    fresh.ended_at, fresh.sealed_invite = timezone.now(), ""
    fresh.save(update_fields=["ended_at", "sealed_invite"])
    fresh.seats.all().delete()
    log.record("end_chat_group", fresh, by=by)
    return fresh


def to_add(chat_group: ChatGroup) -> QuerySet[Person]:
    """Who belongs in it and was not ticked, by name; who does not want to is left alone."""
    there = chat_group.seats.filter(state__in=(State.IN, State.DECLINED), person__isnull=False).values("person")
    return access.belonging(chat_group).exclude(pk__in=there).order_by("first_name", "last_name", "pk")


def to_remove(chat_group: ChatGroup) -> QuerySet[Seat]:
    """Who was ticked as being in it and belongs there no longer; an erased account among them has no name."""
    inside = chat_group.seats.filter(state=State.IN).select_related("person", "by")
    return inside.exclude(person__in=access.belonging(chat_group)).order_by("person__first_name", "person__last_name", "pk")


def ticked(chat_group: ChatGroup) -> QuerySet[Seat]:
    """Everybody about whom something was ticked and who belongs there, by name."""
    known = chat_group.seats.filter(state__in=(State.IN, State.DECLINED), person__in=access.belonging(chat_group))
    return known.select_related("person", "by").order_by("person__first_name", "person__last_name", "pk")


def gone_with_link(chat_group: ChatGroup) -> int:
    """How many know the link and no longer belong in it: with it they come in again, until it is renewed in WhatsApp."""
    return chat_group.seats.filter(link_shown_at__isnull=False).exclude(person__in=access.belonging(chat_group)).count()


def size(chat_group: ChatGroup) -> Size:
    return Size(chat_group.seats.filter(state=State.IN).count(), to_add(chat_group).count(), chat_group.size_limit)


@transaction.atomic
def tick(chat_group: ChatGroup, people: Iterable[Person], *, state: str, by: Person) -> list[Seat]:
    """Tick these people as being in, taken out, or not taking part; who stands so already is passed over."""
    fresh = _locked(chat_group, by)
    wanted = {p.pk for p in people}
    have = {s.person_id: s for s in fresh.seats.filter(person__in=wanted)}
    missing = [Seat(chat_group=fresh, person_id=pk, since=timezone.now()) for pk in sorted(wanted - have.keys())]
    seats = [*have.values(), *Seat.objects.bulk_create(missing)]
    return _set([s for s in seats if s.state != state], state, by)


@transaction.atomic
def tick_out(chat_group: ChatGroup, seats: Iterable[Seat], *, by: Person) -> list[Seat]:
    """Tick that these were taken out of the WhatsApp group; also those whose account is erased."""
    fresh = _locked(chat_group, by)
    return _set(list(fresh.seats.filter(pk__in=[s.pk for s in seats], state=State.IN)), State.OUT, by)


@transaction.atomic
def undo(chat_group: ChatGroup, seats: Iterable[Seat], *, by: Person) -> list[Seat]:
    """Take the last tick of each back."""
    fresh = _locked(chat_group, by)
    found = list(fresh.seats.filter(pk__in=[s.pk for s in seats]))
    for seat in found:
        seat.state, seat.before, seat.since, seat.by = seat.before, seat.state, timezone.now(), by
        seat.save(update_fields=["state", "before", "since", "by"])
        log.record("untick_chat", seat, by=by, chat_group=fresh.pk)
    return found


@transaction.atomic
def show_link(chat_group: ChatGroup, *, by: Person) -> str:
    """The link, once, for who belongs there; that it was shown is kept, the link itself is written nowhere. Refuses with `ShownAlready`."""
    seat = _own_seat(chat_group, by)
    if seat.state == State.IN:
        raise ShownAlready(_("The phone manager has ticked that you are in it."))
    if not may_see_link(seat):
        raise ShownAlready(_("You have seen the link. Ask the phone manager to let you see it again."))
    seat.link_shown_at = seat.link_shown_at or timezone.now()
    if seat.state == State.DECLINED:
        seat.state, seat.before, seat.since, seat.by = State.UNKNOWN, seat.state, timezone.now(), by
    seat.save(update_fields=["link_shown_at", "state", "before", "since", "by"])
    log.record("show_chat_link", seat, by=by, chat_group=chat_group.pk)
    return sealing.unseal_text(chat_group.sealed_invite, purpose=PURPOSE)


@transaction.atomic
def let_see_again(chat_group: ChatGroup, people: Iterable[Person], *, by: Person) -> int:
    """These may see the link once more; how many of them had seen it."""
    seats = list(_locked(chat_group, by).seats.filter(person__in=list(people), link_shown_at__isnull=False))
    for seat in seats:
        seat.link_shown_at = None
        seat.save(update_fields=["link_shown_at"])
        log.record("show_chat_link_again", seat, by=by, chat_group=chat_group.pk)
    return len(seats)


def may_see_link(seat: Seat | None) -> bool:
    """Who did not see it yet, or a moment ago; who is in the chat needs no link."""
    if seat is None:
        return True
    fresh = seat.link_shown_at is None or timezone.now() - seat.link_shown_at <= GRACE
    return fresh and seat.state != State.IN


@transaction.atomic
def stay_out(chat_group: ChatGroup, *, by: Person) -> Seat:
    """A member says not to take part in the WhatsApp group; nobody adds them then."""
    return _set([_own_seat(chat_group, by)], State.DECLINED, by)[0]


def seat_of(chat_group: ChatGroup, person: Person) -> Seat | None:
    return chat_group.seats.filter(person=person).first()


def clean_invite(invite: str) -> str:
    """The link in its shortest form, or `BadInvite`."""
    found = INVITE.fullmatch(invite.strip())
    if not found:
        raise BadInvite(_("This is not the link of a WhatsApp group. It begins with https://chat.whatsapp.com/"))
    return f"https://chat.whatsapp.com/{found[1]}"


def _sealed(invite: str) -> str:
    return sealing.seal_text(clean_invite(invite), purpose=PURPOSE) if invite.strip() else ""


def _locked(chat_group: ChatGroup, by: Person) -> ChatGroup:
    """The row, locked, for who may keep its lists now."""
    fresh = ChatGroup.objects.select_for_update(of=("self",), no_key=True).select_related("group__run_by").get(pk=chat_group.pk)
    roles.require(by, roles.Right.MEMBERS, fresh.group)
    if fresh.ended_at:
        raise NotBeside(_("This WhatsApp group is no longer used."))
    return fresh


def _own_seat(chat_group: ChatGroup, person: Person) -> Seat:
    if not access.belonging(chat_group).filter(pk=person.pk).exists() or chat_group.ended_at:
        raise roles.NotAllowed(_("You cannot do this in %(group)s.") % {"group": chat_group.group.name})
    return Seat.objects.get_or_create(chat_group=chat_group, person=person, defaults={"since": timezone.now()})[0]


def _set(seats: Sequence[Seat], state: str, by: Person) -> list[Seat]:
    for seat in seats:
        seat.before, seat.state, seat.since, seat.by = seat.state, state, timezone.now(), by
        seat.save(update_fields=["before", "state", "since", "by"])
        log.record("tick_chat", seat, by=by, chat_group=seat.chat_group_id, state=str(state))
    return list(seats)
