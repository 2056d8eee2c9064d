"""Who may what in this municipality, since when, and is that still right? The yearly review, for its administrator; officials are invited here."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from meldkring.figures import access, exporting
from meldkring.groups import officials
from meldkring.groups.models import Role
from meldkring.places.models import Municipality
from meldkring.web.frame import refusals, shell, telling
from meldkring.web.municipality import figures

PAGE = 50
YEAR = timedelta(days=365)
REQUIRED = {"required": gettext_lazy("Fill this in.")}


class InviteForm(forms.Form):
    """Somebody who will oversee the municipality."""

    name = forms.CharField(max_length=60, label=gettext_lazy("First name"), error_messages=REQUIRED)
    email = forms.EmailField(
        label=gettext_lazy("Their e-mail address at work"),
        error_messages=REQUIRED | {"invalid": gettext_lazy("This is not an e-mail address.")},
    )
    role = forms.ChoiceField(
        choices=[(Role.OFFICIAL, Role.OFFICIAL.label), (Role.ADMINISTRATOR, Role.ADMINISTRATOR.label)], label=gettext_lazy("Role"),
        widget=forms.RadioSelect, initial=Role.OFFICIAL,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@shell.member
def rights(request: HttpRequest, pk: int) -> HttpResponse:
    """The list, and inviting somebody."""
    here, form = _mine(request, pk), InviteForm(request.POST or None)
    if form.is_valid():
        try:
            officials.invite(municipality=here, by=shell.person(request), **form.cleaned_data)
        except refusals.REFUSALS as refusal:
            refusals.onto(form, refusal)
        else:
            messages.success(request, _("%(name)s has been invited by e-mail.") % {"name": form.cleaned_data["name"]})
            return redirect("rights", here.pk)
    page = Paginator(officials.guarded(here), PAGE).get_page(request.GET.get("page"))
    context = {"municipality": here, "form": form, "page": page, "rows": [_row(m, request) for m in page.object_list]}
    return render(request, "overview/rights.html", context, status=422 if form.is_bound else 200)


@require_POST
@shell.member
def decide(request: HttpRequest, pk: int, membership: int) -> HttpResponse:
    """Confirm a role, or end it."""
    here = _mine(request, pk)
    found = get_object_or_404(officials.guarded(here), pk=membership)
    with telling.told(request):
        if request.POST.get("answer") == "einde":
            officials.end(found, by=shell.person(request))
            messages.success(request, _("The role of %(name)s has ended.") % {"name": found.person.first_name})
        else:
            officials.confirm(found, by=shell.person(request))
            messages.success(request, _("Confirmed: %(name)s.") % {"name": found.person.first_name})
    return redirect("rights", here.pk)


@require_GET
@shell.member
def as_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole list, to keep with the review."""
    here = _mine(request, pk)
    header = (_("Name"), _("E-mail"), _("Role"), _("Group"), _("Since"), _("Second step"), _("Last active"), _("Looked at"))
    rows = [
        (
            f"{m.person.first_name} {m.person.last_name}".strip(), m.person.email, m.get_role_display(), m.group.name, _day(m.joined_at),
            _("yes") if m.person.second_factor_since else _("no"), _day(m.person.last_login), _day(m.looked_at),
        )
        for m in officials.guarded(here)
    ]  # fmt: skip
    return figures.download(exporting.text(header, rows), f"{_('rights')}-{slugify(here.name)}")


def _row(m: Any, request: HttpRequest) -> dict[str, Any]:
    late = (m.looked_at or m.joined_at) < timezone.now() - YEAR
    ends = m.role in officials.ENDED_HERE and m.person_id != shell.person(request).pk
    return {"membership": m, "late": late, "ends": ends}


def _day(at: Any) -> str:
    return timezone.localtime(at).strftime("%d-%m-%Y") if at else ""


def _mine(request: HttpRequest, pk: int) -> Municipality:
    here = access.municipality(shell.person(request), pk)
    if not officials.administers(shell.person(request), here):
        raise Http404
    return here
