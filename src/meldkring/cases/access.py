"""Which cases, and what of them, a person may read: what stands in their groups, and everything of a case they hold (ADR 0004)."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.http import Http404

from meldkring.cases.models import Approval, Case, Follow, Holder, Judgement
from meldkring.groups import roles
from meldkring.messaging import access as messaging_access
from meldkring.messaging.models import Posting, PostingQuery
from meldkring.people.models import Person


def holding(person: Person, case: Case) -> bool:
    """Whether this person is in touch with the police about this case now, for a group where they still are."""
    return case.holders.filter(_held_by(person)).exists()


def cases(person: Person) -> QuerySet[Case]:
    """Every case of which this person may read something, newest first."""
    readable = Posting.objects.filter(messaging_access.readable(person)).values("message__contribution__case")
    return Case.objects.filter(Q(pk__in=readable) | Q(pk__in=Holder.objects.filter(_held_by(person)).values("case"))).select_related(
        "origin"
    )


def _held_by(person: Person) -> Q:
    """Holdings that last, in groups this person has not left: who leaves reads no further, whatever they held."""
    return Q(person=person, until=None, group__in=[g.pk for g in roles.with_right(person, roles.Right.READ)])


def case(person: Person, reference: str) -> Case:
    """One of those by its reference, or 404."""
    found = cases(person).filter(reference=reference).first()
    if found is None:
        raise Http404
    return found


def timeline(person: Person, case: Case) -> PostingQuery:
    """The postings of a case that this person may read, oldest first; a message may stand in several of their groups."""
    shown = messaging_access.readable(person) | Q(message__author=person, number=None, withdrawn_at=None)
    if holding(person, case):
        shown |= Q(number__isnull=False, withdrawn_at=None)
    found = Posting.objects.filter(shown, message__contribution__case=case).distinct()
    return found.select_related(
        "message__author",
        "message__contribution__case",
        "group",
        "posted_by",
        "hidden_by",
        "forwarded_from__group",
        "forwarded_from__posted_by",
    ).order_by("message__said_at", "message", "pk")


def holders(person: Person, case: Case) -> QuerySet[Holder]:
    """Who keeps in touch with the police now: in the groups this person reads, or everywhere for who holds the case."""
    found = case.holders.filter(until=None).select_related("person", "group").order_by("since")
    return found if holding(person, case) else found.filter(group__in=roles.with_right(person, roles.Right.READ))


def in_touch(officer: Person, cases: Iterable[Case]) -> list[Holder]:
    """Who keeps in touch with the police about these cases, in the districts that this officer serves (S16)."""
    districts = {g.district_id for g in roles.with_right(officer, roles.Right.POLICE)}
    found = Holder.objects.filter(case__in=list(cases), until=None, group__district__in=districts)
    return list(found.select_related("person", "group").order_by("since", "pk"))


def follows(person: Person, case: Case) -> QuerySet[Follow]:
    """Along which ways reactions to this case go by themselves, on behalf of this person's steering groups."""
    ours = Follow.objects.filter(case=case, steering__in=roles.steering_groups(person), until=None, judgement__isnull=False)
    return ours.select_related("steering", "source", "target").order_by("pk")


def follow(person: Person, pk: int) -> Follow:
    """A follow, lasting or stopped, of one of this person's steering groups, or 404."""
    found = (
        Follow.objects.filter(pk=pk, steering__in=roles.steering_groups(person), judgement__isnull=False)
        .select_related("steering", "case")
        .first()
    )
    if found is None:
        raise Http404
    return found


def approval(person: Person, pk: int) -> Approval:
    """An approval of words in a group that this person screens, or 404."""
    screened = roles.with_right(person, roles.Right.SCREEN)
    found = (
        Approval.objects.filter(pk=pk, posting__group__in=screened).select_related("posting__group", "message__contribution__case").first()
    )
    if found is None:
        raise Http404
    return found


def judgement(person: Person, pk: int) -> Judgement:
    """A judgement of one of this person's steering groups, or 404."""
    ours = Judgement.objects.filter(pk=pk, steering__in=roles.steering_groups(person))
    found = ours.select_related("steering", "posting__message__contribution__case__origin").first()
    if found is None:
        raise Http404
    return found
