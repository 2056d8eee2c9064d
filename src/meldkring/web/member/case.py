"""The page of a case: what happened, who is in touch with the police, and what you can do now."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from meldkring.cases import access, approving, closing, reporting, validity
from meldkring.cases.models import Case, Contribution, Holder
from meldkring.chat_groups import access as chat_access
from meldkring.chat_groups import placing
from meldkring.figures import exercises
from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Posting
from meldkring.places import outlines
from meldkring.web.frame import forms, shell, showing
from meldkring.web.member import sketch
from meldkring.web.steering import own_words

FIRST = 100
Right = roles.Right


@shell.member
def case(request: HttpRequest, reference: str) -> HttpResponse:
    return page(request, access.case(shell.person(request), reference))


def page(request: HttpRequest, case: Case, react: forms.ReactForm | None = None) -> HttpResponse:
    """The whole page; with a refused reaction in it, as it was typed, the status is 422."""
    stands = {g.pk for g in reporting.reached(case)}
    timeline = showing.once(list(access.timeline(shell.person(request), case)))
    told = places(timeline)
    shown = timeline if "all" in request.GET else timeline[-FIRST:]
    mark_seen(request, shown)
    context = {
        "case": case,
        "state": showing.case_state(case),
        "posts": showing.posts(shown),
        "left_out": len(timeline) - len(shown),
        "places": told,
        "sketch": sketch.sketch([c for _p, c in told], outlines.drawn(case.origin.municipality_id)) if told else None,
        "banners": banners(request, case, stands),
        "react": react or react_form(request, case, stands),
        "clear_draft": {"report": "report", "react": f"case-{case.pk}", "sighting": f"case-{case.pk}"}.get(request.GET.get("sent", "")),
        "asks_for_a_call": request.GET.get("sent") == "sighting",
        "went": exercises.of(case),
        **possible(request, case, stands),
        **validity_of(request, case),
    }
    return render(request, "case/case.html", context, status=422 if react else 200)


def here(request: HttpRequest, right: roles.Right, stands: set[int]) -> list[Group]:
    """The groups in which the case stands and the signed-in person has this right."""
    return [g for g in shell.groups(request, right) if g.pk in stands]


def react_form(request: HttpRequest, case: Case, stands: set[int], data: Any = None) -> forms.ReactForm:
    """The form for a reaction, empty or as it was sent."""
    return forms.ReactForm(data, request.FILES if data else None, groups=here(request, Right.REACT, stands))


def validity_of(request: HttpRequest, case: Case) -> dict[str, Any]:
    """How long the message of the police with which it began holds, and whether this person may lengthen that."""
    told = validity.of(case) if case.is_open else None
    return {
        "told": told,
        "ends_soon": told is not None and validity.ends_soon(told),
        "can_extend": told is not None and validity.may_extend(shell.person(request), case),
    }


def possible(request: HttpRequest, case: Case, stands: set[int]) -> dict[str, Any]:
    """What the signed-in person can do with this case now."""
    held = access.holding(shell.person(request), case)
    steers = bool(here(request, Right.CLOSE, stands))
    return {
        "can_react": bool(here(request, Right.REACT, stands)),
        "can_call": not held and not case.exercise and bool(here(request, Right.CALL, stands)),
        "can_news": (held or steers) and not case.exercise and bool(here(request, Right.REACT, stands)),
        "can_close": closing.may_close(shell.person(request), case),
        "can_reopen": steers,
        "is_holder": held and not case.exercise,
        "chat_originals": placing.originals(chat_access.beside_any(here(request, Right.JUDGE, stands)), case) if steers else [],
        "words_waiting": len(own_words.of_case(request, case)) if here(request, Right.SCREEN, stands) else 0,
        "quick_answers": approving.QUICK_ANSWERS,
    }


def banners(request: HttpRequest, case: Case, stands: set[int]) -> list[dict[str, Any]]:
    """Per watch group in which the person reads and the case stands: who is in touch with the police; first where somebody is."""
    if case.exercise:
        return []
    holders: dict[int, Holder] = {h.group_id: h for h in case.holders.filter(until=None).select_related("person")}
    steered = {g.pk for g in here(request, Right.CLOSE, stands)}
    found = []
    for group in here(request, Right.READ, stands):
        holder = holders.get(group.pk)
        mine = holder is not None and holder.person_id == shell.person(request).pk
        if group.is_watch:
            found.append({"group": group, "holder": holder, "mine": mine, "can_hand_over": mine or group.pk in steered})
    return sorted(found, key=lambda banner: banner["holder"] is None)


def places(timeline: Iterable[Posting]) -> list[tuple[Posting, Contribution]]:
    """The sightings with a place on the map, in the order in which they were told."""
    told = [(p, showing.contribution(p)) for p in timeline if not (p.hidden_at or p.withdrawn_at or _run_out(p))]
    return [(p, c) for p, c in told if c and c.latitude is not None and c.longitude is not None]


def _run_out(posting: Posting) -> bool:
    found = showing.contribution(posting)
    return found is not None and found.expired_at is not None


def mark_seen(request: HttpRequest, shown: Sequence[Posting]) -> None:
    """These postings have been on the person's screen."""
    reading = {g.pk for g in shell.groups(request, Right.READ)}
    last: dict[int, int] = {}
    for posting in shown:
        if posting.group_id in reading:
            last[posting.group_id] = max(last.get(posting.group_id, 0), posting.number or 0)
    for group, number in last.items():
        postings.seen([shell.person(request).pk], group, number)
