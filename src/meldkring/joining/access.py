"""Which sign-ups and members may this person see? The phone manager and the deputy those of their own watch groups (S18), others none.

Anything else does not exist for them: 404.
"""

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import Http404

from meldkring.groups import roles
from meldkring.groups.models import Group, Kind, Membership
from meldkring.joining.models import Application
from meldkring.people.models import Person

UNDECIDED = (Application.State.WAITING, Application.State.FULL)


def managed(person: Person) -> list[Group]:
    """The watch groups whose members this person manages, by name."""
    return [group for group in roles.with_right(person, roles.Right.MEMBERS) if group.is_watch]


def managed_group(person: Person, pk: int) -> Group:
    """One of those groups, or 404."""
    for group in managed(person):
        if group.pk == pk:
            return group
    raise Http404


def applications(person: Person) -> QuerySet[Application]:
    """The sent sign-ups that this person decides on: of residents of their own groups' neighbourhoods, or of a neighbourhood without a group."""
    return handled_by(managed(person))


def handled_by(groups: list[Group]) -> QuerySet[Application]:
    """The sent sign-ups that belong to who manages these watch groups."""
    covering = Group.objects.filter(
        neighbourhoods=OuterRef("neighbourhood"), district=OuterRef("district"), kind=Kind.WATCH, closed_at=None
    )
    ours = Exists(covering.filter(pk__in=[g.pk for g in groups]))
    here = Q(group__in=groups) | Q(district__in={g.district_id for g in groups}) & (ours | ~Exists(covering))
    return Application.objects.filter(here).exclude(state__in=(Application.State.BEGUN, Application.State.ELSEWHERE))


def waiting(person: Person) -> QuerySet[Application]:
    """The sign-ups that wait for this person: first who was offered a place, then by how long they wait; the waiting list last."""
    found = applications(person).filter(state__in=UNDECIDED).select_related("district", "neighbourhood", "group", "person")
    return found.order_by("-state", F("group").asc(nulls_last=True), "sent_at", "pk")


def application(person: Person, pk: int) -> Application:
    """One sign-up that this person decides or decided on, or 404."""
    found = applications(person).select_related("district", "neighbourhood", "group", "person").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def members(person: Person) -> QuerySet[Membership]:
    """The residents now in the watch groups this person manages, by name."""
    found = Membership.objects.filter(group__in=managed(person), left_at=None)
    return found.select_related("person", "group").order_by("person__first_name", "person__last_name", "pk")


def membership(person: Person, pk: int) -> Membership:
    """One membership, past or present, of a watch group this person manages, or 404."""
    found = Membership.objects.filter(group__in=managed(person), pk=pk).select_related("person__neighbourhood", "group__district").first()
    if found is None:
        raise Http404
    return found


def wish(person: Person) -> str:
    """The way to be told that this person chose when they signed up; empty for who did not sign up."""
    admitted = Application.objects.filter(person=person, state=Application.State.ADMITTED).order_by("-decided_at")
    return admitted.values_list("channel", flat=True).first() or ""


def to_vouch_for(person: Person) -> QuerySet[Application]:
    """The newcomers of this member's own neighbourhood who ask for two neighbours that know them, other than in this member's own home."""
    if person.neighbourhood_id is None or not person.memberships.filter(kind=Kind.WATCH, left_at=None).exists():
        return Application.objects.none()
    found = Application.objects.filter(state__in=UNDECIDED, neighbourhood=person.neighbourhood_id, district__asks_vouching=True)
    own_home = Q(postcode=person.postcode, house_number=person.house_number, house_suffix=person.house_suffix) & ~Q(postcode="")
    return found.exclude(own_home | Q(vouches__person=person) | Q(person=person)).exclude(proofs__how="vouched").order_by("sent_at")
