"""Which figures may a program read on behalf of its owner? The same as on the pages; a number that is left out is null."""

from typing import Annotated

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, Query, Router

from meldkring.api import answers, tokens
from meldkring.figures import access, exporting, measuring, summing

router = Router(by_alias=True)
Year = Annotated[int | None, Query(ge=2000, le=2999)]
Count = Annotated[int | None, Field(description="Null when it is left out: it is from 1 to 4, or would give such a number away.")]


class ScopeOut(answers.Shown):
    kind: str
    id: int
    name: str
    years: list[int]


class SpreadOut(answers.Shown):
    median: int | None = Field(description="In seconds; null when there are fewer than five.")
    p90: int | None = Field(description="Nine of ten were faster.")

    @classmethod
    def of(cls, spread: measuring.Spread) -> "SpreadOut":
        return cls(median=spread.median, p90=spread.p90)


class ToldOut(answers.Shown):
    channel: str
    people: Count
    failed: Count
    half_within: int | None = Field(description="In seconds; null when fewer than five were told, or it took longer than 900.")
    most_within: int | None = Field(description="Nine of ten of them were told within so many.")


class ChildOut(answers.Shown):
    kind: str
    id: int
    name: str
    reports: Count
    arrived: Count
    members: Count
    judged: SpreadOut
    closed: SpreadOut


class FiguresOut(answers.Shown):
    kind: str
    id: int
    name: str
    year: int
    reports: Count
    arrived: Count
    members: Count
    exercises: Count
    steps: dict[str, SpreadOut]
    parts: dict[str, dict[str, int | None]]
    told: list[ToldOut]
    children: list[ChildOut]
    silent: list[str]


@router.get("/figures", response=list[ScopeOut], tags=["figures"])
def list_figures(request: HttpRequest) -> list[ScopeOut]:
    """Of what you may see figures: a municipality you oversee, or your district and the groups you run."""
    scopes = access.scopes(tokens.person(request))
    return [ScopeOut(kind=s.kind, id=s.pk, name=s.name, years=summing.years(s)) for s in scopes]


@router.get("/figures/{kind}/{int:scope_id}", response=FiguresOut, tags=["figures"])
def show_figures(request: HttpRequest, kind: str, scope_id: int, year: Year = None) -> FiguresOut:
    """The figures of a municipality, district or group in a year; without a year, the latest."""
    found = _found(request, kind, scope_id, year)
    scope = found.scope
    return FiguresOut(
        kind=scope.kind, id=scope.pk, name=scope.name, year=found.year, reports=found.reports, arrived=found.arrived, members=found.members,
        exercises=found.exercises, steps={name: SpreadOut.of(s) for name, s in found.steps.items()}, parts=found.parts,
        told=[
            ToldOut(channel=n, people=r.count, failed=found.failed[n], half_within=r.half, most_within=r.most) for n, r in found.told.items()
        ],
        children=[
            ChildOut(
                kind=c.kind, id=c.pk, name=c.name, reports=c.reports, arrived=c.arrived, members=c.members,
                judged=SpreadOut.of(c.judged), closed=SpreadOut.of(c.closed),
            )
            for c in found.children
        ],
        silent=[s.name for s in found.silent],
    )  # fmt: skip


@router.get("/figures/{kind}/{int:scope_id}/csv", response={200: None}, tags=["figures"])
def show_figures_csv(request: HttpRequest, kind: str, scope_id: int, year: Year = None) -> HttpResponse:
    """The same as CSV, in your language."""
    return HttpResponse(exporting.figures(_found(request, kind, scope_id, year)), content_type="text/csv; charset=utf-8")


def _found(request: HttpRequest, kind: str, pk: int, year: int | None) -> summing.Figures:
    if kind not in access.KINDS or pk > 2**63 - 1:
        raise Http404
    scope = access.scope(tokens.person(request), kind, pk)
    years = summing.years(scope)
    if year is not None and year not in years:
        raise Http404
    return summing.of(scope, year or years[0])
