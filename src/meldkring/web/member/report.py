"""I see something: Signaleer, Alarmeer, App; the fourth step, Reageer, is the page of the case."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from meldkring.cases import reporting
from meldkring.groups import roles
from meldkring.web.frame import forms, refusals, shell, went


@shell.member
def report(request: HttpRequest) -> HttpResponse:
    groups = shell.groups(request, roles.Right.REPORT)
    posted = request.method == "POST"
    form = forms.ReportForm(went.posted(request), request.FILES, groups=groups) if posted else forms.ReportForm(groups=groups)
    if posted and form.is_valid():
        given = form.cleaned_data
        try:
            made = reporting.report(
                given["text"], group=given["group"], by=shell.person(request), called=given["called"], key=given["key"], **form.given()
            )
        except refusals.REFUSALS as refusal:
            refusals.onto(form, refusal)
        else:
            return redirect(reverse("case", args=[made.message.contribution.case.reference]) + "?sent=report")
    return render(request, "report/report.html", {"form": form, "groups": groups}, status=422 if posted else 200)
