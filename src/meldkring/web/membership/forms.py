"""What the phone manager fills in to admit, decline, ask and move, and a member about their own address."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meldkring.groups.models import Group
from meldkring.joining import admission, moving
from meldkring.places import addresses
from meldkring.places.models import Neighbourhood

OWN_WORDS = "own"


def reasons() -> list[str]:
    """Reasons that occur often, in the language of who chooses."""
    return [
        _("You do not live in our district."),
        _("We could not find out whether you live at this address."),
        _("You are younger than the minimum age of our district."),
        _("You are a member already, with another e-mail address."),
    ]


class GroupForm(forms.Form):
    """Which of one's own watch groups."""

    group = forms.TypedChoiceField(
        label=gettext_lazy("Watch group"), coerce=int,
        error_messages={"required": gettext_lazy("Choose a group."), "invalid_choice": gettext_lazy("Choose one of your own groups.")},
    )  # fmt: skip
    # What was proposed when the page was made; a division may come before the button is pressed.
    shown = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, groups: Sequence[Group], proposed: Group | None = None) -> None:
        super().__init__(data, initial={"group": proposed.pk if proposed else None, "shown": proposed.pk if proposed else None})
        self.groups = {g.pk: g for g in groups}
        empty = [] if proposed else [("", _("Choose a group"))]
        self.fields["group"].choices = [*empty, *((g.pk, g.name) for g in groups)]  # type: ignore[attr-defined]

    def clean_group(self) -> Group:
        return self.groups[self.cleaned_data["group"]]

    def clean_shown(self) -> Group | None:
        return self.groups.get(self.cleaned_data["shown"])


class DeclineForm(forms.Form):
    """Why this resident is not admitted: one of the ready reasons, or own words."""

    ready = forms.ChoiceField(
        label=gettext_lazy("Why?"), widget=forms.RadioSelect, help_text=gettext_lazy("The resident reads this."),
        error_messages={"required": gettext_lazy("Choose a reason.")},
    )  # fmt: skip
    own = forms.CharField(
        label=gettext_lazy("Own words"), required=False, max_length=admission.ASK_AT_MOST, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, prefix="decline")
        self.fields["ready"].choices = [*((r, r) for r in reasons()), (OWN_WORDS, _("In my own words"))]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        own = found.get("own", "").strip()
        if found.get("ready") == OWN_WORDS and not own:
            self.add_error("own", _("Write the reason in a few words."))
        found["reason"] = own if found.get("ready") == OWN_WORDS else " ".join(filter(None, (found.get("ready"), own)))
        return found


class QuestionForm(forms.Form):
    """A question to the resident."""

    question = forms.CharField(
        label=gettext_lazy("Your question"), max_length=admission.ASK_AT_MOST, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The resident gets an e-mail and answers on the page of the sign-up."),
        error_messages={"required": gettext_lazy("Write the question.")},
    )  # fmt: skip

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, prefix="ask")


class NeighbourhoodField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Neighbourhoods of several districts, so each with its district."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} ({obj.district.name})"


class AddressForm(forms.Form):
    """Where somebody lives from now on. What no source knows is asked: the street, and the neighbourhood from the list."""

    postcode = forms.CharField(
        label=gettext_lazy("Postcode"), max_length=10, error_messages={"required": gettext_lazy("What is your new postcode?")}
    )
    number = forms.CharField(
        label=gettext_lazy("House number"), max_length=14, error_messages={"required": gettext_lazy("What is your new house number?")}
    )
    street = forms.CharField(label=gettext_lazy("Street"), max_length=80, required=False)
    neighbourhood = NeighbourhoodField(
        label=gettext_lazy("Neighbourhood"), queryset=Neighbourhood.objects.none(), required=False, empty_label=gettext_lazy("Choose your neighbourhood"),
        error_messages={"invalid_choice": gettext_lazy("Choose a neighbourhood from the list.")},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, among: Any) -> None:
        super().__init__(data)
        self.found: addresses.Found | None = None
        self.fields["neighbourhood"].queryset = among  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            return given
        try:
            self.found = addresses.find(given["postcode"], given["number"])
        except addresses.BadPostcode as refusal:
            self.add_error("postcode", str(refusal))
        except addresses.BadNumber as refusal:
            self.add_error("number", str(refusal))
        else:
            self._ask_for_what_nobody_knows(self.found, given)
        return given

    def _ask_for_what_nobody_knows(self, found: addresses.Found, given: dict[str, Any]) -> None:
        if not found.street and not given.get("street"):
            self.add_error("street", _("In which street is that?"))
        if not found.neighbourhood and not given.get("neighbourhood") and "neighbourhood" not in self.errors:
            self.add_error("neighbourhood", _("We do not know this address. Choose your neighbourhood."))

    def address(self) -> moving.Address:
        """The new address, once the form is right."""
        assert self.found  # noqa: S101 - is_valid looked it up
        given = self.cleaned_data
        where, by_hand = self.found.neighbourhood or given["neighbourhood"], self.found.neighbourhood is None
        street = self.found.street or given["street"]
        return moving.Address(self.found.postcode, self.found.number, street, where, self.found.suffix, by_hand)
