"""How does what was said elsewhere, and is over, become a case that people can read back? Nobody is told of it, and it is no fresh alarm.

It keeps the times at which it was said. An author is linked where the steering member knows who it was; else there is none, and the page says
where the words came from. A case from elsewhere is closed from its first moment and has no holder: nobody is in touch with the police about it.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.cases import reporting
from meldkring.cases.models import Called, Case, Outcome, Status
from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Kind, Message
from meldkring.people.models import Person


@dataclass(frozen=True)
class Said:
    """One message of what happened: when, what, and by whom if that is known."""

    at: datetime
    text: str
    author: Person | None = None


@transaction.atomic
def take_in(
    said: Sequence[Said], *, group: Group, called: str, outcome: str, by: Person, closing: Said | None = None, exercise: bool = False
) -> Case:
    """An ended case from its report, what others added, and how it ended if somebody said so; refuses with `BadAnswer` or `BadText`."""
    group = postings.lock([group])[group.pk]
    roles.require(by, roles.Right.CLOSE, group)
    if not said:
        raise reporting.BadAnswer(_("Choose the message with which it began."))
    if called not in Called.values or outcome not in Outcome.values:
        raise reporting.BadAnswer(_("Say whether 112 was called, and how it ended."))
    if max(one.at for one in (*said, *([closing] if closing else []))) > timezone.now():
        raise reporting.BadAnswer(_("This is of a time that has not been yet. Is the order of the date right?"))
    kinds = [Kind.REPORT, *[Kind.REACTION] * (len(said) - 1), *([Kind.CLOSING] if closing else [])]
    messages = [_message(one, kind) for one, kind in zip((*said, *([closing] if closing else [])), kinds, strict=True)]
    case = _case(messages, group=group, called=called, outcome=outcome, by=by, exercise=exercise)
    for message in messages:
        reporting.contribute(message, case=case, extras={})
    postings.post_past(messages, group, by=by)
    log.record("take_in", case, by=by, group=group.pk, messages=len(messages))
    return case


def _message(one: Said, kind: str) -> Message:
    text = postings.checked(one.text.replace("\x00", "")[: postings.LONGEST])
    return Message.objects.create(author=one.author, kind=kind, text=text, said_at=one.at, key=uuid.uuid4())


def _case(messages: Sequence[Message], *, group: Group, called: str, outcome: str, by: Person, exercise: bool) -> Case:
    began, ended = messages[0].said_at, max(m.said_at for m in messages)
    case = Case.objects.create(
        reference=uuid.uuid4().hex[:12], title=reporting.title(messages[0].text), status=Status.CLOSED, called=called, origin=group,
        opened_by=messages[0].author, opened_at=began, closed_at=ended, outcome=outcome, exercise=exercise, imported_at=timezone.now(),
    )  # fmt: skip
    case.reference = f"{timezone.localtime(began).year}-{case.pk}"
    case.save(update_fields=["reference"])
    return case
