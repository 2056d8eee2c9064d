"""The pages anyone may read: privacy, accessibility, what Meldkring is, and where to tell of a weakness."""

from datetime import timedelta
from email.utils import parseaddr

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from meldkring.forgetting import register
from meldkring.web.frame import for_anyone, visitor
from meldkring.web.visitors import district


@require_safe
@for_anyone.kept()
@visitor.read
def privacy(request: HttpRequest) -> HttpResponse:
    return district.page(request, "public/privacy.html", {"terms": register.terms()})


@require_safe
@for_anyone.kept()
@visitor.read
def accessibility(request: HttpRequest) -> HttpResponse:
    return district.page(request, "public/accessibility.html", {})


@require_safe
@for_anyone.kept()
@visitor.read
def about(request: HttpRequest) -> HttpResponse:
    return district.page(request, "public/about.html", {})


def security(request: HttpRequest) -> HttpResponse:
    """RFC 9116; the date stays half a year ahead as long as somebody runs this."""
    expires = (timezone.now() + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    return render(
        request,
        "public/security.txt",
        {"contact": parseaddr(settings.DEFAULT_FROM_EMAIL)[1], "expires": expires},
        content_type="text/plain; charset=utf-8",
    )
