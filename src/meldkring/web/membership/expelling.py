"""The pages for expelling a member, for objecting to that, and for deciding about an objection (S19)."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from meldkring.groups import roles
from meldkring.joining import access, expelling
from meldkring.joining.models import Expulsion
from meldkring.web.frame import refusals, searching, shell
from meldkring.web.membership import leaving_forms


@require_http_methods(["GET", "POST"])
@shell.member
def expel(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the reason, read what will happen, and expel."""
    membership = access.membership(shell.person(request), pk)
    if membership.left_at:
        raise Http404
    form = leaving_forms.ExpelForm(request.POST or None)
    if form.is_valid():

        def link(token: str) -> str:
            return request.build_absolute_uri(reverse("objection", args=[token]))

        try:
            expelling.expel(membership, reason=form.cleaned_data["reason"], by=shell.person(request), link=link)
        except refusals.REFUSALS as refusal:
            refusals.onto(form, refusal)
        else:
            messages.success(request, _("%(name)s is no longer a member and has a message.") % {"name": membership.person.first_name})
            return redirect("expulsions")
    context = {"form": form, "membership": membership, "district": membership.group.district}
    return render(request, "leaving/expel.html", context, status=422 if form.is_bound else 200)


@require_GET
@shell.member
def expulsions(request: HttpRequest) -> HttpResponse:
    """Where an objection is still possible, waits or was decided lately."""
    if not roles.steering_groups(shell.person(request)):
        raise Http404
    whose = ("membership__person__first_name", "membership__person__last_name", "membership__person__street")
    found = searching.matching(expelling.readable(shell.person(request)), searching.asked(request), *whose)
    manages = bool(access.managed(shell.person(request)))
    return render(request, "leaving/expulsions.html", {**searching.context(request, found), "manages": manages})


@require_http_methods(["GET", "POST"])
@shell.member
def expulsion(request: HttpRequest, pk: int) -> HttpResponse:
    """One expulsion for the steering members: the reason, the objection, and the decision of somebody who did not expel."""
    found = get_object_or_404(expelling.readable(shell.person(request)), pk=pk)
    form = leaving_forms.DecisionForm(request.POST or None)
    if form.is_valid():
        try:
            expelling.decide(found, **form.cleaned_data, by=shell.person(request))
        except refusals.REFUSALS as refusal:
            refusals.onto(form, refusal)
        else:
            messages.success(request, _("Decided. The person has your answer."))
            return redirect("expulsions")
    mine = found.by_id == shell.person(request).pk
    context = {"expulsion": found, "form": form, "mine": mine, "waits": found.objected_at and not found.decided_at}
    return render(request, "leaving/expulsion.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@never_cache
def objection(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link in the message, for who was expelled; no need to sign in."""
    return _objection(request, expelling.by_token(token))


@require_http_methods(["GET", "POST"])
@shell.member
def my_objection(request: HttpRequest, pk: int) -> HttpResponse:
    """The same page for who signs in: leaving did not end their account."""
    return _objection(request, get_object_or_404(expelling.of(shell.person(request)), pk=pk))


def _objection(request: HttpRequest, found: Expulsion) -> HttpResponse:
    form = leaving_forms.ObjectionForm(request.POST or None)
    if form.is_valid():
        try:
            expelling.object_to(found, text=form.cleaned_data["text"])
        except refusals.REFUSALS as refusal:
            refusals.onto(form, refusal)
        else:
            messages.success(request, _("Your objection has been sent. You get an answer by e-mail."))
            return redirect(request.path)
    context = {"expulsion": found, "form": form, "open": expelling.can_object(found)}
    return render(request, "leaving/objection.html", context, status=422 if form.is_bound else 200)
