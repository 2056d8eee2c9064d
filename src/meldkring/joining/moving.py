"""Somebody moves house, is put in another watch group, or leaves: what changes, in one transaction, with the history kept (S6).

Within a district a member goes over at once, or stays in the old group and waits where the new one is full. In another district a move is
a sign-up there: the member stays until that district admits them. A steering member first hands over what they do.
"""

import enum
from dataclasses import dataclass, fields

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.groups import joining, roles
from meldkring.groups.models import Group, Kind, Membership
from meldkring.joining import access, admission, mails, places, proving
from meldkring.joining.models import Application
from meldkring.people.models import Person
from meldkring.places.models import Neighbourhood


class StillSteers(Exception):
    """A steering member must hand over the role first."""


class NotAMember(Exception):
    """The person is in no watch group, or in this one already."""


class What(enum.Enum):
    """What a new address does to the membership."""

    STAYS = "stays"
    GOES = "goes"
    WAITS = "waits"
    APPLIES = "applies"
    NOWHERE = "nowhere"


@dataclass(frozen=True)
class Address:
    """Where somebody lives from now on; the fields are those of a person and of a sign-up. By hand: no source confirmed the neighbourhood."""

    postcode: str
    house_number: int | None
    street: str
    neighbourhood: Neighbourhood | None
    house_suffix: str = ""
    chosen_by_hand: bool = False


@dataclass(frozen=True)
class Plan:
    """What will change: the watch group of now, the one of the new address, and what happens."""

    what: What
    old: Group | None
    new: Group | None


def plan(person: Person, address: Address) -> Plan:
    """What this new address would change, to confirm before it is done."""
    lasting = watch_membership(person)
    old, new = lasting.group if lasting else None, _group_of(address)
    if new is None:
        return Plan(What.NOWHERE, old, None)
    if old is not None and new.pk == old.pk:
        return Plan(What.STAYS, old, new)
    if old is None or new.district_id != old.district_id:
        return Plan(What.APPLIES, old, new)
    return Plan(What.GOES if places.free(new) > 0 else What.WAITS, old, new)


@transaction.atomic
def move_house(person: Person, address: Address, *, by: Person | None = None) -> Plan:
    """Keep the new address and go over to its watch group: at once, when a place comes free, or when the other district admits."""
    here, there = watch_membership(person), address.neighbourhood
    places.turn(here.group.district if here else None, there.district if there else None)
    lasting = _hold(person, _group_of(address))
    foreseen = plan(person, address)
    if foreseen.what == What.NOWHERE:
        raise admission.NoGroup(_("There is no watch group at your new address yet. You can stay for now, or leave."))
    if foreseen.what != What.STAYS:
        refuse_steering(person, staying_under=foreseen.new)
    _withdraw_earlier(person)
    if foreseen.what == What.APPLIES:
        _apply(person, address, foreseen)
        return foreseen
    _keep_address(person, address)
    if foreseen.what == What.GOES and foreseen.new is not None:
        _go_over(lasting, foreseen.new, by=by or person)
    elif foreseen.what == What.WAITS:
        _apply(person, address, foreseen)
    log.record("move_house", person, by=by or person, what=foreseen.what.value)
    return foreseen


@transaction.atomic
def move_member(membership: Membership, to: Group, *, by: Person) -> Membership:
    """The phone manager puts a member in another of their own watch groups. Refuses with `GroupFull`."""
    for group in (membership.group, to):
        roles.require(by, roles.Right.MEMBERS, group)
    fresh = _hold(membership.person, to)
    if fresh.pk != membership.pk or to.pk == fresh.group_id or not to.is_watch or to.closed_at is not None:
        raise NotAMember(_("This membership has changed. Open the page again."))
    if places.free(to) <= 0:
        raise places.GroupFull(_("%(group)s is full.") % {"group": to.name})
    return _go_over(fresh, to, by=by)


@transaction.atomic
def leave(person: Person, *, by: Person | None = None) -> None:
    """Leave the watch group by oneself, at any time; who steers hands that over first."""
    lasting = _hold(person)
    refuse_steering(person)
    _withdraw_earlier(person)
    joining.leave(person, lasting.group, by=by or person)
    mails.left(person, lasting.group)
    admission.next_in_line(lasting.group)


@transaction.atomic
def still_here(person: Person) -> None:
    """The member says that the address is still right: that renews a proof that was once stronger than saying so."""
    if person.proofs.exclude(how=proving.How.SAID).exists() and watch_membership(person):
        proving.prove(person, proving.How.SAID, person)


def watch_membership(person: Person) -> Membership | None:
    """The one watch group of this resident, if there is one now."""
    return person.memberships.filter(kind=Kind.WATCH, left_at=None).select_related("group__district").first()


def choosable(person: Person) -> QuerySet[Neighbourhood]:
    """The neighbourhoods of the municipality in which this person is a member, to choose from when no source knows an address."""
    lasting = watch_membership(person)
    here = Neighbourhood.objects.filter(district__municipality=lasting.group.municipality_id if lasting else None)
    return here.select_related("district").order_by("district__name", "name")


def steering_roles(person: Person) -> list[Membership]:
    """The steering roles that must be handed over before leaving."""
    return list(person.memberships.filter(left_at=None, role__in=roles.STEERING_ROLES).select_related("group"))


def waits_for(person: Person) -> Application | None:
    """The move of this member that still waits: for a place, or for the other district."""
    return _undecided(person).select_related("group", "district").order_by("-pk").first()


def _hold(person: Person, *groups: Group | None) -> Membership:
    """The lasting membership, with its row locked, and before it every group that what follows may touch."""
    lasting, waits = watch_membership(person), waits_for(person)
    places.lock(lasting.group if lasting else None, waits.group if waits else None, *groups)
    rows = Membership.objects.select_for_update(of=("self",), no_key=True).filter(person=person, kind=Kind.WATCH, left_at=None)
    held = rows.select_related("group__district", "person").first()
    if held is None:
        raise NotAMember(_("You are in no watch group now."))
    return held


def _go_over(lasting: Membership, to: Group, *, by: Person) -> Membership:
    person, old = lasting.person, lasting.group
    made = joining.transfer(lasting, to, at=timezone.now(), by=by)
    mails.moved(person, old=old, new=to)
    admission.next_in_line(old)
    return made


def _apply(person: Person, address: Address, foreseen: Plan) -> None:
    """The move as a sign-up: on the waiting list of a full group, or for the other district to consider."""
    assert foreseen.new  # noqa: S101 - who plans NOWHERE was refused
    waits = foreseen.what == What.WAITS
    now = timezone.now()
    made = Application.objects.create(
        district=foreseen.new.district,
        state=Application.State.FULL if waits else Application.State.WAITING,
        group=foreseen.new if waits else None,
        person=person,
        first_name=person.first_name,
        last_name=person.last_name,
        language=person.language,
        email=person.email,
        email_proven_at=now,
        mobile=person.mobile,
        mobile_proven_at=person.mobile_proven_at,
        sent_at=now,
        chosen_by_hand=address.chosen_by_hand,
        **_fields(address),
    )
    log.record("move_applied", made, by=person, what=foreseen.what.value)
    if not waits:
        admission.consider(made)


def _keep_address(person: Person, address: Address) -> None:
    new = _fields(address)
    if any(getattr(person, name) != value for name, value in new.items()):
        for name, value in new.items():
            setattr(person, name, value)
        person.save(update_fields=list(new))
        proving.end(person)


def _fields(address: Address) -> dict[str, object]:
    return {field.name: getattr(address, field.name) for field in fields(Address) if field.name != "chosen_by_hand"}


def _group_of(address: Address) -> Group | None:
    if address.neighbourhood is None:
        return None
    return admission.proposed_group(Application(pk=0, district=address.neighbourhood.district, neighbourhood=address.neighbourhood))


def _withdraw_earlier(person: Person) -> None:
    for earlier in _undecided(person):
        admission.withdraw(earlier)


def _undecided(person: Person) -> QuerySet[Application]:
    """What this member has asked for and still waits: a move, or a sign-up of their own with the same e-mail address."""
    return Application.objects.filter(Q(person=person) | Q(email=person.email), state__in=access.UNDECIDED)


def follow_email(person: Person, *, before: str) -> None:
    """What this member has asked for and still waits is known by the new address from now on; what nobody proved to be theirs stays as it is."""
    mine = Q(person=person) | Q(email_proven_at__isnull=False)
    there = Application.objects.filter(email=person.email, state__in=access.UNDECIDED).values("district")
    waits = Application.objects.filter(mine, email=before, state__in=access.UNDECIDED).exclude(district__in=there)
    waits.update(email=person.email)


def refuse_steering(person: Person, *, staying_under: Group | None = None) -> None:
    """Who steers stays a resident of a watch group that the steering group runs (S7)."""
    for steers in steering_roles(person):
        if staying_under is None or staying_under.run_by_id != steers.group_id:
            found = {"role": steers.get_role_display(), "group": steers.group.name}
            raise StillSteers(_("You are still %(role)s of %(group)s. Hand that over first.") % found)
