"""Does this person sign in with a second step (an app with codes, or a passkey)? Without it a role that decides over others does not work.

allauth keeps the authenticators; `second_factor_since` on the person is what the rest of Meldkring looks at.
"""

import base64
import hashlib

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from meldkring import bell
from meldkring.audit import log
from meldkring.people import mailing
from meldkring.people.models import Person

STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes alone are no second step


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]
    """What differs from allauth's defaults: secrets are encrypted in the database, and passkeys bear our name."""

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "Meldkring"}


def readable() -> bool:
    """Whether the secrets of second steps open with the key of now, as far as the last one tells."""
    last = Authenticator.objects.filter(type=Authenticator.Type.TOTP).order_by("pk").last()
    try:
        return last is None or bool(_fernet().decrypt(str(last.data.get("secret", "")).encode()))
    except InvalidToken:
        return False


def is_set(person: Person) -> bool:
    """Whether this person has a second step here, as far as allauth knows."""
    return bool(Authenticator.objects.filter(user=person, type__in=STEPS).exists())


@transaction.atomic
def note(person: Person, *, session: str = "") -> None:
    """Bring `second_factor_since` in line with the authenticators. The first one signs out every other session than `session`."""
    person = _locked(person)
    has = is_set(person)
    if has == (person.second_factor_since is not None):
        return
    _set(person, on=has)
    log.record("second_step", person, by=person, on=has)
    if has:
        sign_out(person, but=session)
        _tell(
            person,
            _("Your second step is set"),
            _("From now on you sign in with a second step. Was this not you? Tell your steering group."),
        )
    else:
        _tell(
            person, _("Your second step is gone"), _("Your role does not work until you set it again. Was this not you? Tell your group.")
        )


@transaction.atomic
def assert_elsewhere(person: Person, *, session: str) -> None:
    """The account with which this person signed in asked for a second step there; every other session ends, for it may have come without."""
    person = _locked(person)
    sign_out(person, but=session)
    if person.second_factor_since is None:
        _set(person, on=True)
        log.record("second_step", person, by=person, on=True, elsewhere=True)


@transaction.atomic
def reset(person: Person, *, by: Person) -> None:
    """Take away every second step of somebody who lost their phone, and sign them out everywhere. Who may ask this: groups/steering.py."""
    person = _locked(person)
    Authenticator.objects.filter(user=person).delete()
    _set(person, on=False)
    sign_out(person)
    log.record("reset_second_step", person, by=by)
    _tell(
        person,
        _("Your second step has been taken away"),
        _(
            "Sign in with your e-mail address and set it anew; your role works again then. Did you not ask for this? Tell your steering group."
        ),
    )


def _locked(person: Person) -> Person:
    return Person.objects.select_for_update(no_key=True).get(pk=person.pk)


def _set(person: Person, *, on: bool) -> None:
    Person.objects.filter(pk=person.pk).update(second_factor_since=timezone.now() if on else None)
    transaction.on_commit(lambda: bell.ring(f"person:{person.pk}"))


def sign_out(person: Person, *, but: str = "") -> None:
    """End every session of this person, but for one."""
    for session in UserSession.objects.filter(user=person).exclude(session_key=but):
        session.end()


def _tell(person: Person, subject: Promise, text: Promise) -> None:
    with translation.override(person.language):
        mailing.write(person.email, subject=str(subject), text=str(text))


def _fernet() -> Fernet:
    key = hashlib.sha256(b"meldkring second step" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
