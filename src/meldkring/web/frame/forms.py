"""What a member may fill in, checked before the domain sees it, with every message in the member's own words.

Texts have no `maxlength` in the browser: what was typed is never cut off, it is refused with what to do.
"""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meldkring.cases.models import Called, Direction, Outcome
from meldkring.groups.models import Group
from meldkring.messaging import posting as postings
from meldkring.people.models import Person


class TextForm(forms.Form):
    """A text, and the key by which the same message sent twice is one message."""

    text = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 4, "required": True}), label=gettext_lazy("Your message"))
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid.uuid4()} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)

    def clean_text(self) -> str:
        try:
            return postings.checked(self.cleaned_data.get("text", ""))
        except postings.BadText as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


class GroupForm(TextForm):
    """A text for one of the groups in which the person may place it; the choice is shown only where there is one."""

    group = forms.TypedChoiceField(
        coerce=int, label=gettext_lazy("In which group?"),
        error_messages={"invalid_choice": gettext_lazy("You cannot do this in that group."), "required": gettext_lazy("Choose a group.")},
    )  # fmt: skip

    def __init__(self, *args: Any, groups: Sequence[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups = {g.pk: g for g in groups}
        field = self.fields["group"]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 - tells mypy which field this is
        field.choices = [(g.pk, g.name) for g in groups]
        if groups:
            field.initial = groups[0].pk
        if len(groups) < 2:
            field.widget = forms.HiddenInput()

    def clean_group(self) -> Group:
        return self.groups[self.cleaned_data["group"]]


class Extras(forms.Form):
    """Where and which way: the optional extras that a report and a reaction share."""

    place = forms.CharField(required=False, max_length=200, label=gettext_lazy("Where is it?"))
    latitude = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    longitude = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    direction = forms.CharField(required=False, label=gettext_lazy("Which way are they going?"))
    extras: tuple[str, ...] = ("place", "latitude", "longitude", "direction")

    def clean_direction(self) -> str:
        found = str(self.cleaned_data["direction"]).lower()
        if found and found not in Direction.values:
            raise forms.ValidationError(_("Choose one of the eight arrows."))
        return found

    def clean(self) -> dict[str, Any] | None:
        # The page asks for no photo; who sends one all the same (ADR 6) must not think that it went along.
        if "photo" in self.files:
            self.add_error(None, _("Photos are not shared here. Keep the photo and give it to the police."))
        return super().clean()

    def given(self) -> dict[str, Any]:
        """The extras that were filled in."""
        return {name: self.cleaned_data[name] for name in self.extras if self.cleaned_data.get(name) not in ("", None)}


class ReportForm(Extras, GroupForm):
    """Signaleer, Alarmeer, App: the first three steps of SAAR."""

    persons = forms.CharField(required=False, max_length=200, label=gettext_lazy("What do the people look like?"))
    vehicle = forms.CharField(required=False, max_length=200, label=gettext_lazy("Car, van or bicycle"))
    going_to_do = forms.CharField(required=False, max_length=200, label=gettext_lazy("What are you going to do?"))
    called = forms.ChoiceField(
        choices=[(c.value, c.label) for c in (Called.BY_ME, Called.BY_OTHER, Called.NOT_NEEDED)],
        label=gettext_lazy("Has 112 been called?"),
        error_messages={
            "required": gettext_lazy("Tell us whether 112 has been called."),
            "invalid_choice": gettext_lazy("Tell us whether 112 has been called."),
        },
    )
    extras = ("persons", "vehicle", "place", "latitude", "longitude", "direction", "going_to_do")


class ReactForm(Extras, GroupForm):
    """A reaction to a case; a quick answer is a button that brings its own text."""

    quick = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_text(self) -> str:
        quick = self.data.get("quick", "")
        self.cleaned_data["text"] = "\n".join(filter(None, (quick, self.cleaned_data.get("text"))))
        return super().clean_text()


class CallForm(GroupForm):
    """I have called the police too: words are welcome, not needed."""

    text = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}), label=gettext_lazy("What did you see, and where?"))

    def clean_text(self) -> str:
        return super().clean_text() if self.cleaned_data.get("text") else ""


class NewsForm(GroupForm):
    """What the police told the case holder."""

    text = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 4, "required": True}), label=gettext_lazy("What did the police tell you?")
    )


class CloseForm(TextForm):
    """How a case ended, as honestly as we know it."""

    outcome = forms.ChoiceField(
        choices=Outcome.choices, widget=forms.RadioSelect, label=gettext_lazy("How did it end?"),
        error_messages={"required": gettext_lazy("Choose how it ended."), "invalid_choice": gettext_lazy("Choose how it ended.")},
    )  # fmt: skip
    text = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 4, "required": True}), label=gettext_lazy("What should the neighbours know?")
    )
    field_order = ("outcome", "text")


class ReopenForm(TextForm):
    """Why an ended case opens again."""

    text = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 3, "required": True}), label=gettext_lazy("Why does it open again?")
    )


class HandOverForm(forms.Form):
    """To which member of the group the case goes."""

    to = forms.ModelChoiceField(
        queryset=Person.objects.none(), label=gettext_lazy("Who takes over?"), empty_label=gettext_lazy("Choose a name"),
        error_messages={"required": gettext_lazy("Choose a name."), "invalid_choice": gettext_lazy("Choose a member of this group.")},
    )  # fmt: skip

    def __init__(self, *args: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells mypy which field this is
        field.queryset = members


class LetterForm(TextForm):
    """An answer in an exchange of letters."""


class LanguageForm(forms.Form):
    """The language of the screens."""

    language = forms.ChoiceField(
        choices=list(Person._meta.get_field("language").flatchoices), widget=forms.RadioSelect, label=gettext_lazy("Language")
    )


class CodeForm(forms.Form):
    """Six digits from an e-mail."""

    code = forms.CharField(
        label=gettext_lazy("The six digits from the e-mail"), max_length=20,
        error_messages={"required": gettext_lazy("Fill in the six digits.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "input--code"}),
    )  # fmt: skip


class NewEmailForm(forms.Form):
    """The e-mail address that somebody wants to have from now on."""

    email = forms.EmailField(
        label=gettext_lazy("Your new e-mail address"),
        error_messages={
            "required": gettext_lazy("What is your e-mail address?"),
            "invalid": gettext_lazy("This is not a whole e-mail address. One looks like name@example.org."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class TokenForm(forms.Form):
    """A name by which a person recognises a key for the API."""

    name = forms.CharField(
        max_length=60, label=gettext_lazy("What is the key for?"), error_messages={"required": gettext_lazy("Give the key a name.")}
    )
