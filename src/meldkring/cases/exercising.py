"""How does a watch group practise? A case that says it is an exercise in its own words too, and for which nobody calls 112."""

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.cases import reporting
from meldkring.cases.models import Called
from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Posting
from meldkring.people.models import Person


@transaction.atomic
def begin(text: str, *, group: Group, by: Person, key: uuid.UUID | None = None) -> Posting:
    """Open an exercise in a watch group, by who runs it; from there it goes the way of any case. Nobody holds it: there are no police."""
    group = postings.lock([group])[group.pk]
    roles.require(by, roles.Right.NOTICE, group)
    if not group.is_watch:
        raise postings.NotHere(_("An exercise begins in a watch group."))
    text = words(text)
    earlier = reporting.said(text, group=group, by=by, key=key)
    if earlier:
        return earlier
    posting = reporting.open_case(text, group=group, by=by, called=Called.NOT_NEEDED, key=key, exercise=True)
    log.record("exercise", posting.message.contribution.case, by=by, group=group.pk)
    return posting


def words(text: str) -> str:
    """The words as every copy bears them, wherever it is read or passed on; refuses with `BadText`."""
    mark, ending = _("Exercise: "), _("This is an exercise. Do not call 112 for it.")
    text = postings.checked(text)
    if not text.casefold().startswith(mark.strip().casefold()):
        text = mark + text
    return postings.checked(text if text.endswith(ending) else f"{text}\n{ending}")


def audience(group: Group) -> int:
    """How many people an exercise in this group reaches at once, before it is forwarded."""
    return roles.members([group]).count()
