"""Who is told of a posting? From the posting to one delivery per person and address, in one transaction (law 2).

A posting owes this until `fanned_out_at` is filled. Doing it twice makes nothing twice: a message goes to an address once, also when it
stands in several groups of the same person.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, MutableMapping
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from meldkring.delivery import addresses, preferences
from meldkring.delivery.models import Address, Delivery, Preference
from meldkring.groups import roles
from meldkring.messaging.models import Posting, ReadMark
from meldkring.people.models import Person

logger = logging.getLogger("meldkring.delivery")
BATCH = 50
REST = timedelta(seconds=30)


def run(*, channels: Collection[str], paid: Collection[str] = (), resting: MutableMapping[int, datetime] | None = None) -> int:
    """Plan the deliveries of every posting that owes them, oldest first; the number of postings done. One that cannot be planned keeps
    no other waiting: it rests for a while, in `resting`, and the auditor says that it is owed."""
    done, resting, now = 0, {} if resting is None else resting, timezone.now()
    asleep = [pk for pk, until in resting.items() if until > now]
    for pk in Posting.objects.owed().exclude(pk__in=asleep).order_by("pk").values_list("pk", flat=True)[:BATCH]:
        try:
            done += one(pk, channels=channels, paid=paid)
            resting.pop(pk, None)
        except (OperationalError, InterfaceError):
            raise  # the database, not this posting
        except Exception:
            logger.exception("posting %s cannot be planned", pk)
            resting[pk] = now + REST
    return done


@transaction.atomic
def one(pk: int, *, channels: Collection[str], paid: Collection[str]) -> bool:
    """Plan the deliveries of one posting, unless another process is at it."""
    owed = Posting.objects.owed().filter(pk=pk)
    if connection.features.has_select_for_update_skip_locked:
        owed = owed.select_for_update(skip_locked=True, of=("self",))
    posting = owed.select_related("message__contribution__case", "group").first()
    if posting is None:
        return False
    now = timezone.now()
    if now - posting.posted_at < preferences.LASTS[preferences.urgency(posting)]:
        Delivery.objects.bulk_create(_planned(posting, channels, paid), ignore_conflicts=True)
    posting.fanned_out_at = now
    posting.save(update_fields=["fanned_out_at"])
    return True


def audience(posting: Posting) -> list[Person]:
    """Everyone who can read the posting now, but for its author and who has had it on the screen already."""
    seen = ReadMark.objects.filter(group=posting.group_id, number__gte=posting.number or 0).values("person")
    return list(roles.members([posting.group]).exclude(pk__in=[posting.message.author_id or 0]).exclude(pk__in=seen))


def _planned(posting: Posting, channels: Collection[str], paid: Collection[str]) -> list[Delivery]:
    people = audience(posting)
    if addresses.EMAIL in channels:
        addresses.ensure_email(people)
    where = _working(people, channels)
    chosen = {p.person_id: p for p in Preference.objects.filter(person__in=people)}
    urgency, now = preferences.urgency(posting), timezone.now()
    planned = []
    for person in people:
        preference = chosen.get(person.pk) or Preference(person=person)
        for way in preferences.ways(where[person.pk], preference, urgency=urgency, now=now, paid=paid):
            planned.append(
                Delivery(
                    message_id=posting.message_id, posting=posting, address=way.address, channel=way.address.channel, urgency=urgency,
                    digest=way.digest, due_at=way.due_at, expires_at=max(posting.posted_at, way.due_at) + preferences.LASTS[urgency], made_at=now,
                )
            )  # fmt: skip
    return planned


def _working(people: Iterable[Person], channels: Collection[str]) -> dict[int, list[Address]]:
    found: dict[int, list[Address]] = defaultdict(list)
    for address in Address.objects.filter(person__in=list(people), channel__in=channels, state=Address.State.ACTIVE).order_by(
        "position", "pk"
    ):
        found[address.person_id].append(address)
    return found
