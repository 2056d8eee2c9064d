"""The house rules for members: read them, accept a new version with what changed in it, and for the phone manager: change them."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from meldkring.groups import roles
from meldkring.joining import house_texts, rules
from meldkring.joining.models import HouseRules
from meldkring.places.models import District
from meldkring.web.frame import numbers, shell, visitor
from meldkring.web.visitors import sign_up_forms


@require_http_methods(["GET", "POST"])
@shell.member
def house_rules(request: HttpRequest) -> HttpResponse:
    """The rules in force; who must still accept them ticks each one."""
    person = shell.person(request)
    in_force, due = rules.in_force_for(person), rules.must_accept(person)
    form, ticked = forms.Form(visitor.posted(request)), set(numbers.every(request.POST.getlist("rule")))
    if form.is_valid() and due:
        try:
            rules.accept(person, due, ticked=ticked)
            messages.success(request, _("Thank you. You have accepted the house rules."))
            return redirect("home")
        except rules.RulesRefused as refusal:
            form.add_error(None, str(refusal))
    lines, gone = _lines(request, in_force, ticked)
    context = {"rules": in_force, "due": due, "form": form, "lines": lines, "gone": gone, "manages": rules.manages(person)}
    return render(request, "house_rules/house_rules.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@shell.member
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the rules of a district: edit, look at what changes, publish."""
    district = _managed(request, pk)
    before = rules.texts(rules.current(district))
    initial = [{"name": name, "text": text} for name, text in before or house_texts.defaults(district)]
    formset = sign_up_forms.RuleFormSet(visitor.posted(request), initial=initial)
    changes, refused = None, ""
    if formset.is_bound and formset.is_valid():
        try:
            texts = rules.checked(_texts(formset))
            if "publish" in request.POST:
                made = rules.publish(district, texts, by=shell.person(request))
                messages.success(request, _("Version %(n)d is in force. Every member is asked to accept it.") % {"n": made.version})
                return redirect("house_rules")
            changes = [change for change in rules.changes(before, texts) if change.kind != "same"]
        except (rules.RulesRefused, roles.NotAllowed) as refusal:
            refused = str(refusal)
    context = {"district": district, "formset": formset, "changes": changes, "refused": refused, "before": before}
    return render(request, "house_rules/edit.html", context, status=422 if refused else 200)


def _managed(request: HttpRequest, pk: int) -> District:
    for district in rules.manages(shell.person(request)):
        if district.pk == pk:
            return district
    raise Http404


def _lines(request: HttpRequest, in_force: HouseRules | None, ticked: set[int]) -> tuple[list[dict[str, Any]], list[str]]:
    """Each rule with what became of it since the person last accepted, and the rules that went."""
    if in_force is None:
        return [], []
    earlier = rules.accepted_before(shell.person(request), in_force)
    changes = {c.name: c for c in rules.changes(rules.texts(earlier), rules.texts(in_force))} if earlier else {}
    language = get_language() or "nl"
    lines = [
        {
            "pk": line.pk, "ticked": line.pk in ticked, "change": changes.get(line.name),
            "text": house_texts.read_in(language, line.name, line.text),
        }
        for line in in_force.lines.all()
    ]  # fmt: skip
    return lines, [c.old for c in changes.values() if c.kind == "gone"]


def _texts(formset: Any) -> rules.Texts:
    """The rules in the order that was asked for; a blank new one is no rule, and a new one gets a name."""
    kept = [f for f in formset.forms if f not in formset.deleted_forms and (f.cleaned_data.get("name") or f.cleaned_data.get("text"))]
    ordered = sorted(kept, key=lambda f: f.cleaned_data.get("ORDER") or len(formset.forms) + 1)
    return [(f.cleaned_data["name"] or f"rule-{uuid.uuid4().hex[:8]}", f.cleaned_data["text"]) for f in ordered]
