"""Is the machine itself well: is its clock right, and is there room on its disk?"""

import ctypes
import os
import shutil
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.config.findings import Finding, Findings, Grade, care, good, wrong
from meldkring.delivery import troubles
from meldkring.messaging.models import Posting

MB = 1024 * 1024
FEW, TOO_FEW = 1024 * MB, 100 * MB
KERNEL_TIME, ADRIFT = 512, 5  # more than a `struct timex` takes, all zero: only asked; TIME_ERROR


def clock() -> Findings:
    """Do we and the database agree what time it is, and is the clock kept right? Codes, leases and deadlines stand on it."""
    off = 0.0
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            off = abs((cursor.fetchone()[0] - timezone.now()).total_seconds())
    advice = _("Switch on time synchronisation (for example systemd-timesyncd) on every server.")
    ahead = Posting.objects.filter(posted_at__gt=timezone.now() + timedelta(seconds=5)).exists()
    if off > 2 or ahead:
        yield wrong(_("The clock is not right: there is something from the future."), advice)
    elif _adrift():
        yield care(_("Nothing keeps the clock of this machine right (now %(now)s).") % {"now": _now()}, advice)
    else:
        yield good(_("The clock is right as far as we can see: %(now)s.") % {"now": _now()})


def _now() -> str:
    return f"{timezone.localtime():%d-%m-%Y %H:%M:%S}"


def _adrift() -> bool:
    """Whether the kernel says that nobody sets its clock (adjtimex(2)); where it cannot be asked we do not know."""
    try:
        return bool(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(KERNEL_TIME)) == ADRIFT)
    except (OSError, AttributeError):
        return False


def disk() -> Findings:
    """Is there room, and may we write?"""
    for folder in dict.fromkeys((settings.DATA, _database_folder())):
        told: dict[str, object] = {"folder": folder}
        if not folder.exists() or not os.access(folder, os.W_OK):
            yield wrong(
                _("The data folder %(folder)s is not there or cannot be written.") % told,
                _("Make it, and give it to the user that runs Meldkring."),
            )
        else:
            yield _room(folder)


def _database_folder() -> Path:
    file = settings.DATABASES["default"]["NAME"] if connection.vendor == "sqlite" else ""
    return Path(file).parent if file and Path(file).is_absolute() else Path(settings.DATA)


def _room(folder: Path) -> Finding:
    free, files = shutil.disk_usage(folder).free, os.statvfs(folder)
    told: dict[str, object] = {"folder": folder, "free": f"{free // MB:,}".replace(",", ".")}
    if files.f_files and not files.f_favail:
        return wrong(
            _("No more files fit on the disk of %(folder)s.") % told,
            _("Throw small files away there: without that nothing can be written."),
        )
    if free < TOO_FEW:
        return wrong(_("The disk is full: %(free)s MB left in %(folder)s.") % told, _("Make room now: without it nothing can be written."))
    if free < FEW:
        return care(_("The disk gets full: %(free)s MB left in %(folder)s.") % told, _("Make room, or move old backups away."))
    return good(_("%(free)s MB left on the disk.") % told)


def watch_disk() -> None:
    """Tell administrators while there is still room to write that down."""
    full = any(_room(folder).grade is not Grade.GOOD for folder in {Path(settings.DATA), _database_folder()} if folder.exists())
    (troubles.note if full else troubles.over)("disk", "data")
