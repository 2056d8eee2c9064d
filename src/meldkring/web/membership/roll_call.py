"""The pages of the roll-call: the question behind the link or at home, and how far it has come for the steering group."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from meldkring.joining import roll_call
from meldkring.joining.models import RollCall
from meldkring.people.models import Person
from meldkring.web.frame import refusals, searching, shell, telling
from meldkring.web.membership import managing


@require_http_methods(["GET", "POST"])
@never_cache
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the link in the e-mail. Looking answers nothing, for a mail scanner looks too; the button does."""
    call, person = roll_call.by_token(token)
    return _question(request, call, person)


@require_http_methods(["GET", "POST"])
@shell.member
def mine(request: HttpRequest) -> HttpResponse:
    """The same question for who is signed in."""
    call = roll_call.asked(shell.person(request))
    if call is None:
        raise Http404
    return _question(request, call, shell.person(request))


@require_http_methods(["GET", "POST"])
@shell.member
def overview(request: HttpRequest) -> HttpResponse:
    """The numbers and who has not answered; a POST begins a roll-call."""
    steering, person = managing.steering_of(request), shell.person(request)
    if steering.district is None:
        raise Http404
    if request.method == "POST":
        with telling.told(request):
            roll_call.begin(steering, by=person, link=lambda token: request.build_absolute_uri(reverse("roll_call_link", args=[token])))
            messages.success(request, _("Everybody gets the question by e-mail and sees it at home."))
        return redirect("roll_call_overview")
    call = roll_call.last(steering.district)
    context: dict[str, object] = {"call": call, "due": roll_call.due(steering.district), "steering": steering}
    if call is not None:
        silent = request.GET.get("lijst") != "verhuisd"
        people = roll_call.without(call, steering, answer=None if silent else False)
        people = searching.matching(people, searching.asked(request), "first_name", "last_name", "street")
        context |= searching.context(request, people, "stuurgroep", "lijst")
        context |= {"totals": roll_call.totals(call, steering), "silent": silent}
    return render(request, "leaving/roll_call_overview.html", context)


def _question(request: HttpRequest, call: RollCall, person: Person) -> HttpResponse:
    context = {"call": call, "name": person.first_name, "over": roll_call.is_over(call)}
    if request.method == "POST" and request.POST.get("lives_here") in ("yes", "no"):
        here = request.POST["lives_here"] == "yes"
        try:
            roll_call.answer(call, person, lives_here=here)
        except refusals.REFUSALS as refusal:
            return render(request, "leaving/roll_call.html", context | {"refusal": refusals.words(refusal)}, status=422)
        return render(request, "leaving/roll_call_answered.html", context | {"here": here})
    return render(request, "leaving/roll_call.html", context)
