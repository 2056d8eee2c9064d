"""The groups a person may open: where that person can read now. Anything else does not exist for them (404)."""

from django.http import Http404

from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.people.models import Person


def groups(person: Person) -> list[Group]:
    """The groups this person reads in now, by kind and name."""
    return roles.with_right(person, roles.Right.READ)


def group(person: Person, pk: int) -> Group:
    """One of those groups, or 404."""
    for found in groups(person):
        if found.pk == pk:
            return found
    raise Http404
