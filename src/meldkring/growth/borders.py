"""Who would live in another neighbourhood if its borders became others? Shown first, and carried out the same way (`resettling`).

The change is really made, looked at, and taken back, so that what is shown cannot differ from what is done. Members are shown by street
and postcode together: that is how people know their neighbourhood, and nobody's house number has to be read for it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from meldkring.groups import roles
from meldkring.groups.models import Group, Kind, Membership
from meldkring.joining import places
from meldkring.joining.models import Application
from meldkring.people.models import Person
from meldkring.places import adjoining, belonging, neighbourhoods, surveying
from meldkring.places.models import District, Neighbourhood

# Not those that were only begun: whoever fills in a form keeps that row for themselves while sending it.
UNSETTLED = (Application.State.WAITING, Application.State.FULL)
NEW = "new"


@dataclass(frozen=True)
class Change:
    """What becomes of the borders. `neighbourhood` gets `claims`; one called `name` is made with `made`, under `group` or where the first one is."""

    kind: str
    district: District
    neighbourhood: Neighbourhood | None = None
    claims: neighbourhoods.Claims | None = None
    name: str = ""
    made: neighbourhoods.Claims | None = None
    group: Group | None = None


@dataclass
class Lot:
    """Members and sign-ups of one street and postcode, of one neighbourhood and watch group now; `after` is where they would live.

    Not `sure`: nothing tells which of the neighbourhoods theirs is, so they stay unless somebody who knows says otherwise.
    `key` is the same whenever the same would happen to people of the same place.
    """

    key: str
    street: str
    postcode: str
    before: Neighbourhood | None
    group: Group | None
    after: Neighbourhood | None
    sure: bool
    members: list[Membership] = field(default_factory=list)
    applications: list[Application] = field(default_factory=list)

    @property
    def moves(self) -> bool:
        return self.after != self.before

    def add(self, who: Person | Application, member: Membership | None) -> None:
        """One more of this place."""
        if member:
            self.members.append(member)
        elif isinstance(who, Application):
            self.applications.append(who)


@dataclass(frozen=True)
class Foreseen:
    """What would happen. `goes`: the members per group they would go to; `full` and `steers`: who would keep their group, and why."""

    lots: list[Lot]
    made: Neighbourhood | None
    goes: list[tuple[Group, int]]
    full: int
    steers: int
    unlocated: int

    @property
    def members(self) -> int:
        return sum(len(lot.members) for lot in self.lots if lot.moves)

    @property
    def applications(self) -> int:
        return sum(len(lot.applications) for lot in self.lots if lot.moves)


def require(district: District, *, by: Person) -> None:
    """Refuse with `NotAllowed` unless this is a phone manager or deputy of the district."""
    managed = [g for g in roles.with_right(by, roles.Right.MEMBERS) if g.kind == Kind.STEERING]
    if district.pk not in {g.district_id for g in managed}:
        raise roles.NotAllowed(_("Only phone managers of %(district)s can change this.") % {"district": district.name})


def foresee(change: Change, *, choices: Mapping[str, str] | None = None, by: Person) -> Foreseen:
    """What this change would do; nothing is done. `choices` is, by lot, the neighbourhood that somebody chose instead."""
    require(change.district, by=by)
    known = survey(change.district)
    with transaction.atomic():
        made = apply(change, by=by)
        found = lots(change, made, known)
        choose(change.district, found, choices or {}, made)
        goes, full, steers = Counter[Group](), 0, 0
        for _member, to, why in destinations(found, change.district):
            goes.update([to] if to else [])
            full += why == "full"
            steers += why == "steers"
        unlocated = sum(not asked.point for asked in known.values()) if _draws(change) else 0
        transaction.set_rollback(True)
    return Foreseen(found, made, sorted(goes.items(), key=lambda one: one[0].name), full, steers, unlocated)


def survey(district: District) -> dict[surveying.Door, belonging.Asked]:
    """What is known of the addresses of everybody in this district. Asks sources outside, so outside a transaction."""
    people = [who for who, _member in everybody(district) if who.postcode and who.house_number]
    return surveying.known(district, ((door(who), who.street) for who in people))


def everybody(district: District) -> Iterator[tuple[Person | Application, Membership | None]]:
    """Every member of its watch groups with the membership, and every sign-up that waits here."""
    here = Membership.objects.filter(kind=Kind.WATCH, left_at=None, group__district=district)
    for member in here.select_related("person__neighbourhood", "group").order_by("pk"):
        yield member.person, member
    waiting = Application.objects.filter(district=district, state__in=UNSETTLED).exclude(postcode="")
    for application in waiting.select_related("neighbourhood").order_by("pk"):
        yield application, None


def door(who: Person | Application) -> surveying.Door:
    """The address as the sources know it."""
    return who.postcode, who.house_number or 0, who.house_suffix


def apply(change: Change, *, by: Person) -> Neighbourhood | None:
    """Make the change to the borders alone; the neighbourhood that was made, if any. Refuses as `places.neighbourhoods` does."""
    if change.neighbourhood and change.claims:
        # Fresh: what is given may have been looked at with borders that were taken back.
        neighbourhoods.claim(Neighbourhood.objects.get(pk=change.neighbourhood.pk), change.claims, by=by)
    if change.made is None:
        return None
    claims = change.made
    made = neighbourhoods.create(
        change.district, change.name, postcodes=claims.postcodes, streets=claims.streets, codes=claims.codes, outline=claims.outline, by=by
    )
    for group in _groups_for(change):
        group.neighbourhoods.add(made)
    if change.neighbourhood and not (claims.outline and change.neighbourhood.outline):
        adjoining.keep(change.neighbourhood, made, adjoins=True, by=by)
    return made


def lots(change: Change, made: Neighbourhood | None, known: Mapping[surveying.Door, belonging.Asked]) -> list[Lot]:
    """Who lives elsewhere now that the change was made, and of whom of the neighbourhoods concerned nothing tells; by street."""
    district = change.district
    atlas = belonging.Atlas(belonging.around(district))
    touched = {n.pk for n in (change.neighbourhood, made) if n}
    found: dict[str, Lot] = {}

    def put(who: Person | Application, group: Group | None) -> Lot | None:
        asked = known.get(door(who)) or _by_street(who, district)
        best = atlas.claiming(asked) if asked else []
        here = [n for n in best if n.district_id == district.pk]
        sure = len(best) == 1 or who.neighbourhood in best
        after = here[0] if len(best) == 1 and here else who.neighbourhood
        if after == who.neighbourhood and (sure or (who.neighbourhood_id not in touched and not touched & {n.pk for n in best})):
            return None
        ids = (who.neighbourhood_id, group.pk if group else "", NEW if after and after == made else after.pk if after else "")
        key = "|".join((who.street, who.postcode, *(str(pk or "") for pk in ids)))
        return found.setdefault(key, Lot(key, who.street, who.postcode, who.neighbourhood, group, after, sure))

    for who, member in everybody(district):
        if lot := put(who, member.group if member else None):
            lot.add(who, member)
    return sorted(found.values(), key=lambda lot: (not lot.moves, lot.street.casefold(), lot.postcode, lot.key))


def _by_street(who: Person | Application, district: District) -> belonging.Asked | None:
    """Of many an early member only the street is known: that is enough where a neighbourhood claims it."""
    return belonging.Asked("", who.street, municipalities=frozenset({district.municipality.code})) if who.street else None


def choose(district: District, found: Iterable[Lot], choices: Mapping[str, str], made: Neighbourhood | None) -> None:
    """Let who knows decide for a lot: by its key, the id of a neighbourhood of the district, or `NEW` for the one that was made."""
    by_value = {str(n.pk): n for n in district.neighbourhoods.all()} | ({NEW: made} if made else {})
    for lot in found:
        if chosen := by_value.get(choices.get(lot.key, "")):
            lot.after, lot.sure = chosen, True


def destinations(found: Iterable[Lot], district: District) -> list[tuple[Membership, Group | None, str]]:
    """For each member who will live elsewhere the watch group to go to, or None and why: `theirs` already, `none`, `full`, or who `steers` stays.

    A group that has no place takes nobody more; whoever does not fit stays where they are.
    """
    covering = defaultdict[int, list[Group]](list)
    groups = {g.pk: g for g in watch_groups(district)}
    for neighbourhood, group in Group.neighbourhoods.through.objects.filter(group__in=groups).values_list("neighbourhood_id", "group_id"):
        covering[neighbourhood].append(groups[group])
    room = {c.group.pk: c.left for c in places.capacities(groups.values())}
    moving = [(member, lot.after) for lot in found if lot.moves and lot.after for member in lot.members]
    steering = _steered([member for member, _after in moving])
    return [(member, *_destination(member, covering[after.pk], room, steering)) for member, after in moving]


def watch_groups(district: District) -> list[Group]:
    """The open watch groups of the district."""
    return list(Group.objects.filter(kind=Kind.WATCH, district=district, closed_at=None).order_by("pk"))


def _destination(
    member: Membership, there: list[Group], room: dict[int, int], steering: Mapping[int, set[int]]
) -> tuple[Group | None, str]:
    if not there:
        return None, "none"
    if member.group_id in {g.pk for g in there}:
        return None, "theirs"
    to = max(there, key=lambda g: (room[g.pk], -g.pk))
    if steering.get(member.person_id, set()) - {to.run_by_id}:
        return None, "steers"
    if room[to.pk] <= 0:
        return None, "full"
    room[to.pk] -= 1
    room[member.group_id] = room.get(member.group_id, 0) + 1
    return to, ""


def _steered(members: list[Membership]) -> dict[int, set[int]]:
    """By person, the steering groups they are a steering member of: they stay residents of a group that those run (S7)."""
    steers = Membership.objects.filter(person__in=[m.person_id for m in members], left_at=None, role__in=roles.STEERING_ROLES)
    found = defaultdict[int, set[int]](set)
    for person, group in steers.values_list("person", "group"):
        found[person].add(group)
    return found


def _groups_for(change: Change) -> list[Group]:
    if change.group:
        return [change.group]
    return list(change.neighbourhood.watch_groups.filter(closed_at=None)) if change.neighbourhood else []


def _draws(change: Change) -> bool:
    return any(claims is not None and claims.outline for claims in (change.claims, change.made))
