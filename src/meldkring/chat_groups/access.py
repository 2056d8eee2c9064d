"""Which chat groups may this person see? Who manages the members sees its lists, who judges places lines in it, a member sees that it is there.

Anything else does not exist for them: 404.
"""

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.http import Http404

from meldkring.chat_groups.models import ChatGroup
from meldkring.groups import roles
from meldkring.groups.models import Group, Membership
from meldkring.people.models import Person


def managed(person: Person) -> QuerySet[ChatGroup]:
    """The chat groups whose lists this person keeps, by the name of the watch group."""
    return _lasting().filter(group__in=roles.with_right(person, roles.Right.MEMBERS)).order_by("group__name")


def manage(person: Person, pk: int) -> ChatGroup:
    """One of those, or 404."""
    return _one(managed(person), pk)


def placed_in(person: Person) -> QuerySet[ChatGroup]:
    """The chat groups in which this person may place lines: beside the watch groups they judge."""
    return beside_any(roles.with_right(person, roles.Right.JUDGE))


def beside_any(groups: Iterable[Group]) -> QuerySet[ChatGroup]:
    """The chat groups beside these watch groups, which the caller has found that the person judges."""
    wanted = list(groups)
    beside_them = ChatGroup.objects.filter(Q(group__in=wanted) | Q(also__in=wanted))
    return _lasting().filter(pk__in=beside_them.values("pk")).order_by("group__name")


def beside(person: Person, group: Group) -> ChatGroup | None:
    """The chat group beside this watch group, if there is one and this person belongs in it."""
    found = beside_any([group]).first()
    return found if found and belonging(found).filter(pk=person.pk).exists() else None


def own(person: Person, pk: int) -> ChatGroup:
    """A chat group this person belongs in, or 404."""
    found = _one(_lasting(), pk)
    if not belonging(found).filter(pk=person.pk).exists():
        raise Http404
    return found


def belonging(chat_group: ChatGroup) -> QuerySet[Person]:
    """Who should be in it: the members of its watch groups, and their steering members, who are its administrators (S7)."""
    ours = groups(chat_group)
    if not ours:
        return Person.objects.none()
    behind = Q(group__in=ours) | Q(group=chat_group.group.run_by_id, role__in=roles.STEERING_ROLES)
    return Person.objects.filter(pk__in=Membership.objects.filter(behind, left_at=None).values("person"), is_active=True)


def groups(chat_group: ChatGroup) -> list[Group]:
    """The watch groups whose members read in it: its own and those that share it, as long as one steering group runs them all."""
    shared = [g for g in chat_group.also.all() if g.run_by_id == chat_group.group.run_by_id]
    return [g for g in (chat_group.group, *sorted(shared, key=lambda g: g.name)) if g.closed_at is None]


def _lasting() -> QuerySet[ChatGroup]:
    return ChatGroup.objects.filter(ended_at=None).select_related("group__run_by", "group__district").prefetch_related("also")


def _one(among: QuerySet[ChatGroup], pk: int) -> ChatGroup:
    found = among.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
