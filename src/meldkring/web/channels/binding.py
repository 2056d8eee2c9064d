"""A member ties a chat to their account: a link of ours that opens it, once and within the hour. One page for every channel that has such a link."""

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from meldkring.channels import registry
from meldkring.channels.contract import Linking
from meldkring.intake import binding
from meldkring.web.frame import shell


@never_cache
@require_http_methods(["GET", "POST"])
@shell.member
def page(request: HttpRequest, name: str) -> HttpResponse:
    """What it means; and after a tap the link, shown once."""
    channel: object = registry.here().channels.get(name)
    if not isinstance(channel, Linking) or not channel.link("x"):
        raise Http404
    context: dict[str, object] = {"label": registry.kinds()[name].label, "name": name}
    if request.method == "POST":
        token = binding.begin(shell.person(request), channel=name)
        link = channel.link(token)
        qr = segno.make(link, error="m", micro=False).svg_data_uri(scale=5, border=3, dark="#000", light="#fff")
        context |= {"link": link, "qr": qr}
    return render(request, "channels/binding.html", context)
