"""The bar "look along as…": be one of the demo's people at once, and let a case play. It exists in the demo only.

Outside the demo its addresses are not there (see `web/urls.py`), its bar is not drawn, and its views answer 404 all the same.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import auth, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from meldkring.demo import places, playing, residents
from meldkring.people.models import NewEmail, Person


def only_in_demo(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Anywhere else this page does not exist, whatever the address list says."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@only_in_demo
@require_POST
def demo_as(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign in as someone of the demo's cast."""
    person = next((person for person in _cast().values() if person.pk == pk), None)
    if person is None:
        raise Http404
    auth.logout(request)
    auth.login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect("home")


@only_in_demo
@require_POST
def demo_play(request: HttpRequest) -> HttpResponse:
    """Begin to play a case in this process."""
    if playing.play_aside():
        messages.success(request, _("Watch: a case begins in De Laning and travels to Poortwijk."))
    else:
        messages.info(request, _("A case is being played already."))
    return redirect("home")


def bar(request: HttpRequest) -> dict[str, Any]:
    """The context of the bar; nothing outside the demo."""
    if not settings.DEMO:
        return {}
    found = _cast()
    me = getattr(request, "user", None)
    people = [
        {
            "pk": found[part.email].pk, "label": part.label, "role": part.first_name, "current": me == found[part.email],
            "url": reverse("demo_as", args=[found[part.email].pk]),
        }
        for part in _shown() if part.email in found
    ]  # fmt: skip
    return {
        "demo_people": people,
        "demo_play_url": reverse("demo_play"),
        "demo_chat_url": reverse("demo_chat"),
        "demo_source": places.SOURCE,
    }


def _cast() -> dict[str, Person]:
    """Who plays each part, by the address of the part; also who took another address to see how that goes."""
    parts = [part.email for part in _shown()]
    found = {person.email: person for person in Person.objects.filter(email__in=parts)}
    if missing := [part for part in parts if part not in found]:
        changed = NewEmail.objects.filter(before__in=missing, changed_at__isnull=False).select_related("person")
        found |= {new.before: new.person for new in changed}
    return found


def _shown() -> list[residents.Part]:
    return [part for part in residents.CAST if part.label]
