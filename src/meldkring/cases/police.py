"""A message from the police enters by a coordination or steering group (S16, S35); who forwards it holds the case in those watch groups (S36)."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.cases import lifecycle, reporting
from meldkring.cases.models import Called, Case
from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Kind
from meldkring.people.models import Person


@transaction.atomic
def place(
    text: str,
    *,
    to: Sequence[Group],
    by: Person,
    source: str = "",
    source_at: datetime | None = None,
    key: uuid.UUID | None = None,
    **extras: Any,
) -> Case:
    """An officer's own message, or one a steering member places on the police's behalf, naming source and time."""
    if not to:
        raise reporting.BadAnswer(_("Choose at least one group."))
    officer = all(roles.has(by, roles.Right.POLICE, group) for group in to)
    if not officer:
        for group in to:
            roles.require(by, roles.Right.FOR_POLICE, group)
        if not source.strip() or source_at is None:
            raise reporting.BadAnswer(_("Say who of the police told you this, and when."))
    lifecycle.queue(group.municipality_id for group in to)
    message, new = postings.say(by, kind=Kind.POLICE, text=text, key=key)
    if not new:
        return message.contribution.case
    extras |= {"source": source.strip() or by.first_name, "source_at": source_at}
    case = reporting.begin(message, group=to[0], called=Called.POLICE, by=by, extras=extras)
    postings.post(message, to, by=by)
    log.record("police", case, by=by, groups=[g.pk for g in to], officer=officer)
    return case


def places(person: Person) -> list[Group]:
    """The groups in which this person may place a message of, or for, the police."""
    found = roles.with_right(person, roles.Right.POLICE) + roles.with_right(person, roles.Right.FOR_POLICE)
    return list({g.pk: g for g in found}.values())
