"""The one door for providers: what they send is checked, stored and answered at once; understanding comes later (`intake/taking`).

One address per channel, `/api/v1/webhooks/<channel>/`. A channel that is not set up has no door; what is forged is refused and not kept.
A mail provider over HTTP has its own, `/anymail/<provider>/`, with Anymail's views behind it.
"""

import logging
import os

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseForbidden
from django.urls import resolve
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from meldkring.channels import registry
from meldkring.channels.contract import Channel, Greeter
from meldkring.intake import anymail_door, taking

logger = logging.getLogger(__name__)
# The largest batch of any provider is 3 MB.
LARGEST = 4 * 1024 * 1024
# A mail with photos, which grow by a third on their way; of it only the words are kept.
LARGEST_MAIL = 36 * 1024 * 1024


@csrf_exempt  # a provider signs what it sends; there is no browser and no cookie
@never_cache
@require_http_methods(["GET", "POST"])
def door(request: HttpRequest, name: str) -> HttpResponse:
    """Take what a provider sends; greet it where it first asks whether we are there."""
    here = registry.here()
    if name in here.wrong:
        return HttpResponse(status=503)  # brought again later, when its settings are right
    channel = here.channels.get(name)
    if channel is None or not channel.capabilities().inbound:
        raise Http404
    return _greeted(request, channel) if request.method == "GET" else _taken(request, name, channel)


@csrf_exempt  # Anymail asks for the secret in the address
@never_cache
def mail_door(request: HttpRequest, path: str) -> HttpResponseBase:
    """Take what our mail provider tells. Without a secret anybody could tell us anything, so then there is no door."""
    provider = settings.ANYMAIL_PROVIDER
    if not provider or path.partition("/")[0] != provider or not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        raise Http404
    view, arguments, named = resolve(f"/{path}", "anymail.urls")
    try:
        anymail_door.heard(provider, os.environ)
    except ValueError:
        return HttpResponse(status=503)  # brought again later, when its settings are right
    if request.content_type != "multipart/form-data":
        raw = request.read(LARGEST_MAIL + 1)
        if len(raw) > LARGEST_MAIL:
            return HttpResponse(status=413)
        request._body = raw  # read already, for Django itself stops at a megabyte
    answer: HttpResponseBase = view(request, *arguments, **named)
    return answer


def _greeted(request: HttpRequest, channel: Channel) -> HttpResponse:
    answer = channel.greet(request.GET.dict()) if isinstance(channel, Greeter) else None
    return HttpResponse(answer, content_type="text/plain") if answer is not None else HttpResponseForbidden()


def _taken(request: HttpRequest, name: str, channel: Channel) -> HttpResponse:
    raw = request.read(LARGEST + 1)
    if len(raw) > LARGEST:
        return HttpResponse(status=413)
    try:
        taking.take(name, channel, raw=raw, headers={key.lower(): value for key, value in request.headers.items()})
    except taking.Forged:
        logger.warning("%s: a webhook without the provider's signature was refused", name)
        return HttpResponseForbidden()
    return HttpResponse(content_type="text/plain")
