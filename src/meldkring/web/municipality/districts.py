"""Starting, linking, merging and closing the districts of a municipality, for who oversees it: first what it would do, then the confirmation."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from meldkring.figures import access
from meldkring.groups import linking
from meldkring.growth import districts
from meldkring.joining import founding
from meldkring.places.models import District, Municipality
from meldkring.web.frame import refusals, shell, telling

REQUIRED = {"required": gettext_lazy("Fill this in.")}
REASON = gettext_lazy("Every member reads this.")


class StartForm(forms.Form):
    """A new district and who begins it."""

    district = forms.CharField(label=gettext_lazy("Name of the district"), error_messages=REQUIRED)
    neighbourhoods = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 4}), label=gettext_lazy("Its neighbourhoods"),
        help_text=gettext_lazy("One on each line. Leave it empty to begin with one for all."),
    )  # fmt: skip
    name = forms.CharField(
        label=gettext_lazy("Who begins as phone manager?"),
        help_text=gettext_lazy("A resident who agreed to do this."),
        error_messages=REQUIRED,
    )
    email = forms.EmailField(
        label=gettext_lazy("Their e-mail address"),
        error_messages=REQUIRED | {"invalid": gettext_lazy("This is not an e-mail address.")},
    )


class CloseForm(forms.Form):
    """Why a district closes, and that one means it."""

    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}), label=gettext_lazy("Why?"), help_text=REASON, error_messages=REQUIRED
    )
    sure = forms.BooleanField(
        label=gettext_lazy("I have talked about this with the steering members"),
        error_messages={"required": gettext_lazy("Talk with them first: it is their neighbourhood watch.")},
    )


class MergeForm(CloseForm):
    """Into which district it goes."""

    into = forms.ModelChoiceField(
        District.objects.none(),
        label=gettext_lazy("Becomes part of"),
        empty_label=gettext_lazy("Choose a district"),
        error_messages=REQUIRED,
    )
    field_order = ("into", "reason", "sure")

    def __init__(self, *args: Any, district: District, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["into"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells mypy which field this is
        field.queryset = (
            District.objects.filter(municipality=district.municipality_id, closed_at=None).exclude(pk=district.pk).order_by("name")
        )


@require_http_methods(["GET", "POST"])
@shell.member
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a district with its first phone manager."""
    here, form = _municipality(request, pk), StartForm(request.POST or None)
    if form.is_valid():
        answers = form.cleaned_data | {"neighbourhoods": form.cleaned_data["neighbourhoods"].splitlines()}
        try:
            begun = districts.start(here, by=shell.person(request), **answers)
        except founding.BadStart as refusal:
            form.add_error(refusal.name, str(refusal))
        else:
            words = {"district": begun.district.name, "name": begun.person.first_name}
            messages.success(request, _("%(district)s can begin. %(name)s gets an e-mail.") % words)
            return redirect("municipality", here.pk)
    return render(request, "overview/start.html", {"municipality": here, "form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET"])
@shell.member
def district(request: HttpRequest, pk: int, district: int) -> HttpResponse:
    """One district: how it is linked, and what else can be done."""
    here, wijk = _district(request, pk, district)
    return render(request, "overview/district.html", _about(here, wijk))


@require_POST
@shell.member
def link(request: HttpRequest, pk: int, district: int) -> HttpResponse:
    """Ask to be linked, or end the link that there is."""
    here, wijk = _district(request, pk, district)
    now = linking.state(wijk)
    with telling.told(request):
        if now.link:
            linking.end(now.link, by=shell.person(request))
            messages.success(request, _("%(district)s is not linked.") % {"district": wijk.name})
        else:
            linking.propose(wijk, by=shell.person(request))
            messages.success(
                request, _("Asked. %(district)s is linked as soon as enough steering members agree.") % {"district": wijk.name}
            )
    return redirect("municipality_district", here.pk, wijk.pk)


@require_http_methods(["GET", "POST"])
@shell.member
def merge(request: HttpRequest, pk: int, district: int) -> HttpResponse:
    """What merging does, and doing it."""
    here, wijk = _district(request, pk, district)
    form = MergeForm(request.POST or None, district=wijk)
    return _end(request, here, wijk, form, "overview/merge.html", districts.merge, _("%(district)s is now part of %(into)s."))


@require_http_methods(["GET", "POST"])
@shell.member
def close(request: HttpRequest, pk: int, district: int) -> HttpResponse:
    """What closing does, and doing it."""
    here, wijk = _district(request, pk, district)
    return _end(request, here, wijk, CloseForm(request.POST or None), "overview/close.html", districts.close, _("%(district)s has closed."))


def _end(
    request: HttpRequest, here: Municipality, wijk: District, form: forms.Form, template: str, verb: Callable[..., object], said: str
) -> HttpResponse:
    if form.is_valid():
        answers = {name: value for name, value in form.cleaned_data.items() if name != "sure"}
        try:
            verb(wijk, by=shell.person(request), **answers)
        except refusals.REFUSALS as refusal:
            refusals.onto(form, refusal)
        else:
            messages.success(request, said % {"district": wijk.name, "into": answers.get("into", "")})
            return redirect("municipality", here.pk)
    return render(request, template, _about(here, wijk) | {"form": form}, status=422 if form.is_bound else 200)


def _about(here: Municipality, wijk: District) -> dict[str, Any]:
    return {"municipality": here, "district": wijk, "effects": districts.effects(wijk), "state": linking.state(wijk)}


def _municipality(request: HttpRequest, pk: int) -> Municipality:
    here = access.municipality(shell.person(request), pk)
    if not linking.oversees(shell.person(request), here):
        raise Http404
    return here


def _district(request: HttpRequest, pk: int, district: int) -> tuple[Municipality, District]:
    here = _municipality(request, pk)
    return here, get_object_or_404(District.objects.select_related("municipality", "merged_into"), pk=district, municipality=here)
