"""How do our groups fare, do they still fit, and what do we change? For steering members (S4, S20, S22, S23)."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.growth import access, health, plans, proposing, undoing
from meldkring.growth import telling as growth_telling
from meldkring.growth.models import Plan
from meldkring.web.frame import refusals, shell, telling
from meldkring.web.growth import forms

LINKS = {
    "steering": "running", "phone_manager": "running", "second_step": "running", "inactive": "running", "duty": "duty",
    "unproven": "members", "expiring": "members", "rules": "members", "roll_call": "members", "no_rules": "house_rules", "exercise": "exercise",
}  # fmt: skip


@shell.member
def overview(request: HttpRequest) -> HttpResponse:
    steering = access.steering_groups(shell.person(request))
    if not steering:
        raise Http404
    return render(request, "growth/growth.html", {"sections": [_section(request, g) for g in steering]})


def _section(request: HttpRequest, steering: Group) -> dict[str, Any]:
    found = list(access.plans(shell.person(request)).filter(steering=steering)[:10])
    watch = list(proposing.watch_groups(steering).select_related("district"))
    past = {g.pk for g in proposing.due(steering)}
    return {
        "steering": steering,
        "signs": [(sign, reverse(LINKS[sign.code]) if sign.code in LINKS else "") for sign in health.signs(steering)],
        "groups": [(g, g.pk in past) for g in watch],
        "current": next((p for p in found if p.state in plans.UNDECIDED), None),
        "undoable": [(p, left) for p in found if (left := undoing.days_left(p))],
        "may": roles.has(shell.person(request), roles.Right.MEMBERS, steering),
        "kinds": [(kind, form.title) for kind, form in forms.KINDS.items() if len(watch) > 1 or kind == Plan.Kind.CREATE],
    }


@require_POST
@shell.member
def divide(request: HttpRequest, pk: int, group: int) -> HttpResponse:
    """Have a division drafted and put it to the steering members."""
    steering = access.steering(shell.person(request), pk)
    here = get_object_or_404(proposing.watch_groups(steering).select_related("district", "run_by"), pk=group)
    plan: Plan | None = None
    with telling.told(request):
        plan = plans.propose(steering, proposing.divide(here), kind=Plan.Kind.DIVIDE, by=shell.person(request))
    return redirect("growth_plan", plan.pk) if plan else redirect("growth")


@shell.member
def arrange(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Propose another change: a new group, a merger, a move, a group that closes."""
    steering = access.steering(shell.person(request), pk)
    if kind not in forms.KINDS:
        raise Http404
    form = forms.KINDS[kind](request.POST if request.method == "POST" else None, steering=steering)
    if request.method == "POST" and form.is_valid():
        try:
            plan = plans.propose(steering, form.drafts(), kind=kind, by=shell.person(request))
        except refusals.REFUSALS as refusal:
            refusals.onto(form, refusal)
        else:
            return redirect("growth_plan", plan.pk)
    context = {"form": form, "steering": steering, "title": form.title}
    return render(request, "growth/arrange.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@shell.member
def seen(request: HttpRequest, pk: int) -> HttpResponse:
    """A member has read that they have another group."""
    growth_telling.seen(access.move(shell.person(request), pk))
    return redirect("home")
