"""Keys for the API: made, recognised, revoked. The key is shown once and only its digest is kept."""

import hashlib
import secrets

from django.utils import timezone

from meldkring.people.models import Person, Token


def create(person: Person, *, name: str) -> tuple[Token, str]:
    """Make a key for this person's own programs; the second value is the key, shown this once."""
    key = "mk_" + secrets.token_urlsafe(32)
    return Token.objects.create(person=person, name=name[:60], digest=_digest(key)), key


def found(key: str) -> Token | None:
    """The unrevoked key of an active person that this is, if any."""
    return Token.objects.select_related("person").filter(digest=_digest(key), revoked_at=None, person__is_active=True).first()


def revoke(token: Token, *, by: Person) -> None:
    """End a key; only its owner can."""
    Token.objects.filter(pk=token.pk, person=by, revoked_at=None).update(revoked_at=timezone.now())


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
