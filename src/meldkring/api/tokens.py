"""Who is asking? A program shows its owner's key in `Authorization: Bearer …`; the session of a browser does not count here."""

from django.http import Http404, HttpRequest
from django.utils import translation
from ninja.security import HttpBearer

from meldkring.api import limiting
from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.people import tokens
from meldkring.people.models import Person


class Bearer(HttpBearer):
    """Recognises the key and counts what it asks; texts are from then on in the language of its owner."""

    def authenticate(self, request: HttpRequest, token: str) -> Person | None:
        found = tokens.found(token)
        if found is None:
            return None
        translation.activate(found.person.language)
        limiting.count(found.digest)
        return found.person


def person(request: HttpRequest) -> Person:
    """The owner of the key with which was asked."""
    found: Person = request.auth  # type: ignore[attr-defined]
    return found


def steering(person: Person, pk: int) -> Group:
    """A steering group this person belongs to as a steering member, or 404."""
    for group in roles.steering_groups(person):
        if group.pk == pk:
            return group
    raise Http404
