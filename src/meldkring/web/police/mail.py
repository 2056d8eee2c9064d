"""A mail of the police beside what was read in it: a steering member corrects and places it, or refuses it. And the address to which they mail."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from meldkring.cases import police as police_messages
from meldkring.groups import officers, roles
from meldkring.groups.models import Group, Kind
from meldkring.intake import police_mail
from meldkring.intake.models import PoliceAddress, PoliceMail
from meldkring.people.models import Person
from meldkring.web.frame import refusals, shell, telling
from meldkring.web.police import forms
from meldkring.web.police import messages as police

PER_PAGE = 20


@require_GET
@shell.member
def mails(request: HttpRequest) -> HttpResponse:
    """Every mail of the last month and what became of it, newest first."""
    person = shell.person(request)
    if not shell.groups(request, roles.Right.FOR_POLICE):
        raise Http404
    query = request.GET.get("q", "").strip()
    found = police_mail.mails(person)
    if query:
        found = found.filter(Q(subject__icontains=query) | Q(original__icontains=query) | Q(sender__icontains=query))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "police/mails.html", {"page": page, "mails": page.object_list, "query": query})


@require_http_methods(["GET", "POST"])
@shell.member
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """The original and what was read, side by side; what was placed leads to its case."""
    person = shell.person(request)
    found = police_mail.mail(person, pk)
    steering = _steering(person, found)
    form = _form(request, found, steering) if found.state == PoliceMail.State.WAITING else None
    looking = "look" in request.POST
    if form and form.is_valid() and not looking:
        given = form.cleaned_data
        meant = {"area": given["area"], "outline": given["corners"], **form.given()}
        try:
            case = police_mail.place(
                found, given["text"], source=given["source"], steering=steering, forward_to=given["onward"], by=person, **meant
            )
        except refusals.REFUSALS as refusal:
            refusals.onto(form, refusal)
        else:
            messages.success(request, _("Placed. This is the case."))
            return redirect("case", case.reference)
    context = {"mail": found, "form": form, "looking": looking, "checks": _checks(found)}
    if form:
        context |= police.area_context(person, form, to=[found.group])
    return render(request, "police/mail.html", context, status=422 if form and form.is_bound and not looking else 200)


@require_POST
@shell.member
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Not placed, with the reason."""
    person = shell.person(request)
    found = police_mail.mail(person, pk)
    with telling.told(request):
        police_mail.refuse(found, reason=request.POST.get("reason", ""), by=person)
        messages.success(request, _("Refused. Your colleagues see why."))
    return redirect("police_mail", found.pk)


@require_http_methods(["GET", "POST"])
@shell.member
def address(request: HttpRequest, group: int) -> HttpResponse:
    """The address of one coordination group: make it, say who may mail there, or give it a new one."""
    person = shell.person(request)
    managed = [d.pk for d in officers.managed(person)]
    here = get_object_or_404(Group, pk=group, kind=Kind.COORDINATION, district__in=managed, closed_at=None)
    if request.method == "POST" and "renew" in request.POST:
        police_mail.renew(here, by=person)
        messages.success(
            request, _("This is the new address. Mail to the old one is refused from now on; give the new one to the control room.")
        )
        return redirect("police_address", here.pk)
    found = police_mail.address(here, by=person) if request.method == "POST" else _current(person, here)
    form = forms.SendersForm(
        request.POST if "domains" in request.POST else None, initial={"domains": found.sender_domains if found else ""}
    )
    if form.is_valid():
        police_mail.allow(here, domains=form.cleaned_data["domains"], by=person)
        messages.success(request, _("Saved."))
        return redirect("police_address", here.pk)
    if request.method == "POST" and not form.is_bound:
        return redirect("police_address", here.pk)
    context = {"group": here, "address": found, "shown": shown_address(found) if found else "", "form": form}
    return render(request, "police/address.html", context, status=422 if form.is_bound else 200)


def shown_address(address: PoliceAddress) -> str:
    """The address as one types it; empty where the administrator has not set up incoming mail."""
    return f"politie+{address.secret}@{settings.REPLY_DOMAIN}" if settings.REPLY_DOMAIN else ""


def _current(person: Person, here: Group) -> PoliceAddress | None:
    return next((a for a in police_mail.addresses(person) if a.group_id == here.pk), None)


def _steering(person: Person, mail: PoliceMail) -> Group:
    for group in roles.steering_groups(person):
        if group.district_id == mail.group.district_id:
            return group
    raise Http404


def _form(request: HttpRequest, mail: PoliceMail, steering: Group) -> forms.MailForm:
    person, read = shell.person(request), mail.reading
    near = [n for n in police_messages.neighbourhoods(person) if n.district_id == mail.group.district_id]
    run = list(steering.runs.filter(closed_at=None).order_by("name"))
    named = [str(n.pk) for n in near if n.name.lower() in f"{read.get('place', '')} {read.get('description', '')}".lower()]
    # Without a neighbourhood in its words it is for all; the person who looks at it knows better.
    meant = [g.pk for g in run if not named or g.neighbourhoods.filter(pk__in=named).exists()]
    initial: dict[str, Any] = {name: read.get(name, "") for name in ("place", "persons", "vehicle", "direction")}
    parts = [read.get(name, "") for name in ("subject", "description", "to_do")]
    initial |= {
        "text": "\n".join(dict.fromkeys(filter(None, parts))), "police_number": read.get("number", ""), "source": _("Control room of the police"),
        "area": named, "onward": [str(pk) for pk in meant],
    }  # fmt: skip
    return forms.MailForm(request.POST or None, run=run, neighbourhoods=near, initial=initial)


def _checks(mail: PoliceMail) -> str:
    """What is known of the sender, in words; never that it is certain."""
    if not mail.checks:
        return _("Not known whether this address is real: our mail server did not tell.")
    passed = [name.upper() for name, result in mail.checks.items() if result == "pass"]
    failed = [name.upper() for name, result in mail.checks.items() if result != "pass"]
    if failed:
        return _("Take care: our mail server doubts the sender (%(names)s). Call the control room if in doubt.") % {
            "names": ", ".join(failed)
        }
    return _("Our mail server found no fault with the sender (%(names)s). Still look whether it is likely.") % {"names": ", ".join(passed)}
