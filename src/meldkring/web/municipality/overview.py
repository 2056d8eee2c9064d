"""How goes it in our municipality? A map and a list of its districts, for officials and administrators; and all municipalities for who has more."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from meldkring.figures import access, exporting, overview, police_figures, wording
from meldkring.figures.models import PoliceCount
from meldkring.figures.overview import Line
from meldkring.groups import officials
from meldkring.places import outlines
from meldkring.places.models import Municipality
from meldkring.web.frame import maps, shell
from meldkring.web.municipality import figures, plots

PAGE = 50
COVERED, BARE = 1, 5  # looks of the map
Key = Callable[[Line], Any]
SORTS: dict[str, tuple[str | Promise, Key]] = {
    "naam": (gettext_lazy("name"), lambda line: line.name.casefold()),
    "leden": (gettext_lazy("most members"), lambda line: -(line.members or 0)),
    "dichtheid": (gettext_lazy("fewest members per 100 households"), lambda line: (line.per_hundred is None, line.per_hundred or 0)),
    "open": (gettext_lazy("most open cases"), lambda line: -(line.open or 0)),
}
FILTERS: dict[str, tuple[str | Promise, Callable[[Line], bool]]] = {
    "alle": (gettext_lazy("all"), bool),
    "ongedekt": (gettext_lazy("not covered everywhere"), lambda line: not line.is_covered),
    "los": (gettext_lazy("not linked"), lambda line: not line.linked),
    "bezig": (gettext_lazy("with open cases"), lambda line: line.open != 0),
}


@dataclass(frozen=True)
class Asked:
    """What was asked for: words in the name, which lines, in which order."""

    words: str
    only: str
    sort: str

    @classmethod
    def of(cls, request: HttpRequest) -> "Asked":
        only, sort = request.GET.get("toon", ""), request.GET.get("volgorde", "")
        return cls(request.GET.get("zoek", "").strip()[:60], only if only in FILTERS else "alle", sort if sort in SORTS else "naam")

    def pick(self, lines: Sequence[Line]) -> list[Line]:
        """Those lines, in that order."""
        wanted = [line for line in lines if self.words.casefold() in line.name.casefold() and FILTERS[self.only][1](line)]
        return sorted(wanted, key=SORTS[self.sort][1])


@require_GET
@shell.member
def towns(request: HttpRequest) -> HttpResponse:
    """The municipalities this person oversees; straight to it when there is one."""
    mine = access.municipalities(shell.person(request))
    if not mine:
        raise Http404
    if len(mine) == 1 and not access.administers(shell.person(request)):
        return redirect("municipality", mine[0].pk)
    return render(
        request, "overview/towns.html", _listed(request, overview.towns(mine)) | {"administers": access.administers(shell.person(request))}
    )


@require_GET
@shell.member
def municipality(request: HttpRequest, pk: int) -> HttpResponse:
    """One municipality: the whole, the map, and the districts."""
    here = access.municipality(shell.person(request), pk)
    found = overview.of(here)
    context = _listed(request, found.lines) | {
        "municipality": here, "whole": found.whole, "map": _map(here, found), "recorded": _recorded(here),
        "administers": officials.administers(shell.person(request), here),
    }  # fmt: skip
    return render(request, "overview/municipality.html", context)


@require_GET
@shell.member
def as_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """The districts as they were asked for, all pages together."""
    here = access.municipality(shell.person(request), pk)
    lines = Asked.of(request).pick(overview.of(here).lines)
    header = (
        _("District"), _("Neighbourhoods"), _("Covered"), _("Households"), _("Members"), _("Members per 100 households"), _("Open cases"),
        _("Passed on, half within (seconds)"), _("Linked"),
    )  # fmt: skip
    rows = [
        (
            line.name, line.neighbourhoods, line.covered, line.households, wording.number(line.members),
            wording.decimal(line.per_hundred), wording.number(line.open),
            line.passed_on.median or "", _("yes") if line.linked else _("no"),
        )
        for line in lines
    ]  # fmt: skip
    return figures.download(exporting.text(header, rows), f"{_('districts')}-{slugify(here.name)}")


def _listed(request: HttpRequest, lines: Sequence[Line]) -> dict[str, Any]:
    asked = Asked.of(request)
    page = Paginator(asked.pick(lines), PAGE).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    return {
        "asked": asked, "page": page, "kept": kept.urlencode(), "all": len(lines),
        "sorts": [(key, words) for key, (words, _key) in SORTS.items()], "filters": [(key, words) for key, (words, _test) in FILTERS.items()],
    }  # fmt: skip


def _map(here: Municipality, found: overview.Overview) -> maps.Map | None:
    lines = {line.pk: line for line in found.lines}
    served = overview.served(here)
    areas = []
    for place in outlines.drawn(here.pk):
        line, covered = lines[place.district_id], place.pk in served
        words = _("%(district)s, %(place)s: %(state)s. Members in the district: %(n)s") % {
            "district": line.name, "place": place.name, "state": _("a watch group") if covered else _("no watch group yet"),
            "n": wording.number(line.members),
        }  # fmt: skip
        assert place.outline is not None  # noqa: S101 - only those with an outline are drawn
        areas.append(
            maps.Area(place.pk, place.outline, words, look=COVERED if covered else BARE, url=reverse("figures", args=["district", line.pk]))
        )
    return maps.of("coverage", _("Where there is a watch group in %(name)s") % {"name": here.name}, areas) if areas else None


def _recorded(here: Municipality) -> list[tuple[plots.Plot, int | None]]:
    return [
        (
            plots.columns(
                f"police-{r.kind}", str(PoliceCount.Kind(r.kind).label), [(str(y), n) for y, n in r.years.items()], what=_("Year")
            ),
            r.since,
        )
        for r in police_figures.of(here)
    ]
