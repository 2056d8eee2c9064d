"""When a verb refuses, who hears it and how? The page they came from shows the refusal in its own words; nothing else changes."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from meldkring.cases import judging
from meldkring.web.frame import refusals, showing


@contextmanager
def told(request: HttpRequest) -> Iterator[None]:
    """Run one verb; a refusal becomes a message on the next page, and what the verb had begun is undone."""
    try:
        with transaction.atomic():
            yield
    except judging.AlreadyJudged as refusal:
        found = {"name": showing.name(refusal.judgement.by), "verdict": refusal.judgement.get_verdict_display()}
        messages.info(request, _("%(name)s was before you: %(verdict)s.") % found)
    except refusals.REFUSALS as refusal:
        messages.error(request, refusals.words(refusal))


def back(request: HttpRequest, *, otherwise: str) -> HttpResponse:
    """To the page of ours from which a form was sent, as it says itself; never to another site."""
    where = request.POST.get("terug", "")
    safe = url_has_allowed_host_and_scheme(where, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(where if safe else otherwise)
