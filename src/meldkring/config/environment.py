"""What does the environment say? What cannot be read is told in words, all of it at once, and without the password that may be in it.

Settings are read before Django can translate anything, so the words are translated here by Python itself.
"""

import contextlib
import errno
import gettext
import os
import socket
import warnings
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from meldkring.config import secret

_ = gettext.translation("django", Path(__file__).resolve().parent.parent / "locale", languages=["nl"], fallback=True).gettext
DATABASES = ("sqlite3", "postgresql")
YES, NO = ("true", "yes", "on", "1", "y", "ok"), ("false", "no", "off", "0", "n", "")


class Wrong(NamedTuple):
    """What is wrong, and what to do about it."""

    what: str
    advice: str


class CannotStart(ImproperlyConfigured):
    """With this nothing can begin; it is told in words, for it is nobody's mistake in the code."""

    def __init__(self, wrongs: Sequence[Wrong]) -> None:
        super().__init__(" ".join(f"{wrong.what} {wrong.advice}" for wrong in wrongs))
        self.wrongs = wrongs

    def told(self) -> str:
        """As `meldkring doctor` tells what it found."""
        found = "".join(f"✗ {_('wrong')}: {wrong.what}\n    → {wrong.advice}\n" for wrong in self.wrongs)
        return found + _("Wrong: %(n)d. Look at what is marked with ✗.") % {"n": len(self.wrongs)} + "\n"


class Environment:
    """Gives each setting, or what holds without it; remembers what could not be read until `settle`."""

    def __init__(self) -> None:
        self._env, self._wrongs = environ.Env(), list[Wrong]()

    def settle(self) -> None:
        """Raises `CannotStart` about everything that could not be read."""
        if self._wrongs:
            raise CannotStart(self._wrongs)

    def text(self, name: str, default: str = "") -> str:
        return os.environ.get(name, "").strip() or default

    def words(self, name: str, default: Sequence[str] = ()) -> list[str]:
        return [word for part in os.environ[name].split(",") if (word := part.strip())] if name in os.environ else list(default)

    def yes(self, name: str, *, default: bool = False) -> bool:
        told = self.text(name, str(default)).lower()
        if told not in (*YES, *NO):
            self._refuse(_("%(name)s says neither yes nor no: %(value)s") % {"name": name, "value": told}, _("Write true or false."))
        return told in YES

    def one_of(self, name: str, choices: Sequence[str], default: str) -> str:
        told = self.text(name, default)
        if told.lower() not in map(str.lower, choices):
            what = _("%(name)s cannot be this: %(value)s") % {"name": name, "value": told}
            self._refuse(what, _("Choose one of these: %(choices)s") % {"choices": ", ".join(choices)})
        return next((choice for choice in choices if choice.lower() == told.lower()), default)

    def count(self, name: str, *, default: int) -> int:
        """A whole number above nought."""
        told = self.text(name, str(default))
        if told.isdecimal() and int(told) > 0:
            return int(told)
        self._refuse(_("%(name)s cannot be this: %(value)s") % {"name": name, "value": told}, _("Write a whole number above nought."))
        return default

    def port(self, name: str, *, default: int) -> int:
        """Where to listen."""
        try:
            return port(self.text(name, str(default)), name)
        except CannotStart as refused:
            self._wrongs += refused.wrongs
            return default

    def days(self, name: str, **defaults: int) -> dict[str, int]:
        """So many days for each of these names, as in `messages=45,letters=180`."""
        found = dict(defaults)
        for told in self.words(name):
            what, _sign, number = (part.strip() for part in told.partition("="))
            if what in defaults and number.isdecimal() and int(number) > 0:
                found[what] = int(number)
            else:
                advice = _("Write a name and a number of days: %(example)s. The names are: %(choices)s")
                said = {"example": "messages=45,letters=180", "choices": ", ".join(defaults)}
                self._refuse(_("%(name)s cannot be this: %(value)s") % {"name": name, "value": told}, advice % said)
        return found

    def address(self, name: str, *, schemes: Collection[str], example: str, default: str = "") -> str:
        """An address of these kinds, as it is typed; empty where there is none."""
        found = self.text(name, default).rstrip("/")
        try:
            parts = urlsplit(found)
            fits = parts.scheme in schemes and bool(parts.netloc or parts.path) and (parts.port or 1) > 0
        except ValueError:
            fits = False
        if found and not fits:
            self._refuse(_("%(name)s is no address.") % {"name": name}, _("Write it like this: %(example)s") % {"example": example})
        return found

    def folder(self, name: str, *, default: Path) -> Path:
        """Where we keep things; made if it can be, and what needs it says so if it cannot."""
        found = Path(self.text(name, str(default)))
        with contextlib.suppress(OSError):
            found.mkdir(parents=True, exist_ok=True)
        return found

    def key(self, name: str, data: Path) -> str:
        """The secret key, or the one that is kept in the data folder."""
        try:
            return self.text(name) or secret.kept_key(data)
        except OSError as error:
            what = _("The data folder %(folder)s is not there or cannot be written.") % {"folder": data}
            advice = _("Make it, and give it to the user that runs Meldkring. MELDKRING_DATA says where it is (%(error)s).")
            self._refuse(what, advice % {"error": error.strerror})
            return "none"

    def database(self, name: str, *, default: str) -> dict[str, Any]:
        """Django's settings for the database at this address."""
        try:
            with warnings.catch_warnings(action="ignore"):  # it would print the password
                found: dict[str, Any] = self._env.db(name, default=default)
            known = found["ENGINE"].endswith(DATABASES)
        except (ImproperlyConfigured, ValueError, KeyError):
            known = False
        if known:
            return found
        what = _("%(name)s is no address of a database that Meldkring can use.") % {"name": name}
        advice = _("Write it as postgres://user:password@localhost:5432/meldkring, or leave it out to keep everything in one file.")
        self._refuse(what, f"{advice} {_in_password()}")
        return dict(self._env.db_url_config(default))

    def mail(self, name: str) -> dict[str, Any]:
        """Django's settings for the mail server at this address."""
        try:
            found: dict[str, Any] = self._env.email_url(name, default="consolemail://")
        except (ImproperlyConfigured, ValueError, KeyError):
            advice = _("Write it as smtp+tls://user:password@mail.example.org:587.")
            self._refuse(_("%(name)s is no address of a mail server.") % {"name": name}, f"{advice} {_in_password()}")
            return {}
        return found

    def _refuse(self, what: str, advice: str) -> None:
        self._wrongs.append(Wrong(what, advice))


def port(told: str, name: str = "--port") -> int:
    """The number of a port, from a setting or from the command line. Refuses with `CannotStart`."""
    if told.isdecimal() and 0 < int(told) < 65536:
        return int(told)
    what = _("%(name)s cannot be this: %(value)s") % {"name": name, "value": told}
    raise CannotStart([Wrong(what, _("Write the number of a port, from 1024 to 65535, such as 8000."))])


def cannot_listen(host: str, number: int, error: OSError) -> CannotStart:
    """Nobody can be answered at this place: why, and where else."""
    place = {"port": number, "host": host, "next": number + 1 if number < 65535 else 8000, "error": error.strerror}
    if error.errno == errno.EADDRINUSE:
        what = _("Port %(port)d on %(host)s is taken by another program.")
        advice = _("Stop that one, or choose another port, for example: PORT=%(next)d")
    elif error.errno == errno.EACCES:
        what = _("Port %(port)d on %(host)s may only be used by root.")
        advice = _("Choose a port from 1024, for example PORT=8000, and let nginx answer at port 80 and 443.")
    elif error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
        what = _("HOST=%(host)s is no address of this machine.")
        advice = _("Write 127.0.0.1 to answer on this machine alone, where nginx is, or 0.0.0.0 to answer everybody.")
    else:
        what = _("Port %(port)d on %(host)s cannot be used: %(error)s")
        advice = _("Look at HOST and PORT.")
    return CannotStart([Wrong(what % place, advice % place)])


def database_failed(error: Exception) -> Wrong:
    """The database failed while a command was at work."""
    return Wrong(_("The database fails: %(error)s") % {"error": str(error).strip()}, _("Run: meldkring doctor"))


def _in_password() -> str:
    return _("In a password @ is written as %40, / as %2F and : as %3A.")
