"""What a steering member or officer fills in: a verdict, a reason, a word to a group or resident, a message from the police."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from meldkring.cases.models import Direction
from meldkring.groups import roles, routes
from meldkring.groups.models import Group
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Posting

FORWARD, NOT_RELEVANT = "forward", "not_relevant"


class VerdictForm(forms.Form):
    """Forward to which groups, or not relevant. Only groups on the route of this posting can be chosen."""

    verdict = forms.ChoiceField(choices=[(FORWARD, ""), (NOT_RELEVANT, "")], required=False)
    to = forms.ModelMultipleChoiceField(
        queryset=Group.objects.none(),
        required=False,
        error_messages={"invalid_choice": _("You cannot forward this message to that group.")},
    )
    all_watch = forms.BooleanField(required=False)
    follow = forms.BooleanField(required=False)

    def __init__(self, data: Any, *, posting: Posting, steering: Group) -> None:
        super().__init__(data)
        self.targets = routes.targets(posting.group, steering=steering)
        self.fields["to"].queryset = self.targets  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = {g.pk: g for g in cleaned.get("to") or ()}
        if cleaned.get("all_watch"):
            chosen |= {g.pk: g for g in self.targets if g.is_watch}
        cleaned["to"] = list(chosen.values())
        if not self.errors and cleaned.get("verdict") != NOT_RELEVANT and not chosen:
            raise forms.ValidationError(_("Choose at least one group to forward to."))
        return cleaned


class ReasonForm(forms.Form):
    """Why a message is hidden."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("The group and the author see this."),
        error_messages={"required": _("Give the reason in a few words.")},
    )


class WordForm(forms.Form):
    """A text for a group or a resident; the key makes sure that sending twice says it once."""

    text = forms.CharField(
        label=_("Message"),
        max_length=postings.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("There is no text yet. Write a few words.")},
    )
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, text: str = "", label: str = "") -> None:
        super().__init__(data, initial={"text": text, "key": uuid.uuid4()})
        self.fields["text"].label = label or self.fields["text"].label


class PoliceForm(forms.Form):
    """A message of the police. Who places it on their behalf says who told it and when (S35)."""

    text = forms.CharField(
        label=_("What do the police report?"),
        max_length=postings.LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("There is no text yet. Write a few words.")},
    )
    source = forms.CharField(label=_("Who of the police told you this?"), max_length=100)
    source_at = forms.DateTimeField(
        label=_("When did you hear it?"), widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
    )
    place = forms.CharField(label=_("Place"), max_length=200, required=False)
    persons = forms.CharField(label=_("Persons"), max_length=200, required=False)
    vehicle = forms.CharField(label=_("Vehicle"), max_length=200, required=False)
    direction = forms.ChoiceField(label=_("Direction of travel"), choices=[("", _("Unknown")), *Direction.choices], required=False)
    to = forms.MultipleChoiceField(
        label=_("For which groups?"), widget=forms.CheckboxSelectMultiple, error_messages={"required": _("Choose at least one group.")}
    )
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, places: Sequence[Group], officer: bool) -> None:
        only = [str(places[0].pk)] if len(places) == 1 else []
        super().__init__(data, initial={"key": uuid.uuid4(), "to": only, "source_at": None if officer else timezone.localtime()})
        self.places = {str(g.pk): g for g in places}
        self.fields["to"].choices = [(str(g.pk), _with_reach(g)) for g in places]  # type: ignore[attr-defined]
        if officer:
            del self.fields["source"], self.fields["source_at"]

    def clean_source_at(self) -> datetime:
        at: datetime = self.cleaned_data["source_at"]
        if at > timezone.now():
            raise forms.ValidationError(_("This time has yet to come. When did you hear it?"))
        return at

    def clean_to(self) -> list[Group]:
        return [self.places[pk] for pk in self.cleaned_data["to"]]


def _with_reach(group: Group) -> str:
    people = roles.reach([group])
    return f"{group.name} · " + ngettext("%(n)d person", "%(n)d people", people) % {"n": people}
