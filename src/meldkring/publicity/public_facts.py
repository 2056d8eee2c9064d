"""What may anybody know? Of a district: only counts, names that somebody agreed to, and where to turn. And which districts are there at all?

Nothing here points at a person (rules 11): counts of members are rounded down and never a handful, and no place is smaller than a neighbourhood.
"""

from dataclasses import dataclass

from django.db.models import Avg, Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from meldkring.groups import naming
from meldkring.groups.models import Group, Kind
from meldkring.joining import public
from meldkring.places.models import District, Municipality, Neighbourhood


@dataclass(frozen=True)
class Facts:
    """What the page of a district tells. `members` is None while they are too few to tell; `named` are first names of who agreed to that."""

    members: int | None
    neighbourhoods: list[str]
    steering: int
    named: list[str]

    @property
    def names(self) -> str:
        return ", ".join(self.named)

    @property
    def others(self) -> int:
        """How many run it who did not agree to be named."""
        return max(self.steering - len(self.named), 0)

    @property
    def steering_words(self) -> str:
        """How many run it, as people say it, when nobody is named."""
        words = {
            1: _("One neighbour runs it."),
            2: _("Two neighbours run it."),
            3: _("Three neighbours run it."),
            4: _("Four neighbours run it."),
        }
        return words.get(self.steering) or _("%(n)d neighbours run it.") % {"n": self.steering}


@dataclass(frozen=True)
class Town:
    """A municipality on the map: how many districts it has, and where the middle of their neighbourhoods is."""

    code: str
    name: str
    districts: int
    longitude: float
    latitude: float


def of(district: District) -> Facts:
    """The facts of a district; five queries, however large it is."""
    named = naming.named(district)
    return Facts(public.members(district), covered(district), public.steering_members(district), named)


def covered(district: District) -> list[str]:
    """The neighbourhoods that a watch group looks after; all of them while no group has any of its own."""
    own = Group.neighbourhoods.through.objects.filter(group__district=district, group__kind=Kind.WATCH, group__closed_at=None)
    names = list(district.neighbourhoods.filter(pk__in=own.values("neighbourhood")).order_by("name").values_list("name", flat=True))
    return names or list(district.neighbourhoods.order_by("name").values_list("name", flat=True))


def districts(words: str = "") -> QuerySet[District]:
    """Every district that a visitor may find, by municipality and name; with words, those whose name or municipality holds each of them."""
    watched = Group.objects.filter(district=OuterRef("pk"), kind=Kind.WATCH, closed_at=None)
    found = District.objects.filter(Exists(watched), is_public=True).select_related("municipality")
    for word in words.split()[:5]:
        found = found.filter(Q(name__icontains=word) | Q(municipality__name__icontains=word))
    return found.order_by("municipality__name", "name", "pk")


def towns(*, only: int | None = None) -> list[Town]:
    """The municipalities with a district that can be drawn on a map, by name, or this one alone; two queries."""
    shown = districts().order_by() if only is None else districts().order_by().filter(municipality=only)
    rows = (
        Neighbourhood.objects.filter(district__in=shown.values("pk"), longitude__isnull=False, latitude__isnull=False)
        .values("district__municipality")
        .annotate(n=Count("district", distinct=True), x=Avg("longitude"), y=Avg("latitude"))
    )
    middle = {row["district__municipality"]: row for row in rows}
    found = Municipality.objects.filter(pk__in=middle).order_by("name")
    return [Town(str(m.pk), m.name, middle[m.pk]["n"], middle[m.pk]["x"], middle[m.pk]["y"]) for m in found]


def drawn(municipality: int) -> list[Neighbourhood]:
    """The neighbourhoods of one municipality's districts that have a place on the map, by district."""
    here = Neighbourhood.objects.filter(district__in=districts().filter(municipality=municipality).order_by().values("pk"))
    return list(
        here.filter(Q(longitude__isnull=False) | Q(outline__isnull=False)).select_related("district").order_by("district__name", "name")
    )
