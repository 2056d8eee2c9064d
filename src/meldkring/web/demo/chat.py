"""The pretend WhatsApp of the demo: Wim's phone as a page, and the address where our own channel sends to. It exists in the demo only."""

import asyncio
import os

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from meldkring.demo import pretending, vendor
from meldkring.web.demo.bar import only_in_demo

LONGEST = 4096


@only_in_demo
@require_GET
@never_cache
def chat(request: HttpRequest) -> HttpResponse:
    """The whole page."""
    return render(request, "demo/chat.html", _shown(request))


@only_in_demo
@require_GET
@never_cache
def lines(request: HttpRequest) -> HttpResponse:
    """Only the lines, for an open page; nothing when it has them already."""
    pretending.look(door=_door())
    context = _shown(request)
    return HttpResponse(status=204) if request.GET.get("seen") == context["mark"] else render(request, "demo/news.html", context)


@only_in_demo
@require_POST
def say(request: HttpRequest) -> HttpResponse:
    """Wim types."""
    text = request.POST.get("text", "").strip()[:LONGEST]
    if text:
        pretending.say(text, door=_door(), reply_to=request.POST.get("reply_to", ""))
    return _after(request)


@only_in_demo
@require_POST
def press(request: HttpRequest) -> HttpResponse:
    """Wim presses a button under a line."""
    under = pretending.line(request.POST.get("line", ""))
    if under is None:
        raise Http404
    pretending.press(under, request.POST.get("which", ""), door=_door())
    return _after(request)


@only_in_demo
@require_POST
def mishap(request: HttpRequest) -> HttpResponse:
    """Let the provider fail with what comes next."""
    if not pretending.mishap(request.POST.get("which", ""), door=_door()):
        raise Http404
    return _after(request)


@csrf_exempt  # asked by our own channel, with its key
async def provider(request: HttpRequest, path: str) -> HttpResponse:
    """What the provider answers our channel."""
    if not settings.DEMO:
        raise Http404
    headers = {name.lower(): value for name, value in request.headers.items()}
    answer, silent_for = pretending.asked(request.method or "", path, headers, request.body)
    if silent_for:
        await asyncio.sleep(silent_for)
    return HttpResponse(answer.body, status=answer.status, content_type="application/json")


def _after(request: HttpRequest) -> HttpResponse:
    if getattr(request, "htmx", False):
        return render(request, "demo/phone.html", _shown(request))
    return redirect("demo_chat")


def _shown(request: HttpRequest) -> dict[str, object]:
    found, here = pretending.lines(), pretending.here()
    answered = pretending.line(request.GET.get("reply_to", ""))
    return {
        "wim": pretending.person(),
        "lines": [_line(line) for line in found],
        "answered": _line(answered) if answered else None,
        "seen": here.seen,
        "mark": f"{len(found)}.{sum(line.state == 'read' for line in found)}.{sum(bool(line.pressed) for line in found)}.{len(here.seen)}",
        "waiting": list(here.provider.mishaps),
        "twice": here.twice,
        "paused": here.provider.approvals.get("alarm_wijk", "APPROVED") != "APPROVED",
    }


def _line(line: vendor.Line) -> dict[str, object]:
    """A line as the chat draws it: the bold title apart, and what is still a choice."""
    first, _newline, rest = line.text.partition("\n")
    bold = len(first) > 2 and first.startswith("*") and first.endswith("*")
    return {
        "id": line.id, "ours": line.ours, "at": line.at, "title": first.strip("*") if bold else "", "text": rest.strip() if bold else line.text,
        "buttons": line.buttons, "pressed": line.pressed, "link": line.link, "read": line.state == "read",
    }  # fmt: skip


def _door() -> str:
    """Our own webhook, where this demo is served."""
    return os.environ.get("WHATSAPP_API", "").removesuffix("/demo/whatsapp") + reverse("webhook", args=["whatsapp"])
