"""Who had been told of a message of the police hears that it no longer holds: exactly those people, along the same way, where that costs nothing.

A notification on a locked screen would show its description for days. What ended meanwhile needs this no more: its closing message says it.
"""

from collections.abc import Collection

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meldkring import bell
from meldkring.cases import validity
from meldkring.cases.models import Contribution
from meldkring.channels.contract import Urgency
from meldkring.delivery import answering, outcomes, preferences
from meldkring.delivery.models import Address, Delivery

BATCH = 20


def run(*, channels: Collection[str], paid: Collection[str] = ()) -> int:
    """Owe this to everyone who must hear it; to how many. One query when nothing has run out."""
    count, free = 0, set(channels) - set(paid)
    for told in validity.to_recall()[:BATCH]:
        with transaction.atomic():
            if validity.recall(told) and told.case.is_open:
                count += _owe(told, free)
    return count


def _owe(told: Contribution, free: Collection[str]) -> int:
    sent = Delivery.objects.filter(
        message=told.message_id, channel__in=free, state__in=outcomes.HANDED_OVER, address__state=Address.State.ACTIVE
    )
    made = [_made(delivery, told) for delivery in sent.select_related("address__person", "posting__group")]
    Delivery.objects.bulk_create(made)
    if made:
        transaction.on_commit(lambda: bell.ring(answering.BELL))
    return len(made)


def _made(delivery: Delivery, told: Contribution) -> Delivery:
    now, group = timezone.now(), delivery.posting.group.name if delivery.posting else ""
    with translation.override(delivery.address.person.language):
        title = _("No longer valid: message from the police")
        text = _("The message of the police in %(group)s is no longer valid. Do not pass it on. You will hear how it ended.")
    words = {
        "title": title,
        "text": text % {"group": group},
        "topic": f"case-{told.case_id}",
        "url": f"{settings.SITE_URL}{reverse('case', args=[told.case.reference])}",
        "about": delivery.posting_id or 0,
    }
    return Delivery(
        address=delivery.address, channel=delivery.channel, urgency=Urgency.NEWS, due_at=now,
        expires_at=now + preferences.LASTS[Urgency.NEWS], made_at=now, words=words,
    )  # fmt: skip
