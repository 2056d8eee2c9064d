"""Hold an exercise, and see how the last ones went. For steering members; nothing begins before they have seen whom it reaches (S4)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from meldkring.cases import exercising
from meldkring.figures import exercises
from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.web.frame import refusals, shell, showing, went
from meldkring.web.running import exercise_forms
from meldkring.web.steering import desk


@require_http_methods(["GET", "POST"])
@shell.member
def exercise(request: HttpRequest) -> HttpResponse:
    """Choose, look once more, begin. What was chosen comes along at each step, so that nobody types twice."""
    ours, steering = desk.steering_of(request)
    posted = request.method == "POST"
    groups = [g for g in shell.groups(request, roles.Right.NOTICE) if g.run_by_id == steering.pk]
    form = exercise_forms.ExerciseForm(went.posted(request) if posted else None, groups=groups)
    context = {"form": form, "steering": steering, "steering_groups": ours, "groups": groups}
    if posted and "change" not in request.POST and form.is_valid():
        if "begin" not in request.POST:
            return render(request, "exercise/confirm.html", {**context, **_seen(form)})
        given = form.cleaned_data
        try:
            made = exercising.begin(given["text"], group=given["group"], by=shell.person(request), key=given["key"])
        except refusals.REFUSALS as refusal:
            refusals.onto(form, refusal)
        else:
            return redirect("case", made.message.contribution.case.reference)
    wrong = form.is_bound and "change" not in request.POST
    return render(request, "exercise/exercise.html", {**context, "held": _held(request, steering)}, status=422 if wrong else 200)


def _seen(form: exercise_forms.ExerciseForm) -> dict[str, Any]:
    """What everybody is going to read, and how many that are."""
    given = form.cleaned_data
    return {"words": exercising.words(given["text"]), "group": given["group"], "people": exercising.audience(given["group"])}


def _held(request: HttpRequest, steering: Group) -> list[dict[str, Any]]:
    held = exercises.last(shell.person(request), steering)
    return [{"case": one.case, "state": showing.case_state(one.case), "times": one.times} for one in held]
