"""What a resident fills in to sign up, checked before the domain sees it; nothing that was typed is cut off or lost."""

import re
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meldkring.intake import binding
from meldkring.joining import signing_up
from meldkring.places.models import Neighbourhood

OLDEST = 115
SIX_DIGITS = re.compile(r"[0-9]{6}")


def _text(label: Any, most: int, required: str | Any = "", *, help_text: Any = "", **attrs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, required=bool(required), help_text=help_text, error_messages={"required": required} if required else {},
        widget=forms.TextInput(attrs={"autocapitalize": "words", **attrs}),
    )  # fmt: skip


def _email(*, help_text: Any = "") -> forms.EmailField:
    wrong = {
        "required": _("What is your e-mail address?"),
        "invalid": _("This is not a whole e-mail address. One looks like name@example.org."),
    }
    widget = forms.EmailInput(attrs={"autocomplete": "email"})
    return forms.EmailField(label=_("Your e-mail address"), max_length=254, help_text=help_text, error_messages=wrong, widget=widget)


class WhoForm(forms.Form):
    """Step 1: who and where. `offered` are the neighbourhoods to choose from when no source knows."""

    first_name = _text(_("First name"), 60, _("What is your first name?"), autocomplete="given-name")
    last_name = _text(_("Last name"), 80, _("What is your last name?"), autocomplete="family-name")
    birth_year = forms.IntegerField(
        label=_("Year of birth"),
        error_messages={"required": _("In which year were you born?"), "invalid": _("Write a year of four digits, such as 1958.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "bday-year", "class": "input--short"}),
    )
    postcode = _text(_("Postcode"), 10, _("What is your postcode?"), autocomplete="postal-code", autocapitalize="characters")
    house_number = _text(_("House number"), 12, _("What is your house number?"), inputmode="numeric", autocomplete="off")
    house_suffix = _text(_("Suffix"), 10, autocomplete="off", placeholder=_("A or bis"))
    neighbourhood = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered: list[Neighbourhood] = []

    def clean_birth_year(self) -> int:
        year, now = int(self.cleaned_data["birth_year"]), timezone.localdate().year
        if not now - OLDEST <= year <= now:
            raise forms.ValidationError(_("Write a year of four digits, such as 1958."))
        return year

    def given(self) -> dict[str, Any]:
        """What the first step asks for."""
        found = self.cleaned_data
        return {
            "first_name": found["first_name"], "last_name": found["last_name"], "birth_year": found["birth_year"],
            "postcode": found["postcode"], "number": found["house_number"], "suffix": found["house_suffix"],
            "choice": found["neighbourhood"],
        }  # fmt: skip


class ReachForm(forms.Form):
    """Step 2: how to reach you."""

    email = _email(help_text=_("You sign in with it. Neighbours never see it."))
    mobile = forms.CharField(
        label=_("Your mobile number"), max_length=30, required=False,
        help_text=_("So that your steering group can call you when it matters. Neighbours never see it. No mobile phone? Leave this empty."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )  # fmt: skip
    channel = forms.ChoiceField(
        label=_("How do you like to get messages?"), initial=signing_up.APP, widget=forms.RadioSelect,
        help_text=_("Once you are a member we help you switch it on. You can change it later."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = self.fields["channel"]
        assert isinstance(ways, forms.ChoiceField)  # noqa: S101 - tells mypy which field this is
        others = [(name, _("By %(channel)s") % {"channel": label}) for name, label in binding.offered()]
        ways.choices = [(signing_up.APP, _("A notification on my phone or computer")), (signing_up.EMAIL, _("By e-mail")), *others]


class CodeForm(forms.Form):
    """Step 3: the codes. Only what is still to prove is asked; the e-mail address first."""

    def __init__(self, *args: Any, todo: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {"email": _("The six digits from the e-mail"), "mobile": _("The six digits from the text message")}
        for to in todo:
            # With two codes the one by text message may come later: the other is not held up.
            self.fields[f"code_{to}"] = forms.CharField(
                label=labels[to], required=to == signing_up.EMAIL or len(todo) == 1,
                error_messages={"required": _("Fill in the six digits.")},
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "input--code"}),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        for name, value in list((super().clean() or {}).items()):
            digits = "".join(value.split())
            self.cleaned_data[name] = digits
            if digits and not SIX_DIGITS.fullmatch(digits):
                self.add_error(name, _("A code has six digits."))
        return self.cleaned_data

    def codes(self) -> dict[str, str]:
        """What was filled in, by where the code went."""
        return {name.removeprefix("code_"): value for name, value in self.cleaned_data.items() if value}


class ElsewhereForm(forms.Form):
    """Where there is no district yet: whom to write to when there is one."""

    first_name = _text(_("First name"), 60, autocomplete="given-name")
    postcode = _text(_("Postcode"), 10, _("What is your postcode?"), autocomplete="postal-code", autocapitalize="characters")
    email = _email()


class ResumeForm(forms.Form):
    """Where was I? First the e-mail address, then the code that was sent to it."""

    email = _email()
    code = forms.CharField(
        label=_("The six digits from the e-mail"), required=False, max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "input--code"}),
    )  # fmt: skip


class AnswerForm(forms.Form):
    """The answer to a question of the phone manager."""

    text = forms.CharField(
        label=_("Your answer"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write your answer.")},
    )


class FindForm(forms.Form):
    """Which district is mine?"""

    postcode = _text(_("Your postcode"), 10, _("What is your postcode?"), autocomplete="postal-code", autocapitalize="characters")


class RuleForm(forms.Form):
    """One house rule. Its name stays the same over versions; a new one gets a name when it is published."""

    name = forms.SlugField(required=False, widget=forms.HiddenInput)
    text = forms.CharField(required=False, label=_("Rule"), widget=forms.Textarea(attrs={"rows": 3}))


RuleFormSet = forms.formset_factory(RuleForm, extra=1, can_order=True, can_delete=True, max_num=25)
