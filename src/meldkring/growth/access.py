"""Which plans, districts and neighbourhoods a person looks after: those of the steering groups they are a member of; and what a member must be told."""

from django.db.models import QuerySet
from django.http import Http404

from meldkring.groups import roles
from meldkring.groups.models import Group, Kind
from meldkring.growth.models import Allotment, Move, Part, Plan, Redrawing
from meldkring.people.models import Person
from meldkring.places.models import District, Neighbourhood


def steering_groups(person: Person) -> list[Group]:
    """The steering groups whose growth this person decides about, by name."""
    return [g for g in roles.with_right(person, roles.Right.JUDGE) if g.kind == Kind.STEERING]


def steering(person: Person, pk: int) -> Group:
    """One of those, or 404."""
    for found in steering_groups(person):
        if found.pk == pk:
            return found
    raise Http404


def districts(person: Person) -> list[District]:
    """The districts whose neighbourhoods this person looks after, by name."""
    found = {g.district.pk: g.district for g in steering_groups(person) if g.district}
    return sorted(found.values(), key=lambda district: district.name)


def district(person: Person, slug: str) -> District:
    """One of those, or 404."""
    for found in districts(person):
        if found.slug == slug:
            return found
    raise Http404


def neighbourhood(person: Person, pk: int) -> Neighbourhood:
    """A neighbourhood of one of those districts, or 404."""
    found = Neighbourhood.objects.filter(district__in=districts(person)).select_related("district__municipality").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def redrawing(person: Person, pk: int) -> Redrawing:
    """A change of borders in one of those districts, or 404."""
    found = (
        Redrawing.objects.filter(district__in=districts(person)).select_related("district", "neighbourhood", "made").filter(pk=pk).first()
    )
    if found is None:
        raise Http404
    return found


def plans(person: Person) -> QuerySet[Plan]:
    """Their plans, newest first."""
    return Plan.objects.filter(steering__in=steering_groups(person)).select_related("steering", "district", "made_by", "done_by")


def plan(person: Person, pk: int) -> Plan:
    """One of those, or 404."""
    found = plans(person).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def parts(plan: Plan) -> list[Part]:
    """The watch groups as they will be, with their neighbourhoods and seats."""
    return list(plan.parts.select_related("group", "steering").prefetch_related("allotments__neighbourhood", "seats__person"))


def allotments(plan: Plan) -> list[Allotment]:
    """Every neighbourhood of the plan with its part, by name."""
    return list(plan.allotments.select_related("neighbourhood", "part", "before").order_by("neighbourhood__name"))


def unseen(person: Person) -> Move | None:
    """The move to another watch group that this person has not been told about on a page."""
    mine = Move.objects.filter(begun__person=person, begun__left_at=None, begun__kind=Kind.WATCH, seen_at=None)
    return mine.select_related("begun__group", "ended__group").order_by("-pk").first()


def went(person: Person, group: int) -> Group | None:
    """The watch group this person is in now (S6), if they were in that one before."""
    mine = person.memberships.filter(kind=Kind.WATCH)
    if not mine.filter(group=group, left_at__isnull=False).exists():
        return None
    now = mine.filter(left_at=None).select_related("group").first()
    return now.group if now and now.group_id != group else None


def move(person: Person, pk: int) -> Move:
    """Such a move of this person, or 404."""
    found = Move.objects.filter(pk=pk, begun__person=person).first()
    if found is None:
        raise Http404
    return found
