"""Is anybody not told who should have been? Looks at the rows from outside the worker and raises the alarm about what stays lying."""

from datetime import timedelta

from django.utils import timezone

from meldkring.delivery import accounts
from meldkring.delivery.models import Delivery, Trouble
from meldkring.messaging.models import Posting

SLOW_FANOUT = timedelta(seconds=30)
SLOW_DELIVERY = timedelta(minutes=2)


def look() -> list[Trouble]:
    """Raise or end the alarms about postings not fanned out and deliveries overdue; the troubles that last."""
    now = timezone.now()
    owed = Posting.objects.owed().filter(posted_at__lt=now - SLOW_FANOUT)
    _say("not_fanned_out", "postings", raised=owed.exists())
    overdue = Delivery.objects.waiting().filter(due_at__lt=now - SLOW_DELIVERY)
    late = set(overdue.values_list("channel", flat=True).distinct())
    for channel in late:
        accounts.trouble("overdue", channel)
    Trouble.objects.filter(kind="overdue", over_at=None).exclude(about__in=late).update(over_at=now)
    return list(Trouble.objects.filter(over_at=None).order_by("since"))


def _say(kind: str, about: str, *, raised: bool) -> None:
    if raised:
        accounts.trouble(kind, about)
    else:
        Trouble.objects.filter(kind=kind, about=about, over_at=None).update(over_at=timezone.now())
