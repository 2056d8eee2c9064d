"""How are the channels and what do they cost? For who runs this installation; a ceiling is set here, after a second look."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meldkring.channels import registry
from meldkring.delivery import health, ledger, troubles
from meldkring.web.channels import administering
from meldkring.web.frame import shell

# The word, the colour of the tag.
STATES = {
    "well": (gettext_lazy("works"), "over"),
    "paused": (gettext_lazy("waits"), "warning"),
    "shut": (gettext_lazy("does not work"), "alarm"),
    "alone": (gettext_lazy("no worker"), "alarm"),
}


class CeilingForm(forms.Form):
    """What a channel may cost in a month; `sure` after it has been shown once more."""

    euros = forms.IntegerField(
        min_value=0, max_value=100_000, label=gettext_lazy("Most per month, in euros"),
        help_text=gettext_lazy("Whole euros. With 0 nothing goes out on this channel."),
        widget=forms.NumberInput(attrs={"class": "input--short", "inputmode": "numeric"}),
    )  # fmt: skip
    sure = forms.BooleanField(required=False, widget=forms.HiddenInput)


@administering.administrator
def page(request: HttpRequest) -> HttpResponse:
    """All channels, and what is the matter."""
    here = registry.here()
    found = health.of(here.channels)
    return render(request, "channels/channels.html", {
        "wrong": [(troubles.label(name), troubles.set_wrongly(why)) for name, why in here.wrong.items()],
        "channels": [(one, *STATES[one.state]) for one in found], "troubles": [(t, troubles.words(t)) for t in troubles.lasting()],
        "has_wordings": "whatsapp" in {one.name for one in found},
    })  # fmt: skip


@administering.administrator
def ceiling(request: HttpRequest, name: str) -> HttpResponse:
    """Ask what a channel may cost, show it once more, and keep it."""
    kind = registry.kinds().get(name)
    if kind is None or not kind.paid:
        raise Http404
    [one] = [h for h in health.of([name]) if h.name == name]
    form = CeilingForm(request.POST or None, initial={"euros": one.ceiling})
    if request.method == "POST" and form.is_valid():
        euros = form.cleaned_data["euros"]
        if form.cleaned_data["sure"]:
            ledger.set_ceiling(name, euros=euros, by=shell.person(request))
            messages.success(request, _("%(channel)s may cost at most € %(euros)d a month.") % {"channel": one.label, "euros": euros})
            return redirect("channels")
        return render(request, "channels/ceiling.html", {"channel": one, "form": form, "asked": euros})
    return render(request, "channels/ceiling.html", {"channel": one, "form": form}, status=422 if request.method == "POST" else 200)
