"""The pages for an exported chat: hand it over, answer which date is meant, see what would be kept, and tick what really is.

The key to what is held is a cookie of one hour on the device that handed it over; without it the pages say so and begin again.
"""

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from meldkring.cases import hints
from meldkring.channels.whatsapp_export_dates import Order
from meldkring.chat_groups import access, reading, reconciling, sealing, stretches, taking_in
from meldkring.chat_groups.models import Reading
from meldkring.web.chats import export_forms, plotting
from meldkring.web.frame import numbers, refusals, shell, telling

PER_PAGE = 20
State = Reading.State


@require_http_methods(["GET", "POST"])
@shell.member
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand over an exported chat; what will and will not be kept stands on the page before."""
    chat_group = access.manage(shell.person(request), pk)
    form = export_forms.FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            made, key = reading.offer(form.cleaned_data["file"], chat_group=chat_group, by=shell.person(request))
        except reading.NotReadable as refusal:
            form.add_error("file", str(refusal))
        else:
            answer = redirect("chat_reading", made.pk)
            answer.set_cookie(
                _cookie(made.pk), key, max_age=int(reading.KEPT.total_seconds()), path=reverse("chat_reading", args=[made.pk]), httponly=True,
                secure=settings.SESSION_COOKIE_SECURE, samesite="Lax",
            )  # fmt: skip
            return answer
    running = reading.mine(shell.person(request)).filter(chat_group=chat_group).first()
    context = {"form": form, "chat": chat_group, "running": running}
    return render(request, "chat/upload.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@never_cache
@shell.member
def overview(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the reading is; the question which date is meant; then what is in it and what one can do."""
    held = reading.one(shell.person(request), pk)
    if held.state == State.READING:
        return render(request, "chat/reading.html", {"held": held, "stuck": reading.is_stuck(held)})
    if held.state == State.ASKING:
        return _ask(request, held)
    opened = _opened(request, held)
    if isinstance(opened, HttpResponse):
        return opened
    parts = stretches.stretches(opened.entries)
    compared = reconciling.compare(opened.entries, chat_group=held.chat_group, by=shell.person(request))
    context = {
        "held": held, "said": sum(e.is_said for e in opened.entries), "first": opened.entries[0].at, "last": opened.entries[-1].at,
        "people": len(reconciling.participants(opened.entries)), "compared": compared, "stretches": len(parts),
        "with_112": sum(p.mentions_112 for p in parts), "here": "overview",
    }  # fmt: skip
    return render(request, "chat/read.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@shell.member
def people(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is in it, who left, who is no member, who never joined; what is ticked here goes to the lists."""
    held, opened = _ready(request, pk)
    if isinstance(opened, HttpResponse):
        return opened
    compared = reconciling.compare(opened.entries, chat_group=held.chat_group, by=shell.person(request))
    if request.method == "POST":
        chosen = set(numbers.every(request.POST.getlist("wie")))
        with telling.told(request):
            changed = reconciling.apply(
                held.chat_group, by=shell.person(request),
                inside=[m.person for m in compared.inside if m.person.pk in chosen], left=[m.person for m in compared.left if m.person.pk in chosen],
            )  # fmt: skip
            messages.success(request, ngettext("%(n)d tick set.", "%(n)d ticks set.", changed) % {"n": changed})
        return redirect("chat_group", held.chat_group_id)
    group = held.chat_group.group
    invitation = _(
        "Dear neighbours, our group is on Meldkring too: there an alarm reaches you even if you missed it here. Sign up: %(url)s"
    )
    where = settings.SITE_URL + (reverse("district", args=[group.district.slug]) if group.district else "")
    context = {"held": held, "compared": compared, "invitation": invitation % {"url": where}, "here": "people"}
    return render(request, "chat/read_people.html", context)


@require_GET
@never_cache
@shell.member
def parts(request: HttpRequest, pk: int) -> HttpResponse:
    """The stretches of the chat, newest first; first those in which 112 came up."""
    held, opened = _ready(request, pk)
    if isinstance(opened, HttpResponse):
        return opened
    every = stretches.stretches(opened.entries)
    which, asked = request.GET.get("lijst", ""), request.GET.get("zoek", "").strip()
    called = [p for p in every if p.mentions_112]
    which = which or ("112" if called else "alle")
    shown = [p for p in (called if which == "112" else every) if asked.casefold() in "\n".join(e.text for e in p.entries).casefold()]
    page = Paginator(sorted(shown, key=lambda p: p.first.at, reverse=True), PER_PAGE).get_page(request.GET.get("page"))
    rows = [{"part": p, "taken": any(e.line in opened.taken for e in p.entries)} for p in page.object_list]
    context = {
        "held": held,
        "rows": rows,
        "page": page,
        "which": which,
        "asked": asked,
        "with_112": len(called),
        "all": len(every),
        "here": "parts",
    }
    return render(request, "chat/read_parts.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@shell.member
def part(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One stretch, of which the marked messages become an ended case."""
    held, opened = _ready(request, pk)
    if isinstance(opened, HttpResponse):
        return opened
    every = stretches.stretches(opened.entries)
    if number >= len(every):
        raise Http404
    stretch, by = every[number], shell.person(request)
    form = export_forms.PartForm(request.POST if request.method == "POST" else None, stretch=stretch)
    if form.is_valid():
        try:
            case = taking_in.take_in(held, opened, stretch, form.marked(), by=by)
        except refusals.REFUSALS as refusal:
            refusals.onto(form, refusal)
        else:
            messages.success(request, _("“%(title)s” is an ended case now. Nobody got a message about it.") % {"title": case.title})
            return redirect("chat_reading_parts", held.pk)
    authors = reconciling.compare(opened.entries, chat_group=held.chat_group, by=by).authors
    rows = [
        {
            "entry": e, "author": authors.get(e.sender), "checked": form.is_checked(e), "taken": e.line in opened.taken,
            "plates": hints.plates(e.text), "names": hints.names(e.text), "usable": e.kind in taking_in.WITH_WORDS and bool(e.text.strip()),
        }
        for e in stretch.entries
    ]  # fmt: skip
    context = {"held": held, "part": stretch, "rows": rows, "form": form, "here": "parts"}
    return render(request, "chat/read_part.html", context, status=422 if form.is_bound else 200)


@require_GET
@never_cache
@shell.member
def figures(request: HttpRequest, pk: int) -> HttpResponse:
    """The chat in numbers, as plots with their tables; nothing of it is stored."""
    held, opened = _ready(request, pk)
    if isinstance(opened, HttpResponse):
        return opened
    found = stretches.figures(opened.entries, stretches.stretches(opened.entries))
    context = {
        "held": held, "figures": found, "fewest": stretches.SUPPRESSED_UNDER, "here": "figures",
        "weeks": plotting.bars(found.weeks), "hours": plotting.bars(found.hours),
    }  # fmt: skip
    return render(request, "chat/read_figures.html", context)


@require_POST
@shell.member
def done(request: HttpRequest, pk: int) -> HttpResponse:
    """Erase at once what is held."""
    held = reading.one(shell.person(request), pk)
    where = held.chat_group_id
    reading.discard(held, by=shell.person(request))
    messages.success(request, _("The chat is erased. Only what you ticked stays."))
    answer = redirect("chat_group", where)
    answer.delete_cookie(_cookie(pk), path=reverse("chat_reading", args=[pk]))
    return answer


def _ask(request: HttpRequest, held: Reading) -> HttpResponse:
    form = export_forms.OrderForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            reading.answer(held, Order(form.cleaned_data["order"]), key=request.COOKIES.get(_cookie(held.pk), ""))
        except sealing.WrongKey:
            return _begin_again(request, held)
        return redirect("chat_reading", held.pk)
    examples = [(text, date.fromisoformat(day), date.fromisoformat(month)) for text, day, month in held.examples]
    return render(request, "chat/order.html", {"form": form, "held": held, "examples": examples}, status=422 if form.is_bound else 200)


def _ready(request: HttpRequest, pk: int) -> tuple[Reading, Any]:
    """What is held, opened; or the page that says what to do first."""
    held = reading.one(shell.person(request), pk)
    if held.state != State.READY:
        return held, redirect("chat_reading", pk)
    return held, _opened(request, held)


def _opened(request: HttpRequest, held: Reading) -> reading.Chat | HttpResponse:
    try:
        return reading.chat(held, request.COOKIES.get(_cookie(held.pk), ""))
    except sealing.WrongKey:
        return _begin_again(request, held)


def _begin_again(request: HttpRequest, held: Reading) -> HttpResponse:
    messages.error(request, _("This chat can only be opened in the browser in which you handed it over. Hand it over again."))
    return redirect("chat_upload", held.chat_group_id)


def _cookie(pk: int) -> str:
    return f"chat-{pk}"
