"""Who goes where if this plan is carried out? By the neighbourhood in which they live (S23); who lives elsewhere stays with the group that goes on.

Read the same way for the sizes on the page, for the confirmation and for carrying it out, so that they cannot differ.
"""

from collections import Counter
from dataclasses import dataclass

from meldkring.groups.models import Group, Kind, Membership
from meldkring.growth.models import Allotment, Part, Plan


@dataclass(frozen=True)
class Placing:
    """A plan read once: its parts, which neighbourhood falls under which, the groups concerned and where each member goes."""

    parts: list[Part]
    allotments: list[Allotment]
    groups: dict[int, Group]
    members: list[tuple[Membership, Part]]

    def neighbourhoods(self, part: Part) -> list[int]:
        """The ids of the neighbourhoods that fall under this part."""
        return [a.neighbourhood_id for a in self.allotments if a.part_id == part.pk]

    def closes(self, part: Part) -> bool:
        """Whether the group of this part ends."""
        return not part.is_new and not self.neighbourhoods(part)

    def moving(self) -> list[tuple[Membership, Part]]:
        """The members who get another group."""
        return [(m, part) for m, part in self.members if part.is_new or part.group_id != m.group_id]

    def unknown(self) -> list[tuple[Membership, Part]]:
        """The members who cannot be placed by where they live, and where they end up."""
        known = {a.neighbourhood_id for a in self.allotments}
        return [(m, part) for m, part in self.members if m.person.neighbourhood_id not in known]


def place(plan: Plan) -> Placing:
    """Read the plan; five queries."""
    parts = list(plan.parts.select_related("group", "steering"))
    allotments = list(plan.allotments.select_related("neighbourhood", "before"))
    groups = {p.group.pk: p.group for p in parts if p.group and not p.is_new}
    groups |= {a.before.pk: a.before for a in allotments if a.before}
    by_part = {p.pk: p for p in parts}
    where = {a.neighbourhood_id: by_part[a.part_id] for a in allotments}
    rest = {pk: _goes_on(pk, parts, allotments, by_part) for pk in groups}
    here = Membership.objects.filter(group__in=groups, left_at=None, kind=Kind.WATCH).select_related("person").order_by("pk")
    members = [(m, where.get(m.person.neighbourhood_id or 0) or rest[m.group_id]) for m in here]
    return Placing(parts, allotments, groups, members)


def _goes_on(group: int, parts: list[Part], allotments: list[Allotment], by_part: dict[int, Part]) -> Part:
    """The part for members of this group who live in none of the plan's neighbourhoods."""
    used = {a.part_id for a in allotments}
    for part in parts:
        if part.group_id == group and not part.is_new and part.pk in used:
            return part
    received = Counter(a.part_id for a in allotments if a.before_id == group) or Counter(used)
    return by_part[max(received, key=lambda pk: (received[pk], -pk))] if received else parts[0]
