"""The one door for providers: what they send is checked, stored and answered at once; understanding comes later (`intake/taking`).

One address per channel, `/api/v1/webhooks/<channel>/`. A channel that is not set up has no door; what is forged is refused and not kept.
A mail provider over HTTP has its own, `/anymail/<provider>/`, with Anymail's views behind it.
"""

import logging
import os
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseForbidden, QueryDict
from django.urls import resolve
from django.utils.datastructures import MultiValueDict
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
    raw = request.read(LARGEST_MAIL + 1)
    if len(raw) > LARGEST_MAIL:
        return HttpResponse(status=413)
    answer: HttpResponseBase = view(Whole(request, raw), *arguments, **named)
    return answer


class Whole(HttpRequest):
    """A request that was read already, fields and files included: Django itself stops at a megabyte, and a mail with a photo is longer."""

    def __init__(self, asked: HttpRequest, raw: bytes) -> None:
        super().__init__()
        self._asked, self._raw = asked, raw
        self.method, self.path, self.META, self.GET = asked.method, asked.path, asked.META, asked.GET
        if asked.content_type == "application/x-www-form-urlencoded":
            self.POST = QueryDict(raw)
        elif asked.content_type == "multipart/form-data":
            self.POST, self.FILES = _form(asked.META["CONTENT_TYPE"], raw)

    @property
    def body(self) -> bytes:
        return self._raw

    @property
    def scheme(self) -> str | None:
        return self._asked.scheme


def _form(content_type: str, raw: bytes) -> tuple[Any, MultiValueDict[str, Any]]:
    fields, files = QueryDict(mutable=True), MultiValueDict[str, Any]()
    whole: EmailMessage = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + raw, policy=policy.HTTP)
    for part in whole.iter_parts():
        name, content = str(part.get_param("name", "", "content-disposition")), part.get_payload(decode=True)
        if not isinstance(content, bytes):
            continue  # a form in a form, of which nobody asks anything
        if file := part.get_filename():
            files.appendlist(name, SimpleUploadedFile(file, content, part.get_content_type()))
        else:
            fields.appendlist(name, content.decode("utf-8", "replace"))
    return fields, files


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
