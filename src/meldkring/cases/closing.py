"""How a case ends: a closing message in every group it reached (S34), reopening, and the reminder of a case that stays open."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.cases import access, lifecycle, reporting
from meldkring.cases.models import Case, Outcome, Status
from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Change, Kind, Message, Posting
from meldkring.people.models import Person


def may_close(person: Person, case: Case) -> bool:
    """A holder of the case, a steering member of any group it reached, or the officer who placed the message with which it began."""
    if access.holding(person, case):
        return True
    if case.opened_by_id == person.pk and roles.has(person, roles.Right.POLICE, case.origin):
        return True
    ours = {g.pk for g in roles.with_right(person, roles.Right.CLOSE)}
    return reporting.reached(case).filter(pk__in=ours).exists()


@transaction.atomic
def close(case: Case, *, outcome: str, text: str, by: Person, key: uuid.UUID | None = None) -> Message:
    """End a case: the closing message goes by itself to every group the case reached; then it takes no more reactions."""
    case = lifecycle.locked(case)
    if not may_close(by, case):
        raise roles.NotAllowed(_("A case is closed by its holder or by a steering member."))
    if outcome not in Outcome.values:
        raise reporting.BadAnswer(_("Choose how it ended."))
    message, new = postings.say(by, kind=Kind.CLOSING, text=text, key=key)
    if not new:
        return message
    lifecycle.move(case, "close")
    case.outcome, case.closed_at = outcome, timezone.now()
    case.save(update_fields=["status", "outcome", "closed_at"])
    _tell_everywhere(case, message, by=by)
    log.record("close", case, by=by, outcome=outcome)
    return message


def close_by_itself(case: Case, *, outcome: str, text: str) -> Message:
    """End a case because time passed; its row is locked by the caller. The closing message has no author."""
    message, _new = postings.say(None, kind=Kind.CLOSING, text=text)
    lifecycle.move(case, "close")
    case.outcome, case.closed_at = outcome, timezone.now()
    case.save(update_fields=["status", "outcome", "closed_at"])
    _tell_everywhere(case, message, by=None)
    log.record("close", case, by=None, outcome=outcome)
    return message


@transaction.atomic
def reopen(case: Case, *, reason: str, by: Person) -> Message:
    """A steering member opens an ended case again, with a reason that every group reads."""
    case = lifecycle.locked(case)
    ours = {g.pk for g in roles.with_right(by, roles.Right.CLOSE)}
    if not reporting.reached(case).filter(pk__in=ours).exists():
        raise roles.NotAllowed(_("Only a steering member can reopen a case."))
    lifecycle.move(case, "reopen")
    message, _new = postings.say(by, kind=Kind.REOPENING, text=reason)
    case.outcome, case.closed_at, case.holders_reminded_at, case.steering_reminded_at = "", None, None, None
    case.save(update_fields=["status", "outcome", "closed_at", "holders_reminded_at", "steering_reminded_at"])
    _tell_everywhere(case, message, by=by)
    log.record("reopen", case, by=by)
    return message


def remind(*, now: datetime | None = None) -> int:
    """Remind of cases open longer than their district's setting: first the holders, as long again later the steering members.

    Returns how many cases got a reminder. The marks are shown on their pages; channels deliver them.
    """
    now, count = now or timezone.now(), 0
    for case in Case.objects.filter(status=Status.OPEN, steering_reminded_at=None).select_related("origin__district"):
        after = case.origin.district.remind_after if case.origin.district else None
        if after is None or now - case.opened_at < after:
            continue
        with transaction.atomic():
            count += _remind(lifecycle.locked(case), now=now, second=now - case.opened_at >= 2 * after)
    return count


def _remind(case: Case, *, now: datetime, second: bool) -> int:
    field = "steering_reminded_at" if second else "holders_reminded_at"
    if not case.is_open or getattr(case, field):
        return 0
    setattr(case, field, now)
    case.save(update_fields=[field])
    log.record("remind", case, by=None, second=second)
    first = Posting.objects.filter(message__contribution__case=case).order_by("pk").first()
    postings.note(Change.Kind.CASE, reporting.reached(case), posting=first)
    return 1


def _tell_everywhere(case: Case, message: Message, *, by: Person | None) -> None:
    groups: list[Group] = list(reporting.reached(case))
    reporting.contribute(message, case=case, extras={})
    postings.post(message, groups, by=by)
