"""The pages for who comes to look: a district's own page, which district is mine, and the map of all of them."""

import re
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import json_script
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from meldkring.joining import house_texts, rules, whereabouts
from meldkring.places import addresses
from meldkring.places.models import District
from meldkring.publicity import public_facts
from meldkring.web.frame import for_anyone, maps, visitor
from meldkring.web.visitors import sign_up_forms

PER_PAGE = 50
TELLING = ("gemeente", "pagina")  # what makes a page another page; all else is the same page asked for differently
AROUND = 0.03  # degrees: about two kilometres, as wide as a municipality is drawn
NEAR = 0.002


@require_safe
@for_anyone.kept()
@visitor.read
def district(request: HttpRequest, slug: str) -> HttpResponse:
    """What it is, who takes part, the house rules, who runs it and where to complain, and “Doe mee”."""
    here = visitor.district(request, slug)
    facts = public_facts.of(here)
    in_force = rules.texts(rules.current(here)) or house_texts.defaults(here)
    context = {
        "district": here,
        "facts": facts,
        "house_rules": [house_texts.read_in(get_language() or "nl", *rule) for rule in in_force],
        "sign_up": visitor.sign_up(request, here),
        "about": _organisation(here),
    }
    name = {"name": here.name}
    context["preview_title"] = _("Neighbourhood watch %(name)s") % name
    context["preview_text"] = _("Do you see something? You call 112 and your neighbours look along. Take part in %(name)s.") % name
    return page(request, "district/district.html", context, picture=reverse("district_picture", args=[slug]))


@require_safe
@for_anyone.kept()
@visitor.read
def visitor_home(request: HttpRequest) -> HttpResponse:
    """The first page of a visitor: what Meldkring is, and which district is theirs."""
    return landing(request)


def landing(request: HttpRequest, *, form: sign_up_forms.FindForm | None = None) -> HttpResponse:
    """That page, with the postcode that was not found when there is one."""
    words = " ".join(request.GET.get("q", "").split())[:60]
    found = Paginator(public_facts.districts(words), PER_PAGE).get_page(request.GET.get("pagina"))
    context = {
        "form": form or sign_up_forms.FindForm(),
        "page": found,
        "words": words,
        "page_numbers": list(found.paginator.get_elided_page_range(found.number)),
    }
    response = page(request, "public/landing.html", context, status=422 if form else 200)
    if words:
        response["Cache-Control"] = "private, no-cache"  # what people look for is not worth the place
    return response


@csrf_exempt  # It only looks something up, and a form that is safe for one visitor would need a cookie on a page that one only reads.
@require_http_methods(["GET", "POST"])
@visitor.read
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
            spoken = request.POST.get("taal", "")
            return redirect(
                (reverse("district", args=[there.slug]) if there and there.is_public else reverse("elsewhere"))
                + (f"?taal={spoken}" if spoken in dict(settings.LANGUAGES) and spoken != settings.LANGUAGE_CODE else "")
            )
    return landing(request, form=form)


@require_safe
@for_anyone.kept()
@visitor.read
def on_map(request: HttpRequest) -> HttpResponse:
    """All municipalities with a district; one of them with its districts. The list beside the map does the same."""
    asked = request.GET.get("gemeente", "")
    if asked and not re.fullmatch(r"[0-9]{1,9}", asked):
        raise Http404
    towns = public_facts.towns(only=int(asked) if asked else None)
    town = towns[0] if asked and towns else None
    if asked and town is None:
        raise Http404
    mark = visitor.language_mark(request).replace("?", "&")
    context: dict[str, Any] = {"town": town, "towns": towns}
    if town is None:
        areas = [_town_area(t, mark) for t in towns]
        context["map"] = maps.of("districts", _("Municipalities with a neighbourhood watch"), areas)
    else:
        places = public_facts.drawn(int(town.code))
        context["districts"] = list({n.district_id: n.district for n in places}.values())
        order = {d.pk: number for number, d in enumerate(context["districts"])}
        first = {n.district_id: n.pk for n in reversed(places)}
        areas = [
            _area(n.district, n.outline or _around(n.longitude, n.latitude, NEAR), n.name, order, mark, named=first[n.district_id] == n.pk)
            for n in places
        ]
        context["map"] = maps.of("districts", _("Districts of %(town)s") % {"town": town.name}, areas)
    return page(request, "public/map.html", context)


def page(request: HttpRequest, template: str, context: dict[str, Any], *, picture: str = "", status: int = 200) -> HttpResponse:
    """A page for anybody: light and without scripts for a visitor, within their own navigation for who is signed in."""
    asked = urlencode([(name, request.GET[name]) for name in TELLING if request.GET.get(name)])
    canonical = settings.SITE_URL + request.path + (f"?{asked}" if asked else "")
    context |= {
        "layout": "base.html" if request.user.is_authenticated else "public/base.html",
        "mark": visitor.language_mark(request),
        "canonical": canonical,
        "in_english": canonical + ("&" if asked else "?") + "taal=en",
        "picture": settings.SITE_URL + (picture or reverse("picture")),
    }
    return render(request, template, context, status=status)


def _organisation(district: District) -> str:
    """What a search engine may tell of it, all of it true: its name, its place, its page."""
    place = {
        "@type": "Place",
        "name": district.name,
        "containedInPlace": {"@type": "AdministrativeArea", "name": district.municipality.name},
    }
    told = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "name": _("Neighbourhood watch %(name)s") % {"name": district.name},
        "url": f"{settings.SITE_URL}{reverse('district', args=[district.slug])}",
        "areaServed": place,
    }
    # It is data, not a script; Django has made it safe to stand in a page.
    return mark_safe(json_script(told).replace("application/json", "application/ld+json"))


def _town_area(town: public_facts.Town, mark: str) -> maps.Area:
    words = ngettext("%(name)s: %(n)d district", "%(name)s: %(n)d districts", town.districts) % {"name": town.name, "n": town.districts}
    url = f"{reverse('districts_map')}?gemeente={town.code}{mark}"
    return maps.Area(town.code, _around(town.longitude, town.latitude, AROUND), words, url=url)


def _area(district: District, geometry: dict[str, Any], name: str, order: dict[int, int], mark: str, *, named: bool) -> maps.Area:
    url = reverse("district", args=[district.slug]) + mark.replace("&", "?", 1)
    words = f"{district.name}: {name}" if name != district.name else district.name
    return maps.Area(name, geometry, words, badge=district.name if named else "", look=order[district.pk], url=url)


def _around(longitude: float | None, latitude: float | None, reach: float) -> dict[str, Any]:
    """A lozenge around a point; its place is rounded, for it says "about here"."""
    x, y, wide = round(longitude or 0, 3), round(latitude or 0, 3), reach * 1.6
    ring = [[x - wide, y], [x, y - reach], [x + wide, y], [x, y + reach], [x - wide, y]]
    return {"type": "Polygon", "coordinates": [[[round(a, 5), round(b, 5)] for a, b in ring]]}
