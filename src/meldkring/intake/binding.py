"""How an address on another channel becomes a person's: a link or code of ours, opened in that channel, once and within the hour."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from meldkring.channels import registry
from meldkring.channels.contract import Linking
from meldkring.delivery import addresses
from meldkring.delivery.models import Address
from meldkring.intake.models import Binding
from meldkring.people.models import Person

LASTS = timedelta(hours=1)


def offered() -> list[tuple[str, str]]:
    """The name and label of each channel here that a member can tie to their account."""
    kinds = registry.kinds()
    return [
        (name, str(kinds[name].label)) for name, made in registry.here().channels.items() if isinstance(made, Linking) and made.link("x")
    ]


def begin(person: Person, *, channel: str) -> str:
    """A token that ties whoever opens the channel with it to this person. Shown once; only its digest is kept."""
    token = secrets.token_urlsafe(12)
    Binding.objects.create(person=person, channel=channel, digest=_digest(token), made_at=timezone.now())
    return token


@transaction.atomic
def bind(token: str, *, channel: str, value: str, at: datetime | None = None) -> Address | None:
    """Tie this address to the person who was given the token; None if the token is unknown, used or too old."""
    fresh = Binding.objects.filter(channel=channel, digest=_digest(token), used_at=None, made_at__gt=timezone.now() - LASTS)
    found = fresh.select_related("person").first()
    if found is None or not fresh.update(used_at=timezone.now()):
        return None
    return addresses.add(found.person, channel=channel, value=value, at=at)


def _digest(token: str) -> str:
    return hashlib.sha256(token.strip().encode()).hexdigest()
