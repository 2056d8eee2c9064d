"""What an officer or steering member fills in about the police: a message, a mail that came in, who the officer is and how to reach the station."""

import hashlib
import json
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from meldkring.cases.models import Direction
from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.messaging import posting as postings
from meldkring.places import corners, shapes
from meldkring.places.models import District, Neighbourhood

HOURS = (1, 2, 4, 6, 12, 24, 48, 72, 168)
DAY = 24


def hours(usual: timedelta | None = None) -> list[tuple[int, Any]]:
    """How long a message may hold, in words; what the district usually has is among them."""
    every = sorted({*HOURS, *([max(1, usual // timedelta(hours=1))] if usual else [])})
    return [(n, _hours(n)) for n in every]


def _hours(n: int) -> Any:
    if n % DAY == 0:
        return ngettext_lazy("%(n)d day", "%(n)d days", n // DAY) % {"n": n // DAY}
    return ngettext_lazy("%(n)d hour", "%(n)d hours", n) % {"n": n}


class ValidForm(forms.Form):
    """How long something holds, from now on."""

    valid_for = forms.TypedChoiceField(label=_("How long does this hold?"), coerce=int, help_text=_("After that it withdraws by itself."))

    def __init__(self, *args: Any, usual: timedelta | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_for"].choices = hours(usual)  # type: ignore[attr-defined]
        self.fields["valid_for"].initial = usual // timedelta(hours=1) if usual else 12

    def until(self) -> datetime:
        """The moment that was chosen."""
        return timezone.now() + timedelta(hours=self.cleaned_data["valid_for"])


class MeantForm(ValidForm):
    """For whom a message of the police is meant. `shown` is what the page told whom it reaches; see `has_seen`."""

    text = forms.CharField(
        label=_("What do the police report?"), max_length=postings.LONGEST, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("There is no text yet. Write a few words.")},
    )  # fmt: skip
    place = forms.CharField(label=_("Place"), max_length=200, required=False)
    persons = forms.CharField(label=_("Persons"), max_length=200, required=False)
    vehicle = forms.CharField(label=_("Vehicle"), max_length=200, required=False)
    direction = forms.ChoiceField(label=_("Direction of travel"), choices=[("", _("Unknown")), *Direction.choices], required=False)
    police_number = forms.CharField(label=_("Number that the police have for it"), max_length=40, required=False)
    police_number_shown = forms.BooleanField(
        label=_("Residents may see this number"),
        required=False,
        help_text=_("Else only steering members and who is in touch with the police."),
    )
    area = forms.MultipleChoiceField(required=False, error_messages={"invalid_choice": _("Choose neighbourhoods from the list.")})
    corners = forms.CharField(
        label=_("Corners of the area"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Draw it on the map, or write a corner on each line: 51.82530, 4.39280."),
    )  # fmt: skip
    shown = forms.CharField(required=False)

    def __init__(self, *args: Any, neighbourhoods: Sequence[Neighbourhood], **kwargs: Any) -> None:
        usual = neighbourhoods[0].district.police_valid_for if neighbourhoods else None
        super().__init__(*args, usual=usual, **kwargs)
        self.neighbourhoods = {str(n.pk): n for n in neighbourhoods}
        self.fields["area"].choices = [(pk, n.name) for pk, n in self.neighbourhoods.items()]  # type: ignore[attr-defined]

    def clean_area(self) -> list[Neighbourhood]:
        return [self.neighbourhoods[pk] for pk in self.cleaned_data["area"]]

    def clean_corners(self) -> shapes.Outline | None:
        try:
            drawn = corners.read(self.cleaned_data["corners"])
            return shapes.checked(drawn) if drawn else None
        except shapes.BadOutline as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def chosen(self) -> dict[str, Any]:
        """For whom it is meant, as far as that was filled in well; the rest of the form may still be wrong."""
        found = self.cleaned_data if self.is_bound else {"area": [self.neighbourhoods[pk] for pk in self.initial.get("area", ())]}
        return {"area": found.get("area") or [], "outline": found.get("corners"), "to": found.get("to") or []}

    def mark(self) -> str:
        """A word that differs as soon as another area or other groups are chosen."""
        chosen = self.chosen()
        parts = [[n.pk for n in chosen["area"]], [g.pk for g in chosen["to"]], chosen["outline"]]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    def has_seen(self) -> bool:
        """Whether the page told whom exactly this reaches: without scripts somebody may have chosen another area since."""
        return self.cleaned_data.get("shown") == self.mark()

    def districts(self) -> list[tuple[str, list[tuple[str, str, bool]], bool]]:
        """The neighbourhoods to choose from, by district: value, name, whether chosen; and whether the list shows unfolded."""
        ticked = set(self.data.getlist("area")) if self.is_bound and hasattr(self.data, "getlist") else set(self.initial.get("area", ()))
        found: dict[str, list[tuple[str, str, bool]]] = {}
        for pk, n in self.neighbourhoods.items():
            found.setdefault(n.district.name, []).append((pk, n.name, pk in ticked))
        return [(name, places, len(found) == 1 or any(t for _pk, _name, t in places)) for name, places in found.items()]

    def given(self) -> dict[str, Any]:
        """What the domain takes."""
        names = ("place", "persons", "vehicle", "direction", "police_number", "police_number_shown")
        return {name: self.cleaned_data[name] for name in names} | {"valid_until": self.until()}


class PoliceForm(MeantForm):
    """A message of the police. Who places it on their behalf says who told it and when (S35)."""

    source = forms.CharField(label=_("Who of the police told you this?"), max_length=100)
    source_at = forms.DateTimeField(
        label=_("When did you hear it?"), widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
    )
    to = forms.MultipleChoiceField(
        label=_("Where does it enter?"), widget=forms.CheckboxSelectMultiple, required=False,
        help_text=_("Choose nothing, and it follows from the area: with the coordination group."),
    )  # fmt: skip
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, places: Sequence[Group], neighbourhoods: Sequence[Neighbourhood], officer: bool) -> None:
        super().__init__(
            data, neighbourhoods=neighbourhoods, initial={"key": uuid.uuid4(), "source_at": None if officer else timezone.localtime()}
        )
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

    def given(self) -> dict[str, Any]:
        told = {name: self.cleaned_data[name] for name in ("text", "source", "source_at", "key") if name in self.cleaned_data}
        return super().given() | told | self.chosen()


class MailForm(MeantForm):
    """A mail of the police as it was read, to be corrected and placed."""

    source = forms.CharField(label=_("Source"), max_length=100, help_text=_("As readers see it: control room, or the name of the officer."))
    onward = forms.MultipleChoiceField(
        label=_("Forward at once to"), widget=forms.CheckboxSelectMultiple, required=False,
        help_text=_("You are then the one in touch with the police for these groups."),
    )  # fmt: skip

    def __init__(self, *args: Any, run: Sequence[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.run = {str(g.pk): g for g in run}
        self.fields["onward"].choices = [(str(g.pk), _with_reach(g)) for g in run]  # type: ignore[attr-defined]

    def clean_onward(self) -> list[Group]:
        return [self.run[pk] for pk in self.cleaned_data["onward"]]


class RefuseForm(forms.Form):
    """Why a mail of the police is not placed."""

    reason = forms.CharField(
        label=_("Why do you not place it?"), max_length=200, help_text=_("Your colleagues read this."),
        error_messages={"required": _("Say it in a few words.")},
    )  # fmt: skip


class ProposeForm(forms.Form):
    """Who is to serve the district as its community officer."""

    name = forms.CharField(label=_("Name as neighbours see it"), max_length=60, help_text=_("Such as: Officer Sam."))
    email = forms.EmailField(label=_("Work e-mail address"), help_text=_("The officer signs in with it. Ask the station if in doubt."))
    steering = forms.MultipleChoiceField(
        label=_("Reads along in these steering groups too"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, data: Any = None, *, steering: Sequence[Group]) -> None:
        super().__init__(data)
        self.groups = {str(g.pk): g for g in steering}
        self.fields["steering"].choices = [(pk, g.name) for pk, g in self.groups.items()]  # type: ignore[attr-defined]

    def clean_steering(self) -> list[Group]:
        return [self.groups[pk] for pk in self.cleaned_data["steering"]]


class CardForm(forms.Form):
    """How steering members reach the officer, as the officer gave it."""

    name = forms.CharField(label=_("Who is the community officer?"), max_length=80)
    station = forms.CharField(label=_("Police station"), max_length=100, required=False)
    phone = forms.CharField(label=_("Telephone, as the officer gave it"), max_length=30, required=False)
    email = forms.EmailField(label=_("E-mail address, as the officer gave it"), required=False)
    agreements = forms.CharField(
        label=_("What did you agree?"), required=False, widget=forms.Textarea(attrs={"rows": 5}), max_length=4000,
        help_text=_("Such as: what may be shared here, how much of a number plate, when you call each other."),
    )  # fmt: skip


class HandOverCardForm(CardForm):
    """The officer changes."""

    note = forms.CharField(
        label=_("What should the new officer know?"), required=False, widget=forms.Textarea(attrs={"rows": 4}), max_length=4000,
        help_text=_("The agreements go along by themselves."),
    )  # fmt: skip
    field_order = ("note", "name", "station", "phone", "email")

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        del self.fields["agreements"]


class SendersForm(forms.Form):
    """From which domains mail of the police is taken."""

    domains = forms.CharField(
        label=_("Mail is taken from"),
        max_length=200,
        help_text=_("Domains, with a comma between them: politie.nl. From elsewhere nothing waits."),
    )


def _with_reach(group: Group) -> str:
    people = roles.reach([group])
    return f"{group.name} · " + ngettext("%(n)d person", "%(n)d people", people) % {"n": people}


def district_of(districts: Sequence[District], slug: str) -> District | None:
    """The one with this address, among these."""
    return next((d for d in districts if d.slug == slug), None)
