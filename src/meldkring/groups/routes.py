"""From this group, to which groups may a steering group forward? The whole route of the source document is here (S13 to S15, S32, S36, S9).

watch group -> its siblings under the same steering group, and the coordination group of the district
steering group -> the watch groups it runs, and the coordination group (a police message placed with it, S35)
coordination group -> the watch groups the steering group runs, and the municipal group
municipal group -> the coordination group of one's own district
"""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from meldkring.groups import representing
from meldkring.groups.models import Group, Kind, Link


def targets(group: Group, *, steering: Group) -> QuerySet[Group]:
    """The groups to which `steering` may forward what stands in `group`, nearest first."""
    own = Q(kind=Kind.WATCH, run_by=steering)
    coordination = Q(kind=Kind.COORDINATION, district=steering.district_id)
    municipal = Q(pk__in=_municipal(steering))
    allowed = {
        Kind.WATCH: own | coordination if group.run_by_id == steering.pk else Q(pk=None),
        Kind.STEERING: own | coordination if group.pk == steering.pk else Q(pk=None),
        Kind.COORDINATION: own | municipal if group.district_id == steering.district_id else Q(pk=None),
        Kind.MUNICIPAL: coordination if _municipal(steering).filter(municipal=group).exists() else Q(pk=None),
    }[Kind(group.kind)]
    return Group.objects.filter(allowed, closed_at=None).exclude(pk=group.pk).order_by("-kind", "name")


def sources(steering: Group) -> QuerySet[Group]:
    """The groups whose messages this steering group judges (S31, S32): the watch groups it runs, itself, and the groups above it."""
    return Group.objects.filter(
        Q(run_by=steering) | Q(pk=steering.pk) | Q(kind=Kind.COORDINATION, district=steering.district_id) | Q(pk__in=_municipal(steering)),
        closed_at=None,
    )


def linked() -> set[int]:
    """The districts that are linked to others, for `judges`."""
    return set(representing.linked().values_list("district", flat=True))


def judges(steering: Group, group: Group, *, linked: Collection[int]) -> bool:
    """Whether what stands in `group` waits on the desk of `steering`: `sources` for one pair, without a query."""
    if group.kind == Kind.COORDINATION:
        return group.district_id == steering.district_id
    if group.kind == Kind.MUNICIPAL:
        return group.municipality_id == steering.municipality_id and steering.district_id in linked
    return steering.pk in (group.pk, group.run_by_id)


def _municipal(steering: Group) -> "QuerySet[Link, int]":
    """The municipal group to which the district of this steering group is linked."""
    return representing.linked().filter(district=steering.district_id).values_list("municipal", flat=True)
