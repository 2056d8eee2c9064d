"""Does a real message get through? One to an administrator along each of their ways, handed to the providers at once, past all queues."""

import asyncio
import contextlib
import uuid
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meldkring.channels import http
from meldkring.channels.contract import Accepted, Answer, Channel, Letter, Outcome, Urgency
from meldkring.config import working
from meldkring.config.findings import Finding, Findings, good, wrong
from meldkring.delivery import addresses, troubles
from meldkring.delivery.models import Address
from meldkring.people.models import Person

AGREES = 30.0  # seconds; codes of a second step hold for half a minute


def send(*, to: str) -> Findings:
    """What each provider said to a test message for this person."""
    try:
        ours = working.channels()
    except ValueError:
        return  # said already
    person = Person.objects.filter(email=to.lower()).first()
    if person is None:
        yield wrong(_("Nobody here has the address %(to)s.") % {"to": to}, _("Name an administrator with an account on this site."))
        return
    addresses.ensure_email([person])
    found = [a for a in person.addresses.filter(state=Address.State.ACTIVE).order_by("position") if a.channel in ours]
    if not found:
        yield wrong(_("This person has no way that works on a channel of this site."), _("Let them look at “Messages on this device”."))
    with translation.override(person.language):
        letters = [(address, _letter(address, person)) for address in found]
    client = Watching()
    for (address, _sent), outcome in zip(letters, asyncio.run(_handed_over(ours, letters, client)), strict=True):
        yield _finding(address, outcome)
    if client.off > AGREES:
        advice = _("Switch on time synchronisation (for example systemd-timesyncd) on every server.")
        yield wrong(_("The clock of this machine differs %(n)d seconds from that of a provider.") % {"n": client.off}, advice)


class Watching(http.Client):
    """Sees by what each provider answers how many seconds its clock and ours differ at most."""

    off = 0.0

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes, timeout: float = 10.0) -> Answer:
        answer = await super().post(url, headers=headers, body=body, timeout=timeout)
        with contextlib.suppress(ValueError, TypeError):  # no date, or none that can be read
            self.off = max(self.off, abs((parsedate_to_datetime(answer.headers.get("date", "")) - timezone.now()).total_seconds()))
        return answer


async def _handed_over(ours: Mapping[str, Channel], letters: list[tuple[Address, Letter]], client: http.Client) -> list[Outcome]:
    async with client:
        return [await ours[address.channel].send(letter, client) for address, letter in letters]


def _letter(address: Address, person: Person) -> Letter:
    return Letter(
        id=uuid.uuid4().hex, to=address.value, title=_("Test of Meldkring"),
        text=_("This is a test by who looks after the site. If you read this, messages get through."), url=f"{settings.SITE_URL}{reverse('home')}",
        urgency=Urgency.ALARM, expires_at=timezone.now() + timedelta(minutes=10), language=person.language,
    )  # fmt: skip


def _finding(address: Address, outcome: Outcome) -> Finding:
    told = {"channel": troubles.label(address.channel), "name": address.label or ""}
    if isinstance(outcome, Accepted):
        return good(_("A test by %(channel)s was taken by its provider. See whether it arrives. %(name)s") % told)
    told |= {"problem": outcome.problem, "code": outcome.code}
    return wrong(
        _("A test by %(channel)s did not go: %(problem)s (%(code)s).") % told, _("docs/operate/channels says what each of these means.")
    )
