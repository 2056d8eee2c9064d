"""The pages for taking over an existing member list: offer it, see each row's fate, take it over, read the report (S18)."""

import time
from collections import Counter
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from meldkring.joining import fates, importing, sheets
from meldkring.joining.fates import Fate
from meldkring.joining.models import MemberList
from meldkring.web.frame import refusals, searching, shell, telling
from meldkring.web.membership import leaving_forms, managing

PATIENCE = 3.0  # seconds that one request works on a long list
KINDS = {
    Fate.MEMBER: ("over", "check", gettext_lazy("becomes a member")),
    Fate.FULL: ("working", "clock", gettext_lazy("on the waiting list")),
    Fate.WAITING: ("warning", "clock", gettext_lazy("waits for you")),
    Fate.THERE: ("", "people", gettext_lazy("is there already")),
    Fate.DOUBLE: ("warning", "warning", gettext_lazy("double")),
    Fate.WRONG: ("alarm", "warning", gettext_lazy("something is wrong")),
}
Shown = list[dict[str, object]]


@require_http_methods(["GET", "POST"])
@shell.member
def lists(request: HttpRequest) -> HttpResponse:
    """The lists of before, and a form to offer one."""
    steering, person = managing.steering_of(request), shell.person(request)
    form = leaving_forms.ListForm(request.POST, request.FILES) if request.method == "POST" else leaving_forms.ListForm()
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made = importing.offer(file.read(), file_name=file.name, steering=steering, by=person)
        except sheets.Unreadable as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("member_list", made.pk)
    found = searching.matching(importing.readable(person).filter(steering=steering), searching.asked(request), "file_name")
    context = searching.context(request, found.defer("rows", "report"), "stuurgroep") | {"form": form, "steering": steering}
    return render(request, "leaving/lists.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@shell.member
def member_list(request: HttpRequest, pk: int) -> HttpResponse:
    """What will become of each row, or what became of it; a POST says which column holds what."""
    found = importing.member_list(shell.person(request), pk)
    if found.begun_at:
        return _report(request, found)
    form = leaving_forms.ColumnsForm(request.POST or None, header=found.header, columns=found.columns)
    if form.is_valid():
        with telling.told(request):
            importing.map_columns(found, form.chosen, by=shell.person(request))
        return redirect("member_list", found.pk)
    lines = importing.dry_run(found)
    counts = Counter(line.fate for line in lines)
    paged = searching.context(request, _chosen(request, lines), "lot")
    context = paged | {
        "list": found, "columns": form, "kinds": _kinds(counts), "rows": len(lines), "lot": request.GET.get("lot", ""),
        "lines": [{"line": line, "kind": KINDS[line.fate]} for line in paged["page"].object_list],
        "acts": sum(counts[fate] for fate in (Fate.MEMBER, Fate.FULL, Fate.WAITING)),
    }  # fmt: skip
    return render(request, "leaving/dry_run.html", context, status=422 if form.is_bound else 200)


@require_POST
@shell.member
def take_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Carry the list out, as far as goes in a few seconds; the page asks on by itself until it is done."""
    found = importing.member_list(shell.person(request), pk)
    if not found.begun_at and "sure" not in request.POST:
        messages.error(request, _("Tick that you know that this cannot be undone."))
        return redirect("member_list", pk)
    until = time.monotonic() + PATIENCE
    try:
        importing.carry_out(found, by=shell.person(request), enough=lambda: time.monotonic() > until)
    except refusals.REFUSALS as refusal:
        messages.error(request, refusals.words(refusal))
    return redirect("member_list", pk)


def _report(request: HttpRequest, found: MemberList) -> HttpResponse:
    counts = Counter(Fate(fate) for _number, fate, _group in found.report)
    shown = [entry for entry in found.report if request.GET.get("lot", "") in ("", entry[1])]
    paged = searching.context(request, shown, "lot")
    lines = [{"number": number, "kind": KINDS[Fate(fate)], "group": group} for number, fate, group in paged["page"].object_list]
    context = paged | {
        "list": found,
        "lines": lines,
        "kinds": _kinds(counts),
        "rows": len(found.rows),
        "lot": request.GET.get("lot", ""),
    }
    return render(request, "leaving/report.html", context)


def _chosen(request: HttpRequest, lines: Sequence[fates.Line]) -> list[fates.Line]:
    lot, words = request.GET.get("lot", ""), searching.asked(request)
    return [
        line
        for line in lines
        if lot in ("", line.fate) and searching.holds(f"{line.row.name} {line.row.email} {line.row.fields['street']}", words)
    ]


def _kinds(counts: Counter[Fate]) -> Shown:
    return [{"fate": fate.value, "kind": kind, "count": counts[fate]} for fate, kind in KINDS.items() if counts[fate]]
