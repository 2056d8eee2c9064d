"""Whose publicity may this person see and make? That of the districts in which they are a steering member; and their own quotes."""

from django.db.models import QuerySet
from django.http import Http404

from meldkring.groups import roles
from meldkring.people.models import Person
from meldkring.places.models import District
from meldkring.publicity.models import Corner, Quote


def districts(person: Person) -> list[District]:
    """The districts of the steering groups this person is in, by name."""
    found = {g.district_id: g.district for g in roles.steering_groups(person) if g.district}
    return sorted(found.values(), key=lambda d: d.name)


def district(person: Person, slug: str) -> District:
    """One of those, or 404."""
    for found in districts(person):
        if found.slug == slug:
            return found
    raise Http404


def corners(district: District) -> QuerySet[Corner]:
    """Where things hang, by name. For a district that came from `district`."""
    return Corner.objects.filter(district=district)


def corner(district: District, pk: int) -> Corner:
    """One of those, or 404."""
    found = corners(district).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def quotes(district: District) -> QuerySet[Quote]:
    """What was asked of whom in this district, newest first."""
    return Quote.objects.filter(district=district).select_related("person", "asked_by")


def quote(district: District, pk: int) -> Quote:
    """One of those, or 404."""
    found = quotes(district).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def own_quotes(person: Person) -> QuerySet[Quote]:
    """The words this person was asked to lend their name to, newest first."""
    asked = Quote.objects.filter(person=person).exclude(state=Quote.State.CANCELLED)
    return asked.select_related("district", "asked_by")


def own_quote(person: Person, pk: int) -> Quote:
    """One of those, or 404."""
    found = own_quotes(person).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
