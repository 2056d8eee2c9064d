"""A proposal on a page: the map and the list, what colleagues think, changing it, carrying it out and undoing it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from meldkring.groups import roles
from meldkring.growth import access, carrying, changing, placing, plans, undoing, weighing
from meldkring.growth.models import Plan
from meldkring.people.models import Person
from meldkring.web.frame import numbers, refusals, shell, telling
from meldkring.web.growth import forms
from meldkring.web.growth import map as growth_map


@shell.member
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    return page(request, access.plan(shell.person(request), pk))


def page(request: HttpRequest, plan: Plan, form: forms.ChangeForm | None = None) -> HttpResponse:
    """The whole page; with a refused change in it, as it was filled in, the status is 422."""
    given = list(plans.opinions(plan))
    context = {
        "plan": plan,
        "may": roles.has(shell.person(request), roles.Right.MEMBERS, plan.steering),
        "mine": next((o for o in given if o.person_id == shell.person(request).pk), None),
        "opinions": given,
        "quorum": plans.quorum(plan),
        "discussed": plan.state in plans.UNDECIDED,
        "opinion": forms.OpinionForm(),
        "left": undoing.days_left(plan),
    }
    if plan.state in plans.UNDECIDED:
        context |= _shown(plan, form)
    else:
        context["parts"] = access.parts(plan)
    return render(request, "growth/plan.html", context, status=422 if form else 200)


def _shown(plan: Plan, form: forms.ChangeForm | None) -> dict[str, Any]:
    weighed = weighing.weigh(plan)
    order = {w.part.pk: n for n, w in enumerate(weighed.weights)}
    sizes = {pk: size for w in weighed.weights for pk, size in w.neighbourhoods.items()}
    under = [
        growth_map.Under(a.neighbourhood, weighed.weights[order[a.part_id]].part.name, order[a.part_id], sizes[a.neighbourhood_id].now)
        for a in weighed.placing.allotments
    ]
    form = form or change_form(plan)
    looks = {w.part.pk: (n % growth_map.LOOKS, growth_map.letter(n)) for n, w in enumerate(weighed.weights)}
    rows = [
        (u.neighbourhood, sizes[u.neighbourhood.pk], form[f"n{u.neighbourhood.pk}"], u.order % growth_map.LOOKS, growth_map.letter(u.order))
        for u in sorted(under, key=lambda u: (u.order, u.neighbourhood.name))
    ]
    return {
        "weights": [(w, *looks[w.part.pk], _fields(form, w.part.pk)) for w in weighed.weights],
        "rows": rows,
        "problems": weighed.problems,
        "blocked": weighed.blocked,
        "moving": len(weighed.placing.moving()),
        "map": growth_map.draw(under),
        "form": form,
    }


def _fields(form: forms.ChangeForm, part: int) -> list[Any]:
    return [form[name] for name in (f"name{part}", f"seats{part}") if name in form.fields]


def change_form(plan: Plan, data: Any = None) -> forms.ChangeForm:
    """The list of the proposal as it is now, or as it was sent."""
    steers = roles.steers(plan.steering).select_related("person").order_by("pk")
    places = [(a.neighbourhood_id, a.neighbourhood.name, a.part_id) for a in access.allotments(plan)]
    return forms.ChangeForm(data, parts=access.parts(plan), places=places, steers=[m.person for m in steers])


@require_POST
@shell.member
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the list as it was filled in."""
    plan = access.plan(shell.person(request), pk)
    form = change_form(plan, request.POST)
    if not form.is_valid():
        return page(request, plan, form)
    try:
        with transaction.atomic():
            _save(plan, form, by=shell.person(request))
            if gone := numbers.one(request.POST.get("remove", "")):
                changing.remove(get_object_or_404(plan.parts, pk=gone), by=shell.person(request))
    except plans.NotNow as refusal:
        messages.error(request, str(refusal))
    except refusals.REFUSALS as refusal:
        refusals.onto(form, refusal)
        return page(request, plan, form)
    else:
        messages.success(request, _("Saved. Your colleagues are asked again what they think."))
    return redirect("growth_plan", plan.pk)


def _save(plan: Plan, form: forms.ChangeForm, *, by: Person) -> None:
    given = form.cleaned_data
    changing.allot(plan, form.wishes(), by=by)
    for part in form.parts:
        if part.is_new:
            people = list(Person.objects.filter(pk__in=given[f"seats{part.pk}"]))
            changing.rename(part, given[f"name{part.pk}"], by=by)
            changing.seat(part, people, own=bool(people), by=by)
    if given["added"]:
        changing.add(plan, given["added"], by=by)


@require_POST
@shell.member
def opine(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree or object."""
    plan = access.plan(shell.person(request), pk)
    with telling.told(request):
        if "agree" in request.POST:
            plan = plans.agree(plan, by=shell.person(request))
        else:
            plan = plans.object_to(plan, words=request.POST.get("words", ""), by=shell.person(request))
        messages.success(
            request, _("The proposal has been agreed.") if plan.state == Plan.State.AGREED else _("Thank you. Your colleagues see it.")
        )
    return redirect("growth_plan", pk)


@require_POST
@shell.member
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the proposal back."""
    with telling.told(request):
        plans.withdraw(access.plan(shell.person(request), pk), by=shell.person(request))
        messages.success(request, _("The proposal has been withdrawn."))
    return redirect("growth")


@shell.member
def carry_out(request: HttpRequest, pk: int) -> HttpResponse:
    """First say how many people get another group, then do it."""
    plan = access.plan(shell.person(request), pk)
    return _confirmed(request, plan, lambda: carrying.carry_out(plan, by=shell.person(request)), "growth/carry_out.html")


@shell.member
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """First say what undoing does, then do it."""
    plan = access.plan(shell.person(request), pk)
    return _confirmed(request, plan, lambda: undoing.undo(plan, by=shell.person(request)), "growth/undo.html")


def _confirmed(request: HttpRequest, plan: Plan, do: Callable[[], Plan], template: str) -> HttpResponse:
    if not roles.has(shell.person(request), roles.Right.MEMBERS, plan.steering):
        raise Http404
    if request.method == "POST":
        with telling.told(request):
            do()
            messages.success(request, _("Done. Every member has been told."))
        return redirect("growth_plan", plan.pk)
    context: dict[str, Any] = {"plan": plan, "left": undoing.days_left(plan), "went": plan.moves.filter(begun__left_at=None).count()}
    if plan.state in plans.UNDECIDED:
        weighed = weighing.weigh(plan)
        context |= {"weighed": weighed, "moving": _by_part(weighed.placing)}
    return render(request, template, context)


def _by_part(placed: placing.Placing) -> list[tuple[str, int]]:
    """By name of the part, how many members come to it from another group."""
    counts = {part.pk: 0 for part in placed.parts}
    for _membership, part in placed.moving():
        counts[part.pk] += 1
    return [(part.name, counts[part.pk]) for part in placed.parts if counts[part.pk]]
