"""Of which steering group does the signed-in person manage the members here? The phone manager and the deputy; for others the page is not there."""

from django.http import Http404, HttpRequest

from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.web.frame import shell


def steering_of(request: HttpRequest) -> Group:
    """The steering group asked for with `?stuurgroep=`, or the first one; 404 for who manages none."""
    asked = request.GET.get("stuurgroep", "")
    for group in shell.groups(request, roles.Right.MEMBERS):
        if group.is_steering and (not asked or str(group.pk) == asked):
            return group
    raise Http404
