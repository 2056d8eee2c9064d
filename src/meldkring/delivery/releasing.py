"""Words were released (`cases/approving`): who has had the facts alone gets them now, where that costs nothing; others when they ask.

A delivery with `facts_only` is what is owed. Paid: only the price of an answer inside the free window, never a template. Nothing goes of what was
withdrawn, hidden or over meanwhile, or to who may no longer read it.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meldkring import bell
from meldkring.cases import approving
from meldkring.cases.models import Status
from meldkring.channels.contract import Capabilities, Urgency
from meldkring.delivery import answering, bulletins, composing, outcomes, preferences
from meldkring.delivery.dispatch import WITH_ALL
from meldkring.delivery.models import Address, Delivery, DeliveryQuery, Preference
from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.messaging.models import Kind, Posting

BATCH, KEPT = 200, timedelta(hours=24)


def run(able: Mapping[str, Capabilities]) -> int:
    """Owe the words to everyone who waits for them; to how many. One query when nobody does."""
    count, now = 0, timezone.now()
    for channel, can in able.items():
        # Looking costs no lock, which SQLite has only one of.
        if can.own_words and _owed(channel, can, now).exists():
            with transaction.atomic():
                count += _owe(channel, can, now)
    return count


def told(delivery: Delivery) -> None:
    """This person has now been told what they had to be told of it, with or without the words."""
    Delivery.objects.filter(pk=delivery.pk).update(facts_only=delivery.facts_only)


def readers(groups: Collection[Group], channels: Collection[str]) -> int:
    """How many people in these groups are told along these channels."""
    along = Address.objects.filter(channel__in=channels, state=Address.State.ACTIVE).values("person")
    return roles.members(groups).filter(pk__in=along).count() if channels and groups else 0


def _owe(channel: str, able: Capabilities, now: datetime) -> int:
    rows = list(
        _owed(channel, able, now).select_for_update(of=("self",), no_key=True).select_related("address__person").order_by("made_at")[:BATCH]
    )
    if not rows:
        return 0
    postings = Posting.objects.select_related(*WITH_ALL).in_bulk({d.posting_id for d in rows})
    reading: dict[int, set[int]] = {}
    made, wishes = [], {p.person_id: p for p in Preference.objects.filter(person__in={d.address.person_id for d in rows})}
    for delivery in rows:
        posting = delivery.posting = postings[delivery.posting_id]
        if posting.group_id not in reading:
            reading[posting.group_id] = set(roles.members([posting.group]).values_list("pk", flat=True))
    for delivery in rows:
        if delivery.posting and delivery.address.person_id in reading[delivery.posting.group_id]:
            wish = wishes.get(delivery.address.person_id) or Preference(person=delivery.address.person)
            made += _made(delivery, wish, able, now)
    Delivery.objects.filter(pk__in=[d.pk for d in rows]).update(facts_only=False)
    Delivery.objects.bulk_create(made)
    if made:
        transaction.on_commit(lambda: bell.ring(answering.BELL))
    return len(made)


def _owed(channel: str, able: Capabilities, now: datetime) -> DeliveryQuery:
    """Who had the facts alone of what somebody decided about since, and can be sent the rest for nothing."""
    stands = Q(posting__withdrawn_at=None, posting__hidden_at=None, message__contribution__expired_at=None)
    live = Q(message__contribution__case__status=Status.OPEN) | Q(message__kind=Kind.CLOSING)
    found: DeliveryQuery = Delivery.objects.filter(
        stands,
        live,
        channel=channel,
        facts_only=True,
        made_at__gt=now - KEPT,
        state__in=outcomes.HANDED_OVER,
        address__state=Address.State.ACTIVE,
    )
    if able.free_window:
        found = found.filter(address__heard_at__gt=now - timedelta(seconds=able.free_window))
    return found.filter(approving.owed_to("message"))


def _made(delivery: Delivery, wishes: Preference, able: Capabilities, now: datetime) -> list[Delivery]:
    [(_same, letter)] = composing.letters([delivery], able=able)
    if letter is None or delivery.posting is None or (wishes.muted_until and wishes.muted_until > now):
        return []
    due = now if delivery.urgency == Urgency.ALARM else preferences.quiet_end(wishes, now)
    case = delivery.posting.message.contribution.case
    with translation.override(delivery.address.person.language):
        title = letter.title
        if delivery.posting.message.kind != Kind.CLOSING:
            title = bulletins.titled(_("More about %(case)s") % {"case": bulletins.called(case)}, delivery.posting)
    words = {
        "title": title, "text": letter.text, "topic": letter.topic, "url": letter.url, "about": delivery.posting_id,
        "actions": [{"id": a.id, "label": a.label, "url": a.url} for a in letter.actions if a.id != "open"],
    }  # fmt: skip
    made = Delivery(
        address=delivery.address, channel=delivery.channel, urgency=delivery.urgency, due_at=due, made_at=now, words=words,
        expires_at=max(due, now) + answering.LASTS,
    )  # fmt: skip
    return [made]
