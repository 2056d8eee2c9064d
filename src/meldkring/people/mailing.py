"""E-mails about someone's own account or membership: a code, an admission, a reason. Written as a row with the deed itself, sent a moment later.

Alarms do not go this way: they have their own deliveries. A mail that cannot be sent is tried again for a day, ever less often.
"""

import logging
from datetime import timedelta
from email.utils import make_msgid, parseaddr
from smtplib import SMTPException

from anymail.exceptions import AnymailError
from django.conf import settings
from django.core import mail
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation

from meldkring import bell
from meldkring.channels import email_page, email_writing
from meldkring.people.models import Mail

logger = logging.getLogger(__name__)
BELL = "mail"
FIRST_PAUSE, LONGEST_PAUSE, KEEP_TRYING = timedelta(seconds=30), timedelta(hours=1), timedelta(days=1)
LEASE = timedelta(minutes=2)


def write(to: str, *, subject: str, text: str) -> Mail:
    """Owe this e-mail, in the language of this moment; it goes out once the transaction of the deed is there.

    An address alone on a line becomes its button, six digits alone on a line are drawn as a code to type over.
    """
    now, language = timezone.now(), (translation.get_language() or settings.LANGUAGE_CODE)[:2]
    line = " ".join(subject.split())[:200]
    written = Mail.objects.create(to=to, subject=line, text=text, language=language, written_at=now, due_at=now)
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
        _drawn(row).send()
    except (OSError, SMTPException, AnymailError) as error:
        logger.warning("e-mail %s could not be sent: %s", pk, type(error).__name__)
        given_up = now if now - row.written_at > KEEP_TRYING else None
        pause = min(FIRST_PAUSE * 2 ** (row.attempts - 1), LONGEST_PAUSE)
        Mail.objects.filter(pk=pk).update(due_at=now + pause, given_up_at=given_up)
        return False
    Mail.objects.filter(pk=pk).update(sent_at=timezone.now(), text="")
    return True


def _drawn(row: Mail) -> mail.EmailMultiAlternatives:
    """The mail with its page beside its words; no machine answers it (RFC 3834)."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or None
    headers = {"Message-ID": make_msgid(domain=domain), **email_writing.UNANSWERED}
    made = mail.EmailMultiAlternatives(row.subject, row.text, to=[row.to], headers=headers)
    if not settings.EMAIL_BACKEND.endswith(".console.EmailBackend"):  # who reads it in a log has enough with the words
        made.attach_alternative(email_page.drawn(email_writing.about_account(row.subject, row.text, language=row.language)), "text/html")
    return made
