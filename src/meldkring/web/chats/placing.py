"""The forward assistant: words made ready for the WhatsApp group, to copy or share, and the tick that they stand there."""

from urllib.parse import quote, urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from meldkring.chat_groups import access, placing
from meldkring.chat_groups.models import ChatGroup, Placing
from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.messaging import access as messaging_access
from meldkring.messaging.models import Posting
from meldkring.web.frame import shell, showing, telling

Shown = dict[str, object]


@require_GET
@shell.member
def assistant(request: HttpRequest, pk: int) -> HttpResponse:
    """The ready words of one posting, for every chat group beside its watch group in which one may place."""
    posting = messaging_access.posting(shell.person(request), pk)
    chat = access.beside_any(g for g in roles.with_right(shell.person(request), roles.Right.JUDGE) if g.pk == posting.group_id).first()
    contribution = showing.contribution(posting)
    if chat is None or contribution is None or posting.number is None:
        raise Http404
    owed = [one for one in placing.owed([chat]) if one.posting.message_id == posting.message_id]
    gone = posting.hidden_at or posting.withdrawn_at
    lines = owed or ([] if gone else [placing.line(chat, posting)])
    done = (
        Placing.objects.filter(chat_group=chat, posting__message=posting.message_id, undone_at=None)
        .select_related("by", "chat_group")
        .order_by("at")
    )
    context = {"lines": [shown(one) for one in lines], "done": done, "case": contribution.case, "here": request.path}
    return render(request, "chat/assistant.html", context)


@require_POST
@shell.member
def place(request: HttpRequest, pk: int, posting: int) -> HttpResponse:
    """Tick that a line stands in the chat group, or need not."""
    chat = _chat(request, pk)
    found = get_object_or_404(Posting.objects.filter(group__in=access.groups(chat)), pk=posting)
    with telling.told(request):
        placing.place(chat, found, what=request.POST.get("wat", "said"), by=shell.person(request), skipped="niet" in request.POST)
    return telling.back(request, otherwise=reverse("desk"))


@require_POST
@shell.member
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """It does not stand there after all."""
    found = get_object_or_404(Placing.objects.filter(chat_group__in=access.placed_in(shell.person(request))), pk=pk)
    with telling.told(request):
        placing.undo(found, by=shell.person(request))
    return telling.back(request, otherwise=reverse("desk"))


def on_desk(request: HttpRequest, steering: Group) -> Shown:
    """What the desk of a steering group shows of its chat groups: what is owed, and what was ticked lately."""
    chats = list(access.placed_in(shell.person(request)).filter(group__run_by=steering))
    if not chats:
        return {"chat_lines": [], "chat_done": []}
    here = reverse("desk") + "?" + urlencode({"stuurgroep": steering.pk})
    return {"chat_lines": [shown(one) for one in placing.owed(chats)], "chat_done": placing.recent(chats)[:5], "chat_back": here}


def shown(one: placing.Line) -> Shown:
    """A line with the address that opens WhatsApp with it."""
    contribution = showing.contribution(one.posting)
    return {
        "line": one,
        "case": contribution and contribution.case,
        "wa": f"https://wa.me/?{urlencode({'text': one.text}, quote_via=quote)}",
    }


def _chat(request: HttpRequest, pk: int) -> ChatGroup:
    found: ChatGroup = get_object_or_404(access.placed_in(shell.person(request)), pk=pk)
    return found
