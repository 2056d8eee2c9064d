"""Whose first name may stand on the public page of the district? Only that of a steering member who agreed to it, and who can take that back."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from meldkring.audit import log
from meldkring.groups import roles
from meldkring.groups.models import Group, Kind, Membership, PublicName
from meldkring.people.models import Person
from meldkring.places import outside
from meldkring.places.models import District


def agreed(person: Person, steering: Group) -> bool:
    """Whether this person's first name may be told."""
    return PublicName.objects.filter(person=person, steering=steering, withdrawn_at=None).exists()


@transaction.atomic
def agree(steering: Group, *, by: Person) -> None:
    """Agree that one's own first name stands on the public page; nobody agrees for another."""
    roles.require(by, roles.Right.JUDGE, steering)
    made, fresh = PublicName.objects.get_or_create(person=by, steering=steering, withdrawn_at=None, defaults={"agreed_at": timezone.now()})
    if fresh:
        log.record("agree_public_name", made, by=by)
        outside.changed()


@transaction.atomic
def withdraw(steering: Group, *, by: Person) -> None:
    """Take it back; the page forgets the name at once."""
    rows = PublicName.objects.filter(person=by, steering=steering, withdrawn_at=None)
    if rows.update(withdrawn_at=timezone.now()):
        log.record("withdraw_public_name", steering, by=by)
        outside.changed()


def named(district: District) -> list[str]:
    """The first names that may be told of who runs this district now, by name."""
    lasting = Membership.objects.filter(
        group__district=district, group__closed_at=None, kind=Kind.STEERING, left_at=None, role__in=roles.STEERING_ROLES,
        person__is_active=True, person__public_names__withdrawn_at=None, person__public_names__steering=F("group"),
    )  # fmt: skip
    return list(lasting.values_list("person__first_name", flat=True).distinct().order_by("person__first_name"))
