"""What comes beside the four steps of a sign-up: where it stands, go on where you were, stop, and what if you live elsewhere?"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from meldkring.chat_groups import access as chat_access
from meldkring.joining import admission, awaited, proving, public, resuming, signing_up
from meldkring.joining.models import Application
from meldkring.people import codes
from meldkring.places import addresses
from meldkring.web.frame import visitor
from meldkring.web.visitors import sign_up_forms

State = Application.State


@require_http_methods(["GET", "POST"])
@never_cache
@visitor.spoken
def status(request: HttpRequest, slug: str) -> HttpResponse:
    """Where the sign-up stands, and a question of the phone manager to answer."""
    district = visitor.district(request, slug)
    application = visitor.sign_up(request, district)
    if application is None:
        return redirect("sign_up_resume", slug)
    if application.state == State.BEGUN:
        return redirect("sign_up", slug)
    form = sign_up_forms.AnswerForm(visitor.posted(request))
    if form.is_valid():
        try:
            admission.answer(application, text=form.cleaned_data["text"])
            messages.success(request, _("Your answer has been sent."))
            return redirect("sign_up_status", slug)
        except (admission.AlreadyDecided, admission.NoWords) as refusal:
            form.add_error(None, str(refusal))
    layers = [] if application.is_decided else proving.layers([application])[application.pk]
    context = {"district": district, "application": application, "form": form, "layers": layers, "asks": _asks(application)}
    if application.state == State.ADMITTED and application.group and application.person:
        context["chat"] = chat_access.beside(application.person, application.group)
    return render(request, "sign_up/status.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@never_cache
@visitor.spoken
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    """Stop: half-way everything is erased, later it is taken back. Asked once more first."""
    district = visitor.district(request, slug)
    application = visitor.sign_up(request, district)
    if application is None or application.is_decided:
        return redirect("sign_up_status", slug)
    if request.method == "POST":
        try:
            if application.state == State.BEGUN:
                signing_up.discard(application)
                messages.success(request, _("What you had filled in has been erased."))
            else:
                admission.withdraw(application)
                messages.success(request, _("You have taken your sign-up back."))
        except (admission.AlreadyDecided, signing_up.SignUpRefused) as refusal:
            messages.error(request, str(refusal))
            return redirect("sign_up_status", slug)
        visitor.forget(request, district)
        return redirect("district", slug)
    return render(request, "sign_up/withdraw.html", {"district": district, "application": application})


@require_http_methods(["GET", "POST"])
@never_cache
@visitor.spoken
def resume(request: HttpRequest, slug: str) -> HttpResponse:
    """Go on where you were: an e-mail address, then the code that went there. Nobody learns here who has signed up."""
    district = visitor.district(request, slug)
    form = sign_up_forms.ResumeForm(visitor.posted(request))
    asked = form.is_bound
    if form.is_valid() and visitor.may(request, "sign_up_code", form):
        email, code = form.cleaned_data["email"], form.cleaned_data["code"]
        try:
            if code:
                found = resuming.resume(district, email, code)
                request.session.cycle_key()
                visitor.remember(request, found)
                return redirect("sign_up", slug)
            resuming.ask(district, email)
        except codes.CodeRefused as refusal:
            form.add_error("code", str(refusal))
    context = {"district": district, "form": form, "asked": asked and "email" not in form.errors}
    return render(request, "sign_up/resume.html", context, status=422 if form.errors else 200)


@require_GET
@never_cache
@visitor.spoken
def go_on(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """From the e-mail that says that there is a district now: this device goes on with what was filled in. The address is proven later, by code."""
    district = public.district(slug)
    found = awaited.found(district, token)
    if found is None:
        messages.info(request, _("This link no longer works. You can sign up from the beginning."))
    else:
        visitor.remember(request, found)
    return redirect("sign_up", slug)


@require_http_methods(["GET", "POST"])
@never_cache
@visitor.spoken
def elsewhere(request: HttpRequest) -> HttpResponse:
    """You live in another district, or where there is none yet: go there with what you typed, or hear when there is one."""
    typed = visitor.carried(request)
    there = public.by_slug(str(typed.get("district", "")))
    form = sign_up_forms.ElsewhereForm(visitor.posted(request), initial=typed)
    if form.is_valid() and visitor.may(request, "sign_up", form):
        try:
            signing_up.await_district(**form.cleaned_data, language=get_language() or "nl")
            visitor.carry(request, {})
            return render(request, "sign_up/awaited.html")
        except addresses.BadPostcode as refusal:
            form.add_error("postcode", str(refusal))
    context = {"form": form, "there": there, "typed": typed}
    return render(request, "sign_up/elsewhere.html", context, status=422 if form.is_bound else 200)


def _asks(application: Application) -> bool:
    """Whether a question still waits for its answer."""
    return bool(application.asked_at and not application.answered_at and not application.is_decided)
