"""Signing in with a six-digit code by e-mail. Accounts are not made here: residents sign up with their district."""

import secrets
import time
from typing import Any

from allauth.account import app_settings, authentication
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.db import transaction
from django.http import HttpRequest

from meldkring.people.models import Person


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """What differs from allauth's defaults."""

    def generate_login_code(self) -> str:
        """Six digits: easy to type over on a phone; allauth limits the attempts and the time."""
        return f"{secrets.randbelow(1_000_000):06d}"

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who signed in a moment ago is not asked to do so again before they set their first second step."""
        records = authentication.get_authentication_records(self.request, self.request.user)
        if records and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT:
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def get_reauthentication_methods(self, user: Person) -> list[dict[str, str]]:
        """A code by e-mail too: whoever got in proved that address then."""
        _keep_proven(user)
        methods: list[dict[str, str]] = super().get_reauthentication_methods(user)
        return methods


@transaction.atomic
def _keep_proven(user: Person) -> None:
    """allauth sends a code only to an address it knows to be proven."""
    EmailAddress.objects.filter(user=user).exclude(email__iexact=user.email).delete()
    EmailAddress.objects.get_or_create(user=user, email=user.email.lower(), defaults={"verified": True, "primary": True})
