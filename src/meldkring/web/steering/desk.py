"""The desk: what waits for the judgement of a steering group, and the verdicts. Every answer leads back to the desk."""

from datetime import timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from meldkring.cases import access as cases_access
from meldkring.cases import advice, escalating, following, forwarding, judging, reporting
from meldkring.cases.models import Judgement, Status
from meldkring.groups import duty, roles
from meldkring.groups.models import Group
from meldkring.messaging import access as messaging_access
from meldkring.web.chats import placing
from meldkring.web.frame import shell, showing, telling
from meldkring.web.steering import forms, own_words, waiting

RECENT = 5
JUST = timedelta(days=1)


@require_GET
@shell.member
def desk(request: HttpRequest) -> HttpResponse:
    """Everything that waits, what colleagues just judged, what goes along by itself."""
    ours, steering = steering_of(request)
    held = messaging_access.held(shell.person(request)).filter(group__run_by=steering).select_related("message__contribution__case")
    late = cases_access.cases(shell.person(request)).filter(status=Status.OPEN, steering_reminded_at__isnull=False)
    waits = list(judging.waiting(steering, by=shell.person(request)))
    words, in_own_words = own_words.on_desk(request, steering, waits)
    context = {
        "steering": steering,
        "steering_groups": ours,
        "held": showing.posts(held),
        "piles": waiting.piles(waits, steering=steering, person=shell.person(request), words=words),
        "judged": waiting.judged(_just_judged(steering), person=shell.person(request)),
        "follows": following.active(steering),
        "late": late,
        "shift": duty.current(steering),
        "alarms": list(escalating.alarms(shell.person(request), judges_in=shell.groups(request, roles.Right.JUDGE))),
        "query": "?" + urlencode({"stuurgroep": steering.pk}),
        **placing.on_desk(request, steering),
        **in_own_words,
        "words_back": reverse("desk") + "?" + urlencode({"stuurgroep": steering.pk}),
    }
    return render(request, "desk/desk.html", context)


@require_POST
@shell.member
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    """Forward a posting or judge it not relevant; the first colleague wins and the second is told who that was."""
    _ours, steering = steering_of(request)
    posting = messaging_access.posting(shell.person(request), pk)
    if showing.contribution(posting) is None:
        raise Http404
    form = forms.VerdictForm(request.POST, posting=posting, steering=steering)
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
        return _back(steering)
    with telling.told(request):
        given, chosen = form.cleaned_data, []
        if given["verdict"] == forms.NOT_RELEVANT:
            judgement = judging.not_relevant(posting, steering=steering, by=shell.person(request))
        else:
            chosen = [g.pk for g in given["to"]]
            judgement = forwarding.forward(posting, to=given["to"], steering=steering, by=shell.person(request), follow=given["follow"])
        advice.keep(judgement, proposed=[g.pk for g in given["advised"]], chosen=chosen)
    return _back(steering)


@require_POST
@shell.member
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's own judgement back, within ten seconds."""
    _ours, steering = steering_of(request)
    judgement = get_object_or_404(judging.recent(steering), pk=pk)
    with telling.told(request):
        judging.undo(judgement, by=shell.person(request))
        messages.success(request, _("Taken back. The message waits again."))
    return _back(steering)


@require_POST
@shell.member
def why(request: HttpRequest, pk: int) -> HttpResponse:
    """Say in one tap why it was not passed on."""
    _ours, steering = steering_of(request)
    judgement = get_object_or_404(judging.recent(steering), pk=pk)
    reason = request.POST.get("reason", "")
    if reason not in Judgement.Reason.values:
        raise Http404
    with telling.told(request):
        judging.say_why(judgement, reason=reason, by=shell.person(request))
    return _back(steering)


@require_POST
@shell.member
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a held message appear."""
    _ours, steering = steering_of(request)
    posting = get_object_or_404(messaging_access.held(shell.person(request)), pk=pk)
    with telling.told(request):
        reporting.release(posting, by=shell.person(request))
        messages.success(request, _("The group can read the message now."))
    return _back(steering)


@require_POST
@shell.member
def hide(request: HttpRequest, pk: int) -> HttpResponse:
    """Hide a message, held or not, with a reason."""
    _ours, steering = steering_of(request)
    posting = messaging_access.posting(shell.person(request), pk)
    form = forms.ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["reason"][0]))
        return _back(steering)
    with telling.told(request):
        reporting.hide(posting, by=shell.person(request), reason=form.cleaned_data["reason"])
        messages.success(request, _("The message is hidden."))
    return _back(steering)


@require_POST
@shell.member
def stop_following(request: HttpRequest, pk: int) -> HttpResponse:
    """Later reactions are judged one by one again."""
    _ours, steering = steering_of(request)
    follow = get_object_or_404(following.active(steering), pk=pk)
    with telling.told(request):
        following.stop(follow, by=shell.person(request))
        messages.success(request, _("Later messages wait for your judgement again."))
    return _back(steering)


def steering_of(request: HttpRequest) -> tuple[list[Group], Group]:
    """The steering groups of this person and the one asked for, or 404 for who steers nowhere."""
    ours = roles.steering_groups(shell.person(request))
    asked = request.GET.get("stuurgroep", "")
    for group in ours:
        if not asked or str(group.pk) == asked:
            return ours, group
    raise Http404


def _just_judged(steering: Group) -> QuerySet[Judgement]:
    return judging.recent(steering).filter(undone_at=None, at__gt=timezone.now() - JUST)[:RECENT]


def _back(steering: Group) -> HttpResponse:
    return redirect(reverse("desk") + "?" + urlencode({"stuurgroep": steering.pk}))
