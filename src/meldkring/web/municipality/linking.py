"""Do we link our district to the others, and who speaks for us there? For its steering members."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from meldkring.groups import linking
from meldkring.people.models import Person
from meldkring.places.models import District
from meldkring.web.frame import numbers, shell, telling


@require_GET
@shell.member
def linked(request: HttpRequest, slug: str) -> HttpResponse:
    """How the district is linked, and who speaks for it."""
    here = _mine(request, slug)
    now = linking.state(here)
    people = {m.person_id: m.person for m in linking.steers(here)}
    context = {"district": here, "state": now, "people": list(people.values()), "agreed": shell.person(request) in now.agreed}
    return render(request, "running/linking.html", context)


@require_POST
@shell.member
def decide(request: HttpRequest, slug: str) -> HttpResponse:
    """Agree, or decline or end it."""
    here, by = _mine(request, slug), shell.person(request)
    link = linking.state(here).link
    if link is None:
        raise Http404
    with telling.told(request):
        if request.POST.get("answer") == "ja":
            made = linking.agree(link, by=by)
            messages.success(request, _("You are linked now.") if made.agreed_at else _("You agreed. Others have to agree as well."))
        else:
            linking.end(link, by=by)
            messages.success(request, _("You are not linked."))
    return redirect("linking", here.slug)


@require_POST
@shell.member
def choose(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose who speaks for the district."""
    here = _mine(request, slug)
    asked = numbers.every(request.POST.getlist("person"))
    with telling.told(request):
        linking.choose(here, list(Person.objects.filter(pk__in=asked)), by=shell.person(request))
        messages.success(request, _("Saved."))
    return redirect("linking", here.slug)


def _mine(request: HttpRequest, slug: str) -> District:
    for found in linking.districts(shell.person(request)):
        if found.slug == slug:
            return found
    raise Http404
