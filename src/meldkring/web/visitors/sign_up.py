"""Doe mee: the four steps of a sign-up (S24, S25), each a page that works by itself, without JavaScript and without losing what was typed.

Which step one may see follows from what is there, so an address with a later step leads to the first that is still to do.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from meldkring.groups import roles
from meldkring.joining import house_texts, rules, sign_up_codes, signing_up, texting, whereabouts
from meldkring.joining.models import Application
from meldkring.people import codes
from meldkring.places import addresses
from meldkring.places.models import District
from meldkring.web.frame import maps, numbers, shell, visitor
from meldkring.web.visitors import sign_up_forms

LABELS = (
    gettext_lazy("Who and where"),
    gettext_lazy("How to reach you"),
    gettext_lazy("Code"),
    gettext_lazy("House rules"),
)
FIELDS: dict[type[Exception], str] = {
    addresses.BadPostcode: "postcode",
    addresses.BadNumber: "house_number",
    signing_up.TooYoung: "birth_year",
    texting.BadNumber: "mobile",
}


@require_http_methods(["GET", "POST"])
@never_cache
@visitor.spoken
def sign_up(request: HttpRequest, slug: str) -> HttpResponse:
    """The step that is asked for, or the first that is still to do."""
    district = visitor.district(request, slug)
    application = visitor.sign_up(request, district)
    if application and application.state != Application.State.BEGUN:
        return redirect("sign_up_status", slug)
    if request.user.is_authenticated and shell.groups(request, roles.Right.REPORT):
        messages.info(request, _("You are a member already. If you have moved house, tell it on the page “Me”."))
        return redirect("home")
    if not district.open_for_sign_up:
        return render(request, "sign_up/closed.html", {"district": district}, status=422 if request.method == "POST" else 200)
    reached = signing_up.step(application) if application else signing_up.WHO
    asked = request.GET.get("stap", "")
    step = min(int(asked), reached) if asked in STEPS_ASKED else reached
    if application is None or step == signing_up.WHO:
        return _who(request, district, application)
    return STEPS[step](request, application)


@require_POST
@never_cache
@visitor.spoken
def again(request: HttpRequest, slug: str) -> HttpResponse:
    """A new code to the e-mail address or mobile number."""
    district = visitor.district(request, slug)
    application = visitor.sign_up(request, district)
    to = request.POST.get("to", "")
    if application and to in signing_up.to_prove(application):
        form = forms.Form({})
        try:
            if visitor.may(request, "sign_up_code", form):
                signing_up.send_code(application, to, sign_in=_sign_in(request))
                messages.success(request, _("We have sent a new code. The earlier one no longer works."))
            else:
                messages.error(request, str(form.non_field_errors()[0]))
        except (codes.CodeRefused, texting.NotSent) as refusal:
            messages.error(request, str(refusal))
    return redirect(_step_url(slug, signing_up.PROVE))


def _who(request: HttpRequest, district: District, application: Application | None) -> HttpResponse:
    form = sign_up_forms.WhoForm(visitor.posted(request), initial=_who_before(application) or visitor.carried(request))
    if form.is_valid() and visitor.may(request, "sign_up", form):
        draft = application or signing_up.begin(district, language=get_language() or "nl")
        try:
            visitor.remember(request, signing_up.who_and_where(draft, **form.given()))
            return redirect(_step_url(district.slug, signing_up.REACH))
        except whereabouts.Choose as unsure:
            form.offered = unsure.neighbourhoods
        except whereabouts.Elsewhere as elsewhere:
            visitor.carry(request, form.cleaned_data | {"district": elsewhere.district.slug if elsewhere.district else ""})
            return redirect("elsewhere")
        except (signing_up.SignUpRefused, addresses.BadPostcode, addresses.BadNumber) as refusal:
            form.add_error(FIELDS.get(type(refusal)), str(refusal))
    return _page(request, district, signing_up.WHO, form, fresh=application is None, map=_map(form))


def _reach(request: HttpRequest, application: Application) -> HttpResponse:
    before = {"email": application.email, "mobile": application.mobile, "channel": application.channel}
    form = sign_up_forms.ReachForm(visitor.posted(request), initial=before)
    if form.is_valid() and visitor.may(request, "sign_up_code", form):
        try:
            visitor.remember(request, signing_up.reach(application, **form.cleaned_data, sign_in=_sign_in(request)))
            return redirect(_step_url(_district(application).slug, signing_up.PROVE))
        except (texting.BadNumber, codes.TooMany, signing_up.SignUpRefused) as refusal:
            visitor.remember(request, application)
            form.add_error(FIELDS.get(type(refusal)), str(refusal))
    return _page(request, _district(application), signing_up.REACH, form)


def _prove(request: HttpRequest, application: Application) -> HttpResponse:
    district, todo = _district(application), signing_up.to_prove(application)
    if not todo:
        return redirect(_step_url(district.slug, signing_up.RULES))
    form = sign_up_forms.CodeForm(visitor.posted(request), todo=todo)
    if form.is_valid() and visitor.may(request, "sign_up_prove", form):
        for to, code in form.codes().items():
            try:
                visitor.remember(request, signing_up.prove(application, to=to, code=code))
            except codes.CodeRefused as refusal:
                form.add_error(f"code_{to}", str(refusal))
        if not form.errors:
            return redirect(_step_url(district.slug, signing_up.RULES))
    hints = {to: sign_up_codes.shown_in_demo(application, to) for to in todo}
    return _page(request, district, signing_up.PROVE, form, application=application, todo=todo, hints=hints, can_text=texting.can_send())


def _rules(request: HttpRequest, application: Application) -> HttpResponse:
    district = _district(application)
    form, ticked = forms.Form(visitor.posted(request)), set(numbers.every(request.POST.getlist("rule")))
    if form.is_valid() and visitor.may(request, "sign_up", form):
        try:
            visitor.remember(request, signing_up.accept_and_send(application, ticked=ticked))
            return redirect("sign_up_status", district.slug)
        except signing_up.AlreadyWaiting as refusal:
            visitor.remember(request, refusal.application)
            messages.info(request, str(refusal))
            return redirect("sign_up_status", district.slug)
        except (rules.RulesRefused, signing_up.SignUpRefused) as refusal:
            form.add_error(None, str(refusal))
    in_force = signing_up.house_rules(district)
    lines = [(line, house_texts.read_in(get_language() or "nl", line.name, line.text), line.pk in ticked) for line in in_force.lines.all()]
    back = signing_up.PROVE if signing_up.to_prove(application) else signing_up.REACH
    known = signing_up.account(application)
    return _page(request, district, signing_up.RULES, form, lines=lines, account=known, application=application, back=back)


STEPS: dict[int, Callable[[HttpRequest, Application], HttpResponse]] = {
    signing_up.REACH: _reach,
    signing_up.PROVE: _prove,
    signing_up.RULES: _rules,
}
STEPS_ASKED = [str(step) for step in (signing_up.WHO, *STEPS)]
TEMPLATES = {signing_up.WHO: "who", signing_up.REACH: "reach", signing_up.PROVE: "prove", signing_up.RULES: "rules"}


def _page(request: HttpRequest, district: District, step: int, form: forms.Form, **context: Any) -> HttpResponse:
    status = 422 if form.is_bound else 200
    back = context.pop("back", step - 1)
    before = _step_url(district.slug, back) if back else ""
    context |= {"district": district, "form": form, "steps": LABELS, "current": step, "before": before}
    return render(request, f"sign_up/{TEMPLATES[step]}.html", context, status=status)


def _map(form: sign_up_forms.WhoForm) -> maps.Map | None:
    """The neighbourhoods to choose from, on a map beside the list; None where nothing to choose is drawn."""
    areas = [maps.Area(n.pk, n.outline, n.name, badge=n.name) for n in form.offered if n.outline]
    return (
        maps.of("choose-neighbourhood", _("Map of the neighbourhoods; you can also choose from the list"), areas, chooses="neighbourhood")
        if areas
        else None
    )


def _step_url(slug: str, step: int) -> str:
    return f"{reverse('sign_up', args=[slug])}?stap={step}"


def _sign_in(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("account_request_login_code"))


def _district(application: Application) -> District:
    assert application.district  # noqa: S101 - tells mypy that this sign-up was found by its district
    return application.district


def _who_before(application: Application | None) -> dict[str, Any]:
    names = ("first_name", "last_name", "birth_year", "postcode", "house_number", "house_suffix")
    return {name: getattr(application, name) for name in names} if application else {}
