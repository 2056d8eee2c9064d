"""What has this district agreed on? All settings on one page, each with a word of explanation, for its phone managers."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from meldkring.groups import settings as group_settings
from meldkring.places import settings
from meldkring.web.frame import shell
from meldkring.web.running import forms


@require_http_methods(["GET", "POST"])
@shell.member
def district(request: HttpRequest, slug: str) -> HttpResponse:
    """Show and change; who may not finds nothing here."""
    person = shell.person(request)
    here = next((d for d in group_settings.districts(person) if d.slug == slug), None)
    if here is None:
        raise Http404
    form = forms.SettingsForm(request.POST or None, district=here)
    if form.is_valid():
        try:
            changed = group_settings.change(here, form.cleaned_data, by=person)
        except settings.BadSetting as refusal:
            form.add_error(refusal.name, str(refusal))
        else:
            messages.success(request, _("Saved.") if changed else _("Nothing has changed."))
            return redirect("district_settings", here.slug)
    return render(request, "running/settings.html", {"district": here, "form": form}, status=422 if form.is_bound else 200)
