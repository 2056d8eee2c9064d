"""What may a poster say of a district? Its name, and numbers that point at nobody: members rounded down, groups, neighbourhoods."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meldkring.cases.models import Called, Outcome
from meldkring.figures import summing
from meldkring.figures.access import Scope
from meldkring.groups.models import Group, Kind
from meldkring.joining import public
from meldkring.places.models import District


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
    """What happened in a calendar year; a number that points at too few is None and is not told."""

    number: int
    reports: int | None
    alarms: int | None
    closed: int | None
    heard: int | None


def of(district: District) -> Facts:
    """The facts of this district now."""
    watch = Group.objects.filter(district=district, kind=Kind.WATCH, closed_at=None)
    return Facts(district.name, district.municipality.name, public.members(district), watch.count(), public.neighbourhoods(district))


def year(district: District) -> Year:
    """The figures of this year, or in its first half of the year before; left out is what `figures` leaves out, so that no difference tells more."""
    scope = Scope("district", district.pk, district.name, district.municipality_id, full=True)
    today = timezone.localdate()
    number = today.year - 1 if today.month <= 6 and today.year - 1 in summing.years(scope) else today.year
    found = summing.of(scope, number)
    called, outcome = found.parts.get("called", {}), found.parts.get("outcome", {})
    closed = _less(found.reports, outcome.get(summing.STILL_OPEN))
    return Year(
        number, found.reports, _less(found.reports, called.get(Called.NOT_NEEDED)), closed, _less(closed, outcome.get(Outcome.NO_WORD))
    )


def _less(whole: int | None, part: int | None) -> int | None:
    return None if whole is None or part is None else whole - part
