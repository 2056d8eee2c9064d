"""The web app as something on a phone: how it installs, and what its service worker must know to work without a network."""

import functools
import hashlib
import json
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from meldkring.web.channels import devices

STATIC = Path(__file__).parent.parent / "static"
# What the pages below need, and the page that says that there is no network: it is put on the phone at the first visit, so no more than that.
FILES = (
    "vendor/noto-sans/noto-sans-latin-wght-normal.woff2", "vendor/htmx.org/htmx.min.js",
    *(f"meldkring/{name}" for name in (
        "app.css", "desk.css", "sign_up.css", "sign.svg", "icon-192.png", "badge.png",
        "page.js", "drafts.js", "steps.js", "live.js", "offline.js", "outbox.js", "push.js", "told.js", "desk.js",
    )),
)  # fmt: skip
# What may be read again without a network: what goes on in one's groups. No settings, and no lists of members.
KEPT = ("home", "report", "case", "group", "posting", "letters", "letter", "house_rules")
# What may be sent later: each carries a key, so that it is one message however often it is sent.
QUEUED = ("report", "case_react", "case_call", "case_news")


@require_safe
@cache_control(max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to put Meldkring among its apps (W3C Web Application Manifest)."""
    shown = [("shown-narrow.png", "585x1266", "narrow"), ("shown-wide.png", "1280x720", "wide")]
    icons = [("icon-192.png", "192x192", "any"), ("icon-512.png", "512x512", "any"), ("icon-maskable.png", "512x512", "maskable")]
    told = {
        "id": "/", "name": "Meldkring", "short_name": "Meldkring", "lang": settings.LANGUAGE_CODE,
        "description": _("When something happens in your neighbourhood, you know it at once."),
        "start_url": reverse("home"), "scope": "/", "display": "standalone", "background_color": "#ffffff", "theme_color": "#08304f",
        "icons": [{"src": static(f"meldkring/{n}"), "sizes": s, "type": "image/png", "purpose": p} for n, s, p in icons],
        "screenshots": [
            {"src": static(f"meldkring/{n}"), "sizes": s, "type": "image/png", "form_factor": f, "label": _("What you see of an alarm")}
            for n, s, f in shown
        ],
        "shortcuts": [{"name": _("Report something"), "url": reverse("report")}],
    }  # fmt: skip
    return JsonResponse(told, content_type="application/manifest+json")


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, with what it must know above it. At the root, because it looks after every page."""
    told = {
        "version": version(), "files": [static(name) for name in FILES], "static": settings.STATIC_URL,
        "outbox": static("meldkring/outbox.js"), "push": static("meldkring/push.js"), "icon": static("meldkring/icon-192.png"),
        "badge": static("meldkring/badge.png"), "key": devices.channel().identity.public_key,
        "offline": reverse("offline"), "report": reverse("report"), "logout": reverse("account_logout"), "sending": reverse("sending"),
        "received": reverse("push_received"), "renewed": reverse("push_renewed"), "stopped": reverse("push_stopped"),
        "kept": _pattern(KEPT), "queued": _pattern(QUEUED), "words": {"news": _("Something is new in Meldkring")},
    }  # fmt: skip
    text = (STATIC / "meldkring" / "sw.js").read_text(encoding="utf-8")
    answer = HttpResponse(f"const SETTINGS = {json.dumps(told)};\n{text}", content_type="text/javascript; charset=utf-8")
    answer["Service-Worker-Allowed"] = "/"
    return answer


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What one sees without a network where there is nothing to read: what waits to be sent, and what can be read."""
    return render(request, "phone/offline.html")


@require_safe
@never_cache
def sending(request: HttpRequest) -> HttpResponse:
    """Who is signed in here now, and the token to send a form with: what was written as somebody else must wait for them."""
    return JsonResponse({"person": str(request.user.pk or ""), "csrf": get_token(request)})


@functools.cache
def version() -> str:
    """Changes when any of those files does, or the worker itself."""
    told = hashlib.sha256()
    for name in (*FILES, "meldkring/sw.js"):
        told.update(name.encode() + (STATIC / name).read_bytes())
    return told.hexdigest()[:16]


def _pattern(names: tuple[str, ...]) -> str:
    """A regular expression for JavaScript that fits the addresses of these pages."""
    arguments: dict[str, list[object]] = {
        "case": ["~"],
        "case_react": ["~"],
        "case_call": ["~"],
        "case_news": ["~"],
        "group": [0],
        "posting": [0],
        "letter": [0, 0],
    }
    return "|".join(f"^{reverse(n, args=arguments.get(n)).replace('~', '[^/]+').replace('/0', '/[0-9]+')}$" for n in names)
