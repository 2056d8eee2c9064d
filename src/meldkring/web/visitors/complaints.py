"""Where does somebody complain who is perhaps no member, and how does the steering group answer?"""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from meldkring.complaints import access, hearing
from meldkring.groups import roles
from meldkring.places.models import District
from meldkring.web.frame import shell, telling, visitor
from meldkring.web.visitors import district as pages

PER_PAGE = 20
REFUSALS = (hearing.BadComplaint, hearing.TooMany)


class ComplaintForm(forms.Form):
    """What is wrong, and where the answer may go: everything but the words may stay empty."""

    text = forms.CharField(
        label=gettext_lazy("What is your complaint?"), max_length=hearing.LONGEST, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("Tell what happened and what you would like. Do not write about what somebody looks like."),
        error_messages={"required": gettext_lazy("Write what your complaint is.")},
    )  # fmt: skip
    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=80, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"), required=False, help_text=gettext_lazy("Then you get the answer there."),
        error_messages={"invalid": gettext_lazy("This is not a whole e-mail address. One looks like name@example.org.")},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )  # fmt: skip
    address = forms.CharField(
        label=gettext_lazy("Or your address, for an answer on paper"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
    )


class ComplaintAnswerForm(forms.Form):
    """What the steering group answers."""

    text = forms.CharField(
        label=gettext_lazy("Your answer"), max_length=hearing.LONGEST, widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": gettext_lazy("Write your answer.")},
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@never_cache
@visitor.spoken
def complain(request: HttpRequest, slug: str) -> HttpResponse:
    """The form for anybody; no account is needed and none is made."""
    here = visitor.district(request, slug)
    form = ComplaintForm(visitor.posted(request))
    if form.is_valid() and visitor.may(request, "complain", form):
        try:
            hearing.complain(here, **form.cleaned_data, language=get_language() or "nl")
            return pages.page(request, "district/complained.html", {"district": here, "reachable": _reachable(form)})
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
    return pages.page(
        request, "district/complain.html", {"district": here, "form": form, "years": _told(here)}, status=422 if form.is_bound else 200
    )


@require_GET
@shell.member
def complaints(request: HttpRequest) -> HttpResponse:
    """What came in, for who steers."""
    person = shell.person(request)
    found = Paginator(access.complaints(person), PER_PAGE).get_page(request.GET.get("page"))
    districts = {g.district_id: g.district for g in roles.steering_groups(person) if g.district}
    years = [(here, access.years(here)) for here in districts.values()]
    return render(request, "complaints/complaints.html", {"page": found, "years": years, "months": hearing.KEPT_AFTER.days // 30})


@require_http_methods(["GET", "POST"])
@shell.member
def complaint(request: HttpRequest, pk: int) -> HttpResponse:
    """One complaint, and the answer to write."""
    found = access.complaint(shell.person(request), pk)
    form = ComplaintAnswerForm(visitor.posted(request), initial={"text": found.answer})
    if form.is_valid():
        try:
            hearing.answer(found, text=form.cleaned_data["text"], by=shell.person(request))
            messages.success(request, _("Your answer has been sent.") if found.email else _("Your answer has been kept."))
            return redirect("complaint", pk)
        except (hearing.BadComplaint, hearing.AlreadyDone) as refusal:
            form.add_error(None, str(refusal))
    return render(request, "complaints/complaint.html", {"complaint": found, "form": form}, status=422 if form.is_bound else 200)


@require_POST
@shell.member
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Done with."""
    found = access.complaint(shell.person(request), pk)
    with telling.told(request):
        hearing.close(found, by=shell.person(request))
        messages.success(request, _("The complaint is closed."))
    return redirect("complaints")


@require_GET
@shell.member
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The answer as a letter to print."""
    found = access.complaint(shell.person(request), pk)
    return render(request, "complaints/letter.html", {"complaint": found}) if found.answer else redirect("complaint", pk)


def _told(here: District) -> list[tuple[int, int, int | None]]:
    """By year how many complaints there were and how many were answered, as far as that points at nobody."""
    return [(y.year, *y.public) for y in access.years(here) if y.public[0]]  # type: ignore[misc]


def _reachable(form: ComplaintForm) -> bool:
    return bool(form.cleaned_data["email"] or form.cleaned_data["address"])
