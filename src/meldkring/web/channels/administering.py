"""Which pages are for who runs this installation? Those behind `administrator`; for everybody else they are not there."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from meldkring.web.frame import navigation, shell


def administrator(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for administrators: by role and with a second step, or made superuser on the command line."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_administrator(request):
            raise Http404
        return view(request, *args, **kwargs)

    return shell.member(guarded)


def is_administrator(request: HttpRequest) -> bool:
    """Whether who is signed in runs this installation."""
    return navigation.administers(shell.person(request), shell.standings(request))
