"""The one page about the police: for an officer the cases and what is asked of them, for steering members who the officer is and what waits."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from meldkring.cases import access, police, validity
from meldkring.cases.models import Case, Holder, Status
from meldkring.groups import contact, officers, roles
from meldkring.groups.models import Group, Kind
from meldkring.intake import police_mail
from meldkring.intake.models import PoliceAddress
from meldkring.people.models import Person
from meldkring.places.models import District
from meldkring.web.frame import refusals, shell, showing, telling
from meldkring.web.police import forms
from meldkring.web.police.mail import shown_address

PER_PAGE = 20
MOST_WAITING = 20


@require_GET
@shell.member
def room(request: HttpRequest) -> HttpResponse:
    """Everything about the police in one place; who has no part in it finds nothing here."""
    person = shell.person(request)
    if not police.places(person):
        raise Http404
    officer = bool(shell.groups(request, roles.Right.POLICE))
    page = Paginator(_open_cases(person, officer=officer), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "officer": officer,
        "cases": _shown(person, list(page.object_list), officer=officer),
        "page": page,
        "owed": validity.owed(person),
        "ending": validity.ending(person),
        "mails": police_mail.mails(person).filter(state="waiting")[:MOST_WAITING],
        "reads_mail": bool(shell.groups(request, roles.Right.FOR_POLICE)),
        "districts": _districts(person),
        "addresses": [(a, shown_address(a)) for a in police_mail.addresses(person)],
        "without_address": _without_address(person),
    }
    return render(request, "police/room.html", context)


@require_http_methods(["GET", "POST"])
@shell.member
def propose(request: HttpRequest, slug: str) -> HttpResponse:
    """A phone manager proposes an officer."""
    person = shell.person(request)
    district = _one_of(officers.managed(person), slug)
    steering = list(Group.objects.filter(kind=Kind.STEERING, district=district, closed_at=None).order_by("name"))
    form = forms.ProposeForm(request.POST or None, steering=steering)
    words = {
        "title": _("Propose a community officer for %(district)s") % {"district": district.name}, "button": _("Propose"),
        "intro": _("The officer reads along in the coordination group and can place messages. Another steering member confirms first that it is right."),
        "done": _("Proposed. As soon as another steering member confirms it, the officer reads along."),
    }  # fmt: skip
    return _filled_in(request, form, words, partial(officers.propose, district=district, by=person))


@require_POST
@shell.member
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Another steering member confirms the officer."""
    person = shell.person(request)
    found = officers.appointment(person, pk)
    return _did(request, partial(officers.confirm, found, by=person), _("%(name)s reads along from now on.") % {"name": found.name})


@require_http_methods(["GET", "POST"])
@shell.member
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """The officer stops; asked once more, for it cannot be undone."""
    person = shell.person(request)
    found = officers.appointment(person, pk)
    if request.method == "POST":
        with telling.told(request):
            officers.end(found, by=person)
            messages.success(request, _("%(name)s no longer reads along.") % {"name": found.name})
        return redirect("police_room" if police.places(person) else "home")
    return render(request, "police/end.html", {"appointment": found})


@require_POST
@shell.member
def second_step(request: HttpRequest, pk: int) -> HttpResponse:
    """The officer lost the phone and sets a new second step."""
    person = shell.person(request)
    found = officers.appointment(person, pk)
    done = _("%(name)s can set a new second step now.") % {"name": found.name}
    return _did(request, partial(officers.reset_second_step, found, by=person), done)


@require_http_methods(["GET", "POST"])
@shell.member
def card(request: HttpRequest, slug: str) -> HttpResponse:
    """Write or correct the contact card."""
    person = shell.person(request)
    district = _one_of([*officers.steered(person), *officers.served(person)], slug)
    now = contact.current(district)
    initial = {name: getattr(now, name) for name in contact.FIELDS} if now else {}
    form = forms.CardForm(request.POST or None, initial=initial)
    words = {
        "title": _("Contact card of %(district)s") % {"district": district.name}, "button": _("Save"),
        "intro": _("Only steering members and the officer read this. Residents see 112 and 0900-8844."), "done": _("Saved."),
    }  # fmt: skip
    return _filled_in(request, form, words, partial(contact.write, district, by=person))


@require_http_methods(["GET", "POST"])
@shell.member
def hand_over(request: HttpRequest, slug: str) -> HttpResponse:
    """The officer changes: the old card is kept, the new one begins."""
    person = shell.person(request)
    district = _one_of([*officers.steered(person), *officers.served(person)], slug)
    if contact.current(district) is None:
        raise Http404
    form = forms.HandOverCardForm(request.POST or None)
    words = {
        "title": _("A new community officer in %(district)s") % {"district": district.name}, "button": _("Hand over"),
        "intro": _("The old card stays, with its dates. What you agreed goes along; the new officer confirms it."),
        "done": _("Handed over. The new officer confirms the card on this page."),
    }  # fmt: skip
    return _filled_in(request, form, words, partial(contact.hand_over, district, by=person))


@require_POST
@shell.member
def confirm_card(request: HttpRequest, slug: str) -> HttpResponse:
    """The officer says that the card is right."""
    person = shell.person(request)
    district = _one_of(officers.served(person), slug)
    return _did(request, partial(contact.confirm, district, by=person), _("Thank you. The card is confirmed."))


def _did(request: HttpRequest, deed: Callable[[], object], done: str) -> HttpResponse:
    """One tap: do it, say so, and back to the room."""
    with telling.told(request):
        deed()
        messages.success(request, done)
    return redirect("police_room")


def _filled_in(request: HttpRequest, form: Any, words: dict[str, str], deed: Callable[..., object]) -> HttpResponse:
    """A form of the room: ask, do it with what was filled in, say so, and back; a refusal stands in the form."""
    if form.is_valid():
        try:
            deed(**form.cleaned_data)
        except refusals.REFUSALS as refusal:
            refusals.onto(form, refusal)
        else:
            messages.success(request, words["done"])
            return redirect("police_room")
    return render(request, "police/act.html", {"form": form, **words}, status=422 if form.is_bound else 200)


def _one_of(districts: list[District], slug: str) -> District:
    found = forms.district_of(districts, slug)
    if found is None:
        raise Http404
    return found


def _open_cases(person: Person, *, officer: bool) -> Any:
    found = access.cases(person).filter(status=Status.OPEN).order_by("-opened_at")
    return found if officer else found.filter(called="police")


def _shown(person: Person, cases: list[Case], *, officer: bool) -> list[dict[str, Any]]:
    """Each case with its state and who is in touch with the police about it, for the officer to write to."""
    held: dict[int, list[Holder]] = {}
    for holder in access.in_touch(person, cases) if officer else []:
        held.setdefault(holder.case_id, []).append(holder)
    return [{"case": case, "state": showing.case_state(case), "holders": held.get(case.pk, [])} for case in cases]


def _districts(person: Person) -> list[dict[str, Any]]:
    """Of each district who serves it, its contact card and the cards before."""
    steered, managed = {d.pk for d in officers.steered(person)}, {d.pk for d in officers.managed(person)}
    served = {d.pk for d in officers.served(person)}
    every = sorted({d.pk: d for d in (*officers.steered(person), *officers.served(person))}.values(), key=lambda d: d.name)
    appointed = list(officers.appointments(person).filter(ended_at=None))
    cards = list(contact.cards(person))
    return [
        {
            "district": d,
            "appointments": [a for a in appointed if a.district_id == d.pk],
            "card": next((c for c in cards if c.district_id == d.pk and c.until is None), None),
            "former": [c for c in cards if c.district_id == d.pk and c.until is not None],
            "steers": d.pk in steered,
            "manages": d.pk in managed,
            "serves": d.pk in served,
        }
        for d in every
    ]


def _without_address(person: Person) -> list[Group]:
    mine = [d.pk for d in officers.managed(person)]
    found = Group.objects.filter(kind=Kind.COORDINATION, district__in=mine, closed_at=None)
    return list(found.exclude(pk__in=PoliceAddress.objects.filter(ended_at=None).values("group")).order_by("name"))
