"""Who may do what: one table from role and kind of group to rights, and the standing of a person in every group.

A standing is kept (a membership) or derived: a steering member stands in every watch group the steering group runs (S7) and in the
coordination group of the district (S8); whom a linked district chose, else its phone managers, also in the municipal group (S9).
A role that decides over others works only for who signs in with a second step (BIO2: no shared or weak accounts).
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from meldkring.groups import representing
from meldkring.groups.models import Group, Kind, Membership, Role
from meldkring.people.models import Person


class Right(enum.Enum):
    """Something a role may do in a group."""

    READ = "read"
    REPORT = "report"
    REACT = "react"
    CONVERSE = "converse"
    NOTICE = "notice"
    JUDGE = "judge"
    SCREEN = "screen"
    CLOSE = "close"
    CALL = "call"
    POLICE = "police"
    FOR_POLICE = "for_police"
    MEMBERS = "members"
    FIGURES = "figures"
    LINK = "link"


R = Right
_STEERS = frozenset({R.READ, R.REACT, R.JUDGE, R.CLOSE, R.CONVERSE, R.FOR_POLICE})
_RUNS = frozenset({R.READ, R.REACT, R.NOTICE, R.JUDGE, R.SCREEN, R.CLOSE, R.CALL})
RIGHTS: dict[tuple[str, str], frozenset[Right]] = {
    (Role.MEMBER, Kind.WATCH): frozenset({R.READ, R.REPORT, R.REACT, R.CALL}),
    (Role.STEERING, Kind.WATCH): _RUNS,
    (Role.PHONE_MANAGER, Kind.WATCH): _RUNS | {R.MEMBERS},
    (Role.DEPUTY, Kind.WATCH): _RUNS | {R.MEMBERS},
    (Role.STEERING, Kind.STEERING): _STEERS,
    (Role.PHONE_MANAGER, Kind.STEERING): _STEERS | {R.MEMBERS},
    (Role.DEPUTY, Kind.STEERING): _STEERS | {R.MEMBERS},
    (Role.OFFICER, Kind.STEERING): frozenset({R.READ, R.REACT, R.CONVERSE, R.POLICE}),
    (Role.STEERING, Kind.COORDINATION): _STEERS,
    (Role.PHONE_MANAGER, Kind.COORDINATION): _STEERS,
    (Role.DEPUTY, Kind.COORDINATION): _STEERS,
    (Role.OFFICER, Kind.COORDINATION): frozenset({R.READ, R.REACT, R.CONVERSE, R.POLICE}),
    (Role.STEERING, Kind.MUNICIPAL): _STEERS - {R.FOR_POLICE},
    (Role.PHONE_MANAGER, Kind.MUNICIPAL): _STEERS - {R.FOR_POLICE},
    (Role.DEPUTY, Kind.MUNICIPAL): _STEERS - {R.FOR_POLICE},
    (Role.OFFICIAL, Kind.MUNICIPAL): frozenset({R.FIGURES, R.LINK}),
    (Role.ADMINISTRATOR, Kind.MUNICIPAL): frozenset({R.FIGURES, R.LINK}),
}
STEERING_ROLES = (Role.STEERING, Role.PHONE_MANAGER, Role.DEPUTY)
GUARDED_ROLES = (*STEERING_ROLES, Role.OFFICER, Role.OFFICIAL, Role.ADMINISTRATOR)

_LOOKED = "standings_looked_at"


class NotAllowed(Exception):
    """The person has no right to do this here. The text is for the person."""


@dataclass(frozen=True)
class Standing:
    """What a person is, or was, in a group; `until` is None while it lasts. `works` is False while a second step is missing."""

    group: Group
    role: str
    since: datetime
    until: datetime | None
    works: bool = True

    @property
    def rights(self) -> frozenset[Right]:
        return RIGHTS.get((self.role, self.group.kind), frozenset()) if self.works else frozenset()


def look(person: Person) -> None:
    """For a page that only shows: read the standings once, and take them as they are now until the page is made. Never before writing."""
    setattr(person, _LOOKED, standings(person))


def standings(person: Person) -> list[Standing]:
    """Every standing of this person, kept and derived, past ones too; at most four queries."""
    looked: list[Standing] | None = getattr(person, _LOOKED, None)
    return _read(person) if looked is None else list(looked)


def _read(person: Person) -> list[Standing]:
    kept = list(person.memberships.select_related("group__district", "group__municipality"))
    found = [(m, m.group) for m in kept]
    steering = [m for m in kept if m.kind == Kind.STEERING and m.role in STEERING_ROLES]
    if steering:
        reach = Q(pk=None)
        for m in steering:
            reach |= _derived_from(m)
        derived = list(Group.objects.filter(reach).select_related("district", "municipality"))
        found += [(m, g) for m in steering for g in derived if _derives(m, g)]
    return [_standing(m, g, person) for m, g in found] + [_standing(m, g, person, span) for m, g, span in representing.spans(steering)]


def _standing(m: Membership, group: Group, person: Person, span: representing.Span | None = None) -> Standing:
    since, until = span or (m.joined_at, m.left_at)
    ends = [at for at in (until, group.closed_at) if at]
    works = m.role not in GUARDED_ROLES or person.second_factor_since is not None
    return Standing(group, m.role, since, min(ends, default=None), works)


def current(person: Person) -> dict[int, list[Standing]]:
    """The standings that last, by group id."""
    found: dict[int, list[Standing]] = {}
    for standing in standings(person):
        if standing.until is None:
            found.setdefault(standing.group.pk, []).append(standing)
    return found


def has(person: Person, right: Right, group: Group) -> bool:
    """Whether this person has this right in this group now."""
    return any(right in s.rights for s in current(person).get(group.pk, ()))


def require(person: Person, right: Right, group: Group) -> None:
    """Refuse with `NotAllowed` unless the person has the right in the group now."""
    if not has(person, right, group):
        raise NotAllowed(_("You cannot do this in %(group)s.") % {"group": group.name})


def with_right(person: Person, right: Right) -> list[Group]:
    """The groups in which this person has this right now, by kind and name."""
    groups = {s.group.pk: s.group for ss in current(person).values() for s in ss if right in s.rights}
    return sorted(groups.values(), key=lambda g: (g.kind, g.name))


def steering_groups(person: Person) -> list[Group]:
    """The steering groups this person is a steering member of, once their second step is there."""
    standing = [s for ss in current(person).values() for s in ss if s.works and s.role in STEERING_ROLES]
    return [s.group for s in standing if s.group.kind == Kind.STEERING]


def steers(steering: Group | int) -> QuerySet[Membership]:
    """The memberships of who steers in this steering group now, also of who has no second step yet."""
    return Membership.objects.filter(group=steering, left_at=None, role__in=STEERING_ROLES)


def deciding(people: Iterable[int]) -> set[int]:
    """Which of these people decide what neighbours read, now: who screens somewhere, or speaks for the police. One query."""
    deciders = {role for (role, _kind), rights in RIGHTS.items() if rights & {R.SCREEN, R.POLICE}}
    lasting = Membership.objects.filter(person__in=people, role__in=deciders, left_at=None, person__second_factor_since__isnull=False)
    return set(lasting.values_list("person", flat=True))


def members(groups: Iterable[Group]) -> QuerySet[Person]:
    """The people who can now read in any of these groups, each once."""
    behind = Membership.objects.none()
    for group in groups:
        behind |= _memberships_behind(group)
    return Person.objects.filter(pk__in=behind.values("person"), is_active=True)


def roster(group: Group) -> QuerySet[Membership]:
    """The memberships, kept or derived, behind everyone who can now read in this group, by role and name."""
    return (
        _memberships_behind(group).filter(person__is_active=True).select_related("person", "group").order_by("-role", "person__first_name")
    )


def reach(groups: Iterable[Group]) -> int:
    """How many different people a message in these groups reaches."""
    return members(groups).count()


def _memberships_behind(group: Group) -> QuerySet[Membership]:
    readers = [role for (role, kind), rights in RIGHTS.items() if kind == group.kind and R.READ in rights]
    lasting = Membership.objects.filter(left_at=None).exclude(role__in=GUARDED_ROLES, person__second_factor_since=None)
    behind = Q(group=group, role__in=readers)
    if group.kind == Kind.WATCH:
        behind |= Q(group=group.run_by_id, role__in=STEERING_ROLES)
    elif group.kind == Kind.COORDINATION:
        behind |= Q(kind=Kind.STEERING, group__district=group.district_id, role__in=STEERING_ROLES)
    elif group.kind == Kind.MUNICIPAL:
        behind |= representing.behind(group)
    return lasting.filter(behind) if group.closed_at is None else lasting.none()


def _derived_from(m: Membership) -> Q:
    return Q(run_by=m.group_id) | Q(kind=Kind.COORDINATION, district=m.group.district_id)


def _derives(m: Membership, group: Group) -> bool:
    return group.run_by_id == m.group_id if group.kind == Kind.WATCH else group.district_id == m.group.district_id
