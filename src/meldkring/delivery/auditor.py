"""Is anybody not told who should have been? Looks at the rows from outside the worker and raises the alarm about what stays lying.

It runs with the clock of the pages, so it also speaks up when no worker is there at all.
"""

from collections import Counter
from datetime import timedelta

from django.db.models import Count
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
    late = overdue()
    for channel in late:
        troubles.note("overdue", channel)
    for trouble in Trouble.objects.filter(kind="overdue", over_at=None).exclude(about__in=late):
        troubles.over("overdue", trouble.about)
    ledger.settle()
    lasting = troubles.lasting()
    troubles.tell()
    return lasting


def overdue() -> Counter[str]:
    """By channel how many should have gone, or should have heard from their sender, more than two minutes ago."""
    before = timezone.now() - SLOW_DELIVERY
    waiting, claimed = Delivery.objects.waiting().filter(due_at__lt=before), Delivery.objects.claimed().filter(lease_until__lt=before)
    found: Counter[str] = Counter()
    for which in (waiting, claimed):  # two questions, for each has an index of its own
        found.update(dict(which.order_by().values_list("channel").annotate(Count("pk"))))
    return found
