"""Does a watch group show posts at once, or only after a steering member has looked? At once is the rule: seconds count (S12)."""

from django.db import transaction

from meldkring.audit import log
from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.people.models import Person


@transaction.atomic
def choose(group: Group, *, first: bool, by: Person) -> None:
    """Set whether posts in this watch group wait for screening. What waits already, waits until it is judged."""
    roles.require(by, roles.Right.SCREEN, group)
    if Group.objects.filter(pk=group.pk).exclude(screens_first=first).update(screens_first=first):
        log.record("screening", group, by=by, first=first)
