"""Can the addresses of database and mail server be read? If not, it is said in words, and without the password that is in them.

Settings need them before Django can translate anything, so the words are translated here by Python itself.
"""

import gettext
import warnings
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

_ = gettext.translation("django", Path(__file__).resolve().parent.parent / "locale", languages=["nl"], fallback=True).gettext
DATABASES = ("sqlite3", "postgresql")


class Unreadable(ImproperlyConfigured):
    """An address that cannot be read; says what is wrong and what to do."""

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(f"{what} {advice}")
        self.what, self.advice = what, advice


def database(env: environ.Env, *, otherwise: str) -> dict[str, Any]:
    """The database of DATABASE_URL."""
    try:
        with warnings.catch_warnings(action="ignore"):  # it would print the password
            found: dict[str, Any] = env.db("DATABASE_URL", default=otherwise)
        known = found["ENGINE"].endswith(DATABASES)
    except (ImproperlyConfigured, ValueError, KeyError):
        known = False
    if not known:
        advice = _("Write it as postgres://user:password@localhost:5432/meldkring, or leave it out to keep everything in one file.")
        raise Unreadable(_("DATABASE_URL is no address of a database that Meldkring can use."), f"{advice} {_in_password()}")
    return found


def mail(env: environ.Env) -> dict[str, Any]:
    """Django's settings for the mail server of EMAIL_URL."""
    try:
        found: dict[str, Any] = env.email_url("EMAIL_URL", default="consolemail://")
    except (ImproperlyConfigured, ValueError, KeyError):
        advice = _("Write it as smtp+tls://user:password@mail.example.org:587.")
        raise Unreadable(_("EMAIL_URL is no address of a mail server."), f"{advice} {_in_password()}") from None
    return found


def told(error: Unreadable) -> str:
    """What `meldkring doctor` says of it."""
    count = _("Wrong: %(n)d. Look at what is marked with ✗.") % {"n": 1}
    return f"✗ {_('wrong')}: {error.what}\n    → {error.advice}\n{count}\n"


def _in_password() -> str:
    return _("In a password @ is written as %40, / as %2F and : as %3A.")
