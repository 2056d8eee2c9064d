"""How does a code reach a mobile number? Through whatever gateway the installation has: one POST with the number and the text.

Most gateways for text messages take this shape, or a few lines in front of them make it so. Without a gateway no number can be proven,
and the pages say so. The demo has none either: there the text appears in the window in which it was started.
"""

import sys

import httpx
import phonenumbers
from django.conf import settings
from django.utils.translation import gettext as _

PATIENCE = 5.0  # seconds; someone is waiting for the page
COUNTRIES = ("NL", "BE")
MOBILE = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


class NotSent(Exception):
    """The gateway did not take the text. The words are for the person."""


class BadNumber(Exception):
    """Not a Dutch or Belgian mobile number."""


def normal(number: str) -> str:
    """ "+31612345678" from however someone writes it. Refuses with `BadNumber`."""
    try:
        parsed = phonenumbers.parse(number, "NL")
    except phonenumbers.NumberParseException:
        parsed = None
    here = parsed and phonenumbers.is_valid_number(parsed) and phonenumbers.region_code_for_number(parsed) in COUNTRIES
    if parsed is None or not here or phonenumbers.number_type(parsed) not in MOBILE:
        raise BadNumber(_("This is not a mobile number from the Netherlands or Belgium. One looks like 06 12345678 or +32 470 12 34 56."))
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def can_send() -> bool:
    """Whether this installation can send text messages."""
    return bool(settings.SMS_URL) or settings.DEMO


def send(number: str, text: str) -> None:
    """Hand the text to the gateway. Refuses with `NotSent`; never call this inside a transaction, it may take seconds."""
    if not settings.SMS_URL:
        if not settings.DEMO:
            raise NotSent(_("We cannot send text messages at the moment."))
        sys.stdout.write(f"Text message to {number}: {text}\n")
        return
    headers = {"Authorization": f"Bearer {settings.SMS_TOKEN}"} if settings.SMS_TOKEN else {}
    try:
        answer = httpx.post(settings.SMS_URL, json={"to": number, "text": text}, headers=headers, timeout=PATIENCE)
        answer.raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as wrong:
        # Neither number nor text: the one is personal, the other holds a code.
        raise NotSent(_("The text message could not be sent. Try again, or go on without it.")) from wrong
