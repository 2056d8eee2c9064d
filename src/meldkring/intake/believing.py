"""Is it from whom it says, and from a person? Where a provider knows who writes, yes. In a mail anybody can write any name above it: there it
must answer a letter of ours to that very address, which its token proves; and no machine may keep us talking."""

import hashlib
from dataclasses import replace
from datetime import timedelta

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meldkring.channels.contract import Capabilities, Fact, Opted, Said
from meldkring.delivery import answering, tokens
from meldkring.delivery.models import Delivery
from meldkring.intake.models import Taken
from meldkring.people import new_email

SAME_WORDS = timedelta(minutes=10)


def believed(channel: str, fact: Fact, *, able: Capabilities) -> Fact | None:
    """The fact if we act on it; who took another e-mail address may answer older letters from the one of before, and is read as the new one."""
    if able.knows_sender or not isinstance(fact, Said | Opted):
        return fact
    told = _told(channel, fact)
    if told is None:
        return None
    if told.address.value != fact.address and not new_email.had(told.address.person, fact.address, at=told.made_at):
        return None
    return replace(fact, address=told.address.value)


def echoes(channel: str, said: Said) -> bool:
    """Whether the same words came from this address a moment ago: a machine that answers each answer of ours, and does not say that it is one."""
    words = hashlib.sha256(f"{said.address} {said.text.strip()}".encode()).hexdigest()[:40]
    row, new = Taken.objects.get_or_create(channel=channel, fact=f"words {words}")
    if new or timezone.now() - row.at > SAME_WORDS:
        Taken.objects.filter(pk=row.pk).update(at=timezone.now())
        return False
    return True


def tell_owner(channel: str, fact: Fact) -> None:
    """Whoever got the letter must not think that an answer from another address of theirs was passed on; told once, at the address we know."""
    told = _told(channel, fact) if isinstance(fact, Said | Opted) else None
    if told is None or not Taken.objects.get_or_create(channel=channel, fact=f"elsewhere {told.pk.hex}")[1]:
        return
    with translation.override(told.address.person.language):
        answering.answer(
            told.address,
            _(
                "Somebody answered our message to you from another e-mail address. That was not passed on. Was it you? Then answer from this address, or "
                "open the web app. Urgent? Call 112."
            ),
            title=_("An answer was not passed on"),
            about=told.posting_id or (told.words or {}).get("about") or 0,
        )


def _told(channel: str, fact: Said | Opted) -> Delivery | None:
    pk = tokens.replied(fact.reply_to)
    found: Delivery | None = Delivery.objects.filter(pk=pk, channel=channel).select_related("address__person").first() if pk else None
    return found
