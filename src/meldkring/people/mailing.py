"""E-mails about someone's own membership: a code, an admission, a reason. Written as a row with the deed itself, sent a moment later.

Alarms do not go this way: they have their own deliveries. A mail that cannot be sent is tried again for a day, ever less often.
"""

import logging
from datetime import timedelta
from smtplib import SMTPException

from django.core import mail
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from meldkring import bell
from meldkring.people.models import Mail

logger = logging.getLogger(__name__)
BELL = "mail"
FIRST_PAUSE, LONGEST_PAUSE, KEEP_TRYING = timedelta(seconds=30), timedelta(hours=1), timedelta(days=1)
LEASE = timedelta(minutes=2)


def write(to: str, *, subject: str, text: str) -> Mail:
    """Owe this e-mail; it goes out once the transaction of the deed is there."""
    now = timezone.now()
    written = Mail.objects.create(to=to, subject=" ".join(subject.split())[:200], text=text, written_at=now, due_at=now)
    transaction.on_commit(lambda: bell.ring(BELL))
    return written


def send_due(limit: int = 100) -> int:
    """Send what is due, oldest first; how many went out."""
    sent = 0
    for pk in (
        Mail.objects.filter(sent_at=None, given_up_at=None, due_at__lte=timezone.now())
        .order_by("due_at")
        .values_list("pk", flat=True)[:limit]
    ):
        sent += _send(pk)
    return sent


def _send(pk: int) -> bool:
    now = timezone.now()
    # The lease keeps another process off; after a crash in between the mail is due again.
    claimed = Mail.objects.filter(pk=pk, sent_at=None, given_up_at=None, due_at__lte=now).update(
        due_at=now + LEASE, attempts=F("attempts") + 1
    )
    if not claimed:
        return False
    row = Mail.objects.get(pk=pk)
    try:
        mail.send_mail(row.subject, row.text, None, [row.to])
    except (OSError, SMTPException) as error:
        logger.warning("e-mail %s could not be sent: %s", pk, type(error).__name__)
        given_up = now if now - row.written_at > KEEP_TRYING else None
        pause = min(FIRST_PAUSE * 2 ** (row.attempts - 1), LONGEST_PAUSE)
        Mail.objects.filter(pk=pk).update(due_at=now + pause, given_up_at=given_up)
        return False
    Mail.objects.filter(pk=pk).update(sent_at=timezone.now(), text="")
    return True
