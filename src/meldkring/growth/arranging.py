"""The smaller changes as drafts: a new group, two groups into one, a neighbourhood to another group, a group that closes (S20).

A draft names every group concerned with all its neighbourhoods as they will be, so that a page can show the whole and change it.
"""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from meldkring.groups.models import Group
from meldkring.growth import proposing
from meldkring.growth.proposing import Draft
from meldkring.places.models import Neighbourhood


class CannotArrange(Exception):
    """This cannot be done with these groups and neighbourhoods; the text says why."""


def create(name: str, neighbourhoods: Sequence[Neighbourhood], steering: Group) -> list[Draft]:
    """A new watch group for these neighbourhoods, taken from the groups that have them now."""
    if not neighbourhoods:
        raise CannotArrange(_("Choose at least one neighbourhood for the new group."))
    wanted = {n.pk for n in neighbourhoods}
    drafts = [d for d in _as_is(proposing.watch_groups(steering)) if wanted & {n.pk for n in d.neighbourhoods}]
    for draft in drafts:
        draft.neighbourhoods = [n for n in draft.neighbourhoods if n.pk not in wanted]
    return [*drafts, Draft(name.strip() or proposing.named(neighbourhoods), None, list(neighbourhoods))]


def move(neighbourhood: Neighbourhood, to: Group, steering: Group) -> list[Draft]:
    """This neighbourhood falls under another watch group from now on."""
    drafts = _as_is(proposing.watch_groups(steering))
    kept = [d for d in drafts if d.group == to or neighbourhood in d.neighbourhoods]
    if to.pk not in {d.group.pk for d in kept if d.group} or any(d.group == to and neighbourhood in d.neighbourhoods for d in kept):
        raise CannotArrange(_("%(name)s is under %(group)s already.") % {"name": neighbourhood.name, "group": to.name})
    for draft in kept:
        draft.neighbourhoods = [n for n in draft.neighbourhoods if n != neighbourhood]
        if draft.group == to:
            draft.neighbourhoods.append(neighbourhood)
    return kept


def merge(group: Group, into: Group) -> list[Draft]:
    """All neighbourhoods and members of the one group go to the other; the one closes."""
    if group.pk == into.pk or group.run_by_id != into.run_by_id:
        raise CannotArrange(_("Choose two watch groups of the same steering group."))
    ending, lasting = _as_is([group, into])
    lasting.neighbourhoods += ending.neighbourhoods
    ending.neighbourhoods = []
    return [lasting, ending]


def _as_is(groups: Iterable[Group]) -> list[Draft]:
    return [Draft(g.name, g, proposing.territory(g)) for g in groups]
