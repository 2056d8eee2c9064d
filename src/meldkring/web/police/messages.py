"""A message of the police: for which area, how long, whom it reaches; placed by the officer, or by a steering member who names the source (S16, S35)."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from meldkring.cases import access, holding, reporting, validity
from meldkring.cases import police as police_messages
from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.people.models import Person
from meldkring.places import shapes
from meldkring.places.models import Neighbourhood
from meldkring.web.frame import forms, maps, refusals, shell
from meldkring.web.member import case_acts
from meldkring.web.police import forms as police_forms


@require_http_methods(["GET", "POST"])
@shell.member
def police(request: HttpRequest) -> HttpResponse:
    """The form; a message that has been placed leads to its case. Without scripts one looks whom it reaches before it goes."""
    person = shell.person(request)
    form = _form(request, request.POST or None)
    looking = "look" in request.POST
    if form.is_valid() and not looking:
        if not form.has_seen():
            form.add_error(None, _("Look first whom this reaches now. Is it right? Then press once more."))
        else:
            try:
                case = police_messages.place(by=person, **form.given())
            except refusals.REFUSALS as refusal:
                refusals.onto(form, refusal)
            else:
                messages.success(request, _("The message of the police has been placed. This is the case."))
                return redirect("case", case.reference)
    context = {"form": form, "officer": "source" not in form.fields, "looking": looking, **area_context(person, form)}
    return render(request, "police/police.html", context, status=422 if form.is_bound and not looking else 200)


@require_POST
@shell.member
def reach(request: HttpRequest) -> HttpResponse:
    """Whom the message would reach, as the area is chosen now."""
    form = _form(request, request.POST)
    form.is_valid()
    return render(request, "police/reach.html", reached(shell.person(request), form))


@shell.member
def extend(request: HttpRequest, reference: str) -> HttpResponse:
    """Let the message hold longer."""
    person = shell.person(request)
    case = access.case(person, reference)
    if validity.of(case) is None or not validity.may_extend(person, case):
        raise Http404
    form = police_forms.ValidForm(request.POST or None)
    words = {
        "title": _("Let it hold longer"), "button": _("Let it hold longer"),
        "intro": _("Counted from now. After that the message withdraws by itself, everywhere it stands."),
    }  # fmt: skip
    return case_acts.act(request, case, form, words, lambda _given: validity.extend(case, valid_until=form.until(), by=person))


@shell.member
def write(request: HttpRequest, reference: str, group: int) -> HttpResponse:
    """An officer's private word to who holds the case in a watch group."""
    person = shell.person(request)
    case = access.case(person, reference)
    held = next((h for h in access.in_touch(person, [case]) if h.group_id == group), None)
    if held is None:
        raise Http404
    form = forms.LetterForm(request.POST or None)
    words = {
        "title": _("Write to %(name)s") % {"name": held.person.first_name}, "button": _("Send the letter"),
        "intro": _("Only you and %(name)s read this. They can answer here.") % {"name": held.person.shown_name},
    }  # fmt: skip
    return case_acts.act(
        request, case, form, words, lambda given: holding.write_to_holder(given["text"], case=case, group=held.group, by=person)
    )


def area_context(person: Person, form: police_forms.MeantForm, *, to: Sequence[Group] = ()) -> dict[str, Any]:
    """The map and list of neighbourhoods, and whom the choice reaches."""
    shown = _map(form)
    drawing = maps.of("area-drawing", _("Map to draw the area on"), _areas(form), draws="corners") if shown else None
    return {"map": shown, "drawing": drawing, **reached(person, form, to=to)}


def reached(person: Person, form: police_forms.MeantForm, *, to: Sequence[Group] = ()) -> dict[str, Any]:
    """Whom the choice in this form reaches, and the mark by which we know that this was shown."""
    chosen = form.chosen()
    try:
        area: list[Neighbourhood] = police_messages.within(person, chosen["area"], chosen["outline"])
    except (reporting.BadAnswer, shapes.BadOutline) as refusal:
        return {"reach": None, "why_not": str(refusal), "mark": ""}
    return {"reach": police_messages.reach(person, area, to=to or chosen["to"]), "area": area, "mark": form.mark()}


def _form(request: HttpRequest, data: Any) -> police_forms.PoliceForm:
    person = shell.person(request)
    places = police_messages.places(person)
    if not places:
        raise Http404
    officer = len(roles.with_right(person, roles.Right.POLICE)) == len(places)
    return police_forms.PoliceForm(data, places=places, neighbourhoods=police_messages.neighbourhoods(person), officer=officer)


def _map(form: police_forms.MeantForm) -> maps.Map | None:
    areas = _areas(form)
    return maps.of("area-map", _("Map of the neighbourhoods; the list below says the same"), areas, chooses="area") if areas else None


def _areas(form: police_forms.MeantForm) -> list[maps.Area]:
    drawn = [n for n in form.neighbourhoods.values() if n.outline]
    looks = {pk: look for look, pk in enumerate(dict.fromkeys(n.district_id for n in drawn))}
    return [maps.Area(n.pk, n.outline or {}, n.name, look=looks[n.district_id]) for n in drawn]
