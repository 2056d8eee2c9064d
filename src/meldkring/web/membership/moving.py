"""A member's own membership: my address and moving house (S6), leaving the group, and newcomers whom a neighbour knows."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from meldkring.cases.models import Case, Status
from meldkring.joining import access, moving, proving, vouching
from meldkring.people.models import Person
from meldkring.web.frame import refusals, searching, shell, telling
from meldkring.web.membership import forms


@require_http_methods(["GET", "POST"])
@shell.member
def address(request: HttpRequest) -> HttpResponse:
    """My address: it is still right, or a new one. What the new one changes is shown first, then confirmed."""
    person = shell.person(request)
    form = forms.AddressForm(request.POST or None, among=moving.choosable(person))
    plan = moving.plan(person, form.address()) if form.is_valid() else None
    if plan and "confirmed" in request.POST:
        try:
            return done(request, moving.move_house(person, form.address()))
        except refusals.REFUSALS as refusal:
            refusals.onto(form, refusal)
    ends_at = proving.ends_at(person)
    context = {
        "form": form, "plan": plan, "address": form.address() if plan else None, "ends_at": ends_at, "steers": moving.steering_roles(person),
        "proven": ends_at is not None and ends_at > timezone.now(), "waits": moving.waits_for(person), "membership": moving.watch_membership(person),
    }  # fmt: skip
    return render(request, "members/address.html", context, status=422 if form.errors else 200)


@require_POST
@shell.member
def still_here(request: HttpRequest) -> HttpResponse:
    with telling.told(request):
        moving.still_here(shell.person(request))
        messages.success(request, _("Thank you. We know that you still live here."))
    return redirect("my_address")


@require_http_methods(["GET", "POST"])
@shell.member
def leave(request: HttpRequest) -> HttpResponse:
    """Leave the watch group, after reading what that means."""
    person = shell.person(request)
    if request.method == "POST":
        with telling.told(request):
            moving.leave(person)
            messages.success(request, _("You have left the group. Thank you for looking out for your neighbours."))
            return redirect("me")
    context = {"membership": moving.watch_membership(person), "steers": moving.steering_roles(person), "held": held(person)}
    return render(request, "members/leave.html", context)


@require_GET
@shell.member
def newcomers(request: HttpRequest) -> HttpResponse:
    """Newcomers of my neighbourhood, by first name and street: do I know them?"""
    found = searching.matching(access.to_vouch_for(shell.person(request)), searching.asked(request), "first_name", "street")
    return render(request, "members/newcomers.html", searching.context(request, found))


@require_POST
@shell.member
def vouch(request: HttpRequest, pk: int) -> HttpResponse:
    newcomer = get_object_or_404(access.to_vouch_for(shell.person(request)), pk=pk)
    with telling.told(request):
        vouching.vouch(newcomer, by=shell.person(request))
        messages.success(request, _("Thank you. You said that you know %(name)s.") % {"name": newcomer.first_name})
    return redirect("newcomers")


def held(person: Person) -> list[Case]:
    """The open cases in which the police call this person back: better handed over before leaving."""
    holding = person.holdings.filter(until=None, case__status=Status.OPEN).select_related("case")
    return [holder.case for holder in holding]


def done(request: HttpRequest, plan: moving.Plan) -> HttpResponse:
    """Say what became of the move."""
    texts = {
        moving.What.STAYS: _("Your new address is saved. You stay in %(group)s."),
        moving.What.GOES: _("Welcome to %(group)s. Your new address is saved."),
        moving.What.WAITS: _("%(group)s is full now. You are on the waiting list, and stay in your old group until there is a place."),
        moving.What.APPLIES: _("You have asked to join %(group)s. You stay in your old group until they have admitted you."),
    }
    messages.success(request, texts[plan.what] % {"group": plan.new.name if plan.new else ""})
    return redirect("my_address")
