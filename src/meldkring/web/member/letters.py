"""Private letters between a resident and a steering group, as the one or the other reads them."""

from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Paginator
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from meldkring.groups.models import Group
from meldkring.messaging import letters as domain
from meldkring.messaging.models import Letter
from meldkring.people.models import Person
from meldkring.web.frame import forms, refusals, shell, showing

PER_PAGE = 20


@dataclass(frozen=True)
class Exchange:
    """One line in the list of letters: with whom, when last, how many unread."""

    steering: int
    officer: int | None
    resident: int
    name: str
    last: datetime
    unread: int
    text: str


@shell.member
def letters(request: HttpRequest) -> HttpResponse:
    person = shell.person(request)
    to_me = Q(resident=person, read_at=None) & ~Q(author=person)
    rows = (
        domain.readable(person)
        .order_by()
        .values("steering", "officer", "resident")
        .annotate(last=Max("written_at"), unread=Count("pk", filter=to_me))
    )
    page = Paginator(rows.order_by("-last"), PER_PAGE).get_page(request.GET.get("page"))
    found = list(page.object_list)
    groups = Group.objects.in_bulk({row["steering"] for row in found})
    people = Person.objects.in_bulk({row["resident"] for row in found} | {row["officer"] for row in found if row["officer"]})
    latest = domain.readable(person).filter(written_at__in=[row["last"] for row in found])
    texts = {(letter.steering_id, letter.officer_id, letter.resident_id): letter.text for letter in latest}
    exchanges = [
        Exchange(
            name=_with(person, groups[row["steering"]], people.get(row["officer"]), people[row["resident"]]),
            text=texts[row["steering"], row["officer"], row["resident"]],
            **row,
        )
        for row in found
    ]
    return render(request, "letters/list.html", {"exchanges": exchanges, "page": page})


@shell.member
def letter(request: HttpRequest, steering: int, resident: int) -> HttpResponse:
    person = shell.person(request)
    exchange = domain.exchange(person, steering=steering, resident=resident)
    form = forms.LetterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            domain.write(form.cleaned_data["text"], steering=exchange[0].steering, resident=exchange[0].resident, by=person)
        except refusals.REFUSALS as refusal:
            refusals.onto(form, refusal)
        else:
            return redirect("letter", steering, resident)
    if person.pk == resident:
        domain.mark_read(person, steering=steering)
    context = {"exchange": exchange, "form": form, "with": other(person, exchange[0])}
    return render(request, "letters/letter.html", context, status=422 if request.method == "POST" else 200)


@shell.member
def officer_letter(request: HttpRequest, officer: int, resident: int) -> HttpResponse:
    """An exchange between an officer and a resident."""
    person = shell.person(request)
    exchange = domain.exchange(person, officer=officer, resident=resident)
    last, form = exchange[-1], forms.LetterForm(request.POST or None)
    assert last.officer is not None  # noqa: S101 - asked for by officer
    if request.method == "POST" and form.is_valid():
        try:
            domain.write_with_officer(
                form.cleaned_data["text"], officer=last.officer, resident=last.resident, steering=last.steering, by=person, about=last.about
            )
        except refusals.REFUSALS as refusal:
            refusals.onto(form, refusal)
        else:
            return redirect("officer_letter", officer, resident)
    if person.pk == resident:
        domain.mark_read(person, officer=officer)
    context = {"exchange": exchange, "form": form, "with": other(person, last), "officer": last.officer}
    return render(request, "letters/letter.html", context, status=422 if request.method == "POST" else 200)


def other(person: Person, first: Letter) -> str:
    """With whom this exchange is, for who reads it."""
    return _with(person, first.steering, first.officer, first.resident)


def _with(person: Person, steering: Group, officer: Person | None, resident: Person) -> str:
    if resident.pk != person.pk:
        return showing.name(resident)
    return _("%(name)s, community officer") % {"name": officer.first_name} if officer else steering.name
