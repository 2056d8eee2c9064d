"""What may a poster say of a district? Its name, and numbers that point at nobody: members rounded down, groups, neighbourhoods."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meldkring.cases.models import Case, Outcome, Status
from meldkring.groups.models import Group, Kind
from meldkring.joining import public
from meldkring.places.models import District

FEWEST = public.FEWEST
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Facts:
    """The numbers of a district; `members` is None while they are too few to tell."""

    name: str
    municipality: str
    members: int | None
    groups: int
    neighbourhoods: Sequence[str]

    def lines(self) -> list[str]:
        """The numbers in words, in the language of now; what is nought or too small is left out."""
        found = []
        if self.members:
            found.append(_("%(n)d+ neighbours") % {"n": self.members})
        if self.groups:
            found.append(ngettext("%(n)d watch group", "%(n)d watch groups", self.groups) % {"n": self.groups})
        if self.neighbourhoods:
            n = len(self.neighbourhoods)
            found.append(ngettext("%(n)d neighbourhood", "%(n)d neighbourhoods", n) % {"n": n})
        return found


@dataclass(frozen=True)
class Year:
    """What happened in the last twelve months; a number under five is None and is told as “fewer than five”."""

    reports: int | None
    alarms: int | None
    closed: int | None
    heard: int | None


def of(district: District) -> Facts:
    """The facts of this district now."""
    watch = Group.objects.filter(district=district, kind=Kind.WATCH, closed_at=None)
    return Facts(district.name, district.municipality.name, public.members(district), watch.count(), public.neighbourhoods(district))


def year(district: District) -> Year:
    """The year's figures: cases that began here, exercises left out. One query."""
    begun = Case.objects.filter(origin__district=district, exercise=False, opened_at__gt=timezone.now() - YEAR)
    over = Q(status=Status.CLOSED)
    counted = begun.aggregate(
        reports=Count("pk"),
        alarms=Count("pk", filter=~Q(called="not_needed")),
        closed=Count("pk", filter=over),
        heard=Count("pk", filter=over & ~Q(outcome=Outcome.NO_WORD)),
    )
    return Year(**{name: number if number >= FEWEST else None for name, number in counted.items()})
