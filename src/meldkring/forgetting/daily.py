"""Every night what is over is erased, and what came of it is written down (rules 7): a line in the audit log with a number per kind of data.

The line is also what says that today's round is done, so it happens once a day however many processes there are, and after a day off at once.
"""

import logging
from collections.abc import Callable

from django.utils import timezone

from meldkring.audit import log
from meldkring.audit.models import Line
from meldkring.forgetting import ageing, staying_away, unopened
from meldkring.joining import expelling, importing

logger = logging.getLogger(__name__)
ACTION = "forget"
ROUND: dict[str, Callable[[], int]] = {
    "messages": ageing.messages,
    "consents": ageing.consents,
    "places": ageing.places,
    "letters": ageing.letters,
    "mails": ageing.mails,
    "deliveries": ageing.deliveries,
    "sign_ups": ageing.sign_ups,
    "codes": ageing.codes,
    "awaited": ageing.awaited,
    "proofs": ageing.proofs,
    "lists": importing.forget_due,
    "expulsions": expelling.forget_due,
    "duty": ageing.duty,
    "officers": ageing.officers,
    "members": staying_away.remove,
    "districts": unopened.close,
    "audit": ageing.audit,
}


def run() -> dict[str, int] | None:
    """Today's round, unless it has been; what was erased, by kind of data. One kind that fails does not keep the others."""
    if Line.objects.filter(action=ACTION, at__gte=timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)).exists():
        return None
    counts: dict[str, int] = {}
    for name, chore in ROUND.items():
        try:
            counts[name] = chore()
        except Exception:
            logger.exception("erasing %s failed", name)
            counts[name] = -1
    log.record(ACTION, None, by=None, **counts)
    return counts


def last() -> Line | None:
    """The last round, for the page of who runs the installation."""
    return Line.objects.filter(action=ACTION).order_by("-at").first()
