"""Does a real message get through? One to an administrator along each of their ways, handed to the providers at once, past all queues."""

import asyncio
import uuid
from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meldkring.channels import http
from meldkring.channels.contract import Accepted, Channel, Letter, Outcome, Urgency
from meldkring.config import examining, working
from meldkring.delivery import addresses, troubles
from meldkring.delivery.models import Address
from meldkring.people.models import Person


def send(*, to: str) -> examining.Findings:
    """What each provider said to a test message for this person."""
    try:
        ours = working.channels()
    except ValueError:
        return  # said already
    person = Person.objects.filter(email=to.lower()).first()
    if person is None:
        yield examining.wrong(
            _("Nobody here has the address %(to)s.") % {"to": to}, _("Name an administrator with an account on this site.")
        )
        return
    addresses.ensure_email([person])
    found = [a for a in person.addresses.filter(state=Address.State.ACTIVE).order_by("position") if a.channel in ours]
    if not found:
        yield examining.wrong(
            _("This person has no way that works on a channel of this site."), _("Let them look at “Messages on this device”.")
        )
    with translation.override(person.language):
        letters = [(address, _letter(address, person)) for address in found]
    for (address, _sent), outcome in zip(letters, asyncio.run(_handed_over(ours, letters)), strict=True):
        yield _finding(address, outcome)


async def _handed_over(ours: Mapping[str, Channel], letters: list[tuple[Address, Letter]]) -> list[Outcome]:
    async with http.Client() as client:
        return [await ours[address.channel].send(letter, client) for address, letter in letters]


def _letter(address: Address, person: Person) -> Letter:
    return Letter(
        id=uuid.uuid4().hex, to=address.value, title=_("Test of Meldkring"),
        text=_("This is a test by who looks after the site. If you read this, messages get through."), url=f"{settings.SITE_URL}{reverse('home')}",
        urgency=Urgency.ALARM, expires_at=timezone.now() + timedelta(minutes=10), language=person.language,
    )  # fmt: skip


def _finding(address: Address, outcome: Outcome) -> examining.Finding:
    told = {"channel": troubles.label(address.channel), "name": address.label or ""}
    if isinstance(outcome, Accepted):
        return examining.good(_("A test by %(channel)s was taken by its provider. See whether it arrives. %(name)s") % told)
    told |= {"problem": outcome.problem, "code": outcome.code}
    return examining.wrong(
        _("A test by %(channel)s did not go: %(problem)s (%(code)s).") % told, _("docs/operate/channels says what each of these means.")
    )
