"""A group's own page: who is in it and what stands in it. A watch group shows its cases and notices, the groups above it converse."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from meldkring.cases import access as cases_access
from meldkring.cases.models import Case, Status
from meldkring.groups import access, officers, roles
from meldkring.groups import screening as group_screening
from meldkring.groups.models import Group
from meldkring.messaging import access as messaging_access
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Kind, Posting
from meldkring.people.models import Person
from meldkring.web.chats import groups
from meldkring.web.frame import numbers, refusals, shell, showing, telling, went
from meldkring.web.steering import forms

PAGE = 50
LAST_ENDED = 8


@require_http_methods(["GET", "POST"])
@shell.member
def group(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the group, and take what someone says there: a notice in a watch group, conversation in the others."""
    if pk not in shell.standings(request) and (now := went.to(request, pk)):
        return redirect("group", now.pk)
    here = access.group(shell.person(request), pk)
    right = roles.Right.NOTICE if here.is_watch else roles.Right.CONVERSE
    may_say = roles.has(shell.person(request), right, here)
    label = _("Notice for the whole group") if here.is_watch else _("Message to this group")
    form = forms.WordForm(request.POST or None, label=label)
    if request.method == "POST" and not may_say:
        raise Http404
    if form.is_valid():
        say = postings.place_notice if here.is_watch else postings.converse
        try:
            say(form.cleaned_data["text"], group=here, by=shell.person(request), key=form.cleaned_data["key"])
        except refusals.REFUSALS as refusal:
            refusals.onto(form, refusal)
        else:
            return redirect("group", here.pk)
    screens = here.is_watch and roles.has(shell.person(request), roles.Right.SCREEN, here)
    context = _shown(request, here) | {"group": here, "form": form if may_say else None, "screens": screens}
    context |= groups.beside(shell.person(request), here)
    return render(request, "group/group.html", context, status=422 if form.is_bound else 200)


@require_POST
@shell.member
def screening(request: HttpRequest, pk: int) -> HttpResponse:
    """Let posts in this watch group appear at once, or only after screening."""
    here = access.group(shell.person(request), pk)
    with telling.told(request):
        group_screening.choose(here, first="first" in request.POST, by=shell.person(request))
        messages.success(request, _("Saved."))
    return redirect("group", here.pk)


def _shown(request: HttpRequest, here: Group) -> dict[str, object]:
    found = (
        messaging_access.postings(shell.person(request))
        .filter(group=here)
        .select_related("message__contribution__case")
        .order_by("-number")
    )
    if here.is_watch:
        found = found.filter(message__kind=Kind.NOTICE)
    before = numbers.one(request.GET.get("voor", ""))
    if before is not None:
        found = found.filter(number__lt=before)
    page = list(found[: PAGE + 1])
    older, page = page[PAGE - 1].number if len(page) > PAGE else None, page[:PAGE][::-1]
    if page and before is None and not here.is_watch:
        postings.seen([shell.person(request).pk], here.pk, page[-1].number or 0)
    return {"feed": _feed(page), "older": older, **_cases(shell.person(request), here), **_people(here)}


def _feed(page: list[Posting]) -> list[tuple[showing.Post, Case | None]]:
    posts = showing.posts(page)
    found = [showing.contribution(p) for p in page]
    return [(post, c.case if c else None) for post, c in zip(posts, found, strict=True)]


def _cases(person: Person, here: Group) -> dict[str, object]:
    """The open cases that stand in this group; in a watch group also the last that ended."""
    standing = messaging_access.postings(person).filter(group=here).values("message__contribution__case")
    found = cases_access.cases(person).filter(pk__in=standing).order_by("-opened_at")
    ended = found.filter(status=Status.CLOSED)[:LAST_ENDED] if here.is_watch else []
    with_state = [(case, showing.case_state(case)) for case in (*found.filter(status=Status.OPEN)[:PAGE], *ended)]
    return {"cases": [(c, s) for c, s in with_state if c.is_open], "ended": [(c, s) for c, s in with_state if not c.is_open]}


def _people(here: Group) -> dict[str, object]:
    roster = list(roles.roster(here))
    steering = [m for m in roster if m.role in roles.STEERING_ROLES]
    return {
        "steering": steering,
        "others": [m for m in roster if m not in steering],
        "people": len({m.person_id for m in roster}),
        "officers": officers.names(here),
    }
