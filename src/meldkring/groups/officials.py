"""Who oversees a municipality? Its administrator invites officials and ends their role; a claim of the municipality's own sign-in can say the same.

An official stands in the municipal group to see figures and to link districts, and reads no message there (`roles`).
"""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models, transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.groups import joining, linking, roles
from meldkring.groups.models import Membership, Reviewed, Role
from meldkring.people import mailing
from meldkring.people.models import Person
from meldkring.places.models import Municipality

OVERSEE = (Role.OFFICIAL, Role.ADMINISTRATOR)
ENDED_HERE = (*OVERSEE, Role.OFFICER)


class BadInvitation(ValueError):
    """Something about the invitation cannot be; the text says what."""


def administers(person: Person, municipality: Municipality) -> bool:
    """Whether this person decides who oversees this municipality: its administrator, or that of the installation."""
    if person.second_factor_since is None:
        return False
    mine = person.memberships.filter(left_at=None, role=Role.ADMINISTRATOR, group__municipality=municipality, group__closed_at=None)
    return person.is_superuser or mine.exists()


@transaction.atomic
def invite(email: str, *, name: str, municipality: Municipality, role: str, by: Person) -> Membership:
    """Make somebody an official or administrator of a municipality; they are told how to sign in. Refuses with `BadInvitation`."""
    require(by, municipality)
    if role not in OVERSEE:
        raise BadInvitation(_("Choose official or administrator."))
    try:
        validate_email(email)
    except ValidationError as wrong:
        raise BadInvitation(_("This is not an e-mail address.")) from wrong
    first = " ".join(name.split())[:60]
    if not first:
        raise BadInvitation(_("Fill in a name."))
    person = Person.objects.filter(email__iexact=email).first() or Person.objects.create_user(email, first_name=first)
    try:
        made = joining.join(person, linking.municipal_group(municipality), role=role, by=by)
    except joining.AlreadyMember as refusal:
        raise BadInvitation(str(refusal)) from refusal
    with translation.override(person.language):
        said = {"by": by.first_name, "town": municipality.name}
        mailing.write(person.email, subject=_("You can see how the neighbourhood watch goes in %(town)s") % said, text=_(
            "%(by)s has given you access to the figures of %(town)s. Sign in with this e-mail address, or with the account of your municipality.\n\n"
            "You see numbers and can start and link districts. Messages of residents you do not see."
        ) % said)  # fmt: skip
    return made


@transaction.atomic
def end(membership: Membership, *, by: Person) -> None:
    """End the role of an official, administrator or officer; never one's own."""
    require(by, membership.group.municipality)
    if membership.role not in ENDED_HERE or membership.person_id == by.pk:
        raise roles.NotAllowed(_("You cannot end this role here."))
    joining.leave(membership.person, membership.group, by=by)


def by_claim(person: Person, codes: Iterable[str]) -> None:
    """The municipality's own sign-in says that this person, whom we know, is an official of the municipalities with these CBS codes."""
    for municipality in Municipality.objects.filter(code__in=[code.strip().upper() for code in codes if code.strip()]):
        group = linking.municipal_group(municipality)
        if not person.memberships.filter(group=group, left_at=None).exists():
            joining.join(person, group, role=Role.OFFICIAL)


def guarded(municipality: Municipality) -> QuerySet[Any]:
    """Every role in this municipality that decides over others or sees figures, with when it was last looked at, by role and name."""
    lasting = Membership.objects.filter(group__municipality=municipality, group__closed_at=None, left_at=None, role__in=roles.GUARDED_ROLES)
    looked = models.Max("reviews__at")
    return lasting.select_related("person", "group__district").annotate(looked_at=looked).order_by("role", "person__first_name", "pk")


@transaction.atomic
def confirm(membership: Membership, *, by: Person) -> None:
    """The yearly review: this role is still right."""
    require(by, membership.group.municipality)
    Reviewed.objects.create(membership=membership, by=by, at=timezone.now())
    log.record("confirm_role", membership, by=by, role=membership.role, person=membership.person_id, group=membership.group_id)


def require(by: Person, municipality: Municipality) -> None:
    """Refuse with `NotAllowed` who does not administer this municipality."""
    if not administers(by, municipality):
        raise roles.NotAllowed(_("Only the administrator of %(name)s can do this.") % {"name": municipality.name})
