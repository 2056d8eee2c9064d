"""Which code goes with this sign-up, and does it prove the address? How codes work: `people.codes`."""

from django.db import transaction
from django.utils import timezone

from meldkring.joining.models import Application, Code
from meldkring.people import codes


@transaction.atomic
def new(application: Application, to: str, address: str) -> str:
    """The digits of a new code for this address, which makes older ones void. Refuses with `codes.TooSoon` and `codes.TooMany`."""
    # Two requests at once would both find no code of a moment ago; the row of the application lets them wait for each other.
    Application.objects.select_for_update().get(pk=application.pk)
    codes.may_send(Code.objects.filter(address=address))
    digits, digest = codes.made(_about(application, to, address))
    Code.objects.create(application=application, to=to, address=address, digest=digest, sent_at=timezone.now())
    return digits


def check(application: Application, to: str, address: str, digits: str) -> None:
    """Use up the code if these are its digits. Refuses with `codes.Wrong` and `codes.Expired`."""
    code = Code.objects.filter(application=application, to=to, address=address).order_by("-sent_at", "-pk").first()
    codes.use(code, _about(application, to, address), digits)


def shown_in_demo(application: Application, to: str) -> str:
    """The digits that the demo shows on the page."""
    return codes.shown_in_demo(_about(application, to, application.email if to == Code.To.EMAIL else application.mobile))


def _about(application: Application, to: str, address: str) -> str:
    return f"{application.pk}:{to}:{address}"
