"""What a steering member or officer fills in: a verdict, a reason, a word to a group or resident, a message from the police."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meldkring.groups import routes
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
    advised = forms.CharField(required=False, max_length=400)  # the groups that the desk advised, the first one in front
    as_advised = forms.BooleanField(required=False)

    def __init__(self, data: Any, *, posting: Posting, steering: Group) -> None:
        super().__init__(data)
        self.targets = routes.targets(posting.group, steering=steering)
        self.fields["to"].queryset = self.targets  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = {g.pk: g for g in cleaned.get("to") or ()}
        if cleaned.get("all_watch"):
            chosen |= {g.pk: g for g in self.targets if g.is_watch}
        # Only what may be chosen counts, whatever the browser says was advised.
        ours = {str(g.pk): g for g in self.targets}
        cleaned["advised"] = [ours[pk] for pk in dict.fromkeys(cleaned.get("advised", "").split(",")) if pk in ours]
        if cleaned.get("as_advised"):
            chosen |= {g.pk: g for g in cleaned["advised"]}
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
