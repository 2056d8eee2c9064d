"""What stands around every page: the groups to listen to, the demo bar; where one can go from here is navigation.py.

A page that shows live content must know its place in the stream *before* it reads that content, or a message that comes
in between would be missed: `member` sees to that.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from meldkring.groups import roles
from meldkring.groups.models import Group, Kind, Role
from meldkring.people.models import Person
from meldkring.places.models import Municipality
from meldkring.web.demo import bar
from meldkring.web.frame import navigation, second_factor

Standings = dict[int, list[roles.Standing]]


def member(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for who is signed in; where they stand, and up to where each group has come, is read first.

    A form that says who wrote it goes in nobody else's name: somebody may sign in on a device on which another's words still wait.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        standings(request)
        mine = str(person(request).pk)
        if request.method == "POST" and request.POST.get("writer", mine) != mine:
            return render(request, "shell/not_yours.html", status=HTTPStatus.CONFLICT)
        return view(request, *args, **kwargs)

    return login_required(guarded)


def standings(request: HttpRequest) -> Standings:
    """What the signed-in person is in which groups now, read once for the request."""
    found: Standings | None = getattr(request, "meldkring_standings", None)
    if found is None:
        if request.method in ("GET", "HEAD"):
            roles.look(person(request))
        found = roles.current(person(request))
        request.meldkring_standings = found  # type: ignore[attr-defined]
    return found


def person(request: HttpRequest) -> Person:
    """Who is signed in; only for pages behind `member`."""
    assert isinstance(request.user, Person)  # noqa: S101 - tells mypy what login_required has seen to
    return request.user


def groups(request: HttpRequest, right: roles.Right) -> list[Group]:
    """The groups in which the signed-in person has this right, watch groups they are a member of first."""
    found = [ss for ss in standings(request).values() if any(right in s.rights for s in ss)]
    found.sort(key=lambda ss: (ss[0].group.kind != Kind.WATCH, all(s.role != Role.MEMBER for s in ss), ss[0].group.name))
    return [ss[0].group for ss in found]


def context(request: HttpRequest) -> dict[str, Any]:
    """The context of base.html; empty for visitors. `live_groups` is "group:number.change" for each group one reads in."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {
            "demo": settings.DEMO,
            **bar.bar(request),
            "official_sign_in": settings.OIDC["NAME"] if settings.OIDC["SERVER_URL"] else "",
        }
    mine = groups(request, roles.Right.READ)
    live = ",".join(f"{g.pk}:{g.last_number}.{g.last_change}" for g in mine)
    where = navigation.Where(person(request), standings(request))
    return {
        "demo": settings.DEMO, **bar.bar(request), "my_groups": mine, "theme": _town(request), "live_groups": live, "logout_url": reverse("account_logout"),
        "nav": navigation.sections(request, where, groups=mine),
        "needs_second_step": second_factor.missing(standings(request)),
    }  # fmt: skip


def _town(request: HttpRequest) -> Municipality | None:
    """The municipality whose look the pages of this person have."""
    return next((s.group.municipality for ss in standings(request).values() for s in ss), None)
