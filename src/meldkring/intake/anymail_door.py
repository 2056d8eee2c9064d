"""What a mail provider tells over HTTP, by Anymail's webhooks: an answer that came in, and what became of what we sent.

Anymail checks that it comes from the provider (ANYMAIL_WEBHOOK_SECRET) before it tells us.
"""

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

from anymail.signals import AnymailInboundEvent, AnymailTrackingEvent, EventType, RejectReason, inbound, tracking
from django.utils import timezone

from meldkring.channels import email
from meldkring.channels.contract import Problem, Receipt, State
from meldkring.delivery import addresses, anymail_relay
from meldkring.intake import facts, mail_in

logger = logging.getLogger("meldkring.intake")
ENDED = frozenset({EventType.BOUNCED, EventType.REJECTED, EventType.FAILED})
FOR_GOOD = frozenset({RejectReason.INVALID, RejectReason.BOUNCED})


def connect(channel: email.Email) -> None:
    """Hear what Anymail tells, for this channel and no longer for one before it."""
    for signal, receiver in ((inbound, partial(_came_in, channel)), (tracking, _tracked)):
        signal.disconnect(dispatch_uid=__name__)
        signal.connect(receiver, weak=False, dispatch_uid=__name__)


def heard(provider: str, settings: Mapping[str, str]) -> None:
    """Hear it in this process too: pages and work may be two. Raises `ValueError` in words."""
    if not inbound.has_listeners():
        connect(anymail_relay.channel(provider, settings))


def _came_in(channel: email.Email, sender: object, event: AnymailInboundEvent, **other: Any) -> None:
    """Store it before the provider gets its answer, or write back that nobody reads it; what is not for us is left alone."""
    message = event.message
    told = [message.envelope_recipient] if message.envelope_recipient else [a.addr_spec for a in (*message.to, *message.cc)]
    to = next((address for address in told if channel.is_ours(address)), None)
    if to is None:
        logger.warning("a mail came in for an address that is not ours")
        return
    # Nobody in the envelope means that a machine wrote it; that a provider does not tell who, means nothing.
    mail = {"sender": "unknown" if message.envelope_sender is None else message.envelope_sender, "to": to}
    raw, holds = message.as_bytes(), mail_in.known(to, channel)
    try:
        if holds:
            mail_in.take(raw, **mail, channel=channel)
    except mail_in.TooLong:
        holds = False
    if not holds:
        mail_in.write_back(raw, **mail, channel=channel)


def _tracked(sender: object, event: AnymailTrackingEvent, **other: Any) -> None:
    letter_id = (event.metadata or {}).get(anymail_relay.LETTER, "")
    at = event.timestamp or timezone.now()
    if event.event_type in (EventType.COMPLAINED, EventType.UNSUBSCRIBED) and event.recipient:
        addresses.stop("email", event.recipient.lower())
    elif event.event_type == EventType.DELIVERED:
        facts.receipt("email", Receipt(State.DELIVERED, at, letter_id=letter_id, provider_id=event.message_id or ""))
    elif event.event_type in ENDED:
        reason = event.reject_reason or "other"
        problem = Problem.GONE if reason in FOR_GOOD else Problem.NOT_NOW
        facts.receipt(
            "email", Receipt(State.FAILED, at, letter_id=letter_id, provider_id=event.message_id or "", problem=problem, code=reason)
        )
