"""Who judges tonight, and in the coming two weeks? The rota, with taking, giving and sharing out."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from meldkring.groups import duty, roles, steering
from meldkring.groups.models import Group, Shift
from meldkring.web.frame import shell, telling
from meldkring.web.running import colleagues, forms
from meldkring.web.steering import desk


@require_GET
@shell.member
def rota(request: HttpRequest) -> HttpResponse:
    """The coming fourteen evenings."""
    ours, here = desk.steering_of(request)
    context = {
        "steering": here,
        "steering_groups": ours,
        "now": duty.current(here),
        "evenings": duty.evenings(here),
        "colleagues": list(steering.members(here)),
        "manages": roles.has(shell.person(request), roles.Right.MEMBERS, here),
        "fill_form": forms.FillForm(),
    }
    return render(request, "running/duty.html", context)


@require_POST
@shell.member
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an evening."""
    here, form = colleagues.mine(request, pk), forms.DayForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose an evening."))
        return _back(here)
    with telling.told(request):
        duty.take(here, form.cleaned_data["day"], by=shell.person(request))
        messages.success(request, _("You have the duty. Thank you!"))
    return _back(here)


@require_POST
@shell.member
def give(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an evening to a colleague."""
    shift = _shift(request, pk)
    form = forms.ColleagueForm(request.POST, steering=shift.steering)
    if not form.is_valid():
        messages.error(request, _("Choose a colleague."))
        return _back(shift.steering)
    with telling.told(request):
        to = form.cleaned_data["to"]
        duty.give(shift, to=to, by=shell.person(request))
        messages.success(request, _("%(name)s has the duty now, and gets an e-mail about it.") % {"name": to.first_name})
    return _back(shift.steering)


@require_POST
@shell.member
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody has this evening any more."""
    shift = _shift(request, pk)
    with telling.told(request):
        duty.drop(shift, by=shell.person(request))
        messages.success(request, _("Nobody has this duty now. Tell your colleagues if it is soon."))
    return _back(shift.steering)


@require_POST
@shell.member
def fill(request: HttpRequest, pk: int) -> HttpResponse:
    """Share out the empty evenings, a week each in turn."""
    here, form = colleagues.mine(request, pk), forms.FillForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose for how many weeks."))
        return _back(here)
    with telling.told(request):
        count = duty.fill(here, form.cleaned_data["weeks"], by=shell.person(request))
        said = ngettext("%(n)d evening has been shared out.", "%(n)d evenings have been shared out.", count) % {"n": count}
        messages.success(request, said if count else _("Every evening was taken already."))
    return _back(here)


def _shift(request: HttpRequest, pk: int) -> Shift:
    return get_object_or_404(Shift.objects.select_related("steering"), pk=pk, steering__in=roles.steering_groups(shell.person(request)))


def _back(here: Group) -> HttpResponse:
    return redirect(f"{reverse('duty')}?stuurgroep={here.pk}")
