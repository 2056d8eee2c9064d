"""Do two neighbours know this newcomer? Members of the same neighbourhood say so; with two of them the address counts as proven.

They see the first name and the street of who signs up, and nothing else (rules 5). Whether somebody vouched is told to nobody but the phone manager.
"""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.groups import roles
from meldkring.joining import access, admission, places, proving
from meldkring.joining.models import Application, Vouch
from meldkring.people.models import Person


class AlreadyVouched(Exception):
    """This member vouched for the newcomer before."""


@transaction.atomic
def vouch(application: Application, *, by: Person) -> Vouch:
    """Say that one knows this newcomer; the second neighbour makes it a proof, and that may admit the newcomer at once."""
    if application.vouches.filter(person=by).exists():
        raise AlreadyVouched(_("You have said so already. Thank you."))
    if not access.to_vouch_for(by).filter(pk=application.pk).exists():
        raise roles.NotAllowed(_("You can vouch for newcomers of your own neighbourhood."))
    places.turn(application.district)
    places.lock(admission.proposed_group(application), application.group)  # before the sign-up, as admission does
    Application.objects.select_for_update(of=("self",), no_key=True).get(pk=application.pk)
    try:
        with transaction.atomic():
            made = Vouch.objects.create(application=application, person=by, at=timezone.now())
    except IntegrityError as raced:
        raise AlreadyVouched(_("You have said so already. Thank you.")) from raced
    log.record("vouch", application, by=by)
    if application.vouches.count() == proving.VOUCHERS:
        proving.prove(application, proving.How.VOUCHED, None)
        admission.consider(application)
    return made
