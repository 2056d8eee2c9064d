"""A message of the police: placed by the community officer, or by a steering member who names source and time (S16, S35)."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from meldkring.cases import police as police_messages
from meldkring.groups import roles
from meldkring.web import refusals, shell, steering_forms


@require_http_methods(["GET", "POST"])
@shell.member
def police(request: HttpRequest) -> HttpResponse:
    """The form; a message that has been placed leads to its case."""
    places = police_messages.places(shell.person(request))
    if not places:
        raise Http404
    officer = len(roles.with_right(shell.person(request), roles.Right.POLICE)) == len(places)
    form = steering_forms.PoliceForm(request.POST or None, places=places, officer=officer)
    if form.is_valid():
        try:
            case = police_messages.place(by=shell.person(request), **form.cleaned_data)
        except refusals.REFUSALS as refusal:
            refusals.onto(form, refusal)
        else:
            messages.success(request, _("The message of the police has been placed. This is the case."))
            return redirect("case", case.reference)
    return render(request, "police/police.html", {"form": form, "officer": officer}, status=422 if form.is_bound else 200)
