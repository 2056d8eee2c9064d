"""May my first name stand on the public page? A steering member says yes, and takes it back, without anybody else."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from meldkring.groups import naming
from meldkring.web.frame import shell
from meldkring.web.running import colleagues


@require_POST
@shell.member
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Yes or no, for oneself."""
    here, by = colleagues.mine(request, pk), shell.person(request)
    if request.POST.get("yes"):
        naming.agree(here, by=by)
        messages.success(request, _("Your first name stands on the page of the district now."))
    else:
        naming.withdraw(here, by=by)
        messages.success(request, _("Your first name is gone from the page of the district."))
    return redirect(f"{reverse('running')}?stuurgroep={here.pk}#yourself")
