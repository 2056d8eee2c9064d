"""How do our wordings stand with WhatsApp? Each with its text and what the provider says of it, asked anew by a button."""

from asgiref.sync import async_to_sync
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from meldkring.channels import http, registry, whatsapp, whatsapp_templates
from meldkring.channels.contract import Approval, Channel, Problem, SendError
from meldkring.delivery import wordings
from meldkring.delivery.models import WordingRow
from meldkring.web.channels import administering

# The words, the colour of the tag, and what to do.
STATES = {
    Approval.APPROVED: (gettext_lazy("allowed"), "over", ""),
    Approval.WAITING: (gettext_lazy("waits for an answer"), "working", gettext_lazy("WhatsApp looks at it; that takes minutes to days.")),
    Approval.REFUSED: (
        gettext_lazy("refused by WhatsApp"),
        "alarm",
        gettext_lazy("Not used. Enter it anew at WhatsApp, in words that say what it is for."),
    ),
    Approval.RESTING: (gettext_lazy("set aside by WhatsApp"), "warning", gettext_lazy("Not used until WhatsApp allows it again.")),
    Approval.MISSING: (gettext_lazy("not there yet"), "warning", gettext_lazy("Enter it at WhatsApp, exactly as below.")),
}


@administering.administrator
def page(request: HttpRequest) -> HttpResponse:
    """All of them."""
    channel = _channel()
    known = wordings.known(whatsapp.NAME)
    shown = [_shown(template, known.get(template.name)) for template in whatsapp_templates.TEMPLATES.values()]
    context = {"channel": channel, "wordings": shown, "asked_at": max((row.asked_at for row in known.values()), default=None)}
    return render(request, "channels/wordings.html", context)


@administering.administrator
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Ask WhatsApp now."""
    channel = _channel()
    refused = async_to_sync(_asked)(channel) if channel else None
    if refused:
        messages.error(request, _why(refused))
    elif channel:
        messages.success(request, _("WhatsApp has told how the wordings stand."))
    return redirect("wordings")


async def _asked(channel: Channel) -> SendError | None:
    async with http.Client() as client:
        return await wordings.ask(channel, client)


def _channel() -> Channel | None:
    return registry.here().channels.get(whatsapp.NAME)


def _shown(template: whatsapp_templates.Template, row: WordingRow | None) -> dict[str, object]:
    words, colour, advice = STATES[Approval(row.state)] if row else (_("not asked yet"), "working", "")
    labels = [label for _payload, label in template.quick]
    return {
        "name": template.name, "body": template.body, "labels": [*labels, whatsapp_templates.OPENS], "words": words, "colour": colour,
        "advice": advice, "reason": row.reason if row else "",
    }  # fmt: skip


def _why(refused: SendError) -> str:
    if refused.code == "WHATSAPP_ACCOUNT_ID":
        return _("We cannot ask: set WHATSAPP_ACCOUNT_ID, the number of your WhatsApp Business account.")
    if refused.problem == Problem.ACCOUNT:
        return _("WhatsApp does not accept our key (%(code)s). Look whether WHATSAPP_TOKEN has ended.") % {"code": refused.code}
    return _("WhatsApp did not answer. Try again later.")
