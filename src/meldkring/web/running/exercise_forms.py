"""Which story a watch group practises with: one that lies ready, or words of one's own. All of them are made up and say so."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meldkring.cases import exercising
from meldkring.groups.models import Group
from meldkring.messaging import posting as postings
from meldkring.web.frame.forms import GroupForm

OWN = "own"
SCRIPTS: dict[str, Promise] = {
    "hat": gettext_lazy("Exercise: somebody in a bright yellow hat walks from door to door. Where do you see the hat?"),
    "ladder": gettext_lazy("Exercise: two people carry a long ladder past the houses. Which way do they go?"),
    "van": gettext_lazy("Exercise: a van with a big orange ball on its roof drives slowly through the street. Do you see it?"),
    "lamp": gettext_lazy("Exercise: somebody with a green lamp walks behind the gardens. Look out of your window and say what you see."),
}


class ExerciseForm(GroupForm):
    """Which story, and where. `text` counts only for words of one's own."""

    script = forms.ChoiceField(
        label=gettext_lazy("What do you practise with?"), widget=forms.RadioSelect, initial="hat",
        error_messages={"required": gettext_lazy("Choose a story, or write one."), "invalid_choice": gettext_lazy("Choose a story, or write one.")},
    )  # fmt: skip
    text = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 3}), label=gettext_lazy("Your own words"),
        help_text=gettext_lazy("Only if you chose that. Make somebody up: never describe a neighbour or somebody who really exists."),
    )  # fmt: skip
    field_order = ("script", "text", "group")

    def __init__(self, *args: Any, groups: Sequence[Group], **kwargs: Any) -> None:
        super().__init__(*args, groups=groups, **kwargs)
        self.fields["script"].choices = [*SCRIPTS.items(), (OWN, _("Words of our own"))]  # type: ignore[attr-defined]

    def clean_text(self) -> str:
        chosen = self.cleaned_data.get("script")
        text = str(SCRIPTS[chosen]) if chosen in SCRIPTS else self.cleaned_data.get("text", "")
        try:
            exercising.words(text)
        except postings.BadText as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return text
