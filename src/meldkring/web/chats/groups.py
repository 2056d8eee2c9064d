"""The pages about a WhatsApp group beside a watch group: whom the phone manager adds and removes there, its settings, and the link for a member."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from meldkring.chat_groups import access, keeping, placing
from meldkring.chat_groups.models import Seat
from meldkring.groups.models import Group
from meldkring.joining import access as joining_access
from meldkring.people.models import Person
from meldkring.web.chats import forms
from meldkring.web.frame import numbers, refusals, shell, telling

PER_PAGE = 50
ADD, REMOVE, TICKED = "toevoegen", "verwijderen", "afgevinkt"


@require_GET
@shell.member
def overview(request: HttpRequest) -> HttpResponse:
    """Every watch group whose members one manages, with the WhatsApp group beside it if there is one."""
    person = shell.person(request)
    groups = joining_access.managed(person)
    if not groups:
        raise Http404
    beside_of = {group.pk: c for c in access.managed(person) for group in access.groups(c)}
    rows = []
    for group in groups:
        chat = beside_of.get(group.pk)
        own = chat is not None and chat.group_id == group.pk
        counts = {"size": keeping.size(chat), "leaving": keeping.to_remove(chat).count()} if chat and own else {}
        rows.append({"group": group, "chat": chat, **counts})
    return render(request, "chat/overview.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
@shell.member
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that there is a WhatsApp group beside this watch group."""
    group = joining_access.managed_group(shell.person(request), pk)
    form = forms.ChatGroupForm(request.POST or None, initial={"size_limit": 100, "name": group.name})
    if form.is_valid():
        try:
            made = keeping.begin(group, by=shell.person(request), **form.cleaned_data)
            return redirect("chat_group", made.pk)
        except refusals.REFUSALS as refusal:
            refusals.onto(form, refusal)
    return render(request, "chat/begin.html", {"form": form, "group": group}, status=422 if form.is_bound else 200)


@require_GET
@shell.member
def lists(request: HttpRequest, pk: int) -> HttpResponse:
    """Whom to add, whom to remove, and what was ticked; by page and by search."""
    chat = access.manage(shell.person(request), pk)
    which = request.GET.get("lijst", ADD)
    asked = request.GET.get("zoek", "").strip()
    rows: QuerySet[Person] | QuerySet[Seat]
    if which == REMOVE:
        rows = _found(keeping.to_remove(chat), asked, "person__")
    elif which == TICKED:
        rows = _found(keeping.ticked(chat), asked, "person__")
    else:
        which, rows = ADD, _found(keeping.to_add(chat), asked, "")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    size = keeping.size(chat)
    just = numbers.every(request.GET.get("net", "").split(","))
    seen = chat.seats.filter(link_shown_at__isnull=False, person__in=_people(list(page.object_list)))
    context = {
        "chat": chat, "groups": ", ".join(group.name for group in access.groups(chat)) or chat.group.name,
        "which": which, "page": page, "asked": asked, "size": size, "just": just, "pace": placing.pace(chat),
        "seen": set(seen.values_list("person", flat=True)),
        "gone_with_link": keeping.gone_with_link(chat) if chat.sealed_invite else 0,
        "counts": {ADD: size.coming, REMOVE: keeping.to_remove(chat).count(), TICKED: keeping.ticked(chat).count()},
    }  # fmt: skip
    return render(request, "chat/lists.html", context)


@require_POST
@shell.member
def tick(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick who is ticked on the page: added, taken out, or not taking part."""
    chat, person = access.manage(shell.person(request), pk), shell.person(request)
    chosen = numbers.every(request.POST.getlist("wie"))
    deed = request.POST.get("wat")
    removing = deed == "out"
    done: Sequence[Seat] = []
    if not chosen:
        messages.error(request, _("Nobody was ticked. Tick the names first."))
    else:
        with telling.told(request):
            if deed == "again":
                seen = keeping.let_see_again(chat, keeping.to_add(chat).filter(pk__in=chosen), by=person)
                again = ngettext("%(n)d member may see the link once more.", "%(n)d members may see the link once more.", seen)
                messages.success(request, again % {"n": seen})
            elif removing:
                done = keeping.tick_out(chat, chat.seats.filter(pk__in=chosen), by=person)
            else:
                state = Seat.State.DECLINED if deed == "declined" else Seat.State.IN
                done = keeping.tick(chat, keeping.to_add(chat).filter(pk__in=chosen), state=state, by=person)
    just = ",".join(str(seat.pk) for seat in done)
    return redirect(f"{reverse('chat_group', args=[pk])}?lijst={REMOVE if removing else ADD}&net={just}")


@require_POST
@shell.member
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take ticks back."""
    chat = access.manage(shell.person(request), pk)
    chosen = numbers.every(request.POST.getlist("wie"))
    with telling.told(request):
        back = keeping.undo(chat, chat.seats.filter(pk__in=chosen), by=shell.person(request))
        messages.success(request, ngettext("%(n)d tick taken back.", "%(n)d ticks taken back.", len(back)) % {"n": len(back)})
    return redirect(reverse("chat_group", args=[pk]) + "?lijst=" + request.POST.get("lijst", ADD))


@require_http_methods(["GET", "POST"])
@shell.member
def settings(request: HttpRequest, pk: int) -> HttpResponse:
    """Its name, how many fit in it, and another link; the link that is there is not shown."""
    chat = access.manage(shell.person(request), pk)
    initial = {"name": chat.name, "size_limit": chat.size_limit}
    form = forms.ChatGroupForm(request.POST or None, initial=initial, has_invite=bool(chat.sealed_invite), chat_group=chat)
    if form.is_valid():
        given = dict(form.cleaned_data)
        sharing = given.pop("also", [])
        try:
            with transaction.atomic():
                keeping.change(chat, by=shell.person(request), **given)
                keeping.share(chat, sharing, by=shell.person(request))
            messages.success(request, _("Saved."))
            return redirect("chat_group", chat.pk)
        except refusals.REFUSALS as refusal:
            refusals.onto(form, refusal)
    return render(request, "chat/settings.html", {"form": form, "chat": chat}, status=422 if form.is_bound else 200)


@require_POST
@shell.member
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """The WhatsApp group is no longer used."""
    chat = access.manage(shell.person(request), pk)
    if "sure" not in request.POST:
        messages.error(request, _("Tick that you know that this cannot be undone."))
        return redirect("chat_settings", pk)
    with telling.told(request):
        keeping.end(chat, by=shell.person(request))
        messages.success(request, _("The WhatsApp group no longer stands beside the watch group. Its link and its lists are erased."))
    return redirect("chat_groups")


@require_http_methods(["GET", "POST"])
@shell.member
@never_cache
def take_part(request: HttpRequest, pk: int) -> HttpResponse:
    """What the WhatsApp group is for, and the link for who asks for it; no redirect, so that it is in no history."""
    chat, person = access.own(shell.person(request), pk), shell.person(request)
    link = ""
    if "stay_out" in request.POST:
        with telling.told(request):
            keeping.stay_out(chat, by=person)
            messages.success(request, _("Noted. You get everything through Meldkring, and nobody adds you in WhatsApp."))
        return redirect("group", chat.group_id)
    if request.method == "POST":
        with telling.told(request):
            link = keeping.show_link(chat, by=person)
    seat = keeping.seat_of(chat, person)
    context = {
        "chat": chat, "link": link, "seat": seat, "has_link": bool(chat.sealed_invite), "may_see": keeping.may_see_link(seat),
        "manages": access.placed_in(person).filter(pk=chat.pk).exists(),
    }  # fmt: skip
    return render(request, "chat/take_part.html", context)


def _found(rows: Any, asked: str, where: str) -> Any:
    for word in asked.split()[:5]:
        parts = [Q(**{f"{where}{field}__icontains": word}) for field in ("first_name", "last_name", "street")]
        rows = rows.filter(parts[0] | parts[1] | parts[2])
    return rows


def _people(rows: Sequence[Any]) -> list[int]:
    return [row.pk for row in rows if isinstance(row, Person)]


def beside(person: Person, group: Group) -> dict[str, object]:
    """What a group's page says of the WhatsApp group beside it, to who belongs there."""
    chat = access.beside(person, group) if group.is_watch else None
    return {"chat": chat, "chat_seat": keeping.seat_of(chat, person) if chat else None}
