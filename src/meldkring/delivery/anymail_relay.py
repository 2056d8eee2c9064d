"""Mail handed to a provider over HTTP, by Anymail, where an installation chose one: the e-mail channel with another way off.

Anymail needs Django, which channels may not know; so this stands above them and gives the channel its relay.
"""

import asyncio
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage

import requests
from anymail.exceptions import (
    AnymailConfigurationError,
    AnymailError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailRequestsAPIError,
)
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from meldkring.channels import email
from meldkring.channels.contract import Accepted, Outcome, Problem, SendError, SetWrongly

AT_ONCE = 20
LETTER = "letter"  # under this name a provider gives our letter's id back in what it tells later
OWN_FIELDS = frozenset({"from", "to", "subject", "mime-version", "date"})


def channel(provider: str, settings: Mapping[str, str]) -> email.Email:
    """The e-mail channel by way of this provider, such as `postmark`. Raises `ValueError` in words."""
    try:
        mail.get_connection(f"anymail.backends.{provider}.EmailBackend")
    except (ImportError, AnymailConfigurationError) as error:
        raise SetWrongly("ANYMAIL_PROVIDER=%(provider)s cannot be used: %(error)s", provider=provider, error=error) from error
    return email.made_with(Anymail(provider), settings)


class Anymail:
    """Carries mail off in threads, each with a connection that it keeps."""

    def __init__(self, provider: str) -> None:
        self._backend = f"anymail.backends.{provider}.EmailBackend"
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="anymail")
        self._kept = threading.local()

    async def carry(self, message: EmailMessage, *, sender: str, to: str) -> Outcome:
        """Hand in one mail and wait for the provider's answer."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._hand_in, message, to)

    def _hand_in(self, message: EmailMessage, to: str) -> Outcome:
        ours = _for_django(message, to)
        ours.connection = self._connection()
        try:
            ours.send()
        except AnymailError as error:
            return _judged(error)
        status = ours.anymail_status  # type: ignore[attr-defined]
        if status.status and status.status <= {"rejected", "invalid", "failed"}:
            return SendError(Problem.GONE, next(iter(status.status)))
        return Accepted(str(status.message_id or ""))

    def _connection(self) -> BaseEmailBackend:
        found: BaseEmailBackend | None = getattr(self._kept, "connection", None)
        if found is None:
            found = self._kept.connection = mail.get_connection(self._backend)
            found.open()
        return found


def _for_django(message: EmailMessage, to: str) -> mail.EmailMultiAlternatives:
    plain, page = message.get_body(("plain",)), message.get_body(("html",))
    headers = {k: str(v) for k, v in message.items() if k.lower() not in OWN_FIELDS and not k.lower().startswith("content-")}
    ours = mail.EmailMultiAlternatives(
        str(message["Subject"]), str(plain.get_content()) if plain else "", str(message["From"]), [to], headers=headers
    )
    if page:
        ours.attach_alternative(str(page.get_content()), "text/html")
    ours.metadata = {LETTER: str(message["Message-ID"]).strip("<>").partition("@")[0]}  # type: ignore[attr-defined]
    ours.track_opens = ours.track_clicks = False  # type: ignore[attr-defined]
    return ours


def _judged(error: AnymailError) -> SendError:
    if isinstance(error, AnymailRecipientsRefused | AnymailInvalidAddress):
        return SendError(Problem.GONE, "refused")
    if isinstance(error, AnymailConfigurationError):
        return SendError(Problem.ACCOUNT, "settings")
    if isinstance(error, requests.ConnectionError):
        return SendError(Problem.TRANSIENT, "no connection")
    if isinstance(error, requests.Timeout):
        return SendError(Problem.UNKNOWN, "no answer")
    code = getattr(getattr(error, "response", None), "status_code", 0) if isinstance(error, AnymailRequestsAPIError) else 0
    if code in (401, 402, 403):
        return SendError(Problem.ACCOUNT, str(code))
    if code == 429:
        return SendError(Problem.THROTTLED, str(code))
    return SendError(Problem.TRANSIENT if code >= 500 else Problem.CONTENT, str(code or "refused"))
