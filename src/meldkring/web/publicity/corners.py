"""What hangs where? The order list: a row per street corner, to fill in, to print and to take to the municipality."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from meldkring.publicity import access, corners, links
from meldkring.web.frame import refusals, shell, telling
from meldkring.web.publicity import forms, kit

PER_PAGE = 50


@require_http_methods(["GET", "POST"])
@shell.member
def corners_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The list, and a form for one more."""
    person = shell.person(request)
    here = access.district(person, slug)
    form = forms.CornerForm(request.POST or None)
    if form.is_valid():
        try:
            corners.write(here, form.cleaned_data, by=person)
        except refusals.REFUSALS as refusal:
            refusals.onto(form, refusal)
        else:
            messages.success(request, _("%(corner)s is on the list.") % {"corner": form.cleaned_data["name"]})
            return redirect("publicity_corners", here.slug)
    query = request.GET.get("q", "").strip()
    page = Paginator(access.corners(here).filter(name__icontains=query), PER_PAGE).get_page(request.GET.get("page"))
    scans = links.counts_by_corner(here)
    rows = [{"corner": c, "state": corners.state(c), "scans": scans.get(c.pk)} for c in page.object_list]
    context = {"district": here, "form": form, "page": page, "rows": rows, "query": query, "road_owner": corners.road_owner()}
    return render(request, "publicity/corners.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@shell.member
def corner(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change one row."""
    person = shell.person(request)
    here = access.district(person, slug)
    row = access.corner(here, pk)
    form = forms.CornerForm(request.POST or None, corner=row)
    if form.is_valid():
        try:
            corners.write(here, form.cleaned_data, by=person, corner=row)
        except refusals.REFUSALS as refusal:
            refusals.onto(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("publicity_corners", here.slug)
    return render(request, "publicity/corner.html", {"district": here, "corner": row, "form": form}, status=422 if form.is_bound else 200)


@require_POST
@shell.member
def remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take one row off; what hangs there keeps leading to the page."""
    person = shell.person(request)
    here = access.district(person, slug)
    row = access.corner(here, pk)
    with telling.told(request):
        corners.remove(row, by=person)
        messages.success(request, _("%(corner)s is off the list.") % {"corner": row.name})
    return redirect("publicity_corners", here.slug)


@require_GET
@shell.member
def download(request: HttpRequest, slug: str, extension: str) -> HttpResponse:
    """The whole list, for a spreadsheet or on paper."""
    here = access.district(shell.person(request), slug)
    rows = list(access.corners(here))
    name = f"{slugify(_('order list'))}-{here.slug}"
    if extension == "csv":
        return kit.as_file(corners.as_csv(rows), name, extension)
    if extension != "pdf":
        raise Http404
    return kit.as_file(corners.as_pdf(here, rows, language=get_language() or "nl"), name, extension)
