"""Who and what is there in the demo's town? Finds groups and people by name, and carries a message along a way of several hops."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from meldkring.cases import forwarding
from meldkring.demo import residents
from meldkring.groups.models import Group, Kind, Membership, Role
from meldkring.messaging.models import Message, Posting
from meldkring.people.models import Person

Hop = tuple[Group, Sequence[Group]]


@dataclass
class Town:
    """The groups by name, and the people found so far."""

    groups: dict[str, Group]
    _members: dict[int, list[Person]] = field(default_factory=dict)

    @classmethod
    def here(cls) -> "Town":
        """The town as it stands in the database."""
        return cls({g.name: g for g in Group.objects.select_related("district", "municipality", "run_by")})

    def of(self, kind: str, like: Group | None = None) -> Group:
        """The group of this kind in the district of `like`; the municipal group needs none."""
        return next(g for g in self.groups.values() if g.kind == kind and (like is None or g.district_id == like.district_id))

    def siblings(self, group: Group) -> list[Group]:
        """The other watch groups of its district."""
        return [g for g in self.groups.values() if g.is_watch and g.district_id == group.district_id and g.pk != group.pk]

    def elsewhere(self, group: Group) -> list[Group]:
        """The watch groups of the other districts that are linked: those with a coordination group (S22)."""
        linked = {g.district_id for g in self.groups.values() if g.kind == Kind.COORDINATION}
        return [g for g in self.groups.values() if g.is_watch and g.district_id in linked - {group.district_id}]

    def resident(self, group: Group, n: int) -> Person:
        """The n-th ordinary member of a watch group, round and round; nobody of the cast."""
        if group.pk not in self._members:
            cast = [part.email for part in residents.CAST]
            found = Person.objects.filter(memberships__group=group, memberships__left_at=None).exclude(email__in=cast)
            self._members[group.pk] = list(found.order_by("pk"))
        members = self._members[group.pk]
        return members[n % len(members)]

    def phone_manager(self, like: Group) -> Person:
        """The phone manager of the district of `like`."""
        lasting = Membership.objects.select_related("person").filter(left_at=None, role=Role.PHONE_MANAGER)
        return lasting.get(group=self.of(Kind.STEERING, like)).person

    def carry(self, message: Message, hop: Hop, *, follow: bool = True) -> None:
        """One hop: the phone manager of the district forwards the message from a group to others; from the municipal group to their own."""
        source, targets = hop
        like = source if source.district_id else targets[0]
        posting = Posting.objects.select_related("group", "message").get(message=message, group=source, withdrawn_at=None)
        forwarding.forward(posting, to=targets, steering=self.of(Kind.STEERING, like), by=self.phone_manager(like), follow=follow)

    def way(self, start: Group, end: Group) -> list[Hop]:
        """The hops from a watch group to one in another district: up to the municipality and down again."""
        up, top, down = self.of(Kind.COORDINATION, start), self.of(Kind.MUNICIPAL), self.of(Kind.COORDINATION, end)
        return [(start, [up]), (up, [top]), (top, [down]), (down, [end])]
