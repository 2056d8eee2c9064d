"""What will become of each row of a member list, as things stand now?

A member of a group, on its waiting list, waiting for the phone manager, there already, double in the list, or something is wrong.
Judging many rows takes hardly more queries than judging one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.db.models import Q
from django.utils.translation import gettext as _

from meldkring.groups.models import Group, Kind, Membership
from meldkring.joining import barring, listing, places
from meldkring.joining.models import Application
from meldkring.places import belonging
from meldkring.places.models import District, Extent, Neighbourhood

AT_ONCE = 5_000  # as many rows as a list may have, and no more values than SQLite takes in one question


class Fate(StrEnum):
    """What becomes of a row."""

    MEMBER = "member"
    FULL = "full"
    WAITING = "waiting"
    THERE = "there"
    DOUBLE = "double"
    WRONG = "wrong"


@dataclass
class Line:
    """One row with its fate; `words` say why, in the language of who looks."""

    number: int
    row: listing.Row
    fate: Fate = Fate.MEMBER
    group: Group | None = None
    neighbourhood: Neighbourhood | None = None
    words: list[str] = field(default_factory=list)

    def becomes(self, fate: Fate, words: str) -> None:
        self.fate, self.words = fate, [*self.words, words]

    @property
    def goes_on(self) -> bool:
        return self.fate not in (Fate.WRONG, Fate.DOUBLE, Fate.THERE)


def lines(columns: Mapping[str, int], rows: Iterable[Sequence[object]]) -> list[Line]:
    """Every row as it was read, with what is wrong in it and which are double: all that the list itself tells."""
    found, first = [], dict[tuple[str, ...], int]()
    for number, *cells in rows:
        line = Line(int(str(number)), listing.row(columns, [str(cell) for cell in cells]))
        line.words = [*line.row.wrong, *line.row.notes]
        seen = line.number if line.row.wrong else first.setdefault(_key(line.row), line.number)
        if line.row.wrong:
            line.fate = Fate.WRONG
        elif seen != line.number and line.row.email:
            line.becomes(
                Fate.DOUBLE, _("The same e-mail address as row %(n)d. Everyone needs an address of their own to sign in.") % {"n": seen}
            )
        elif seen != line.number:
            line.becomes(Fate.DOUBLE, _("The same name and address as row %(n)d.") % {"n": seen})
        found.append(line)
    return found


def judge(found: list[Line], *, steering: Group) -> None:
    """Add what the database tells: who is there already, which group it is, and whether there is room."""
    district = steering.district
    if district is None:
        return
    for start in range(0, len(found), AT_ONCE):
        _mark_known([line for line in found[start : start + AT_ONCE] if line.goes_on], district)
    _give_places([line for line in found if line.goes_on], steering, district)


def _key(row: listing.Row) -> tuple[str, ...]:
    return (row.email,) if row.email else row.identity


def _mark_known(found: list[Line], district: District) -> None:
    emails = {line.row.email for line in found if line.row.email}
    postcodes = {str(line.row.fields["postcode"]) for line in found if not line.row.email}
    members = _members(emails, postcodes)
    waiting = _waiting(emails, postcodes, district)
    barred = {d for _district, d in barring.lasting([district.pk], [d for line in found for d in _digests(line)])}
    for line in found:
        key = _key(line.row)
        if key in members:
            line.becomes(Fate.THERE, _("Is a member of %(group)s already.") % {"group": members[key]})
        elif key in waiting:
            line.becomes(Fate.THERE, _("Has signed up already and waits for your decision."))
        elif barred.intersection(_digests(line)):
            line.becomes(Fate.WAITING, _("Was expelled before. You decide at the sign-ups."))
        elif not line.row.email:
            line.becomes(Fate.WAITING, _("Has no e-mail address and so cannot sign in yet."))


def _digests(line: Line) -> list[str]:
    return barring.digests(line.row.email, line.row.mobile)


def _members(emails: set[str], postcodes: set[str]) -> dict[tuple[str, ...], str]:
    who = Q(person__email__in=emails) | Q(person__postcode__in=postcodes - {""})
    rows = Membership.objects.filter(who, kind=Kind.WATCH, left_at=None).select_related("person", "group")
    found: dict[tuple[str, ...], str] = {}
    for m in rows:
        p = m.person
        found[(p.email,)] = m.group.name
        found[listing.identity(p.first_name, p.last_name, p.postcode, p.house_number, p.house_suffix)] = m.group.name
    return found


def _waiting(emails: set[str], postcodes: set[str], district: District) -> set[tuple[str, ...]]:
    who = Q(email__in=emails) | Q(email="", postcode__in=postcodes)
    rows = Application.objects.filter(who, district=district, state__in=("waiting", "full"))
    return {
        (email,) if email else listing.identity(*rest)
        for email, *rest in rows.values_list("email", "first_name", "last_name", "postcode", "house_number", "house_suffix")
    }


def _give_places(found: list[Line], steering: Group, district: District) -> None:
    every = list(Group.objects.filter(kind=Kind.WATCH, closed_at=None, district=district).prefetch_related("neighbourhoods"))
    groups = [g for g in every if g.run_by_id == steering.pk]
    left = {c.group.pk: c.left for c in places.capacities(groups)}
    by_name = {g.name.casefold(): g for g in groups}
    of = {n.pk: g for g in [*every, *groups] for n in g.neighbourhoods.all()}
    where = _Where(district)
    for line in found:
        line.neighbourhood = where.of(line.row)
        own = of.get(line.neighbourhood.pk) if line.neighbourhood else None
        line.group = by_name.get(line.row.group.casefold()) if line.row.group else own or (groups[0] if len(every) == 1 else None)
        if line.row.group and line.group is None:
            line.becomes(Fate.WRONG, _("Watch group: there is no group “%(name)s”.") % {"name": line.row.group[:60]})
        elif line.group is not None and line.group not in groups:
            line.becomes(Fate.WAITING, _("Lives where %(group)s is. The steering group there decides.") % {"group": line.group.name})
        elif line.fate == Fate.MEMBER and line.group is None:
            line.becomes(Fate.WAITING, _("We do not know which group this belongs to. You choose it at the sign-ups."))
        elif line.fate == Fate.MEMBER and line.group is not None:
            left[line.group.pk] -= 1
            if left[line.group.pk] < 0:
                line.becomes(Fate.FULL, _("%(group)s is full.") % {"group": line.group.name})


class _Where:
    """In which neighbourhood of the district is a row: by its name, its postcode or its street; read once, no source outside is asked."""

    def __init__(self, district: District) -> None:
        self._by_name = {n.name.casefold(): n for n in district.neighbourhoods.all()}
        self._claims: dict[tuple[str, str], set[Neighbourhood]] = {}
        for extent in Extent.objects.filter(neighbourhood__district=district).select_related("neighbourhood"):
            self._claims.setdefault((extent.kind, extent.key), set()).add(extent.neighbourhood)

    def of(self, row: listing.Row) -> Neighbourhood | None:
        named = self._by_name.get(row.neighbourhood.casefold()) if row.neighbourhood else None
        return named or next((next(iter(claimed)) for claimed in self._claimed(row) if len(claimed) == 1), None)

    def _claimed(self, row: listing.Row) -> Iterator[set[Neighbourhood]]:
        postcode, street = str(row.fields["postcode"]), str(row.fields["street"])
        for length in (6, 5, 4):
            yield self._claims.get((Extent.Kind.POSTCODE, postcode[:length]), set()) if postcode else set()
        yield self._claims.get((Extent.Kind.STREET, belonging.street_key(street)), set()) if street else set()
