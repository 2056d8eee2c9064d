"""No more e-mail: one click, without signing in (RFC 8058). A mail program posts here by itself; a person sees a page with one button."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from meldkring.delivery import addresses, tokens
from meldkring.delivery.models import Address


# A mail program has no session to protect; the signed token is what says that the request is meant.
@csrf_exempt
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Show the question; on a post, stop what goes to this address, or let it start again."""
    address = Address.objects.filter(pk=tokens.addressed(token) or 0).first()
    if address is None:
        raise Http404
    if request.method == "POST":
        change = addresses.start if "again" in request.POST else addresses.stop
        change(address.channel, address.value)
        address.refresh_from_db()
    return render(request, "unsubscribe/unsubscribe.html", {"stopped": address.state == Address.State.OPTED_OUT})
