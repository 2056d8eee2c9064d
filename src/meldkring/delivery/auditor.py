"""Is anybody not told who should have been? Looks at the rows from outside the worker and raises the alarm about what stays lying.

It runs with the clock of the pages, so it also speaks up when no worker is there at all.
"""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from meldkring.delivery import ledger, troubles
from meldkring.delivery.models import Delivery, Trouble
from meldkring.messaging.models import Posting

SLOW_FANOUT = timedelta(seconds=30)
SLOW_DELIVERY = timedelta(minutes=2)


def look() -> list[Trouble]:
    """Raise or end the alarms about postings not fanned out and deliveries overdue, and tell who must know; the troubles that last."""
    now = timezone.now()
    if Posting.objects.owed().filter(posted_at__lt=now - SLOW_FANOUT).exists():
        troubles.note("not_fanned_out", "postings")
    else:
        troubles.over("not_fanned_out", "postings")
    late = set(overdue().values_list("channel", flat=True).distinct())
    for channel in late:
        troubles.note("overdue", channel)
    for trouble in Trouble.objects.filter(kind="overdue", over_at=None).exclude(about__in=late):
        troubles.over("overdue", trouble.about)
    ledger.settle()
    lasting = troubles.lasting()
    troubles.tell()
    return lasting


def overdue() -> "models.QuerySet[Delivery]":
    """What should have gone, or whose sender should have said what became of it, more than two minutes ago."""
    before = timezone.now() - SLOW_DELIVERY
    found: models.QuerySet[Delivery] = Delivery.objects.filter(
        Q(state__in=(Delivery.State.QUEUED, Delivery.State.UNKNOWN), due_at__lt=before)
        | Q(state=Delivery.State.CLAIMED, lease_until__lt=before)
    )
    return found
