"""The pages for letters with a code: print a batch, and type the code over."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from meldkring.joining import code_letters, public
from meldkring.joining.models import Application
from meldkring.people.models import Person
from meldkring.places.models import District
from meldkring.web.frame import refusals, searching, shell, visitor
from meldkring.web.membership import leaving_forms, managing


@require_http_methods(["GET", "POST"])
@shell.member
@never_cache
def batch(request: HttpRequest) -> HttpResponse:
    """Choose who gets a letter; the answer to that is the PDF."""
    steering, person = managing.steering_of(request), shell.person(request)
    found = code_letters.addressees(steering, by=person)
    if request.method == "POST":
        chosen = found.only(request.POST.getlist("to"))
        try:
            pdf = code_letters.print_batch(chosen, steering=steering, by=person, link=_link(request, steering.district))
        except refusals.REFUSALS as refusal:
            messages.error(request, refusals.words(refusal))
            return redirect("code_letters")
        name = _("letters-%(day)s.pdf") % {"day": timezone.localdate().isoformat()}
        return HttpResponse(pdf, content_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'})
    shown = found.search(searching.asked(request))
    return render(request, "leaving/letters.html", searching.context(request, shown, "stuurgroep") | {"steering": steering})


@require_http_methods(["GET", "POST"])
@never_cache
@visitor.spoken
def enter(request: HttpRequest, slug: str = "") -> HttpResponse:
    """The resident types the code over: a newcomer on the device of their sign-up, a member signed in."""
    district = public.district(slug) if slug else None
    who = _who(request, district)
    form = leaving_forms.CodeForm(request.POST or None)
    if who is not None and form.is_valid():
        try:
            code_letters.take(form.cleaned_data["code"], who=who)
        except refusals.REFUSALS as refusal:
            form.add_error("code", refusals.words(refusal))
        else:
            return render(request, "leaving/code_taken.html", {"who": who, "district": district, "newcomer": isinstance(who, Application)})
    context = {"form": form, "who": who, "district": district, "districts": public.districts()}
    return render(request, "leaving/code.html", context, status=422 if form.is_bound else 200)


def _who(request: HttpRequest, district: District | None) -> Application | Person | None:
    """For whom a code is taken on this device: the sign-up that it remembers, or who is signed in."""
    for where in [district] if district else public.districts():
        found = visitor.sign_up(request, where)
        if found is not None and not found.is_decided:
            return found
    return shell.person(request) if request.user.is_authenticated else None


def _link(request: HttpRequest, district: District | None) -> str:
    path = reverse("code_letter_of", args=[district.slug]) if district else reverse("code_letter")
    return request.build_absolute_uri(path)
