"""How are districts linked, so that a message travels through the whole municipality (S9)? Who oversees it asks, the district's steering members agree.

Only then has the district a coordination group for certain (S22) and people in the municipal group. Nobody is linked without having said so,
and either side can end it; what stood in the municipal group in that time stays readable for who stood there.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meldkring import bell
from meldkring.audit import log
from meldkring.groups import representing, roles
from meldkring.groups.models import Agreement, Chosen, Group, Kind, Link, Membership
from meldkring.people import mailing
from meldkring.people.models import Person
from meldkring.places.models import District, Municipality


class CannotLink(Exception):
    """This district cannot be linked, unlinked or represented like this; the text says why."""


@dataclass(frozen=True)
class State:
    """How a district stands to the others: its link or the question for one, who agreed, how many must, and who speaks for it."""

    district: District
    link: Link | None
    agreed: list[Person]
    quorum: int
    speakers: list[Person]
    chosen: bool

    @property
    def is_linked(self) -> bool:
        return self.link is not None and self.link.agreed_at is not None


def municipal_group(municipality: Municipality) -> Group:
    """The municipal group; made when it is first needed. Nobody reads in it until a district is linked."""
    present = Group.objects.filter(kind=Kind.MUNICIPAL, municipality=municipality, closed_at=None).first()
    if present:
        return present
    name = (_("Coordination %(name)s") % {"name": municipality.name})[:100]
    return Group.objects.create(kind=Kind.MUNICIPAL, name=name, municipality=municipality)


def steers(district: District) -> QuerySet[Membership]:
    """The steering memberships of this district that last, by first name."""
    lasting = Membership.objects.filter(kind=Kind.STEERING, group__district=district, group__closed_at=None, left_at=None)
    return (
        lasting.filter(role__in=representing.STEERS, person__is_active=True)
        .select_related("person", "group")
        .order_by("person__first_name", "pk")
    )


def state(district: District) -> State:
    """How this district stands to the others now."""
    link = Link.objects.filter(district=district, ended_at=None).select_related("municipal").first()
    members = {m.person_id: m.person for m in steers(district)}
    agreed = [p for p in members.values() if link and link.agreements.filter(person=p).exists()]
    quorum = max(1, min(district.quorum, len(members)))
    chosen = [members[pk] for pk in Chosen.objects.filter(district=district, until=None).values_list("person", flat=True) if pk in members]
    managers = [m.person for m in steers(district) if m.role == "phone_manager"]
    return State(district, link, agreed, quorum, chosen or managers, bool(chosen))


@transaction.atomic
def propose(district: District, *, by: Person) -> Link:
    """Ask a district to be linked: who oversees the municipality. Refuses with `NotAllowed` or `CannotLink`."""
    municipal = municipal_group(district.municipality)
    _oversees(by, municipal)
    if not steers(district).exists():
        raise CannotLink(_("%(district)s has no steering members yet who could agree.") % {"district": district.name})
    try:
        with transaction.atomic():
            link = Link.objects.create(municipal=municipal, district=district, proposed_by=by, proposed_at=timezone.now())
    except IntegrityError as raced:
        raise CannotLink(_("%(district)s is linked already, or has been asked.") % {"district": district.name}) from raced
    log.record("propose_link", link, by=by, district=district.pk)
    _tell(district, gettext_lazy("Shall we link %(district)s to the other districts?"), gettext_lazy(
        "%(by)s of the municipality asks this. Once linked, your coordination group and those of other districts can pass messages on to each "
        "other. Nothing goes by itself: you judge each message, as always. Look under “Steering group”."
    ), by=by)  # fmt: skip
    return link


@transaction.atomic
def agree(link: Link, *, by: Person) -> Link:
    """A steering member of the district says yes; with enough of them it is linked."""
    link = _lasting(link, by)
    Agreement.objects.get_or_create(link=link, person=by, defaults={"at": timezone.now()})
    log.record("agree_link", link, by=by)
    here = state(link.district)
    if link.agreed_at is None and len(here.agreed) >= here.quorum:
        link.agreed_at = timezone.now()
        link.save(update_fields=["agreed_at"])
        _coordinate(link.district)
        log.record("link", link, by=by, district=link.district_id)
        _ring(link.district)
        _tell(link.district, gettext_lazy("%(district)s is linked to the other districts"), gettext_lazy(
            "Enough of you agreed. Messages can now go on to the whole municipality and come from there. The phone managers speak for your "
            "district, unless you choose others under “Steering group”."
        ), by=by)  # fmt: skip
    return link


@transaction.atomic
def end(link: Link, *, by: Person) -> None:
    """Say no, take the question back, or undo the link: a steering member of the district, or who oversees the municipality."""
    link = Link.objects.select_for_update(of=("self",), no_key=True).select_related("district", "municipal").get(pk=link.pk)
    if link.ended_at:
        raise CannotLink(_("This has ended already."))
    if not _steers(by, link.district):
        _oversees(by, link.municipal)
    link.ended_at = timezone.now()
    link.save(update_fields=["ended_at"])
    log.record("unlink", link, by=by, district=link.district_id)
    _ring(link.district)
    _tell(link.district, gettext_lazy("%(district)s is not linked to the other districts"), gettext_lazy(
        "%(by)s decided so. What you have received can still be read back; nothing more comes from other districts, and nothing goes there."
    ), by=by)  # fmt: skip


@transaction.atomic
def choose(district: District, people: Collection[Person], *, by: Person) -> None:
    """Let these steering members speak for the district in the municipal group; nobody means: its phone managers."""
    if not _steers(by, district):
        raise roles.NotAllowed(_("Only steering members of %(district)s choose this.") % {"district": district.name})
    District.objects.select_for_update(no_key=True).get(pk=district.pk)
    here = {m.person_id for m in steers(district)}
    wanted = {p.pk for p in people}
    if not wanted <= here:
        raise CannotLink(_("Choose steering members of %(district)s.") % {"district": district.name})
    now, lasting = timezone.now(), Chosen.objects.filter(district=district, until=None)
    present = set(lasting.values_list("person", flat=True))
    if wanted == present:
        return
    lasting.exclude(person__in=wanted).update(until=now)
    Chosen.objects.bulk_create(Chosen(district=district, person_id=pk, since=now) for pk in sorted(wanted - present))
    log.record("choose_speakers", district, by=by, people=sorted(wanted))
    _ring(district)


def districts(person: Person) -> list[District]:
    """The districts for which this person may agree and choose, by name."""
    found = {g.district_id: g.district for g in roles.steering_groups(person) if g.district}
    return sorted(found.values(), key=lambda d: d.name)


def oversees(person: Person, municipality: Municipality) -> bool:
    """Whether this person may ask districts of this municipality to be linked."""
    if person.is_superuser and person.second_factor_since:
        return True
    return any(g.municipality_id == municipality.pk for g in roles.with_right(person, roles.Right.LINK))


def _oversees(person: Person, municipal: Group) -> None:
    if not oversees(person, municipal.municipality):
        raise roles.NotAllowed(_("Only who oversees %(name)s can do this.") % {"name": municipal.municipality.name})


def _steers(person: Person, district: District) -> bool:
    return district.pk in {d.pk for d in districts(person)}


def _lasting(link: Link, by: Person) -> Link:
    link = Link.objects.select_for_update(of=("self",), no_key=True).select_related("district", "municipal").get(pk=link.pk)
    if link.ended_at:
        raise CannotLink(_("This has ended already."))
    if not _steers(by, link.district):
        raise roles.NotAllowed(_("Only steering members of %(district)s choose this.") % {"district": link.district.name})
    return link


def _coordinate(district: District) -> None:
    """A linked district has a coordination group, also in phase 1 (S22)."""
    if not Group.objects.filter(kind=Kind.COORDINATION, district=district, closed_at=None).exists():
        name = (_("Coordination %(name)s") % {"name": district.name})[:100]
        Group.objects.create(kind=Kind.COORDINATION, name=name, municipality=district.municipality, district=district)


def _ring(district: District) -> None:
    topics = sorted({f"person:{m.person_id}" for m in steers(district)})
    transaction.on_commit(lambda: _all(topics))


def _all(topics: Iterable[str]) -> None:
    for topic in topics:
        bell.ring(topic)


def _tell(district: District, subject: Promise, text: Promise, *, by: Person) -> None:
    words = {"district": district.name, "by": by.first_name}
    for person in {m.person_id: m.person for m in steers(district)}.values():
        if person.pk != by.pk:
            with translation.override(person.language):
                mailing.write(person.email, subject=str(subject) % words, text=str(text) % words)
