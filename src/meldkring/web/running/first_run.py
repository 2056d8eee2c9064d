"""How does an empty installation begin on a page? Five questions, only with the key from the console, and only while nobody has begun."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from meldkring.joining import founding
from meldkring.web.running import forms


@never_cache
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Ask, and make the first district; then sign in by e-mail as everybody does."""
    key = request.POST.get("key", "") or request.GET.get("key", "")
    if not founding.fits(key):
        raise Http404
    form = forms.BeginForm(request.POST or None)
    if form.is_valid():
        answers = form.cleaned_data | {"neighbourhoods": form.cleaned_data["neighbourhoods"].replace(",", "\n").splitlines()}
        try:
            start = founding.found(**answers)
        except founding.BadStart as refusal:
            form.add_error(refusal.name, str(refusal))
        except founding.NotEmpty as refusal:
            form.add_error(None, str(refusal))
        else:
            words = {"district": start.district.name}
            messages.success(request, _("%(district)s has begun! Now sign in with your e-mail address.") % words)
            return redirect("account_request_login_code")
    return render(request, "running/begin.html", {"form": form, "key": key}, status=422 if form.is_bound else 200)
