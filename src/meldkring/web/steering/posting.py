"""One message as it stands in one group: the whole way it came, and what a steering member can do about it."""

from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from meldkring.cases import judging, reporting
from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.messaging import access, letters
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Posting
from meldkring.people.models import Person
from meldkring.web.frame import refusals, shell, showing, telling
from meldkring.web.steering import forms, waiting


@require_GET
@shell.member
def posting(request: HttpRequest, pk: int) -> HttpResponse:
    """The message, its way here step by step, and the forms of whoever screens."""
    return _page(request, access.posting(shell.person(request), pk))


@require_POST
@shell.member
def hide(request: HttpRequest, pk: int) -> HttpResponse:
    """Hide with a reason. A message that never appeared leads back to the desk: it has no page any more."""
    here = _screened(request, pk)
    form = forms.ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, here, reason=form)
    with telling.told(request):
        reporting.hide(here, by=shell.person(request), reason=form.cleaned_data["reason"])
        messages.success(request, _("The message is hidden."))
    return redirect("posting", pk) if here.number else redirect("desk")


@require_POST
@shell.member
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a hidden message again."""
    here = _screened(request, pk)
    with telling.told(request):
        reporting.unhide(here, by=shell.person(request))
        messages.success(request, _("The group can read the message now."))
    return redirect("posting", pk)


@require_POST
@shell.member
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """A private word to the author; then the whole exchange."""
    here = access.posting(shell.person(request), pk)
    steering, author = _writes_as(shell.person(request), here), here.message.author
    if steering is None or author is None:
        raise Http404
    form = forms.WordForm(request.POST)
    if not form.is_valid():
        return _page(request, here, letter=form)
    try:
        letters.write(form.cleaned_data["text"], steering=steering, resident=author, by=shell.person(request), about=here)
    except refusals.REFUSALS as refusal:
        refusals.onto(form, refusal)
        return _page(request, here, letter=form)
    messages.success(request, _("Your letter is with %(name)s.") % {"name": author.shown_name})
    return redirect("letter", steering.pk, author.pk)


def _page(
    request: HttpRequest, here: Posting, *, reason: forms.ReasonForm | None = None, letter: forms.WordForm | None = None
) -> HttpResponse:
    steering, found = _writes_as(shell.person(request), here), showing.contribution(here)
    context = {
        "posting": here,
        "post": replace(showing.posts([here])[0], provenance=[]),
        "way": [showing.Step(p.group.name, showing.name(p.posted_by), p.posted_at) for p in postings.provenance(here)],
        "case": found.case if found else None,
        "screens": roles.has(shell.person(request), roles.Right.SCREEN, here.group),
        "reason_form": reason or forms.ReasonForm(),
        "steering": steering,
        "onward": _onward(shell.person(request), here),
        "letter_form": (letter or forms.WordForm(text=_opening(here), label=_("Your letter"))) if steering else None,
    }
    return render(request, "posting/posting.html", context, status=422 if reason or letter else 200)


def _onward(person: Person, here: Posting) -> tuple[Group, list[waiting.Target]] | None:
    """Where a steering member can still send a message that no colleague judged here: what went along by itself, or one's own, further up (S9)."""
    if not roles.has(person, roles.Right.JUDGE, here.group):
        return None
    for steering in roles.steering_groups(person):
        if judging.can_be_judged(here, steering=steering):
            targets = waiting.targets(here, steering=steering)
            return (steering, targets) if targets else None
    return None


def _screened(request: HttpRequest, pk: int) -> Posting:
    here = access.posting(shell.person(request), pk)
    if not roles.has(shell.person(request), roles.Right.SCREEN, here.group):
        raise Http404
    return here


def _writes_as(person: Person, here: Posting) -> Group | None:
    """The steering group on whose behalf this person can write to the author: the one that runs the group where it was said, else their own."""
    if here.message.author_id in (None, person.pk) or not roles.has(person, roles.Right.JUDGE, here.group):
        return None
    ours, said_in = roles.steering_groups(person), postings.provenance(here)[0].group
    return next((g for g in ours if g.pk == said_in.run_by_id or not said_in.is_watch), None)


def _opening(here: Posting) -> str:
    name = here.message.author.first_name if here.message.author else ""
    if here.hidden_at:
        return _("Hello %(name)s,\n\nWe have hidden your message: %(reason)s\n\n") % {"name": name, "reason": here.hidden_reason}
    return _("Hello %(name)s,\n\nThank you for your message. We have a question about it:\n\n") % {"name": name}
