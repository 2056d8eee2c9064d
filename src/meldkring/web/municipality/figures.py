"""What happened here in a year, how fast and how did it end? As pictures with their tables, and as a file for a spreadsheet."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from meldkring.figures import access, exporting, summing, wording
from meldkring.web.frame import shell
from meldkring.web.municipality import plots

FIRST = "month"
BREAKDOWN = ("called", "verdict", "why", "advice", "outcome", "with_place", "with_direction", "hidden")


@require_GET
@shell.member
def first(request: HttpRequest) -> HttpResponse:
    """To the figures this person looks at first; who has none finds nothing here."""
    found = access.scopes(shell.person(request))
    if not found:
        raise Http404
    return redirect("figures", found[0].kind, found[0].pk)


@require_GET
@shell.member
def figures(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """The figures of a municipality, a district or a group, in one year."""
    scope, year, years = _asked(request, kind, pk)
    found = summing.of(scope, year)
    context = {
        "scope": scope, "year": year, "years": years, "found": found, "scopes": access.scopes(shell.person(request)),
        "head": _head(found), "steps": plots.ranges("steps", _("How fast"), [(str(wording.STEPS[n]), s) for n, s in found.steps.items()]),
        "months": _columns(found), "parts": [_bars(name, found) for name in BREAKDOWN if name in found.parts],
        "told": [
            (wording.channel(n), r.count, wording.told_within(r, r.half), wording.told_within(r, r.most), found.failed[n])
            for n, r in found.told.items()
        ],
    }  # fmt: skip
    return render(request, "figures/figures.html", context)


@require_GET
@shell.member
def as_csv(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """The same as CSV."""
    scope, year, _years = _asked(request, kind, pk)
    return download(exporting.figures(summing.of(scope, year)), f"{_('figures')}-{slugify(scope.name)}-{year}")


def download(text: str, name: str) -> HttpResponse:
    """A text as a CSV file with this name."""
    answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _asked(request: HttpRequest, kind: str, pk: int) -> tuple[access.Scope, int, list[int]]:
    scope = access.scope(shell.person(request), kind, pk)
    years = summing.years(scope)
    asked = request.GET.get("jaar", "")
    if asked and asked not in map(str, years):
        raise Http404
    return scope, int(asked or years[0]), years


def _head(found: summing.Figures) -> list[tuple[str, int | None]]:
    numbers = [(_("reports"), found.reports), (_("came from elsewhere"), found.arrived), (_("members"), found.members)]
    if found.scope.full:
        numbers.append((_("exercises, counted apart"), found.exercises))
    return numbers


def _columns(found: summing.Figures) -> plots.Plot | None:
    if FIRST not in found.parts:
        return None
    title, labels = wording.PARTS[FIRST]
    return plots.columns(FIRST, str(title), [(str(labels[key]), n) for key, n in found.parts[FIRST].items()], what=_("Month"))


def _bars(name: str, found: summing.Figures) -> Any:
    title, labels = wording.PARTS[name]
    return plots.bars(name, str(title), [(str(labels[key]), n) for key, n in found.parts[name].items()], what=_("Answer"))
