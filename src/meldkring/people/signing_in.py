"""Signing in with a six-digit code by e-mail. Accounts are not made here: residents sign up with their district."""

import secrets

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """What differs from allauth's defaults."""

    def generate_login_code(self) -> str:
        """Six digits: easy to type over on a phone; allauth limits the attempts and the time."""
        return f"{secrets.randbelow(1_000_000):06d}"

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
