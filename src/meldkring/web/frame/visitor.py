"""What the pages for visitors share: their language, how much one connection may ask, and which sign-up this device remembers."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core import ratelimit
from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils import translation
from django.utils.translation import gettext as _

from meldkring.joining import public, resuming, starting
from meldkring.joining.models import Application
from meldkring.people.models import Person
from meldkring.places.models import District

SIGN_UPS, TYPED, LANGUAGE, INVITED = "sign_ups", "sign_up_typed", "language", "invited"


def spoken(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that a visitor may read in another language: `?taal=en` is remembered on the device. Who is signed in has chosen already."""
    return _spoken(view, remember=True)


def read(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The same for a page that one only reads: nothing is remembered, so no cookie is set; the links on the page go on in that language."""
    return _spoken(view, remember=False)


def _spoken(view: Callable[..., HttpResponse], *, remember: bool) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        asked = request.GET.get("taal") or request.POST.get("taal")
        asked = asked if asked in dict(settings.LANGUAGES) else None
        if asked and remember:
            request.session[LANGUAGE] = asked
        with translation.override(asked or request.session.get(LANGUAGE, settings.LANGUAGE_CODE)):
            return view(request, *args, **kwargs)

    return guarded


def language_mark(request: HttpRequest) -> str:
    """What links on a page that is only read bear, so that the next page is in the same language: "?taal=en", or nothing."""
    asked = request.GET.get("taal", "")
    known = dict(settings.LANGUAGES)
    return f"?taal={asked}" if not request.user.is_authenticated and asked in known and asked != settings.LANGUAGE_CODE else ""


def district(request: HttpRequest, slug: str) -> District:
    """The district at this address, or 404. One that is not public yet exists only for who is invited or in one of its groups."""
    found = public.district(slug)
    if found.is_public or found.pk in request.session.get(INVITED, []):
        return found
    if isinstance(request.user, Person) and (request.user.is_superuser or starting.belongs(request.user, found)):
        return found
    raise Http404


def invite(request: HttpRequest, district: District) -> None:
    """From now on this device sees this district, although it is not public yet."""
    request.session[INVITED] = [*request.session.get(INVITED, []), district.pk][-20:]


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
