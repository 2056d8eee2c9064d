"""Being told on this device and elsewhere: switching on, trying it, the order of channels, quiet hours, nothing for a while."""

import json
from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from meldkring.channels.contract import Action
from meldkring.delivery import addresses, answering, preferences
from meldkring.delivery.models import Address
from meldkring.intake import binding
from meldkring.people.models import Person
from meldkring.web.channels import devices, forms, ways
from meldkring.web.frame import shell


@shell.member
def phone(request: HttpRequest) -> HttpResponse:
    return page(request)


def page(request: HttpRequest, *, status: int = 200, **refused: object) -> HttpResponse:
    """The page, with a refused form in it."""
    person = shell.person(request)
    addresses.ensure_email([person])
    preference = preferences.of(person)
    chosen = {name: getattr(preference, name) for name in ("quiet_from", "quiet_until", "digest_at")}
    test = request.GET.get("test", "")
    context = {
        "ways": ways.of(person),
        "linking": binding.offered(),
        "preference": preference,
        "muted": ways.is_muted(preference),
        "quiet_form": forms.QuietForm(initial=chosen),
        "mute_form": forms.MuteForm(),
        "push_key": devices.channel().identity.public_key,
        "device": devices.called(request.headers.get("User-Agent", "")),
        "test": ways.test(person, test) if test else None,
    } | refused
    return render(request, "phone/phone.html", context, status=status)


@shell.member
@require_POST
def switch_on(request: HttpRequest) -> HttpResponse:
    """The browser gave this device an address."""
    try:
        told = json.loads(request.body)
        made = devices.add(shell.person(request), told["subscription"], name=str(told.get("name") or "")[:80])
    except devices.NotThisDevice as refusal:
        return JsonResponse({"words": str(refusal)}, status=422)
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"words": _("Your browser gave an address that we cannot send to. Try another browser.")}, status=422)
    return JsonResponse({"id": made.pk})


@shell.member
@require_POST
def deed(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Do one thing with one of my addresses."""
    address = get_object_or_404(Address, pk=pk, person=shell.person(request))
    if name not in DEEDS:
        raise Http404
    return redirect(reverse("phone") + DEEDS[name](request, address))


@shell.member
def test(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far a test message has come; the page asks this until it knows."""
    found = ways.test(shell.person(request), str(pk))
    if found is None:
        raise Http404
    return render(request, "phone/test.html", {"test": found})


@shell.member
@require_POST
def quiet(request: HttpRequest) -> HttpResponse:
    form = forms.QuietForm(request.POST)
    if not form.is_valid():
        return page(request, status=422, quiet_form=form)
    preferences.choose(shell.person(request), **form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect("phone")


@shell.member
@require_POST
def mute(request: HttpRequest) -> HttpResponse:
    form = forms.MuteForm(request.POST)
    if not form.is_valid():
        return page(request, status=422, mute_form=form)
    until = form.moment()
    preferences.mute(shell.person(request), until)
    if until is None:
        messages.success(request, _("You are told again when something happens."))
    return redirect("phone")


@shell.member
def on_iphone(request: HttpRequest) -> HttpResponse:
    return render(request, "phone/iphone.html")


def _try(request: HttpRequest, address: Address) -> str:
    if not ways.may_test(address):
        messages.error(request, _("You just sent a test. Wait a minute."))
        return ""
    words = _("This is a test. When something happens in your neighbourhood, a message looks like this.")
    made = answering.answer(
        address, words, title=_("Test of Meldkring"), url=request.build_absolute_uri(reverse("phone")),
        actions=[Action("open", _("Open"))],
    )  # fmt: skip
    return f"?test={made.pk}#test"


def _remove(request: HttpRequest, address: Address) -> str:
    if address.channel == addresses.EMAIL:
        raise Http404  # it belongs to the account
    addresses.remove(address, by=shell.person(request))
    messages.success(request, _("Removed. No messages go there any more."))
    return ""


def _again(request: HttpRequest, address: Address) -> str:
    person: Person = shell.person(request)
    addresses.add(person, channel=address.channel, value=address.value, label=address.label)
    messages.success(request, _("Messages go there again."))
    return ""


def _move(by: int) -> Callable[[HttpRequest, Address], str]:
    def moved(request: HttpRequest, address: Address) -> str:
        order = [a.pk for a in address.person.addresses.order_by("position", "pk")]
        at = order.index(address.pk)
        order.insert(max(0, at + by), order.pop(at))
        addresses.put_in_order(address.person, order)
        return "#ways"

    return moved


DEEDS: dict[str, Callable[[HttpRequest, Address], str]] = {
    "test": _try, "weg": _remove, "weer": _again, "hoger": _move(-1), "lager": _move(1),
}  # fmt: skip
