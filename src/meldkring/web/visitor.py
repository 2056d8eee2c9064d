"""What the pages for visitors share: their language, how much one connection may ask, and which sign-up this device remembers."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core import ratelimit
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import translation
from django.utils.translation import gettext as _

from meldkring.joining import resuming
from meldkring.joining.models import Application
from meldkring.places.models import District

SIGN_UPS, TYPED, LANGUAGE = "sign_ups", "sign_up_typed", "language"


def spoken(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that a visitor may read in another language: `?taal=en` is remembered on the device. Who is signed in has chosen already."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        asked = request.GET.get("taal")
        if asked in dict(settings.LANGUAGES):
            request.session[LANGUAGE] = asked
        with translation.override(request.session.get(LANGUAGE, settings.LANGUAGE_CODE)):
            return view(request, *args, **kwargs)

    return guarded


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, also when that is nothing at all, or None for a look at the page."""
    return request.POST if request.method == "POST" else None


def may(request: HttpRequest, action: str, form: forms.Form) -> bool:
    """Whether this connection may do this once more; if not, the form says so."""
    if ratelimit.consume(request, action=action):
        return True
    form.add_error(None, _("There were very many tries from this connection. Wait a while and press the button again."))
    return False


def sign_up(request: HttpRequest, district: District) -> Application | None:
    """The sign-up in this district that this device remembers."""
    pk, stamp = request.session.get(SIGN_UPS, {}).get(str(district.pk), (None, ""))
    return resuming.kept(district, pk, stamp) if pk else None


def remember(request: HttpRequest, application: Application) -> None:
    """From now on this device knows this sign-up."""
    kept = request.session.get(SIGN_UPS, {})
    request.session[SIGN_UPS] = kept | {str(application.district_id): (application.pk, resuming.stamp(application))}
    request.session.pop(TYPED, None)


def forget(request: HttpRequest, district: District) -> None:
    """This device knows no sign-up in this district any more."""
    kept = request.session.get(SIGN_UPS, {})
    request.session[SIGN_UPS] = {pk: known for pk, known in kept.items() if pk != str(district.pk)}
    request.session.pop(TYPED, None)


def carry(request: HttpRequest, typed: dict[str, Any]) -> None:
    """Take along what was typed to the page of another district; in the session, for it does not belong in an address."""
    request.session[TYPED] = typed


def carried(request: HttpRequest) -> dict[str, Any]:
    """What was typed on the page that one comes from."""
    found: dict[str, Any] = request.session.get(TYPED, {})
    return found
