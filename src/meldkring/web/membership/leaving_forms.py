"""What is filled in to take over a member list, to expel, to object and decide, and to type a code over."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meldkring.joining import expelling, listing, sheets

OWN_WORDS = "own"


class ListForm(forms.Form):
    """The file with the members."""

    file = forms.FileField(
        label=gettext_lazy("The file with your members"),
        help_text=gettext_lazy("Excel (.xlsx) or CSV, at most 10 MB and 5,000 rows. The first row has the names of the columns."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,.xlsm,text/csv"}),
        error_messages={"required": gettext_lazy("Choose a file."), "empty": gettext_lazy("There is nothing in this file.")},
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > sheets.LARGEST:
            raise forms.ValidationError(_("This file is larger than 10 MB. Save only the sheet with the members and try again."))
        return file


class ColumnsForm(forms.Form):
    """Which column holds what, with what was recognised filled in."""

    def __init__(self, data: Any = None, *, header: Sequence[str], columns: dict[str, int]) -> None:
        super().__init__(data)
        places = [(str(place), name or _("column %(n)d") % {"n": place + 1}) for place, name in enumerate(header)]
        for name in sheets.FIELDS:
            self.fields[name] = forms.TypedChoiceField(
                label=listing.LABELS[name], choices=[("", _("not in the list")), *places], coerce=int, empty_value=None,
                required=False, initial=columns.get(name, ""),
            )  # fmt: skip

    @property
    def chosen(self) -> dict[str, int]:
        return {name: place for name, place in self.cleaned_data.items() if place is not None}


class ExpelForm(forms.Form):
    """Why: a reason that occurs often, or own words, or both."""

    ready = forms.ChoiceField(
        label=gettext_lazy("What is the reason?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a reason, or choose own words.")},
    )
    words = forms.CharField(
        label=gettext_lazy("In your own words"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The person reads this. Stay kind and write what happened, without names of others."),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        choices = [(reason, reason) for reason in expelling.reasons()]
        self.fields["ready"].choices = [*choices, (OWN_WORDS, _("Another reason, in my own words"))]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        words = (cleaned.get("words") or "").strip()
        ready = "" if cleaned.get("ready") == OWN_WORDS else cleaned.get("ready", "")
        if cleaned.get("ready") == OWN_WORDS and not words:
            self.add_error("words", _("Write the reason in a few words."))
        cleaned["reason"] = " ".join(filter(None, [ready, words]))
        return cleaned


class ObjectionForm(forms.Form):
    """Why somebody does not agree with their expulsion."""

    text = forms.CharField(
        label=gettext_lazy("Why do you not agree?"),
        max_length=expelling.LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": gettext_lazy("Write why you do not agree.")},
    )


class DecisionForm(forms.Form):
    """What the steering group decides about an objection, with an answer for the person."""

    upheld = forms.TypedChoiceField(
        label=gettext_lazy("What do you decide?"),
        choices=[
            ("yes", gettext_lazy("The person is right and comes back in the group")),
            ("no", gettext_lazy("The expulsion stands")),
        ],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what you decide.")},
    )
    answer = forms.CharField(
        label=gettext_lazy("Answer to the person"),
        max_length=expelling.LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": gettext_lazy("Write an answer. The person reads it.")},
    )


class CodeForm(forms.Form):
    """The code from the letter; small letters, spaces and dashes do not matter."""

    code = forms.CharField(
        label=gettext_lazy("Code from the letter"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "input--short"}
        ),
        error_messages={"required": gettext_lazy("Type the code over from the letter.")},
    )
