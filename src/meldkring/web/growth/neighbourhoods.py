"""The neighbourhoods of a district, as its steering members look after them: a list with a map, and one of them with all there is to do.

Changing borders has two steps: what would happen, and yes. Nothing that was typed is lost between them.
"""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from meldkring.groups import settings as group_settings
from meldkring.growth import access, borders, mapping, resettling
from meldkring.places import neighbourhoods
from meldkring.places.models import District, Neighbourhood
from meldkring.web.frame import maps, refusals, shell, telling
from meldkring.web.growth import neighbourhood_forms

PER_PAGE, MOST_DRAWN = 50, 300


@require_GET
@shell.member
def every(request: HttpRequest) -> HttpResponse:
    """To the list of the first district; the others are a link away there."""
    found = access.districts(shell.person(request))
    if not found:
        raise Http404
    return redirect("neighbourhoods", found[0].slug)


@require_GET
@shell.member
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    """The list with sizes, by page and by search, and the map."""
    person = shell.person(request)
    here, asked = access.district(person, slug), request.GET.get("zoek", "").strip()
    rows = here.neighbourhoods.filter(name__icontains=asked).order_by("name")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "district": here,
        "districts": access.districts(person),
        "page": page,
        "asked": asked,
        "sizes": mapping.sizes(page.object_list),
        "map": district_map(here, rows[:MOST_DRAWN]),
        "may": may(request, here),
        "undoable": resettling.undoable(here),
    }
    return render(request, "neighbourhoods/list.html", context)


@require_http_methods(["GET", "POST"])
@shell.member
def neighbourhood(request: HttpRequest, pk: int) -> HttpResponse:
    """One neighbourhood; its name and households are changed here."""
    here = access.neighbourhood(shell.person(request), pk)
    if request.method == "GET":
        return page_of(request, here)
    form = neighbourhood_forms.NameForm(request.POST, neighbourhood=here)
    if form.is_valid():
        try:
            mapping.describe(here, **form.cleaned_data, by=shell.person(request))
        except refusals.REFUSALS as refusal:
            neighbourhood_forms.onto(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("neighbourhood", here.pk)
    here.refresh_from_db()
    return page_of(request, here, name_form=form)


@require_http_methods(["POST"])
@shell.member
def beside(request: HttpRequest, pk: int) -> HttpResponse:
    """Which other neighbourhoods adjoin this one."""
    here = access.neighbourhood(shell.person(request), pk)
    form = neighbourhood_forms.BesideForm(request.POST, neighbourhood=here)
    if not form.is_valid():
        return page_of(request, here, beside_form=form)
    with telling.told(request):
        mapping.say_adjoining(here, form.cleaned_data["beside"], by=shell.person(request))
        messages.success(request, _("Saved."))
    return redirect("neighbourhood", here.pk)


@require_http_methods(["GET", "POST"])
@shell.member
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an empty neighbourhood away, after a look."""
    here = access.neighbourhood(shell.person(request), pk)
    if request.method == "POST":
        with telling.told(request):
            mapping.remove(here, by=shell.person(request))
            messages.success(request, _("%(name)s is gone.") % {"name": here.name})
        return redirect("neighbourhoods", here.district.slug)
    guard(request, here.district)
    return render(request, "neighbourhoods/remove.html", {"here": here, "reason": mapping.occupied(here)})


@require_http_methods(["GET", "POST"])
@shell.member
def make(request: HttpRequest, slug: str) -> HttpResponse:
    """A new neighbourhood."""
    here = access.district(shell.person(request), slug)
    guard(request, here)
    form = neighbourhood_forms.MakeForm(posted(request), district=here, groups=borders.watch_groups(here))
    context = {"title": _("A new neighbourhood"), "map": drawing(here), "back": reverse("neighbourhoods", args=[here.slug])}
    return asked_twice(request, form, here, context)


@require_http_methods(["GET", "POST"])
@shell.member
def addresses(request: HttpRequest, pk: int) -> HttpResponse:
    """Which addresses are this neighbourhood's own."""
    here = access.neighbourhood(shell.person(request), pk)
    guard(request, here.district)
    form = neighbourhood_forms.AddressesForm(posted(request), neighbourhood=here)
    title = _("The addresses of %(name)s") % {"name": here.name}
    context = {"title": title, "here": here, "map": drawing(here.district, besides=here), "back": reverse("neighbourhood", args=[here.pk])}
    return asked_twice(request, form, here.district, context)


@require_http_methods(["GET", "POST"])
@shell.member
def split(request: HttpRequest, pk: int) -> HttpResponse:
    """One neighbourhood becomes two."""
    here = access.neighbourhood(shell.person(request), pk)
    guard(request, here.district)
    form = neighbourhood_forms.SplitForm(posted(request), neighbourhood=here)
    context = {
        "title": _("Split %(name)s in two") % {"name": here.name},
        "here": here,
        "map": drawing(here.district, above=here),
        "back": reverse("neighbourhood", args=[here.pk]),
        "intro": _("Part of it becomes a new neighbourhood, under the same watch group. Nobody gets another group by this alone."),
    }
    return asked_twice(request, form, here.district, context)


@require_http_methods(["GET", "POST"])
@shell.member
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the borders and the members back, after a look."""
    done = access.redrawing(shell.person(request), pk)
    guard(request, done.district)
    if request.method == "POST":
        with telling.told(request):
            resettling.undo(done, by=shell.person(request))
            messages.success(request, _("The borders of before hold again."))
        return redirect("neighbourhoods", done.district.slug)
    went = done.resettled.filter(person__isnull=False).count()
    context = {"done": done, "district": done.district, "went": went, "last": resettling.undoable(done.district) == done}
    return render(request, "neighbourhoods/undo.html", context)


def asked_twice(request: HttpRequest, form: neighbourhood_forms.ClaimsForm, district: District, context: dict[str, Any]) -> HttpResponse:
    """The form; then who would live elsewhere; then, on a yes, done. Where nobody is concerned the first yes is enough."""
    context |= {"form": form, "district": district}
    if form.is_bound and form.is_valid() and "back" not in request.POST:
        choices = dict(zip(request.POST.getlist("lot"), request.POST.getlist("to"), strict=False))
        try:
            answer = _foreseen_or_done(request, form, choices, context)
        except refusals.REFUSALS as refusal:
            neighbourhood_forms.onto(form, refusal)
        else:
            return answer
    return render(request, "neighbourhoods/borders.html", context, status=422 if form.errors else 200)


def _foreseen_or_done(
    request: HttpRequest, form: neighbourhood_forms.ClaimsForm, choices: dict[str, str], context: dict[str, Any]
) -> HttpResponse:
    change, person = form.change(), shell.person(request)
    foreseen = borders.foresee(change, choices=choices, by=person)
    if foreseen.lots and "confirmed" not in request.POST:
        return _changes(request, change, foreseen, context)
    try:
        done = resettling.carry_out(change, choices=choices, by=person)
    except resettling.LookAgain as refusal:
        messages.warning(request, str(refusal))
        return _changes(request, change, foreseen, context)
    n = done.resettled.filter(person__isnull=False).count()
    said = ngettext("Saved. %(n)d member lives in another neighbourhood now.", "Saved. %(n)d members live in another neighbourhood now.", n)
    messages.success(request, said % {"n": n} if n else _("Saved. Nobody gets another neighbourhood."))
    return redirect("neighbourhoods", change.district.slug)


def _changes(request: HttpRequest, change: borders.Change, foreseen: borders.Foreseen, context: dict[str, Any]) -> HttpResponse:
    places = [(str(n.pk), n.name) for n in change.district.neighbourhoods.order_by("name")]
    places += [(borders.NEW, change.name)] if foreseen.made else []
    rows = [(lot, _value(lot.after, foreseen.made), _value(lot.before, None)) for lot in foreseen.lots]
    shown = context | {"foreseen": foreseen, "rows": rows, "places": places, "sent": _sent(request)}
    return render(request, "neighbourhoods/changes.html", shown, status=422)


def _value(neighbourhood: Neighbourhood | None, made: Neighbourhood | None) -> str:
    if neighbourhood is None:
        return ""
    return borders.NEW if made and neighbourhood == made else str(neighbourhood.pk)


def _sent(request: HttpRequest) -> list[tuple[str, str]]:
    """What was filled in, to be sent along with the yes."""
    skip = {"csrfmiddlewaretoken", "lot", "to", "confirmed", "back"}
    return [(name, value) for name, values in request.POST.lists() if name not in skip for value in values]


def page_of(request: HttpRequest, here: Neighbourhood, **forms: Any) -> HttpResponse:
    """The page of one neighbourhood, with a refused form in it."""
    (size,) = mapping.sizes([here])
    now = neighbourhoods.claims(here)
    beside = mapping.beside_of(here)
    context = {
        "here": here, "size": size, "claims": now, "may": may(request, here.district), "last": resettling.undoable(here.district),
        "empty": not mapping.occupied(here), "name_form": neighbourhood_forms.NameForm(neighbourhood=here),
        "beside_form": neighbourhood_forms.BesideForm(neighbourhood=here),
        "beside": here.district.neighbourhoods.filter(pk__in=beside).order_by("name"),
        "map": district_map(here.district, here.district.neighbourhoods.all()[:MOST_DRAWN], chosen=here),
    }  # fmt: skip
    return render(request, "neighbourhoods/one.html", context | forms, status=422 if forms else 200)


def district_map(district: District, found: Any, chosen: Neighbourhood | None = None) -> maps.Map | None:
    """The outlines, each leading to its neighbourhood; None where nothing is drawn."""
    areas = [
        maps.Area(n.pk, n.outline, n.name, badge=n.name, look=0 if n == chosen or not chosen else 4,
                  url=reverse("neighbourhood", args=[n.pk]), chosen=n == chosen)
        for n in found if n.outline
    ]  # fmt: skip
    return maps.of("neighbourhoods-map", _("Map of the neighbourhoods; the list says the same"), areas) if areas else None


def drawing(district: District, *, besides: Neighbourhood | None = None, above: Neighbourhood | None = None) -> maps.Map:
    """A map to draw on: the other outlines lie under it, and where one is split its own too."""
    found = [n for n in district.neighbourhoods.filter(outline__isnull=False).order_by("name")[:MOST_DRAWN] if n != besides]
    areas = [maps.Area(n.pk, n.outline, n.name, badge=n.name, look=0 if n == above else 4) for n in found if n.outline]
    return maps.of("drawing", _("Map to draw the outline on"), areas, draws="corners")


def posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def may(request: HttpRequest, district: District) -> bool:
    """Whether this person may change the neighbourhoods; steering members may always look."""
    return district in group_settings.districts(shell.person(request))


def guard(request: HttpRequest, district: District) -> None:
    """404 for who may only look."""
    if not may(request, district):
        raise Http404
