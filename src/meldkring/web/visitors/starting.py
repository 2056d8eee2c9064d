"""“Begin here”: the guide, four answers, the code from the e-mail, and the list that ticks itself; and who decides where that is asked."""

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib import auth, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from meldkring.groups import roles
from meldkring.joining import founding, public, sign_up_codes, starting
from meldkring.joining.models import Founding
from meldkring.people import codes
from meldkring.places import addresses
from meldkring.places.models import District
from meldkring.publicity import checklist
from meldkring.web.frame import for_anyone, forms, shell, telling, visitor
from meldkring.web.visitors import district as pages
from meldkring.web.visitors import starting_forms

BEGUN = "begun_district"


@require_safe
@for_anyone.kept()
@visitor.read
def guide(request: HttpRequest) -> HttpResponse:
    """What it takes to begin, and how it goes."""
    return pages.page(request, "starting/guide.html", {"policy": starting.policy()})


@require_http_methods(["GET", "POST"])
@never_cache
@visitor.spoken
def answers(request: HttpRequest) -> HttpResponse:
    """Which district, and who are you?"""
    if starting.policy() == starting.CLOSED:
        return redirect("start_here")
    form = starting_forms.StartForm(visitor.posted(request), initial=visitor.carried(request))
    if form.is_valid() and visitor.may(request, "start_district", form):
        try:
            asked = starting.ask(**form.given(), language=get_language() or "nl")
            request.session[BEGUN] = asked.pk
            return redirect("start_code")
        except founding.BadStart as refusal:
            form.add_error(refusal.name, str(refusal))
        except addresses.BadPostcode as refusal:
            form.add_error("postcode", str(refusal))
        except (starting.CannotStart, codes.CodeRefused) as refusal:
            form.add_error(None, str(refusal))
    return pages.page(request, "starting/answers.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@never_cache
@visitor.spoken
def code(request: HttpRequest) -> HttpResponse:
    """The code from the e-mail: the district is there, or waits for who decides."""
    asked = _begun(request)
    if asked is None:
        return redirect("start_here")
    form = forms.CodeForm(visitor.posted(request))
    if form.is_valid() and visitor.may(request, "start_prove", form):
        try:
            return _proven(request, starting.prove(asked, form.cleaned_data["code"]))
        except codes.CodeRefused as refusal:
            form.add_error("code", str(refusal))
        except starting.CannotStart as refusal:
            form.add_error(None, str(refusal))
    hint = sign_up_codes.shown_in_demo(asked.application, "email")
    context = {"form": form, "asked": asked, "email": asked.application.email, "hint": hint}
    return pages.page(request, "starting/code.html", context, status=422 if form.is_bound else 200)


@require_POST
@never_cache
@visitor.spoken
def code_again(request: HttpRequest) -> HttpResponse:
    """A new code."""
    asked = _begun(request)
    if asked is None:
        return redirect("start_here")
    try:
        starting.again(asked)
        messages.success(request, _("We have sent a new code. The earlier one no longer works."))
    except codes.CodeRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("start_code")


@require_GET
@shell.member
def steps(request: HttpRequest, slug: str) -> HttpResponse:
    """The list that ticks itself, for who steers in this district."""
    here, person = _mine(request, slug), shell.person(request)
    found = checklist.steps(here, person)
    context = {
        "district": here, "steps": found, "done": checklist.done(found),
        "invitation": settings.SITE_URL + reverse("district_invited", args=[here.slug, starting.invitation(here)]),
    }  # fmt: skip
    return render(request, "starting/steps.html", context)


@require_POST
@shell.member
def open_to_public(request: HttpRequest, slug: str) -> HttpResponse:
    """From now on everybody finds it."""
    here = _mine(request, slug)
    with telling.told(request):
        starting.open_to_public(here, by=shell.person(request))
        messages.success(request, _("Your page is open: everybody can find it now."))
    return redirect("start_steps", slug)


@require_GET
@never_cache
@visitor.spoken
def invited(request: HttpRequest, slug: str, word: str) -> HttpResponse:
    """Who has the invitation sees a district that is not public yet."""
    here = public.district(slug)
    if not starting.invites(here, word):
        raise Http404
    if not here.is_public:
        visitor.invite(request, here)
    return redirect("district", slug)


@require_GET
@shell.member
def asked(request: HttpRequest) -> HttpResponse:
    """The districts that wait for this person's decision."""
    _decides_or_404(request)
    return render(request, "starting/asked.html", {"asked": starting.waiting_for(shell.person(request))[:50]})


@require_POST
@shell.member
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Yes, or no with a reason."""
    _decides_or_404(request)
    person = shell.person(request)
    found = get_object_or_404(starting.waiting_for(person), pk=pk)
    with telling.told(request):
        if request.POST.get("yes"):
            starting.approve(found, by=person)
            messages.success(request, _("%(name)s can begin. They hear it by e-mail.") % {"name": found.name})
        else:
            starting.decline(found, by=person, reason=request.POST.get("reason", ""))
            messages.success(request, _("Declined. They hear it by e-mail."))
    return redirect("start_asked")


def _proven(request: HttpRequest, made: starting.Made) -> HttpResponse:
    request.session.pop(BEGUN, None)
    if made.person is None or made.founding.district is None:
        return pages.page(request, "starting/waits.html", {"asked": made.founding})
    if not made.fresh:
        messages.success(request, _("It has begun. Now sign in with your e-mail address, as you are used to."))
        return redirect("account_request_login_code")
    # Whoever just proved this address by a code would get the same code again to sign in; the account is new, so it guards nothing yet.
    auth.login(request, made.person, backend=settings.AUTHENTICATION_BACKENDS[0])
    record_authentication(request, made.person, "code", email=made.person.email)
    return redirect("start_steps", made.founding.district.slug)


def _begun(request: HttpRequest) -> Founding | None:
    """What this device began and has not proven yet."""
    rows = Founding.objects.select_related("application").filter(state=Founding.State.BEGUN)
    pk: int | None = request.session.get(BEGUN)
    return rows.filter(pk=pk).first() if pk else None


def _mine(request: HttpRequest, slug: str) -> District:
    """A district in which this person has a steering role, also while their second step is still to be set; or 404."""
    found = starting.steering_members(public.district(slug)).filter(person=shell.person(request)).exists()
    if not found:
        raise Http404
    return public.district(slug)


def _decides_or_404(request: HttpRequest) -> None:
    person = shell.person(request)
    if not (shell.groups(request, roles.Right.FIGURES) or (person.is_superuser and person.second_factor_since)):
        raise Http404
