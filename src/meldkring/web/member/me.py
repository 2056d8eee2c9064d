"""My own things: language, keys for my own programs, where I am signed in."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from meldkring.people import language as languages
from meldkring.people import tokens
from meldkring.people.models import Person
from meldkring.web.channels import devices
from meldkring.web.frame import forms, shell


@shell.member
def me(request: HttpRequest) -> HttpResponse:
    return page(request)


def page(request: HttpRequest, *, status: int = 200, **context: Any) -> HttpResponse:
    """The page, with a refused form or a fresh key in it."""
    person = shell.person(request)
    context = {
        "language_form": forms.LanguageForm(initial={"language": person.language}),
        "token_form": forms.TokenForm(),
        "tokens": person.tokens.filter(revoked_at=None).order_by("-created_at")[:20],
        "sessions": signed_in(person),
        "current_session": request.session.session_key,
        "memberships": person.memberships.filter(left_at=None).select_related("group"),
    } | context
    return render(request, "me/me.html", context, status=status)


def signed_in(person: Person) -> list[UserSession]:
    """Where this person is signed in, last used first, each with the device in a few words."""
    found = sorted(UserSession.objects.purge_and_list(person), key=lambda s: s.last_seen_at, reverse=True)[:20]
    for session in found:
        session.device = devices.called(session.user_agent)
    return found


@shell.member
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    form = forms.LanguageForm(request.POST)
    if not form.is_valid():
        return page(request, status=422, language_form=form)
    languages.choose(shell.person(request), form.cleaned_data["language"])
    with translation.override(form.cleaned_data["language"]):
        messages.success(request, _("The screens are now in English."))
    return redirect("me")


@shell.member
@require_POST
@never_cache
def token(request: HttpRequest) -> HttpResponse:
    form = forms.TokenForm(request.POST)
    if not form.is_valid():
        return page(request, status=422, token_form=form)
    _made, key = tokens.create(shell.person(request), name=form.cleaned_data["name"])
    # No redirect: the key is shown this once and kept nowhere.
    return page(request, fresh_key=key)


@shell.member
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(shell.person(request).tokens, pk=pk)
    tokens.revoke(found, by=shell.person(request))
    messages.success(request, _("The key “%(name)s” no longer works.") % {"name": found.name})
    return redirect("me")


@shell.member
@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(UserSession, pk=pk, user=shell.person(request)).end()
    messages.success(request, _("That device has been signed out."))
    return redirect("me")
