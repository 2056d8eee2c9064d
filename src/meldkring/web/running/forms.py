"""What somebody fills in who runs a steering group: an evening, a colleague, the settings of the district, the first five answers."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meldkring.groups import duty, steering
from meldkring.groups.models import Group
from meldkring.people.models import Person
from meldkring.places import settings
from meldkring.places.models import District


class DayForm(forms.Form):
    """Which evening."""

    day = forms.DateField()


class ColleagueForm(forms.Form):
    """To which colleague."""

    to = forms.ModelChoiceField(queryset=Person.objects.none())

    def __init__(self, data: Any, *, steering: Group) -> None:
        super().__init__(data)
        self.fields["to"].queryset = _people(steering)  # type: ignore[attr-defined]


class FillForm(forms.Form):
    """For how many weeks."""

    weeks = forms.TypedChoiceField(
        label=_("For how many weeks?"), coerce=int, choices=[(n, n) for n in range(1, duty.LONGEST + 1)], initial=4
    )


class AmountField(forms.IntegerField):
    """A duration as a whole number of one unit; the hint says which."""

    def __init__(self, unit: timedelta, **options: Any) -> None:
        self.unit = unit
        super().__init__(**options)

    def clean(self, value: Any) -> timedelta:
        number: int = super().clean(value)
        return number * self.unit

    def prepare_value(self, value: Any) -> Any:
        return value // self.unit if isinstance(value, timedelta) else value


def _amount(name: str, unit: timedelta, label: Any, hint: Any) -> AmountField:
    least, most = settings.BOUNDS[name]
    return AmountField(unit, label=label, help_text=hint, min_value=least // unit, max_value=most // unit)


def _number(name: str, label: Any, hint: Any) -> forms.IntegerField:
    least, most = settings.BOUNDS[name]
    return forms.IntegerField(label=label, help_text=hint, min_value=least, max_value=most)


class SettingsForm(forms.Form):
    """All that the residents of a district can agree on."""

    judge_within = _amount(
        "judge_within", settings.MINUTE, _("Minutes in which an alarm is judged"),
        _("After that the whole steering group is told; after twice as long the coordination group. Three minutes is usual."),
    )  # fmt: skip
    remind_after = _amount(
        "remind_after", settings.HOUR, _("Hours after which we ask how a case ended"),
        _("First the person in touch with the police is asked, later the steering members."),
    )  # fmt: skip
    police_valid_for = _amount(
        "police_valid_for", settings.HOUR, _("Hours that a message of the police holds"),
        _("After that it withdraws by itself. Who places it can choose another time. Twelve hours is usual."),
    )  # fmt: skip
    police_outcome_within = _amount(
        "police_outcome_within", settings.HOUR, _("Hours to tell how a message of the police ended"),
        _("Counted from the moment it withdrew. Then it closes with: no word from the police."),
    )  # fmt: skip
    open_for_sign_up = forms.BooleanField(required=False, label=_("Residents can sign up on the website"))
    minimum_age = _number("minimum_age", _("Minimum age"), _("Members read about suspicious situations. Eighteen is usual."))
    asks_approval = forms.BooleanField(
        required=False, label=_("The phone manager admits every new member"), help_text=_("The best protection: you know who reads along.")
    )
    asks_letter = forms.BooleanField(
        required=False, label=_("A code by letter proves the address"), help_text=_("You print the letters and put them through the doors.")
    )
    asks_vouching = forms.BooleanField(
        required=False, label=_("Two neighbours vouch for a new member"), help_text=_("They live in the same neighbourhood.")
    )
    proof_lasts = _amount("proof_lasts", settings.DAY, _("Days after which that proof is renewed"), _("A year is usual. People move."))
    group_maximum = _number("group_maximum", _("Most members in a watch group"), _("In a larger group people leave it to each other."))
    group_threshold = _number(
        "group_threshold", _("Propose to divide above this many members"), _("A little before it is full, so that there is time to talk.")
    )
    quorum = _number("quorum", _("Steering members who must agree"), _("With a new group, and with dividing or merging groups."))
    consultation_term = _amount("consultation_term", settings.DAY, _("Days to agree or object"), _("A week is usual."))
    objection_term = _amount(
        "objection_term",
        settings.DAY,
        _("Days to object to an expulsion"),
        _("Who is expelled can ask you to look again. Two weeks is usual."),
    )
    expulsion_remembered = _amount(
        "expulsion_remembered", settings.DAY, _("Days an expulsion is recognised"),
        _("Who signs up again in that time gets a warning on your list. After that we forget it."),
    )  # fmt: skip

    PARTS = (
        (_("Alarms"), ("judge_within", "remind_after")),
        (_("Messages from the police"), ("police_valid_for", "police_outcome_within")),
        (_("New members"), ("open_for_sign_up", "minimum_age", "asks_approval", "asks_letter", "asks_vouching", "proof_lasts")),
        (_("Size of the watch groups"), ("group_maximum", "group_threshold")),
        (_("Deciding together"), ("quorum", "consultation_term", "objection_term", "expulsion_remembered")),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, district: District) -> None:
        super().__init__(data, initial={name: getattr(district, name) for name in settings.NAMES})

    def parts(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields under their headings."""
        return [(heading, [self[name] for name in names]) for heading, names in self.PARTS]


class BeginForm(forms.Form):
    """The first five answers."""

    municipality = forms.CharField(
        label=_("In which municipality?"),
        max_length=60,
        help_text=_("Do you know its CBS code? Write it behind the name: Hoeksche Waard GM1963."),
    )
    district = forms.CharField(label=_("Which district?"), max_length=60, help_text=_("Its first watch group gets this name."))
    neighbourhoods = forms.CharField(
        label=_("Which neighbourhoods are in it?"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One on each line. Nothing is fine too: then we make one for now."),
    )  # fmt: skip
    name = forms.CharField(
        label=_("Your name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("You become the first phone manager."),
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("You sign in with it. Look twice: is it right?"),
    )


def _people(group: Group) -> Any:
    return Person.objects.filter(pk__in=steering.members(group).values("person"))
