"""The sign-ups that wait: admit, several at once too, decline with a reason, ask (S18). For the phone manager and the deputy."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from meldkring.groups.models import Group
from meldkring.joining import access, admission, details, places, proving
from meldkring.joining.models import Application
from meldkring.web.frame import numbers, refusals, searching, shell, telling
from meldkring.web.membership import forms

PER_PAGE = 50
State = Application.State


@dataclass(frozen=True)
class Row:
    """A sign-up in the list: the group that is proposed, what to look at, and how far each proof is."""

    application: Application
    group: Group | None
    warnings: list[str]
    layers: list[proving.Layer]

    @property
    def offered(self) -> bool:
        return self.application.state == State.WAITING and self.application.group_id is not None


@require_GET
@shell.member
def waiting(request: HttpRequest) -> HttpResponse:
    """The sign-ups that wait, and how full the groups are."""
    person, ours = shell.person(request), managed(request)
    asked = request.GET.get("zoek", "").strip()
    page = Paginator(found(access.waiting(person), asked), PER_PAGE).get_page(request.GET.get("page"))
    context = {"rows": rows(list(page.object_list)), "page": page, "asked": asked, "capacities": places.capacities(ours), "groups": ours}
    return render(request, "members/waiting.html", context)


@require_POST
@shell.member
def admit_ticked(request: HttpRequest) -> HttpResponse:
    """Admit everybody who was ticked, each to the proposed group."""
    managed(request)
    ticked = numbers.every(request.POST.getlist("application"))[: 2 * PER_PAGE]
    chosen = list(access.waiting(shell.person(request)).filter(pk__in=ticked))
    if chosen:
        tell(request, admission.bulk_admit(chosen, by=shell.person(request)))
    else:
        messages.info(request, _("Nobody was ticked."))
    return redirect("members")


@require_GET
@shell.member
@never_cache
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """One sign-up, with everything that can be done with it."""
    return page_of(request, access.application(shell.person(request), pk))


@require_POST
@shell.member
def admit(request: HttpRequest, pk: int) -> HttpResponse:
    """Admit to the group that was chosen."""
    asked, ours = access.application(shell.person(request), pk), managed(request)
    form = forms.GroupForm(request.POST, groups=of_district(ours, asked))
    if not form.is_valid():
        return page_of(request, asked, admit_form=form)
    try:
        made = admission.admit(asked, by=shell.person(request), group=form.cleaned_data["group"], shown=form.cleaned_data["shown"])
    except refusals.REFUSALS as refusal:  # not through `telling`: that the resident is on the waiting list now must stay
        messages.error(request, refusals.words(refusal))
    else:
        messages.success(request, _("%(name)s is a member of %(group)s now.") % {"name": asked.first_name, "group": made.group})
    return redirect("members")


@require_POST
@shell.member
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    asked = access.application(shell.person(request), pk)
    form = forms.DeclineForm(request.POST)
    if not form.is_valid():
        return page_of(request, asked, decline_form=form)
    with telling.told(request):
        admission.decline(asked, by=shell.person(request), reason=form.cleaned_data["reason"])
        messages.success(request, _("%(name)s is not admitted and has your reason by e-mail.") % {"name": asked.first_name})
    return redirect("members")


@require_POST
@shell.member
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    asked = access.application(shell.person(request), pk)
    form = forms.QuestionForm(request.POST)
    if not form.is_valid():
        return page_of(request, asked, ask_form=form)
    with telling.told(request):
        admission.ask(asked, by=shell.person(request), question=form.cleaned_data["question"])
        messages.success(request, _("Your question was sent to %(name)s.") % {"name": asked.first_name})
    return redirect("members_application", asked.pk)


@require_POST
@shell.member
@never_cache
def show_details(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how to reach this resident; no redirect, because it is shown this once and the audit log keeps it."""
    asked = access.application(shell.person(request), pk)
    return page_of(request, asked, details=details.of_application(asked, by=shell.person(request)))


def page_of(request: HttpRequest, asked: Application, **context: Any) -> HttpResponse:
    """The page of one sign-up, with a refused form or the details in it."""
    (row,) = rows([asked])
    groups = of_district(managed(request), asked)
    proposed = row.group if row.group in groups else None
    standard = {
        "row": row,
        "asked": asked,
        "capacities": places.capacities(groups),
        "admit_form": forms.GroupForm(groups=groups, proposed=proposed),
        "decline_form": forms.DeclineForm(),
        "ask_form": forms.QuestionForm(),
    }
    refused = any(getattr(form, "errors", None) for form in context.values())
    return render(request, "members/application.html", standard | context, status=422 if refused else 200)


def managed(request: HttpRequest) -> list[Group]:
    """The watch groups whose members this person manages; 404 for who manages none."""
    ours = access.managed(shell.person(request))
    if not ours:
        raise Http404
    return ours


def of_district(groups: Sequence[Group], asked: Application) -> list[Group]:
    return [g for g in groups if g.district_id == asked.district_id]


def rows(applications: Sequence[Application]) -> list[Row]:
    """These sign-ups as rows, in a fixed number of queries."""
    asked = list(applications)
    proposed, warnings, layers = places.proposed(asked), admission.warnings(asked), proving.layers(asked)
    return [Row(a, proposed.get(a.pk) or a.group, warnings[a.pk], layers[a.pk]) for a in asked]


def found(applications: QuerySet[Application], asked: str) -> QuerySet[Application]:
    """Those whose name or street has each of these words in it."""
    return searching.matching(applications, asked, "first_name", "last_name", "street")


def tell(request: HttpRequest, outcomes: Sequence[admission.Outcome]) -> None:
    """Say how many were admitted, and of the others why not."""
    count = sum(o.membership is not None for o in outcomes)
    if count:
        messages.success(request, ngettext("%(n)d resident admitted.", "%(n)d residents admitted.", count) % {"n": count})
    for reason, times in Counter(refusals.words(o.refusal) for o in outcomes if o.refusal).items():
        messages.warning(request, f"{reason} ({times})" if times > 1 else reason)
