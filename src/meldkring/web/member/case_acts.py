"""What a member does with a case: react, call, pass news on, hand over, close, reopen. Each has an address of its own."""

from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from meldkring.cases import access, closing, holding, reporting
from meldkring.cases.models import Case
from meldkring.groups import access as groups_access
from meldkring.groups import roles
from meldkring.messaging.models import Posting
from meldkring.web.frame import forms, refusals, shell, went
from meldkring.web.member import case as case_page

MOST_NAMES = 150
Right = roles.Right


@shell.member
@require_http_methods(["POST"])
def react(request: HttpRequest, reference: str) -> HttpResponse:
    case = access.case(shell.person(request), reference)
    form = case_page.react_form(request, case, stands(case), data=went.posted(request))
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = reporting.react(
                given["text"], case=case, group=given["group"], by=shell.person(request), key=given["key"], **form.given()
            )
        except refusals.REFUSALS as refusal:
            refusals.onto(form, refusal)
            case.refresh_from_db()
        else:
            tell_if_held(request, made)
            sent = "sighting" if holding.asks_for_a_call(made) else "react"
            return redirect(f"{reverse('case', args=[reference])}?sent={sent}#message-{made.message_id}")
    return case_page.page(request, case, react=form)


@shell.member
def call(request: HttpRequest, reference: str) -> HttpResponse:
    case = access.case(shell.person(request), reference)
    form = forms.CallForm(went.posted(request) or None, groups=case_page.here(request, Right.CALL, stands(case)))
    words = {
        "title": _("I have called the police too"), "button": _("Yes, I have called"), "dial": True,
        "intro": _("Call first. If nobody in your group is in touch with the police yet, you are from now on; they call you back."),
    }  # fmt: skip

    def called(given: dict[str, Any]) -> Posting:
        made = holding.call(given["text"], case=case, group=given["group"], by=shell.person(request), key=given["key"])
        holder = holding.holder(case, given["group"])
        if holder and holder.person_id != made.posted_by_id:
            messages.info(request, _("%(name)s goes on keeping in touch with the police for your group.") % {"name": holder.person})
        return made

    return act(request, case, form, words, called)


@shell.member
def news(request: HttpRequest, reference: str) -> HttpResponse:
    case = access.case(shell.person(request), reference)
    form = forms.NewsForm(went.posted(request) or None, groups=case_page.here(request, Right.REACT, stands(case)))
    words = {
        "title": _("News from the police"), "button": _("Place the news"),
        "intro": _("Write what the police told you and what neighbours should do now."),
    }  # fmt: skip
    return act(
        request, case, form, words,
        lambda given: holding.police_news(given["text"], case=case, group=given["group"], by=shell.person(request), key=given["key"]),
    )  # fmt: skip


@shell.member
def hand_over(request: HttpRequest, reference: str, group: int) -> HttpResponse:
    case = access.case(shell.person(request), reference)
    here = groups_access.group(shell.person(request), group)
    members = roles.members([here]).order_by("first_name", "street")
    if not here.is_watch or here.pk not in stands(case) or members.count() > MOST_NAMES:
        raise Http404
    form = forms.HandOverForm(request.POST or None, members=members)
    words = {
        "title": _("Hand the case over"), "button": _("Hand over"),
        "intro": _("Ask the other person first. From then on they keep in touch with the police for %(group)s.") % {"group": here.name},
    }  # fmt: skip
    return act(request, case, form, words, lambda given: holding.hand_over(case, group=here, to=given["to"], by=shell.person(request)))


@shell.member
def close(request: HttpRequest, reference: str) -> HttpResponse:
    case = access.case(shell.person(request), reference)
    words = {
        "title": _("Close the case"), "button": _("Close the case"),
        "intro": _("Your closing message goes to every group that saw this case. After that nobody can react any more."),
    }  # fmt: skip
    form = forms.CloseForm(request.POST or None)
    return act(
        request, case, form, words,
        lambda given: closing.close(case, outcome=given["outcome"], text=given["text"], by=shell.person(request), key=given["key"]),
    )  # fmt: skip


@shell.member
def reopen(request: HttpRequest, reference: str) -> HttpResponse:
    case = access.case(shell.person(request), reference)
    words = {
        "title": _("Open the case again"), "button": _("Open again"),
        "intro": _("Every group that saw this case reads your reason."),
    }  # fmt: skip
    form = forms.ReopenForm(request.POST or None)
    return act(request, case, form, words, lambda given: closing.reopen(case, reason=given["text"], by=shell.person(request)))


def act(
    request: HttpRequest, case: Case, form: django_forms.Form, words: dict[str, Any], do: Callable[[dict[str, Any]], Any]
) -> HttpResponse:
    """One thing to do on a page of its own: show the form, do it and go back to the case, or say why not with all that was typed."""
    if request.method == "POST" and form.is_valid():
        try:
            made = do(form.cleaned_data)
        except refusals.REFUSALS as refusal:
            refusals.onto(form, refusal)
        else:
            tell_if_held(request, made)
            return redirect("case", case.reference)
    context = {"case": case, "form": form, **words}
    return render(request, "case/act.html", context, status=422 if request.method == "POST" else 200)


def stands(case: Case) -> set[int]:
    """The ids of the groups in which the case stands."""
    return set(reporting.reached(case).values_list("pk", flat=True))


def tell_if_held(request: HttpRequest, made: object) -> None:
    """A message that waits for screening is not on the page yet; say so."""
    if isinstance(made, Posting) and made.number is None:
        messages.info(request, _("Your message has been sent. It appears when the steering group has looked at it."))
