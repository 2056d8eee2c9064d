"""What somebody fills in who begins a district: where, which, who; and the code that proves the e-mail address."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


def _text(label: Any, most: int, required: Any, *, help_text: Any = "", **attrs: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocapitalize": "words", **attrs})
    return forms.CharField(label=label, max_length=most, help_text=help_text, error_messages={"required": required}, widget=widget)


class StartForm(forms.Form):
    """The answers with which a district begins."""

    name = _text(
        _("What is your district called?"),
        60,
        _("Give your district a name."),
        help_text=_("As people who live there call it."),
        autocomplete="off",
    )
    town = _text(_("In which municipality?"), 60, _("In which municipality does it lie?"), autocomplete="address-level2")
    postcode = _text(
        _("Your own postcode"), 10, _("What is your postcode?"), autocomplete="postal-code", autocapitalize="characters",
        help_text=_("Nobody sees it. It shows that you live there."),
    )  # fmt: skip
    neighbourhoods = forms.CharField(
        label=_("Which neighbourhoods are in it?"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One on each line. Nothing is fine too: then we make one for now."),
    )  # fmt: skip
    first_name = _text(_("Your first name"), 60, _("What is your first name?"), autocomplete="given-name")
    last_name = _text(_("Your last name"), 80, _("What is your last name?"), autocomplete="family-name")
    email = forms.EmailField(
        label=_("Your e-mail address"), help_text=_("You get a code there. You sign in with it. Neighbours never see it."),
        error_messages={
            "required": _("What is your e-mail address?"),
            "invalid": _("This is not a whole e-mail address. One looks like name@example.org."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )  # fmt: skip
    lives_here = forms.BooleanField(
        label=_("I live there and I am 18 or older"), error_messages={"required": _("Only who lives there can begin a district.")}
    )

    def given(self) -> dict[str, Any]:
        """What the verb wants."""
        found = {name: value for name, value in self.cleaned_data.items() if name != "lives_here"}
        return found | {"neighbourhoods": found["neighbourhoods"].replace(",", "\n").splitlines()}
