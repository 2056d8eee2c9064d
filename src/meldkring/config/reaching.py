"""Can people be told along the channels of this installation, and can they answer?"""

import asyncio
import os
import socket
from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.channels import http, registry
from meldkring.channels.contract import Brought, Channel, Problem, SendError
from meldkring.config import working
from meldkring.config.findings import Findings, care, good, wrong
from meldkring.delivery import troubles
from meldkring.delivery.models import Account
from meldkring.intake import smtp_door

SILENT = timedelta(minutes=1)


def set_up() -> Findings:
    """Can the settings of the channels be used?"""
    wrongs = list(registry.read(os.environ).wrong.values())
    for made in (working.channels, working.door):
        try:
            made()
        except ValueError as error:
            wrongs.append(error)
    for why in dict.fromkeys(map(troubles.set_wrongly, wrongs)):
        what = _("A channel is set wrongly: %(error)s") % {"error": why}
        yield wrong(what, _("Correct the setting that is named here; see docs/operate/channels."))


def channels() -> Findings:
    """Are they carried by a worker, and accepted by their providers?"""
    try:
        ours = working.channels()
    except ValueError:
        return  # said already
    if "email" not in ours:
        yield wrong(
            _("No mail can be sent: nobody can sign in or be told by mail."), _("Set EMAIL_URL; see docs/operate/channels/email.md.")
        )
    if settings.EMAIL_BACKEND.endswith(".console.EmailBackend"):
        yield care(_("Mail is only printed in the log."), _("Set EMAIL_URL where real people take part."))
    if settings.ANYMAIL_PROVIDER and not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        yield care(
            _("Answers by mail, and mail that comes back, are not heard: there is no secret for the mail provider."),
            _("Set ANYMAIL_WEBHOOK_SECRET and the webhooks; see docs/operate/channels/email.md."),
        )
    accounts = {account.channel: account for account in Account.objects.all()}
    for name, channel in ours.items():
        yield from _account(name, channel, accounts.get(name))


def _account(name: str, channel: Channel, account: Account | None) -> Findings:
    told: dict[str, object] = {"channel": troubles.label(name)}
    now = timezone.now()
    if account is None or account.carried_at is None or account.carried_at < now - SILENT:
        yield wrong(
            _("No worker carries %(channel)s at this moment.") % told,
            _("Start meldkring serve, or meldkring work where WORK_HERE is false. Did you just change its settings? Then start it anew."),
        )
    elif account.shut_until and account.shut_until > now:
        told |= {"why": account.shut_why, "until": f"{timezone.localtime(account.shut_until):%H:%M:%S}"}
        advice = _("Check the settings of this channel and the pages of its provider.")
        yield wrong(_("%(channel)s rests until %(until)s: its provider said “%(why)s”.") % told, advice)
    elif account.paused_until and account.paused_until > now:
        yield care(
            _("%(channel)s waits because its provider asked us to.") % told,
            _("It goes on by itself. If it happens often, send more slowly."),
        )
    elif channel.capabilities().paid and not account.ceiling:
        yield care(
            _("%(channel)s costs money and may spend nothing yet.") % told, _("Set a ceiling per month on the page of the channels.")
        )
    else:
        yield good(_("%(channel)s is set up and carried.") % told)


def door() -> Findings:
    """Does anybody open where answers by mail come in?"""
    try:
        found = working.door()
    except ValueError:
        return  # said already
    if found is None:
        return
    told: dict[str, object] = {"host": found.host, "port": found.port}
    try:
        with socket.create_connection((found.host, found.port), timeout=5) as line:
            greeting = line.recv(200)
    except OSError:
        greeting = b""
    if smtp_door.NAME.encode() in greeting:
        yield good(_("Answers by mail come in at %(host)s port %(port)d.") % told)
    elif greeting:
        yield wrong(
            _("Another program takes the mail at %(host)s port %(port)d.") % told, _("Stop that one, or choose another port in MAIL_DOOR.")
        )
    else:
        yield wrong(
            _("Nobody takes answers by mail at %(host)s port %(port)d.") % told,
            _("Start meldkring serve, or meldkring work where WORK_HERE is false. Its log says why it cannot listen there."),
        )


def brought() -> Findings:
    """Do the providers bring what people write here? Two installations with one account take it from each other."""
    try:
        ours = {name: channel for name, channel in working.channels().items() if isinstance(channel, Brought)}
    except ValueError:
        return  # said already
    for name, there in asyncio.run(_asked_where(ours)).items():
        told = {"channel": troubles.label(name), "there": there, "here": settings.SITE_URL + reverse("webhook", args=[name])}
        if isinstance(there, SendError):
            advice = _("Check the settings of this channel, and whether this server can reach its provider.")
            grade = wrong if there.problem is Problem.ACCOUNT else care
            yield grade(
                _("%(channel)s does not tell where it brings what people write (%(there)s).") % (told | {"there": there.code}), advice
            )
        elif there == told["here"]:
            yield good(_("%(channel)s brings what people write here.") % told)
        elif not there:
            yield wrong(_("%(channel)s brings what people write nowhere.") % told, _("Set its webhook: %(here)s") % told)
        else:
            yield wrong(
                _("%(channel)s brings what people write to another place: %(there)s") % told,
                _("Is there a second installation with this account? Give it one of its own. Otherwise set the webhook: %(here)s") % told,
            )


async def _asked_where(ours: Mapping[str, Brought]) -> dict[str, str | SendError]:
    async with http.Client() as client:
        found = await asyncio.gather(*(channel.brought_to(client) for channel in ours.values()))
    return dict(zip(ours, found, strict=True))
