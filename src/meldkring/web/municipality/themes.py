"""What does our municipality look like here? Importing its design tokens, looking at them first, and the style sheet that pages load."""

import functools
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meldkring.figures import access
from meldkring.groups import officials, theming
from meldkring.places import themes
from meldkring.places.models import Municipality, Theme
from meldkring.web.frame import shell

YEAR = 31_536_000


@functools.cache
def ours() -> themes.Tokens:
    """Our own tokens, from the style sheet itself."""
    return themes.own(Path(str(finders.find("meldkring/app.css"))).read_text())


@require_http_methods(["GET", "POST"])
@shell.member
def theme(request: HttpRequest, pk: int) -> HttpResponse:
    """Import a theme, and see it before anybody else does."""
    here = _mine(request, pk)
    context: dict[str, Any] = {"municipality": here, "look": Theme.objects.filter(municipality=here).first()}
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            if file is None:
                raise themes.BadTheme([_("Choose a file: theme.css or tokens.json.")])
            text = file.read(themes.LARGEST + 1).decode("utf-8", errors="replace")
            theming.draft(here, text, name=file.name or "", ours=ours(), by=shell.person(request))
        except themes.BadTheme as refusal:
            return render(request, "overview/theme.html", context | {"reasons": refusal.reasons}, status=422)
        return redirect("theme", here.pk)
    return render(request, "overview/theme.html", context)


@require_POST
@shell.member
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the draft be the look, or go back to ours."""
    here = _mine(request, pk)
    if request.POST.get("answer") == "bewaar":
        theming.keep(here, by=shell.person(request))
        messages.success(request, _("This is now the look of every page of %(name)s.") % {"name": here.name})
    else:
        theming.forget(here, by=shell.person(request))
        messages.success(request, _("Back to the look of Meldkring."))
    return redirect("theme", here.pk)


@require_safe
@cache_control(public=True, max_age=YEAR, immutable=True)
def sheet(request: HttpRequest, pk: int, digest: str) -> HttpResponse:
    """The style sheet of a municipality, kept by browsers: another look has another address."""
    found = get_object_or_404(Theme, municipality=pk, municipality__theme=digest)
    return HttpResponse(themes.css(found.tokens), content_type="text/css; charset=utf-8")


@require_safe
@never_cache
@shell.member
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft, for who may see it."""
    found = get_object_or_404(Theme, municipality=_mine(request, pk))
    return HttpResponse(themes.css(found.draft), content_type="text/css; charset=utf-8")


def _mine(request: HttpRequest, pk: int) -> Municipality:
    here = access.municipality(shell.person(request), pk)
    if not officials.administers(shell.person(request), here):
        raise Http404
    return here
