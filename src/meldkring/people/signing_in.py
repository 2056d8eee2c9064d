"""Signing in with a six-digit code by e-mail. Accounts are not made here: residents sign up with their district.

The code is a mail like all about somebody's account: written as a row, so that a mail server that is away keeps nobody waiting for a page.
"""

import secrets
import time
from typing import Any

from allauth.account import app_settings, authentication
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _

from meldkring.people import mailing, second_factor
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
        """A code by e-mail too: whoever got in proved that address then. Who has a second step shows that one: a mailbox alone is not enough."""
        _keep_proven(user)
        methods: list[dict[str, str]] = super().get_reauthentication_methods(user)
        return [m for m in methods if m["id"] != "reauthenticate_by_code"] if second_factor.is_set(user) else methods

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """What allauth wants to mail, in our own words."""
        person = Person.objects.filter(email__iexact=email, is_active=True).first()
        with translation.override(person.language if person else translation.get_language()):
            if template_prefix.endswith("/login_code"):
                mailing.write(email, subject=_("Your code for Meldkring"), text="\n\n".join(_code(context["code"])))
            elif template_prefix.endswith("/unknown_account"):
                mailing.write(email, subject=_("No account with this address"), text="\n\n".join(_unknown()))
            else:
                super().send_mail(template_prefix, email, context)


def _code(digits: str) -> list[str]:
    return [
        _("This is your code to sign in. It works for ten minutes."),
        digits,
        _("Give it to nobody: we never ask for it by phone or mail."),
        _("Did you not ask for a code? Then you need not do anything."),
    ]


def _unknown() -> list[str]:
    return [
        _("Somebody asked for a code to sign in with this address. There is no account with it."),
        _("Do you take part already? Then try another address of yours. Do you want to take part? Look for your district here:"),
        settings.SITE_URL,
        _("Was it not you? Then you need not do anything."),
    ]


@transaction.atomic
def _keep_proven(user: Person) -> None:
    """allauth sends a code only to an address it knows to be proven."""
    EmailAddress.objects.filter(user=user).exclude(email__iexact=user.email).delete()
    EmailAddress.objects.get_or_create(user=user, email=user.email.lower(), defaults={"verified": True, "primary": True})
