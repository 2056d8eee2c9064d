"""A mail came in, through whichever door: does its address still hold, what is stored of it, and who hears that nobody reads it?

The SMTP door asks before it takes a mail and refuses it, so that who wrote hears from their own mail program. A provider brings to our webhook what
it has taken already; there we write back, to somebody who can only have the address from us, and once a day.
"""

import uuid
from datetime import timedelta

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meldkring.channels import email, email_reading
from meldkring.delivery import tokens
from meldkring.delivery.models import Delivery
from meldkring.intake import police_mail, taking
from meldkring.intake.models import Taken
from meldkring.people import mailing

LARGEST_KEPT = 1024 * 1024
AGAIN_AFTER = timedelta(days=1)


class TooLong(Exception):
    """Without its attachments it is still longer than anybody writes."""


def known(address: str, channel: email.Email) -> bool:
    """Whether somebody or something still waits for mail at this address."""
    found = email_reading.destination(address, channel.sender.reply_domain)
    if found is None:
        return False
    purpose, token = found
    if purpose == email_reading.POLICE:
        return police_mail.known(token)
    # What was sent long ago is erased: who answers it must hear that nobody reads it.
    letter = tokens.replied(token) if purpose == email_reading.ANSWER else uuid.UUID(token)
    return letter is not None and Delivery.objects.filter(pk=letter, channel=channel.name).exists()


def take(raw: bytes, *, sender: str, to: str, channel: email.Email) -> None:
    """Store the words of this mail. Refuses with `TooLong` or `taking.Forged`."""
    words = email_reading.without_attachments(raw)
    if len(words) > LARGEST_KEPT:
        raise TooLong
    stamped = email_reading.stamped(words, sender=sender, to=to)
    if police_mail.is_for(to, channel.sender.reply_domain):
        police_mail.take(stamped)
    else:
        taking.take(channel.name, channel, raw=stamped, headers={})


def write_back(raw: bytes, *, sender: str, to: str, channel: email.Email) -> bool:
    """Say to who wrote this mail that nobody reads it; whether that was said. Not to a machine, and to nobody who tried an address."""
    found = email_reading.destination(to, channel.sender.reply_domain)
    writer = email_reading.writer(email_reading.stamped(raw[: email_reading.HEAD], sender=sender, to=to))
    if found is None or not writer or not _given(*found, writer) or not _first_today(channel.name, found[1]):
        return False
    with translation.override(settings.LANGUAGE_CODE):
        why, urgent = _why(found[0], too_long=known(to, channel)), _("Is it urgent? Call 112. You find Meldkring at %(site)s.")
        text = f"{_('Nobody has read your mail to Meldkring.')} {why}\n\n{urgent % {'site': settings.SITE_URL}}"
        mailing.write(writer, subject=_("Nobody has read your mail"), text=text)
    return True


def _why(purpose: str, *, too_long: bool) -> str:
    if too_long:
        return _("It is too long. Say it in fewer words.")
    if purpose == email_reading.POLICE:
        return _("This address holds no longer. Ask the steering group of the neighbourhood watch for the new one.")
    return _("We no longer have the message that you answered.")


def _given(purpose: str, token: str, writer: str) -> bool:
    """Whether it is an address that we gave, as far as that can be seen when what it was for is erased."""
    if purpose == email_reading.POLICE:
        return police_mail.was_given_to(token, writer)
    return purpose == email_reading.ANSWER and tokens.replied(token) is not None


def _first_today(channel: str, token: str) -> bool:
    row, new = Taken.objects.get_or_create(channel=channel, fact=f"unread {token}")
    return new or bool(Taken.objects.filter(pk=row.pk, at__lt=timezone.now() - AGAIN_AFTER).update(at=timezone.now()))
