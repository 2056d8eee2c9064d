"""Starting, merging and closing a district, by who oversees the municipality: what it would do, and doing it (S5, S9, S22).

What is going on is not disturbed: a district with an open case does not close, and where two become one every case goes along.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meldkring import bell
from meldkring.audit import log
from meldkring.cases import carrying, lifecycle
from meldkring.cases.models import Case, Status
from meldkring.groups import joining, linking, roles
from meldkring.groups.models import Chosen, Group, Kind, Link, Membership, Shift
from meldkring.growth.models import Plan
from meldkring.joining import founding, mails
from meldkring.joining.models import Application
from meldkring.messaging import posting as postings
from meldkring.people import mailing
from meldkring.people.models import Person
from meldkring.places.models import District, Municipality, Neighbourhood

UNDECIDED = (Application.State.BEGUN, Application.State.WAITING, Application.State.FULL)


class CannotChange(Exception):
    """The district cannot be merged or closed now; the text says what to do first."""


@dataclass(frozen=True)
class Effects:
    """What merging or closing a district would touch; no numbers of people, for who asks may see those only when they are not few."""

    watch_groups: int
    steering_groups: int
    open_cases: bool


def effects(district: District) -> Effects:
    """What is in this district now."""
    lasting = Group.objects.filter(district=district, closed_at=None)
    kinds = dict(lasting.values_list("kind").annotate(n=Count("pk")).order_by())
    return Effects(kinds.get(Kind.WATCH, 0), kinds.get(Kind.STEERING, 0), _open(district) > 0)


def start(municipality: Municipality, *, district: str, neighbourhoods: Sequence[str], name: str, email: str, by: Person) -> founding.Start:
    """Begin a district with one watch group and its phone manager, who is told (S22). Refuses with `NotAllowed` or `BadStart`."""
    _oversees(by, municipality)
    with transaction.atomic():
        begun = founding.found_in(municipality, district=district, neighbourhoods=neighbourhoods, name=name, email=email, by=by)
        _write([begun.person], begun.district, gettext_lazy("You can begin with %(district)s"), gettext_lazy(
            "%(by)s of the municipality has prepared %(district)s, and you are its phone manager. Sign in with this e-mail address and set your "
            "second step. You did not know of this? Then do nothing, and tell the municipality."
        ), by=by)  # fmt: skip
    return begun


@transaction.atomic
def close(district: District, *, reason: str, by: Person) -> District:
    """Close a district and all its groups; members can read back what was. Refuses with `NotAllowed` or `CannotChange`."""
    return _close(_locked(district, by), reason=_reason(reason), by=by)


@transaction.atomic
def close_by_itself(district: District) -> District:
    """Close a district that never got its people, because time passed."""
    lifecycle.queue([district.municipality_id])
    with translation.override(settings.LANGUAGE_CODE):
        return _close(district, reason=_("it never got its people"), by=None)


@transaction.atomic
def merge(district: District, *, into: District, reason: str, by: Person) -> District:
    """Let a district become part of another one of its municipality: its groups, members and open cases go along as they are."""
    district = _locked(district, by)
    into = District.objects.select_related("municipality").get(pk=into.pk)
    if into.pk == district.pk or into.municipality_id != district.municipality_id or into.closed_at:
        raise CannotChange(_("Choose another district of the same municipality."))
    reason, members = _reason(reason), _members(district)
    if Plan.objects.filter(district=district, state__in=(Plan.State.OPEN, Plan.State.AGREED)).exists():
        raise CannotChange(
            _("There is a proposal about the groups of %(district)s. Let them decide about it first.") % {"district": district.name}
        )
    _coordinate(district, into, by=by)
    _rename(district, into)
    Neighbourhood.objects.filter(district=district).update(district=into)
    Group.objects.filter(district=district, closed_at=None).update(district=into)
    _applications(district, into)
    _end(district, reason=reason, into=into)
    log.record("merge_districts", district, by=by, into=into.pk)
    _write(members, district, gettext_lazy("%(district)s is now part of %(into)s"), gettext_lazy(
        "Your watch group and your neighbours stay the same: %(reason)s\n\nFrom now on your steering group works together with that of %(into)s, and the "
        "house rules of %(into)s hold. You are asked to read them when you come back."
    ), by=by, reason=reason, into=into.name)  # fmt: skip
    return into


def _close(district: District, *, reason: str, by: Person | None) -> District:
    if _open(district):
        raise CannotChange(_("A case is going on in %(district)s. Wait until it is closed.") % {"district": district.name})
    members = _members(district)
    now = timezone.now()
    groups = Group.objects.filter(district=district, closed_at=None)
    ended = list(groups.values_list("pk", flat=True))
    Membership.objects.filter(group__in=ended, left_at=None).update(left_at=now)
    Shift.objects.filter(steering__in=ended, ends_at__gt=now).delete()
    groups.update(closed_at=now)
    _decline(district, by=by, now=now)
    _end(district, reason=reason, into=None)
    log.record("close_district", district, by=by, groups=ended)
    _write(members, district, gettext_lazy("%(district)s has closed"), gettext_lazy(
        "The neighbourhood watch of %(district)s has stopped: %(reason)s\n\nYour watch group takes no more messages; what you could read you can still "
        "read. Do you see something? Call 112, as always. Thank you for taking part."
    ), by=by, reason=reason)  # fmt: skip
    return district


def _decline(district: District, *, by: Person | None, now: datetime) -> None:
    """Who waits for a place is told that there will be none; who was half-way finds the district closed."""
    undecided = Application.objects.filter(district=district, state__in=UNDECIDED)
    for application in undecided.exclude(state=Application.State.BEGUN):
        with translation.override(application.language):
            mails.declined(application, _("The district has closed."))
    undecided.update(
        state=Application.State.DECLINED, decided_at=now, decided_by=by, group=None, decline_reason=_("The district has closed.")
    )


def _coordinate(district: District, into: District, *, by: Person) -> None:
    """One coordination group is enough: that of the district that stays, or the other when it has none; open cases go on in it."""
    ours, theirs = (Group.objects.filter(kind=Kind.COORDINATION, district=d, closed_at=None).first() for d in (district, into))
    if ours and theirs:
        locked = postings.lock([ours, theirs])
        carrying.carry([carrying.Way(locked[ours.pk], [locked[theirs.pk]], closes=True)], by=by)
        now = timezone.now()
        for officer in Membership.objects.filter(group=ours, left_at=None).exclude(
            person__in=theirs.memberships.filter(left_at=None).values("person")
        ):
            joining.transfer(officer, theirs, at=now, by=by)
        Membership.objects.filter(group=ours, left_at=None).update(left_at=now)
        Group.objects.filter(pk=ours.pk).update(closed_at=now)
    elif not ours and not theirs:
        name = (_("Coordination %(name)s") % {"name": into.name})[:100]
        Group.objects.create(kind=Kind.COORDINATION, name=name, municipality=into.municipality, district=into)


def _rename(district: District, into: District) -> None:
    """A name stands once in a district: the neighbourhood that comes gets the name of where it comes from behind it."""
    taken = set(into.neighbourhoods.values_list("name", flat=True))
    for place in district.neighbourhoods.filter(name__in=taken):
        Neighbourhood.objects.filter(pk=place.pk).update(name=f"{place.name} ({district.name})"[:100])


def _applications(district: District, into: District) -> None:
    """Who waits goes along, but for somebody who waits there already."""
    there = Application.objects.filter(district=into, state__in=UNDECIDED).exclude(email="").values("email")
    moving = Application.objects.filter(district=district, state__in=UNDECIDED)
    moving.filter(email__in=list(there.values_list("email", flat=True))).update(
        state=Application.State.WITHDRAWN, decided_at=timezone.now()
    )
    Application.objects.filter(district=district, state__in=UNDECIDED).update(district=into)


def _end(district: District, *, reason: str, into: District | None) -> None:
    now = timezone.now()
    Link.objects.filter(district=district, ended_at=None).update(ended_at=now)
    Chosen.objects.filter(district=district, until=None).update(until=now)
    district.closed_at, district.closed_reason, district.merged_into, district.open_for_sign_up = now, reason, into, False
    district.save(update_fields=["closed_at", "closed_reason", "merged_into", "open_for_sign_up"])


def _locked(district: District, by: Person) -> District:
    lifecycle.queue([district.municipality_id])
    fresh = District.objects.select_for_update(of=("self",), no_key=True).select_related("municipality").get(pk=district.pk)
    _oversees(by, fresh.municipality)
    if fresh.closed_at:
        raise CannotChange(_("%(district)s has closed already.") % {"district": fresh.name})
    return fresh


def _oversees(by: Person, municipality: Municipality) -> None:
    if not linking.oversees(by, municipality):
        raise roles.NotAllowed(_("Only who oversees %(name)s can do this.") % {"name": municipality.name})


def _reason(reason: str) -> str:
    words = " ".join(reason.split())
    if not words:
        raise CannotChange(_("Say why: every member reads it."))
    return words[:300]


def _open(district: District) -> int:
    stands = Case.objects.filter(status=Status.OPEN, contributions__message__postings__group__district=district)
    return stands.filter(contributions__message__postings__withdrawn_at=None).distinct().count()


def _members(district: District) -> list[Person]:
    lasting = Membership.objects.filter(group__district=district, left_at=None, person__is_active=True)
    return list(Person.objects.filter(memberships__in=lasting).distinct().order_by("pk"))


def _write(
    people: Sequence[Person], district: District, subject: Promise, text: Promise, *, by: Person | None, reason: str = "", into: str = ""
) -> None:
    said = {"district": district.name, "by": by.first_name if by else "", "reason": reason, "into": into}
    for person in people:
        with translation.override(person.language):
            mailing.write(person.email, subject=str(subject) % said, text=str(text) % said)
        transaction.on_commit(partial(bell.ring, f"person:{person.pk}"))
