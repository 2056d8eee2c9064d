"""Is this installation well? Looks at everything that it stands on, and says in plain words what is wrong and what to do about it.

Only looks: but for a test message that is asked for, and a question to the providers of chats, nothing is sent, and nothing is changed.
"""

import contextlib
import statistics
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from urllib.parse import urlsplit

import valkey
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http.request import validate_host
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meldkring.config import environment, machine, reaching
from meldkring.config.findings import Findings, Grade, care, good, wrong
from meldkring.delivery import auditor, troubles
from meldkring.delivery.models import Account
from meldkring.intake.models import Incoming
from meldkring.messaging.models import Posting
from meldkring.people import second_factor

SLOW = 0.05
LOOKS = 15


def all_of() -> Findings:
    """Everything, but what stands in rows only where the database is well."""
    for look in OUTSIDE:
        yield from _looked(look)
    broken = list(_looked(foundation))
    yield from broken
    for look in () if broken else IN_ROWS:
        yield from _looked(look)


def _looked(look: Callable[[], Findings]) -> Findings:
    """A look that itself breaks is a finding too."""
    try:
        yield from look()
    except Exception as error:
        what = _("%(look)s cannot be looked at: %(error)s") % {"look": look.__name__, "error": error}
        yield wrong(what, _("See the findings above first."))


def refuse_to_start(*looks: Callable[[], Findings]) -> None:
    """Raises `CannotStart` about what these find: a server that begins without them would fail at everything, later and in no words."""
    with translation.override(settings.LANGUAGE_CODE):
        wrongs = [environment.Wrong(found.what, found.advice) for look in looks for found in look()]
    if wrongs:
        raise environment.CannotStart(wrongs)


def site() -> Findings:
    """The address of the site, against the names it answers to."""
    parts = urlsplit(settings.SITE_URL)
    host = parts.hostname or ""
    if not validate_host(host, settings.ALLOWED_HOSTS):
        yield wrong(
            _("The site does not answer to its own name %(host)s.") % {"host": host},
            _("Add it to ALLOWED_HOSTS, or set SITE_URL to a name that is in it."),
        )
    elif host in ("127.0.0.1", "localhost", "::1"):
        yield care(
            _("Links in messages lead to this machine (%(url)s).") % {"url": settings.SITE_URL},
            _("Set SITE_URL to the address people use."),
        )
    else:
        yield good(_("The site is %(url)s.") % {"url": settings.SITE_URL})
    if parts.scheme == "https" and not settings.SESSION_COOKIE_SECURE:
        yield wrong(_("Cookies may travel without https."), _("Set HTTPS=true."))
    if settings.DEMO:
        yield wrong(_("This is the demo: anybody can look along as anybody."), _("Do not set MELDKRING_DEMO where real people take part."))


def foundation() -> Findings:
    """Is there a database, with the tables of this version, in which we may write? The first that is not so ends this."""
    for look in (reachable, up_to_date, writable):
        found = list(look())
        yield from found
        if found:
            return


def reachable() -> Findings:
    """Is there a database? Asked on a line of its own: the pool keeps trying, and who asks what is wrong does not want to wait."""
    line = connection.copy(alias="asked")
    if line.settings_dict["OPTIONS"].get("pool"):
        line.settings_dict["OPTIONS"] |= {"pool": False, "connect_timeout": 5}
    try:
        with contextlib.closing(line):
            line.ensure_connection()
    except DatabaseError as error:
        yield wrong(
            _("The database cannot be reached: %(error)s") % {"error": str(error).strip()}, _("Check DATABASE_URL, and whether it runs.")
        )


def up_to_date() -> Findings:
    """Has it the tables of this version?"""
    executor = MigrationExecutor(connection)
    behind = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if behind:
        yield wrong(_("The database is %(n)d steps behind this version.") % {"n": behind}, _("Run: meldkring migrate"))


def writable() -> Findings:
    """May we write in it?"""
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {Account._meta.db_table} SET channel = channel WHERE 1 = 0")  # noqa: S608 - a name of ours
    except DatabaseError as error:
        what = _("The database cannot be written: %(error)s") % {"error": str(error).strip()}
        yield wrong(what, _("Give the file and its folder to the user that runs Meldkring, and see whether the disk is full."))


def speed() -> Findings:
    """Is the database fast, and can it do two things at once?"""
    if connection.vendor == "sqlite":
        yield from _wal()
    median = statistics.median(_timed() for _look in range(LOOKS))
    told = {"database": connection.vendor, "ms": round(median * 1000, 1)}
    if median > SLOW:
        yield care(_("The database (%(database)s) answers slowly: %(ms)s ms.") % told, _("Look what else uses the disk or the server."))
    else:
        yield good(_("The database (%(database)s) answers in %(ms)s ms.") % told)


def _wal() -> Findings:
    with connection.cursor() as cursor:
        mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
    if mode != "wal":
        yield wrong(
            _("SQLite does not run in WAL mode but in %(mode)s: readers and writers wait for each other.") % {"mode": mode},
            _("Put the database on a disk of this machine, not on a network share."),
        )


def _timed() -> float:
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return time.perf_counter() - began


def bell() -> Findings:
    """Can processes wake each other?"""
    if not settings.BELL_URL:
        if settings.WORK_HERE:
            yield good(_("One process does everything, so it needs no bell between processes."))
        else:
            yield care(
                _("Web pages and worker cannot ring each other: messages wait up to five seconds."), _("Set BELL_URL to a Valkey server.")
            )
        return
    try:
        with valkey.Valkey.from_url(settings.BELL_URL, socket_timeout=3, socket_connect_timeout=3) as client:
            client.ping()
        yield good(_("The bell answers."))
    except (valkey.ValkeyError, OSError, ValueError) as error:
        yield wrong(
            _("The bell does not answer: %(error)s") % {"error": error},
            _("Check BELL_URL and whether Valkey runs. Messages still go, a few seconds later."),
        )


def key() -> Findings:
    """Is the secret key still the one with which things were sealed?"""
    if not second_factor.readable():
        yield wrong(
            _("The secret key is not the one with which second steps were sealed."),
            _("Put back the file secret-key, or the SECRET_KEY of before: until then nobody can sign in with codes of an app."),
        )


def backlog() -> Findings:
    """What lies waiting that should have gone?"""
    owed = Posting.objects.owed().filter(posted_at__lt=timezone.now() - auditor.SLOW_FANOUT).count()
    late, stuck = (
        auditor.overdue().total(),
        Incoming.objects.filter(done_at=None, came_at__lt=timezone.now() - timedelta(minutes=5)).count(),
    )
    if owed:
        yield wrong(
            _("%(n)d messages have been told to nobody yet.") % {"n": owed}, _("See whether the worker runs, and what its log says.")
        )
    if late:
        yield wrong(
            _("%(n)d deliveries are overdue.") % {"n": late}, _("See above what is wrong with the channel, or whether the worker runs.")
        )
    if stuck:
        yield care(_("%(n)d things that came in have not been worked.") % {"n": stuck}, _("The log says why."))
    for trouble in troubles.lasting():
        said = troubles.words(trouble)
        yield care(said.what, said.advice)
    if not (owed or late or stuck):
        yield good(_("Nothing lies waiting."))


OUTSIDE: tuple[Callable[[], Findings], ...] = (site, reaching.set_up, bell, machine.disk)
IN_ROWS: tuple[Callable[[], Findings], ...] = (speed, key, reaching.channels, reaching.door, reaching.brought, machine.clock, backlog)
WORDS: Mapping[Grade, Callable[[], str]] = {
    Grade.GOOD: lambda: _("good"), Grade.CARE: lambda: _("take care"), Grade.WRONG: lambda: _("wrong"),
}  # fmt: skip
