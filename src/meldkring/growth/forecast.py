"""How many members does a neighbourhood have, and how many in a year at the present rate of sign-ups? (S23)

A neighbourhood in which by chance nobody signed up this year does not stand still for ever: its rate is drawn towards the mean of the
district, as if the district's mean year had been seen there once. Those who were there on the first day are founders and tell no rate.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min
from django.utils import timezone

from meldkring.groups.models import Group, Kind, Membership
from meldkring.places.models import District

YEAR = timedelta(days=365)
SHORTEST = timedelta(days=90)


@dataclass(frozen=True)
class Outlook:
    """Members now, and expected in a year."""

    now: int = 0
    later: float = 0.0

    def __add__(self, other: "Outlook") -> "Outlook":
        return Outlook(self.now + other.now, self.later + other.later)


def outlook(groups: Iterable[Group], district: District) -> dict[int | None, Outlook]:
    """By neighbourhood, the members of these groups who live there; under None those of whom that is not known. Three queries."""
    here = Membership.objects.filter(group__in=[g.pk for g in groups], left_at=None, kind=Kind.WATCH)
    now = dict(here.values_list("person__neighbourhood").annotate(n=Count("pk")))
    households = dict(district.neighbourhoods.values_list("pk", "households"))
    rates = rate(district, households)
    nowhere = now.pop(None, 0)
    found: dict[int | None, Outlook] = {None: Outlook(nowhere, float(nowhere))}
    return found | {key: expected(now.get(key, 0), rates.get(key, 0.0), households.get(key)) for key in households.keys() | now.keys()}


def expected(members: int, rate: float, households: int | None) -> Outlook:
    """Of one neighbourhood: never more members than it has households, if anybody knows how many."""
    later = members + rate
    return Outlook(members, min(later, float(max(members, households))) if households else later)


def rate(district: District, neighbourhoods: Iterable[int], *, at: datetime | None = None) -> dict[int, float]:
    """Sign-ups a year in each neighbourhood; one query."""
    at, keys = at or timezone.now(), list(neighbourhoods)
    watch = Membership.objects.filter(kind=Kind.WATCH, group__district=district)
    first = list(
        watch.values("person", "person__neighbourhood").annotate(first=Min("joined_at")).values_list("person__neighbourhood", "first")
    )
    if not first or not keys:
        return dict.fromkeys(keys, 0.0)
    since = max(at - YEAR, min(joined for _n, joined in first) + timedelta(days=1))
    years = max(at - since, SHORTEST) / YEAR
    joined = Counter(key for key, joined_at in first if since <= joined_at <= at)
    mean = sum(joined.values()) / years / len(keys)
    return {key: (joined[key] + mean) / (years + 1) for key in keys}
