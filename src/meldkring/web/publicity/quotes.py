"""Who may be quoted? The steering group asks, the person answers on a page of their own and can take it back until it is used."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from meldkring.publicity import access, quoting
from meldkring.web.frame import numbers, refusals, shell, telling
from meldkring.web.publicity import forms

PER_PAGE = 20


@require_http_methods(["GET", "POST"])
@shell.member
def quotes(request: HttpRequest, slug: str) -> HttpResponse:
    """What was asked and answered; search somebody, then write down the words."""
    person = shell.person(request)
    here = access.district(person, slug)
    whom = numbers.one(request.POST.get("person", request.GET.get("wie", "")))
    chosen = get_object_or_404(quoting.candidates(here), pk=whom) if whom else None
    form = forms.QuoteForm(request.POST or None, initial={"named": chosen.first_name if chosen else ""})
    if chosen and form.is_valid():
        try:
            quoting.ask(here, chosen, text=form.cleaned_data["text"], named=form.cleaned_data["named"], by=person)
        except refusals.REFUSALS as refusal:
            refusals.onto(form, refusal)
        else:
            messages.success(request, _("%(name)s gets the question by e-mail and sees it at home.") % {"name": chosen.first_name})
            return redirect("publicity_quotes", here.slug)
    query = request.GET.get("q", "").strip()
    page = Paginator(access.quotes(here), PER_PAGE).get_page(request.GET.get("page"))
    context = {"district": here, "form": form, "chosen": chosen, "query": query, "found": quoting.found(here, query), "page": page}
    return render(request, "publicity/quotes.html", context, status=422 if form.is_bound else 200)


@require_POST
@shell.member
def cancel(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a question back that has no answer yet."""
    person = shell.person(request)
    here = access.district(person, slug)
    with telling.told(request):
        quoting.cancel(access.quote(here, pk), by=person)
        messages.success(request, _("The question is taken back."))
    return redirect("publicity_quotes", here.slug)


@require_GET
@shell.member
def mine(request: HttpRequest) -> HttpResponse:
    """What this person was asked."""
    page = Paginator(access.own_quotes(shell.person(request)), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "publicity/mine.html", {"page": page})


@require_POST
@shell.member
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Yes, no, or after all not."""
    person = shell.person(request)
    agreed = request.POST.get("answer") == "yes"
    with telling.told(request):
        quoting.answer(access.own_quote(person, pk), agreed, by=person)
        messages.success(request, _("Thank you. You may be quoted.") if agreed else _("You are not quoted."))
    return redirect("my_quotes")
