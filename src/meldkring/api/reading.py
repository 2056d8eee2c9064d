"""What may a program read on behalf of its owner? Exactly what the owner may: every read goes through an `access.py`, else 404."""

from collections.abc import Iterable
from typing import Annotated, Literal

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest
from ninja import Query, Router

from meldkring.api import answers, tokens
from meldkring.cases import access as cases
from meldkring.cases import advice, forwarding, judging
from meldkring.cases.models import Case
from meldkring.groups import access as groups
from meldkring.groups import roles
from meldkring.messaging import access as messaging
from meldkring.messaging import letters
from meldkring.messaging.models import Posting
from meldkring.people.models import Person

router = Router(by_alias=True)
PAGE = 50
MOST = 100
WITH_CASE = "message__contribution__case"


def shown(postings: Iterable[Posting]) -> list[answers.PostingOut]:
    """These postings with their provenance, which is read for all at once."""
    found = list(postings)
    chains = messaging.chains(found)
    return [answers.PostingOut.of(p, chains[p.pk]) for p in found]


def case_page(person: Person, case: Case) -> answers.CasePage:
    """A case with everything of it this person may read."""
    return answers.CasePage(
        **answers.CaseOut.of(case).model_dump(),
        timeline=shown(cases.timeline(person, case).select_related(WITH_CASE)),
        holders=[answers.HolderOut.of(h) for h in cases.holders(person, case)],
        follows=[answers.FollowOut.of(f) for f in cases.follows(person, case)],
    )


def case_of(person: Person, reference: str) -> Case:
    """A case this person may read, or 404."""
    if not reference.isascii() or not reference.isprintable():
        raise Http404
    return cases.case(person, reference)


@router.get("/me", response=answers.MeOut, tags=["people"])
def me(request: HttpRequest) -> answers.MeOut:
    """Who you are, and where you stand."""
    person = tokens.person(request)
    return answers.MeOut(
        id=person.pk,
        name=person.shown_name,
        language=person.language,
        groups=[answers.GroupOut.of(g) for g in groups.groups(person)],
        steering=[answers.GroupOut.of(g) for g in roles.steering_groups(person)],
    )


@router.get("/groups", response=list[answers.GroupOut], tags=["groups"])
def list_groups(request: HttpRequest) -> list[answers.GroupOut]:
    """The groups you read in now."""
    return [answers.GroupOut.of(g) for g in groups.groups(tokens.person(request))]


@router.get("/groups/{int:group_id}", response=answers.GroupPage, tags=["groups"])
def show_group(request: HttpRequest, group_id: int) -> answers.GroupPage:
    """One group: how many it reaches, and what you may do there."""
    person = tokens.person(request)
    return answers.GroupPage.about(groups.group(person, group_id), person)


@router.get("/groups/{int:group_id}/postings", response=list[answers.PostingOut], tags=["groups"])
def list_postings(request: HttpRequest, group_id: int, after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0) -> list[answers.PostingOut]:
    """What stands in a group after this number, at most 100; numbers have no gaps, so you know when you missed one."""
    person = tokens.person(request)
    group = groups.group(person, group_id)
    found = messaging.postings(person).filter(group=group, number__gt=after).order_by("number")
    return shown(found.select_related(WITH_CASE)[:MOST])


@router.get("/cases", response=answers.CasesOut, tags=["cases"])
def list_cases(
    request: HttpRequest, status: Literal["open", "closed"] | None = None, page: Annotated[int, Query(ge=1, le=100_000)] = 1
) -> answers.CasesOut:
    """The cases of which you may read something, newest first, fifty a page."""
    found = cases.cases(tokens.person(request))
    pages = Paginator(found.filter(status=status) if status else found, PAGE)
    items = pages.page(page).object_list if page <= pages.num_pages else []
    return answers.CasesOut(items=[answers.CaseOut.of(c) for c in items], page=page, pages=pages.num_pages)


@router.get("/cases/{reference}", response=answers.CasePage, tags=["cases"])
def show_case(request: HttpRequest, reference: str) -> answers.CasePage:
    """A case: what was said, through which groups it came, who is in touch with the police."""
    person = tokens.person(request)
    return case_page(person, case_of(person, reference))


@router.get("/desk", response=answers.DeskOut, tags=["steering"])
def desk(request: HttpRequest, steering: Annotated[int, Query(ge=1, le=2**63 - 1)]) -> answers.DeskOut:
    """What your steering group has yet to judge, with the groups it may go to; at most 100."""
    person = tokens.person(request)
    group = tokens.steering(person, steering)
    postings = list(judging.waiting(group, by=person)[:MOST])
    free = forwarding.targets(postings, steering=group)
    targets = {
        g.pk: answers.TargetOut(**answers.GroupOut.of(g).model_dump(), reach=roles.reach([g]))
        for g in {g for gs in free.values() for g in gs}
    }
    advised = advice.propose(free, steering=group)
    waiting = [
        answers.WaitingOut(
            posting=out, targets=[targets[g.pk] for g in free[posting]],
            advice=[answers.AdviceOut(**answers.GroupOut.of(p.group).model_dump(), reason=p.reason) for p in advised[posting.pk].proposals],
        )
        for posting, out in zip(postings, shown(postings), strict=True)
    ]  # fmt: skip
    held = messaging.held(person).filter(group__run_by=group).select_related(WITH_CASE)
    return answers.DeskOut(steering=answers.GroupOut.of(group), waiting=waiting, held=shown(held[:MOST]))


@router.get("/letters", response=list[answers.LetterOut], tags=["letters"])
def list_letters(request: HttpRequest, before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None) -> list[answers.LetterOut]:
    """The letters to and from you, and those of your steering groups; the latest 100 before this one, oldest first."""
    found = letters.readable(tokens.person(request))
    found = found.filter(pk__lt=before) if before else found
    return [answers.LetterOut.of(letter) for letter in reversed(found.order_by("-pk")[:MOST])]
