"""What happens when allauth's pages add, take away or use a second step: the person's role begins or stops to work at once.

Also helps the page: who just proved a code need not prove it again to see the recovery codes.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import app_settings, authentication
from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse

from meldkring.groups import roles
from meldkring.people import second_factor
from meldkring.people.models import Person


def connect() -> None:
    """Listen to allauth; called once when Django starts."""
    signals.authenticator_added.connect(added, dispatch_uid="meldkring.second_step.added")
    signals.authenticator_removed.connect(changed, dispatch_uid="meldkring.second_step.removed")
    # Signing in looks once more: after a crash just behind adding, the next look finds the same (law 2).
    signals.authenticator_used.connect(changed, dispatch_uid="meldkring.second_step.used")


def added(sender: type[Authenticator], request: HttpRequest, user: Person, authenticator: Authenticator, **more: Any) -> None:
    """Somebody has set a second step in this session."""
    changed(sender, request=request, user=user)
    if authenticator.type in second_factor.STEPS:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type, reauthenticated=True)


def changed(sender: type[Authenticator], request: HttpRequest, user: Person, **more: Any) -> None:
    """The authenticators of this person are different, or were used."""
    second_factor.note(user, session=request.session.session_key or "")


def shown(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For what is weighty: who has a second step shows it once more, unless they did so a moment ago. To stand behind `shell.member`."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        assert isinstance(request.user, Person)  # noqa: S101 - tells mypy what `shell.member` has seen to
        if second_factor.is_set(request.user) and not _just_shown(request, request.user):
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return guarded


def _just_shown(request: HttpRequest, person: Person) -> bool:
    since = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
    return any(r["method"] == "mfa" and r["at"] > since for r in authentication.get_authentication_records(request, person))


def missing(standings: dict[int, list[roles.Standing]]) -> bool:
    """Whether a role waits for the second step of who stands here."""
    return any(not s.works for found in standings.values() for s in found)
