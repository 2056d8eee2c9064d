"""Who is told along which way, and when? One rule for all channels, without rows, so that it can be read and tried as it stands.

An alarm goes along every free channel at once, also in quiet hours; a paid one follows only if nothing has arrived. News of a case takes the
first way of the person's choice and waits for the end of quiet hours. A notice waits for the digest. Who muted, hears nothing until then.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from meldkring.channels.contract import Urgency
from meldkring.delivery.models import Address, Preference
from meldkring.messaging.models import Kind, Posting
from meldkring.people.models import Person

PAID_AFTER = timedelta(minutes=2)
LASTS = {Urgency.ALARM: timedelta(hours=2), Urgency.NEWS: timedelta(hours=12), Urgency.NOTICE: timedelta(hours=48)}
LOUD = (Kind.REPORT, Kind.POLICE)
QUIET = (Kind.NOTICE, Kind.TALK)


@dataclass(frozen=True)
class Way:
    """Along this address, not before `due_at`; `digest`: together with other notices."""

    address: Address
    due_at: datetime
    digest: bool = False


def urgency(posting: Posting) -> Urgency:
    """How loud a posting is: a report for which 112 is needed is an alarm, what follows in its case is news, the rest can wait (rules 4)."""
    kind = posting.message.kind
    if kind in QUIET:
        return Urgency.NOTICE
    if kind in LOUD:
        return Urgency.ALARM if posting.message.contribution.case.is_alarm else Urgency.NOTICE
    return Urgency.NEWS


def ways(addresses: Sequence[Address], preference: Preference, *, urgency: Urgency, now: datetime, paid: Collection[str]) -> list[Way]:
    """The ways for one person; `addresses` are the working ones in the person's order, `paid` the channels that cost money."""
    if not addresses or (preference.muted_until and now < preference.muted_until):
        return []
    if urgency is Urgency.ALARM:
        free, costly = [a for a in addresses if a.channel not in paid], [a for a in addresses if a.channel in paid]
        # One that costs money waits for those before it; where nothing is free the first goes at once.
        waits = range(bool(free), len(costly) + bool(free))
        return [*(Way(a, now) for a in free), *(Way(a, now + n * PAID_AFTER) for n, a in zip(waits, costly, strict=True))]
    if urgency is Urgency.NOTICE and preference.digest_at:
        return [Way(addresses[0], quiet_end(preference, _next(preference.digest_at, now)), digest=True)]
    return [Way(addresses[0], quiet_end(preference, now))]


def quiet_end(preference: Preference, now: datetime) -> datetime:
    """Now, or the end of this person's quiet hours if they are in them."""
    start, end = preference.quiet_from, preference.quiet_until
    if start is None or end is None or start == end:
        return now
    clock = timezone.localtime(now).time()
    quiet = start <= clock < end if start < end else clock >= start or clock < end
    return _next(end, now) if quiet else now


def of(person: Person) -> Preference:
    """What this person chose, or what holds for who chose nothing."""
    return Preference.objects.filter(person=person).first() or Preference(person=person)


@transaction.atomic
def choose(person: Person, *, quiet_from: time | None, quiet_until: time | None, digest_at: time | None) -> Preference:
    """Quiet hours and digest; quiet hours need both ends."""
    if (quiet_from is None) != (quiet_until is None):
        quiet_from = quiet_until = None
    chosen = {"quiet_from": quiet_from, "quiet_until": quiet_until, "digest_at": digest_at}
    return Preference.objects.update_or_create(person=person, defaults=chosen)[0]


@transaction.atomic
def mute(person: Person, until: datetime | None) -> None:
    """Nothing until then, alarms neither; None: told again from now."""
    Preference.objects.update_or_create(person=person, defaults={"muted_until": until})


def _next(clock: time, now: datetime) -> datetime:
    local = timezone.localtime(now)
    at = local.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
    return at if at > local else at + timedelta(days=1)
