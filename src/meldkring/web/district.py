"""The pages for who comes to look: a district's own page, and which district is mine?"""

from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from meldkring.joining import house_texts, public, rules, whereabouts
from meldkring.places import addresses
from meldkring.web import sign_up_forms, visitor


@require_http_methods(["GET"])
@visitor.spoken
def district(request: HttpRequest, slug: str) -> HttpResponse:
    """What it is, who takes part, the house rules, and “Doe mee”."""
    here = public.district(slug)
    in_force = rules.texts(rules.current(here)) or house_texts.defaults(here)
    context = {
        "district": here,
        "neighbourhoods": public.neighbourhoods(here),
        "members": public.members(here),
        "steering": public.steering_members(here),
        "house_rules": [house_texts.read_in(get_language() or "nl", *rule) for rule in in_force],
        "contact": parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
        "sign_up": visitor.sign_up(request, here),
    }
    return render(request, "district/district.html", context)


@visitor.spoken
def landing(request: HttpRequest, *, form: sign_up_forms.FindForm | None = None) -> HttpResponse:
    """The first page of a visitor: what Meldkring is, and which district is theirs."""
    found: dict[str, Any] = {"form": form or sign_up_forms.FindForm(), "districts": public.districts()}
    return render(request, "public/landing.html", found, status=422 if form else 200)


@require_http_methods(["GET", "POST"])
@visitor.spoken
def find(request: HttpRequest) -> HttpResponse:
    """From a postcode to the page of its district; the postcode stays out of the address."""
    form = sign_up_forms.FindForm(visitor.posted(request))
    if not form.is_bound:
        return redirect("home")
    if form.is_valid() and visitor.may(request, "find_district", form):
        try:
            there = whereabouts.district_of(form.cleaned_data["postcode"])
        except addresses.BadPostcode as refusal:
            form.add_error("postcode", str(refusal))
        else:
            visitor.carry(request, {"postcode": form.cleaned_data["postcode"]})
            return redirect("district", there.slug) if there else redirect("elsewhere")
    return landing(request, form=form)
