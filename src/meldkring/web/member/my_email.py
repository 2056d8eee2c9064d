"""Another e-mail address for my account: which one, the code that went there; and the way back, for who reads the address of before."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from meldkring.delivery import own_email
from meldkring.people import codes, new_email
from meldkring.web.frame import forms, second_factor, shell, visitor


@require_http_methods(["GET", "POST"])
@shell.member
@second_factor.shown
@never_cache
def email(request: HttpRequest) -> HttpResponse:
    """Which address?"""
    person = shell.person(request)
    form = forms.NewEmailForm(visitor.posted(request))
    if form.is_valid():
        try:
            new_email.ask(person, form.cleaned_data["email"])
            return redirect("my_email_code")
        except (new_email.NotThisAddress, codes.CodeRefused) as refusal:
            form.add_error("email", str(refusal))
    context = {"form": form, "elsewhere": new_email.from_municipality(person), "waiting": new_email.asked(person)}
    return render(request, "me/email.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@shell.member
@never_cache
def code(request: HttpRequest) -> HttpResponse:
    """The code that went there: from then on it is the address."""
    person = shell.person(request)
    waiting = new_email.asked(person)
    if waiting is None:
        return redirect("my_email")
    form = forms.CodeForm(visitor.posted(request))
    if form.is_valid():
        try:
            own_email.prove(person, form.cleaned_data["code"])
            messages.success(request, _("Your e-mail address is %(email)s from now on.") % {"email": waiting.address})
            return redirect("me")
        except (new_email.NotThisAddress, codes.CodeRefused) as refusal:
            form.add_error("code", str(refusal))
    context = {"form": form, "email": waiting.address, "hint": new_email.shown_in_demo(waiting)}
    return render(request, "me/email_code.html", context, status=422 if form.is_bound else 200)


@require_POST
@shell.member
@second_factor.shown
def again(request: HttpRequest) -> HttpResponse:
    """A new code to the same address."""
    person = shell.person(request)
    waiting = new_email.asked(person)
    try:
        if waiting:
            new_email.ask(person, waiting.address)
            messages.success(request, _("We have sent a new code. The earlier one no longer works."))
    except (new_email.NotThisAddress, codes.CodeRefused) as refusal:
        messages.error(request, str(refusal))
    return redirect("my_email_code")


@require_http_methods(["GET", "POST"])
@visitor.spoken
@never_cache
def back(request: HttpRequest, token: str) -> HttpResponse:
    """From the notice to the address of before, without signing in: it was not me."""
    changed, done, refused = new_email.by_token(token), False, ""
    if changed and request.method == "POST":
        try:
            own_email.put_back(changed)
            logout(request)
            done = True
        except new_email.NotThisAddress as refusal:
            refused = str(refusal)
    context = {"email": changed.before if changed else "", "done": done, "refused": refused}
    return render(request, "me/email_back.html", context, status=410 if changed is None else 422 if refused else 200)
