"""What may anybody know of a district? Only counts: how many members, rounded down and never a handful, and how many run it."""

from django.http import Http404

from meldkring.groups import roles
from meldkring.groups.models import Group, Kind, Membership
from meldkring.places.models import District

FEWEST = 5


def district(slug: str) -> District:
    """The district at this address, or 404."""
    found = by_slug(slug)
    if found is None:
        raise Http404
    return found


def by_slug(slug: str) -> District | None:
    """The district at this address, if there is one."""
    return District.objects.select_related("municipality").filter(slug=slug).first()


def districts() -> list[District]:
    """Every district that has a watch group and that visitors can find, by name."""
    with_group = Group.objects.filter(kind=Kind.WATCH, closed_at=None).values("district")
    return list(District.objects.filter(pk__in=with_group, is_public=True).select_related("municipality").order_by("name"))


def neighbourhoods(district: District) -> list[str]:
    """The names of the neighbourhoods of the district."""
    return list(district.neighbourhoods.order_by("name").values_list("name", flat=True))


def members(district: District) -> int | None:
    """At least so many residents take part; None when they are too few to tell (rules 11)."""
    rows = Membership.objects.filter(group__district=district, group__closed_at=None, kind=Kind.WATCH, left_at=None, person__is_active=True)
    number = rows.values("person").distinct().count()
    if number < FEWEST:
        return None
    return number // 10 * 10 or FEWEST


def steering_members(district: District) -> int:
    """How many neighbours run it."""
    rows = Membership.objects.filter(group__district=district, group__closed_at=None, kind=Kind.STEERING, left_at=None)
    return rows.filter(role__in=roles.STEERING_ROLES, person__is_active=True).values("person").distinct().count()
