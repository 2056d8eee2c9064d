"""A message from the police enters by a coordination or steering group (S16, S35); who forwards it holds the case in those watch groups (S36).

It is meant for an area and holds for a time (`validity.py`). Where it enters follows from the area, unless somebody chooses.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.cases import lifecycle, reporting, validity
from meldkring.cases.models import Area, Called, Case, Contribution
from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.groups.models import Kind as GroupKind
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Kind
from meldkring.people.models import Person
from meldkring.places import atlas, shapes
from meldkring.places.models import Neighbourhood


@dataclass(frozen=True)
class Reach:
    """Where a message enters, the watch groups it can come to from there, and how many different people that is."""

    entries: list[Group]
    watch: list[Group]
    first: int
    people: int

    @property
    def groups(self) -> int:
        """How many groups, those where it enters counted too."""
        return len(self.entries) + len(self.watch)


@transaction.atomic
def place(
    text: str,
    *,
    by: Person,
    to: Sequence[Group] = (),
    area: Sequence[Neighbourhood] = (),
    outline: shapes.Outline | None = None,
    valid_until: datetime | None = None,
    source: str = "",
    source_at: datetime | None = None,
    key: uuid.UUID | None = None,
    **extras: Any,
) -> Case:
    """An officer's own message, or one a steering member places on the police's behalf, naming source and time.

    `extras` are fields of `Contribution`. Refuses with `BadAnswer` or `NotAllowed`.
    """
    area = within(by, area, outline)
    to = list(to) or entries(by, area)
    if not to:
        raise reporting.BadAnswer(_("Choose at least one group."))
    officer = all(roles.has(by, roles.Right.POLICE, group) for group in to)
    if not officer:
        for group in to:
            roles.require(by, roles.Right.FOR_POLICE, group)
        if not source.strip() or source_at is None:
            raise reporting.BadAnswer(_("Say who of the police told you this, and when."))
    lifecycle.queue(group.municipality_id for group in to)
    message, new = postings.say(by, kind=Kind.POLICE, text=text, key=key)
    if not new:
        return message.contribution.case
    extras |= {"source": source.strip() or by.first_name, "source_at": source_at, "valid_until": validity.until(to[0], valid_until)}
    case = reporting.begin(message, group=to[0], called=Called.POLICE, by=by, extras=extras)
    _bound(message.contribution, area, outline)
    postings.post(message, to, by=by)
    log.record("police", case, by=by, groups=[g.pk for g in to], officer=officer)
    return case


def places(person: Person) -> list[Group]:
    """The groups in which this person may place a message of, or for, the police."""
    found = roles.with_right(person, roles.Right.POLICE) + roles.with_right(person, roles.Right.FOR_POLICE)
    return list({g.pk: g for g in found}.values())


def neighbourhoods(person: Person) -> list[Neighbourhood]:
    """The neighbourhoods for which this person may place a message, by district and name."""
    districts = {g.district_id for g in places(person)}
    return list(Neighbourhood.objects.filter(district__in=districts).select_related("district").order_by("district__name", "name", "pk"))


def within(person: Person, area: Iterable[Neighbourhood], outline: shapes.Outline | None) -> list[Neighbourhood]:
    """The neighbourhoods chosen and those under what was drawn; refuses with `BadAnswer` what lies outside the person's districts."""
    chosen = {n.pk: n for n in area}
    mine = {n.pk: n for n in neighbourhoods(person)} if chosen or outline else {}
    if outline:
        for municipality in sorted({n.district.municipality_id for n in mine.values()}):
            chosen |= {key: mine[key] for key in atlas.of(municipality).touched(shapes.checked(outline)) if key in mine}
        if not chosen:
            raise reporting.BadAnswer(_("The area that you drew lies outside the districts that you serve."))
    if chosen.keys() - mine.keys():
        raise reporting.BadAnswer(_("Choose neighbourhoods of the districts that you serve."))
    return [n for key, n in mine.items() if key in chosen]


def entries(person: Person, area: Sequence[Neighbourhood]) -> list[Group]:
    """Where a message for this area enters: the coordination group of each district in it, or where there is none its steering groups."""
    wanted = {n.district_id for n in area}
    mine = [g for g in places(person) if not wanted or g.district_id in wanted]
    above = [g for g in mine if g.kind == GroupKind.COORDINATION]
    coordinated = {g.district_id for g in above}
    return above + [g for g in mine if g.kind == GroupKind.STEERING and g.district_id not in coordinated]


def reach(person: Person, area: Sequence[Neighbourhood] = (), *, to: Sequence[Group] = ()) -> Reach:
    """Whom a message for this area reaches; a few queries."""
    enters = list(to) or entries(person, area)
    watch = _watch_groups(enters, area)
    return Reach(enters, watch, roles.reach(enters), roles.reach([*enters, *watch]))


def _watch_groups(enters: Sequence[Group], area: Sequence[Neighbourhood]) -> list[Group]:
    """Those that the steering groups addressed run, in the area; one without neighbourhoods serves its whole district."""
    steering = [g.pk for g in enters if g.kind == GroupKind.STEERING]
    districts = [g.district_id for g in enters if g.kind == GroupKind.COORDINATION]
    run = Group.objects.filter(kind=GroupKind.WATCH, closed_at=None).select_related("district")
    found = (run.filter(run_by__in=steering) | run.filter(district__in=districts)).order_by("name", "pk")
    if not area:
        return list(found)
    wanted = {n.pk for n in area}
    ours: dict[int, set[int]] = {}
    for group, neighbourhood in Group.neighbourhoods.through.objects.filter(group__in=found).values_list("group", "neighbourhood"):
        ours.setdefault(group, set()).add(neighbourhood)
    touched = {n.district_id for n in area}
    return [g for g in found if (ours[g.pk] & wanted if g.pk in ours else g.district_id in touched)]


def _bound(contribution: Contribution, area: Sequence[Neighbourhood], outline: shapes.Outline | None) -> None:
    if area:
        made = Area.objects.create(contribution=contribution, outline=shapes.checked(outline) if outline else None)
        made.neighbourhoods.set(area)
