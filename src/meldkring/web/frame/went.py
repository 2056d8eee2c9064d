"""A page that was open while groups were divided, or undivided, still names the group of before: what was sent from it goes to the present one."""

from django.http import HttpRequest, QueryDict

from meldkring.groups.models import Group
from meldkring.growth import access
from meldkring.web.frame import numbers, shell


def posted(request: HttpRequest) -> QueryDict:
    """What was filled in, with the group where this person is now if they were brought there from the one that was sent."""
    sent = numbers.one(request.POST.get("group", ""))
    now = to(request, sent) if sent is not None and sent not in shell.standings(request) else None
    if now is None:
        return request.POST
    given = request.POST.copy()
    given["group"] = str(now.pk)
    return given


def to(request: HttpRequest, group: int) -> Group | None:
    """Where a division brought the signed-in person from this group."""
    return access.went(shell.person(request), group)
