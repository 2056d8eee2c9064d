"""How does a steering group run itself? Its members and their roles, what is not in order, and who can be asked to join."""

from collections.abc import Callable

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from meldkring.groups import duty, naming, roles, steering
from meldkring.groups import settings as group_settings
from meldkring.groups.models import Group
from meldkring.people.models import Person
from meldkring.web.frame import numbers, shell, telling
from meldkring.web.steering import desk

FOUND = 20
# Each deed of the page: the verb, and what is said when it went well. The first are about somebody who is chosen, the others are not.
ABOUT: dict[str, tuple[Callable[..., object], Promise]] = {
    "benoem": (steering.appoint, _("%(name)s is a steering member now.")),
    "ontsla": (steering.dismiss, _("%(name)s is no longer a steering member.")),
    "plaatsvervanger": (steering.name_deputy, _("%(name)s is the deputy now.")),
    "draag-over": (steering.hand_over, _("%(name)s is the phone manager now.")),
    "tweede-stap": (steering.reset_second_step, _("%(name)s can set a new second step now.")),
}
ALONE: dict[str, tuple[Callable[..., object], Promise]] = {
    "neem-over": (steering.take_over, _("You are the phone manager now.")),
    "geen-plaatsvervanger": (steering.end_deputy, _("There is no deputy now.")),
    "stop": (steering.step_down, _("You are no longer a steering member. Thank you.")),
}


@require_GET
@shell.member
def running(request: HttpRequest) -> HttpResponse:
    """The steering group, for its members; who manages it finds what to do beside each name."""
    ours, here = desk.steering_of(request)
    person = shell.person(request)
    manages = roles.has(person, roles.Right.MEMBERS, here)
    inside = list(steering.members(here))
    context = {
        "steering": here,
        "steering_groups": ours,
        "inside": inside,
        "my_role": next((m.role for m in inside if m.person_id == person.pk), ""),
        "manages": manages,
        "problems": steering.problems(here),
        "watch_groups": here.runs.filter(closed_at=None),
        "shift": duty.current(here),
        "named": naming.agreed(person, here),
        "query": request.GET.get("q", "").strip(),
        "found": _found(request, here) if manages else [],
        "districts": group_settings.districts(person) if manages else [],
    }
    return render(request, "running/running.html", context)


@require_POST
@shell.member
def act(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Do one of the deeds, and back to the page; who stopped goes home."""
    here, by = mine(request, pk), shell.person(request)
    if deed not in ABOUT and deed not in ALONE:
        raise Http404
    verb, said = ABOUT.get(deed) or ALONE[deed]
    about = [_chosen(request, here, deed)] if deed in ABOUT else []
    with telling.told(request):
        verb(*about, here, by=by)
        messages.success(request, str(said) % {"name": about[0].first_name if about else ""})
    still = steering.members(here).filter(person=by).exists()
    return redirect(f"{reverse('running')}?stuurgroep={here.pk}") if still else redirect("home")


def mine(request: HttpRequest, pk: int) -> Group:
    """One of the steering groups of this person, or 404."""
    for group in roles.steering_groups(shell.person(request)):
        if group.pk == pk:
            return group
    raise Http404


def _chosen(request: HttpRequest, here: Group, deed: str) -> Person:
    asked = numbers.one(request.POST.get("person", ""))
    if asked is None:
        raise Http404
    people = steering.candidates(here) if deed == "benoem" else Person.objects.filter(memberships__group=here, memberships__left_at=None)
    return get_object_or_404(people, pk=asked)


def _found(request: HttpRequest, here: Group) -> list[Person]:
    """The members of the watch groups who bear the name that was asked for."""
    words = request.GET.get("q", "").split()
    found = steering.candidates(here)
    for word in words:
        found = found.filter(Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(street__icontains=word))
    return list(found[:FOUND]) if words else []
