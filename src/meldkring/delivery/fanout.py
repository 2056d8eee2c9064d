"""Who is told of a posting? From the posting to one delivery per person and address, some people at a time (law 2).

A posting owes this until `fanned_out_at` is filled; `fanned_out_to` is the person up to whom it has been done. So a town of many thousands holds
up no other writer and no other alarm. Doing it twice makes nothing twice: a message goes to an address once, also when it stands in several
groups of the same person.
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
AT_ONCE = 250
REST = timedelta(seconds=30)


def run(*, channels: Collection[str], paid: Collection[str] = (), resting: MutableMapping[int, datetime] | None = None) -> int:
    """Plan a part of every posting that owes deliveries, newest message first: an alarm of now is worth more than one of a minute ago. The number
    of parts done. One that cannot be planned keeps no other waiting: it rests for a while, in `resting`, and the auditor says that it is owed."""
    done, resting, now = 0, {} if resting is None else resting, timezone.now()
    asleep = [pk for pk, until in resting.items() if until > now]
    for pk in Posting.objects.owed().exclude(pk__in=asleep).order_by("-message", "pk").values_list("pk", flat=True)[:BATCH]:
        try:
            done += part(pk, channels=channels, paid=paid)
            resting.pop(pk, None)
        except (OperationalError, InterfaceError):
            raise  # the database, not this posting
        except Exception:
            logger.exception("posting %s cannot be planned", pk)
            resting[pk] = now + REST
    return done


@transaction.atomic
def part(pk: int, *, channels: Collection[str], paid: Collection[str]) -> bool:
    """Plan the deliveries of one posting to the next people, unless another process is at it."""
    owed = Posting.objects.owed().filter(pk=pk)
    if connection.features.has_select_for_update_skip_locked:
        owed = owed.select_for_update(skip_locked=True, of=("self",))
    posting = owed.select_related("message__contribution__case", "group").first()
    if posting is None:
        return False
    now, people = timezone.now(), list[Person]()
    if now - posting.posted_at < preferences.LASTS[preferences.urgency(posting)]:
        people = audience(posting)
        Delivery.objects.bulk_create(_planned(posting, people, channels, paid), ignore_conflicts=True)
    if len(people) < AT_ONCE:
        posting.fanned_out_at = now
    else:
        posting.fanned_out_to = people[-1].pk
    posting.save(update_fields=["fanned_out_at", "fanned_out_to"])
    return True


def audience(posting: Posting) -> list[Person]:
    """The next people who can read the posting now, but for its author and who has had it on the screen already."""
    seen = ReadMark.objects.filter(group=posting.group_id, number__gte=posting.number or 0).values("person")
    readers = roles.members([posting.group]).exclude(pk__in=[posting.message.author_id or 0]).exclude(pk__in=seen)
    return list(readers.filter(pk__gt=posting.fanned_out_to).order_by("pk")[:AT_ONCE])


def _planned(posting: Posting, people: list[Person], channels: Collection[str], paid: Collection[str]) -> list[Delivery]:
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
