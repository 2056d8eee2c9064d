"""The members of the watch groups one manages: the list of a group, and one member with history, move and details (S18)."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from meldkring.groups.models import Membership
from meldkring.joining import access, details, moving, places, proving
from meldkring.web.frame import searching, shell, telling
from meldkring.web.membership import admission, forms


@require_GET
@shell.member
def group(request: HttpRequest, pk: int) -> HttpResponse:
    """The members of one watch group, by page and by search."""
    here = access.managed_group(shell.person(request), pk)
    asked = request.GET.get("zoek", "").strip()
    rows = found(access.members(shell.person(request)).filter(group=here), asked)
    page = Paginator(rows, admission.PER_PAGE).get_page(request.GET.get("page"))
    (capacity,) = places.capacities([here])
    context = {"group": here, "groups": admission.managed(request), "page": page, "asked": asked, "capacity": capacity}
    return render(request, "members/group.html", context)


@require_GET
@shell.member
def member(request: HttpRequest, pk: int) -> HttpResponse:
    return page_of(request, access.membership(shell.person(request), pk))


@require_POST
@shell.member
@never_cache
def show_details(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how to reach this member; no redirect, because it is shown this once and the audit log keeps it."""
    shown = access.membership(shell.person(request), pk)
    return page_of(request, shown, details=details.of_member(shown, by=shell.person(request)))


@require_POST
@shell.member
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the member in another of one's own groups."""
    moved = access.membership(shell.person(request), pk)
    others = [g for g in admission.managed(request) if g != moved.group]
    form = forms.GroupForm(request.POST, groups=others)
    if not form.is_valid():
        return page_of(request, moved, form=form)
    with telling.told(request):
        moved = moving.move_member(moved, form.cleaned_data["group"], by=shell.person(request))
        told = {"name": moved.person.first_name, "group": moved.group.name}
        messages.success(request, _("%(name)s is a member of %(group)s now.") % told)
    return redirect("members_member", moved.pk)


@require_POST
@shell.member
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The phone manager knows that the address is right."""
    known = access.membership(shell.person(request), pk)
    with telling.told(request):
        proving.confirm(known, by=shell.person(request))
        messages.success(request, _("The address counts as proven again."))
    return redirect("members_member", known.pk)


def page_of(request: HttpRequest, shown: Membership, **context: Any) -> HttpResponse:
    """The page of one member, with a refused form or the details in it."""
    ours = admission.managed(request)
    history = Membership.objects.filter(person=shown.person, group__in=ours).select_related("group").order_by("-joined_at")
    others = [g for g in ours if g != shown.group]
    until = proving.ends_at(shown.person)
    standard = {
        "membership": shown,
        "history": history,
        "until": until,
        "proven": until is not None and until > timezone.now(),
        "capacities": places.capacities(others),
        "form": forms.GroupForm(groups=others) if others else None,
    }
    status = 422 if getattr(context.get("form"), "errors", None) else 200
    return render(request, "members/member.html", standard | context, status=status)


def found(memberships: QuerySet[Membership], asked: str) -> QuerySet[Membership]:
    """Those whose name or street has each of these words in it."""
    return searching.matching(memberships, asked, "person__first_name", "person__last_name", "person__street")
