"""Which community officer serves this district (S16), and who says so? A phone manager proposes, another steering member confirms: four eyes.

A stranger who reads along in a coordination group would read a whole district, so one pair of eyes is not enough, and every steering member
of the district hears of it. The role works only with a second step, like every role that others rely on.
"""

from collections.abc import Iterable, Sequence

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meldkring.audit import log
from meldkring.groups import joining, roles
from meldkring.groups.models import Appointment, Group, Kind, Membership, Role
from meldkring.people import mailing, second_factor
from meldkring.people.models import Person
from meldkring.places.models import District


class AlreadyServes(Exception):
    """This officer has been proposed for the district already, or serves it."""


class OwnProposal(Exception):
    """Who proposed somebody does not confirm it too."""


class AlreadyDecided(Exception):
    """A colleague was first."""


def steered(person: Person) -> list[District]:
    """The districts in which this person is a steering member whose role works, by name."""
    return _once(g.district for g in roles.steering_groups(person) if g.closed_at is None)


def served(person: Person) -> list[District]:
    """The districts that this person serves as an officer whose role works, by name."""
    return _once(g.district for g in roles.with_right(person, roles.Right.POLICE))


def managed(person: Person) -> list[District]:
    """The districts in which this person is a phone manager or deputy, by name."""
    return _once(g.district for g in roles.with_right(person, roles.Right.MEMBERS) if g.kind == Kind.STEERING)


def appointments(person: Person) -> QuerySet[Appointment]:
    """The officers, proposed, serving and former, of the districts this person steers or serves."""
    found = Appointment.objects.filter(Q(district__in=steered(person)) | Q(person=person))
    return found.select_related("district", "person", "proposed_by", "confirmed_by").prefetch_related("steering").distinct()


def appointment(person: Person, pk: int) -> Appointment:
    """One of those, or 404."""
    found = appointments(person).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def names(group: Group) -> list[str]:
    """How neighbours know the officers who serve the district of this group: by name alone."""
    serving = Appointment.objects.filter(district=group.district_id, confirmed_at__isnull=False, ended_at=None)
    return list(serving.order_by("name").values_list("name", flat=True))


@transaction.atomic
def propose(name: str, email: str, *, district: District, steering: Sequence[Group] = (), by: Person) -> Appointment:
    """Propose an officer for a district; refuses with `NotAllowed` or `AlreadyServes`."""
    _require(district, managed(by))
    if any(g.district_id != district.pk or g.kind != Kind.STEERING for g in steering):
        raise roles.NotAllowed(_("Choose steering groups of %(district)s.") % {"district": district.name})
    taken = AlreadyServes(_("%(name)s has been proposed already, or serves this district.") % {"name": name.strip()})
    try:
        with transaction.atomic():
            made = Appointment.objects.create(
                district=district, name=name.strip()[:60], email=email.strip().lower(), proposed_by=by, proposed_at=timezone.now()
            )
    except IntegrityError as twice:
        raise taken from twice
    made.steering.set(steering)
    log.record("propose_officer", made, by=by, district=district.pk)
    _tell(
        _colleagues(district, but=by),
        gettext_lazy("Does %(name)s become your community officer?"),
        gettext_lazy(
            "%(by)s proposes that %(name)s (%(email)s) reads along as community officer in %(district)s. Do you know that this is right? "
            "Then confirm it on the page Police. If in doubt, call the station first."
        ),
        made, by=by,
    )  # fmt: skip
    return made


@transaction.atomic
def confirm(appointment: Appointment, *, by: Person) -> Appointment:
    """Another steering member confirms; from then on the officer reads along. Refuses with `NotAllowed`, `OwnProposal` or `AlreadyDecided`."""
    fresh = _locked(appointment)
    _require(fresh.district, steered(by))
    if fresh.proposed_by_id == by.pk:
        raise OwnProposal(_("You proposed this yourself. Let another steering member confirm it."))
    if fresh.confirmed_at or fresh.ended_at:
        raise AlreadyDecided(_("A colleague has already decided about this."))
    person = Person.objects.filter(email=fresh.email).first() or Person.objects.create_user(fresh.email, first_name=fresh.name)
    fresh.person, fresh.confirmed_by, fresh.confirmed_at = person, by, timezone.now()
    fresh.save(update_fields=["person", "confirmed_by", "confirmed_at"])
    log.record("confirm_officer", fresh, by=by, district=fresh.district_id, person=person.pk)
    _join(fresh, by=by)
    _tell(
        [person],
        gettext_lazy("You serve %(district)s on Meldkring"),
        gettext_lazy(
            "Hello %(name)s, the steering groups of %(district)s have made you their community officer here. Sign in with this e-mail address and set a second "
            "step: from then on you read along in the coordination group and can place messages. Neighbours call 112; nothing here reaches the control room."
        ),
        fresh, by=by,
    )  # fmt: skip
    _tell(
        _colleagues(fresh.district, but=by),
        gettext_lazy("%(name)s is your community officer"),
        gettext_lazy("%(by)s has confirmed it: %(name)s reads along in the coordination group of %(district)s."),
        fresh, by=by,
    )  # fmt: skip
    return fresh


@transaction.atomic
def end(appointment: Appointment, *, by: Person) -> None:
    """The officer no longer serves the district, or was never to: by a phone manager there, or by the officer. Refuses with `NotAllowed`."""
    fresh = _locked(appointment)
    if fresh.person_id != by.pk:
        _require(fresh.district, managed(by))
    if fresh.ended_at:
        return
    fresh.ended_at = timezone.now()
    fresh.save(update_fields=["ended_at"])
    if fresh.person:
        for membership in _memberships(fresh):
            joining.leave(fresh.person, membership.group, by=by)
    log.record("end_officer", fresh, by=by, district=fresh.district_id)
    _tell(
        _colleagues(fresh.district, but=by),
        gettext_lazy("%(name)s no longer serves %(district)s"),
        gettext_lazy("%(by)s has ended this. Is there a new community officer? Hand the contact card over on the page Police."),
        fresh, by=by,
    )  # fmt: skip


def reset_second_step(appointment: Appointment, *, by: Person) -> None:
    """Help an officer who lost their phone, after speaking to them: by a phone manager of the district, never oneself."""
    _require(appointment.district, managed(by))
    if not appointment.serves or appointment.person is None or appointment.person_id == by.pk:
        raise roles.NotAllowed(_("You can do this for an officer who serves %(district)s.") % {"district": appointment.district.name})
    second_factor.reset(appointment.person, by=by)


def settle() -> int:
    """Let every serving officer read along in a coordination group that came later; how many began. One query when nothing lacks."""
    count = 0
    coordinated = Group.objects.filter(kind=Kind.COORDINATION, closed_at=None)
    serving = Appointment.objects.filter(
        confirmed_at__isnull=False, ended_at=None, person__is_active=True, district__groups__in=coordinated
    )
    inside = Membership.objects.filter(left_at=None, group__in=coordinated, role=Role.OFFICER).values_list("person", "group__district")
    here = set(inside)
    for one in serving.select_related("district", "person"):
        if (one.person_id, one.district_id) not in here:
            with transaction.atomic():
                count += _join(one, by=one.confirmed_by)
    return count


def _join(appointment: Appointment, *, by: Person | None) -> int:
    assert appointment.person is not None  # noqa: S101 - who serves has an account
    above = Group.objects.filter(kind=Kind.COORDINATION, district=appointment.district_id, closed_at=None)
    count = 0
    for group in [*above, *appointment.steering.filter(closed_at=None)]:
        if not appointment.person.memberships.filter(group=group, left_at=None).exists():
            joining.join(appointment.person, group, role=Role.OFFICER, by=by)
            count += 1
    return count


def _memberships(appointment: Appointment) -> QuerySet[Membership]:
    here = Membership.objects.filter(person=appointment.person_id, left_at=None, role=Role.OFFICER, group__district=appointment.district_id)
    return here.select_related("group")


def _locked(appointment: Appointment) -> Appointment:
    return Appointment.objects.select_for_update(of=("self",), no_key=True).select_related("district").get(pk=appointment.pk)


def _require(district: District, mine: Iterable[District]) -> None:
    if district.pk not in {d.pk for d in mine}:
        raise roles.NotAllowed(_("You cannot do this in %(group)s.") % {"group": district.name})


def _once(districts: Iterable[District | None]) -> list[District]:
    return sorted({d.pk: d for d in districts if d}.values(), key=lambda d: d.name)


def _colleagues(district: District, *, but: Person) -> list[Person]:
    """The steering members of the district, those without a second step too: they too must notice a stranger."""
    inside = Membership.objects.filter(left_at=None, kind=Kind.STEERING, role__in=roles.STEERING_ROLES, group__district=district)
    return list(Person.objects.filter(is_active=True, pk__in=inside.values("person")).exclude(pk=but.pk))


def _tell(people: Iterable[Person], subject: Promise, text: Promise, about: Appointment, *, by: Person) -> None:
    words = {"name": about.name, "email": about.email, "district": about.district.name, "by": by.first_name}
    for person in people:
        with translation.override(person.language):
            mailing.write(person.email, subject=str(subject) % words, text=str(text) % words)
