"""A steering member marks a stretch of an exported chat: which messages, and how it ended. That becomes an ended case, and the rest stays out.

Only what is marked is stored. Who is no member is never named: their words have no author. Number plates are left out unless somebody asks.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.cases import hints, history_in, reporting
from meldkring.cases.models import Case
from meldkring.channels import whatsapp_export as export
from meldkring.channels.whatsapp_export_kinds import Kind
from meldkring.chat_groups import reconciling
from meldkring.chat_groups.models import Reading
from meldkring.chat_groups.reading import Chat
from meldkring.chat_groups.stretches import Stretch
from meldkring.groups import roles
from meldkring.people.models import Person

WITH_WORDS = (Kind.TEXT, Kind.LOCATION, Kind.ATTACHMENT, Kind.OMITTED)


@dataclass(frozen=True)
class Marked:
    """What was marked of a stretch: the lines to keep, which of them tells how it ended, and what the case is."""

    lines: Collection[int]
    called: str
    outcome: str
    closing: int | None = None
    plates: bool = False


@transaction.atomic
def take_in(reading: Reading, chat: Chat, stretch: Stretch, marked: Marked, *, by: Person) -> Case:
    """Make the case; refuses with `BadAnswer` if nothing was marked, or a line has become a case already."""
    fresh = Reading.objects.select_for_update(of=("self",), no_key=True).select_related("chat_group__group").get(pk=reading.pk)
    roles.require(by, roles.Right.CLOSE, fresh.chat_group.group)
    chosen = [e for e in stretch.entries if e.line in marked.lines and e.text.strip()]
    if set(fresh.taken) & {e.line for e in chosen}:
        raise reporting.BadAnswer(_("This has become a case already."))
    authors = reconciling.compare(chat.entries, chat_group=fresh.chat_group, by=by).authors
    said = [_said(e, authors, plates=marked.plates) for e in chosen if e.line != marked.closing]
    closing = [_said(e, authors, plates=marked.plates) for e in chosen if e.line == marked.closing]
    case = history_in.take_in(
        said, group=fresh.chat_group.group, called=marked.called, outcome=marked.outcome, closing=closing[0] if closing else None, by=by
    )
    fresh.taken = [*fresh.taken, *(e.line for e in chosen)]
    fresh.save(update_fields=["taken"])
    return case


def _said(entry: export.Entry, authors: dict[str, Person], *, plates: bool) -> history_in.Said:
    text = entry.text if plates else hints.without_plates(entry.text, instead=_("[number plate]"))
    return history_in.Said(timezone.make_aware(entry.at), text, authors.get(entry.sender))
