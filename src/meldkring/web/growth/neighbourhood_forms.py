"""What a phone manager fills in about a neighbourhood: its name, which addresses are its own, a new one, and one split in two."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meldkring.groups.models import Group
from meldkring.growth import borders, mapping
from meldkring.growth.models import Redrawing
from meldkring.places import corners, neighbourhoods, shapes
from meldkring.places.models import District, Extent, Neighbourhood

LONGEST, MOST_ERRORS = 20_000, 8
KIND, EXTENT = Redrawing.Kind, Extent.Kind
Outline = shapes.Outline | None


def _lines(label: Any, help_text: Any, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=False, max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": rows, "spellcheck": "false", "autocapitalize": "off"}),
    )  # fmt: skip


class ClaimsForm(forms.Form):
    """Which addresses are a neighbourhood's own: lists that may be pasted, and corners that may be drawn."""

    postcodes = _lines(
        gettext_lazy("Postcodes"), gettext_lazy("One on each line. 3262 AB is one postcode; 3262 is all that begin with it."), 4
    )
    streets = _lines(gettext_lazy("Streets"), gettext_lazy("One on each line, written as on the sign."), 4)
    codes = _lines(gettext_lazy("Neighbourhood codes of CBS"), gettext_lazy("Only if you know them, such as BU19630005."), 2)
    corners = _lines(
        gettext_lazy("Corners of the outline"),
        gettext_lazy("The latitude and longitude of each corner, one corner on each line, going round. Drawing on the map fills this in."),
        6,
    )
    before: Outline = None

    def clean_postcodes(self) -> list[str]:
        return self._read("postcodes", EXTENT.POSTCODE)

    def clean_streets(self) -> list[str]:
        return self._read("streets", EXTENT.STREET)

    def clean_codes(self) -> list[str]:
        return self._read("codes", EXTENT.CBS)

    def clean_corners(self) -> Outline:
        try:
            drawn = corners.read(self.cleaned_data["corners"], before=self.before)
            return shapes.checked(drawn) if drawn and drawn != self.before else drawn
        except shapes.BadOutline as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def claims(self) -> neighbourhoods.Claims:
        """What was filled in."""
        found = self.cleaned_data
        return neighbourhoods.Claims(tuple(found["postcodes"]), tuple(found["streets"]), tuple(found["codes"]), found["corners"])

    def change(self) -> borders.Change:
        """The change that was asked for."""
        raise NotImplementedError

    def _read(self, name: str, kind: Extent.Kind) -> list[str]:
        good, wrong = neighbourhoods.read(self.cleaned_data[name], kind)
        if len(wrong) > MOST_ERRORS:
            more = _("And %(n)d more lines.") % {"n": len(wrong) - MOST_ERRORS}
            wrong = [*wrong[:MOST_ERRORS], more]
        if wrong:
            raise forms.ValidationError(wrong)
        return good


class AddressesForm(ClaimsForm):
    """The addresses of a neighbourhood that is there."""

    def __init__(self, data: Any = None, *, neighbourhood: Neighbourhood) -> None:
        self.neighbourhood, self.before = neighbourhood, neighbourhood.outline
        now = neighbourhoods.claims(neighbourhood)
        said = {"postcodes": now.postcodes, "streets": now.streets, "codes": now.codes}
        super().__init__(data, initial={name: "\n".join(values) for name, values in said.items()} | {"corners": corners.write(now.outline)})

    def change(self) -> borders.Change:
        return borders.Change(KIND.CLAIM, self.neighbourhood.district, self.neighbourhood, self.claims())


class MakeForm(ClaimsForm):
    """A new neighbourhood."""

    name = forms.CharField(label=gettext_lazy("What is it called?"), max_length=neighbourhoods.LONGEST_NAME)
    group = forms.ModelChoiceField(
        Group.objects.none(), label=gettext_lazy("Which watch group do its residents belong to?"), required=False,
        empty_label=gettext_lazy("None yet"),
    )  # fmt: skip
    field_order = ("name", "group")

    def __init__(self, data: Any = None, *, district: District, groups: Iterable[Group]) -> None:
        super().__init__(data)
        self.district = district
        self.fields["group"].queryset = Group.objects.filter(pk__in=[g.pk for g in groups])  # type: ignore[attr-defined]

    def change(self) -> borders.Change:
        found = self.cleaned_data
        return borders.Change(KIND.CREATE, self.district, name=found["name"], made=self.claims(), group=found["group"])


class SplitForm(ClaimsForm):
    """Which part of a neighbourhood becomes a new one: streets to tick, and what one may add."""

    name = forms.CharField(label=gettext_lazy("What is the new neighbourhood called?"), max_length=neighbourhoods.LONGEST_NAME)
    ticked = forms.MultipleChoiceField(
        label=gettext_lazy("Which streets belong to it?"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("With the number of members who live there."),
    )  # fmt: skip
    field_order = ("name", "ticked")

    def __init__(self, data: Any = None, *, neighbourhood: Neighbourhood) -> None:
        super().__init__(data)
        self.neighbourhood = neighbourhood
        lived_in = dict(mapping.streets(neighbourhood))
        every = sorted({*lived_in, *neighbourhoods.claims(neighbourhood).streets})
        self.fields["ticked"].choices = [(s, f"{s} ({lived_in[s]})" if s in lived_in else s) for s in every]  # type: ignore[attr-defined]
        if not every:
            del self.fields["ticked"]
        self.fields["streets"].label = _("Other streets")

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        asked = [found.get(name) for name in ("ticked", "streets", "postcodes", "codes", "corners")]
        if not self.errors and not any(asked):
            raise forms.ValidationError(_("Tick a street, write a postcode or draw which part becomes the new neighbourhood."))
        if not self.errors and found.get("corners") and self.neighbourhood.outline:
            try:
                found["left"] = shapes.without(self.neighbourhood.outline, found["corners"])
            except shapes.BadOutline as refusal:
                self.add_error("corners", str(refusal))
        return found

    def change(self) -> borders.Change:
        found, now = self.cleaned_data, neighbourhoods.claims(self.neighbourhood)
        streets = tuple(dict.fromkeys([*found.get("ticked", ()), *found["streets"]]))
        made = neighbourhoods.Claims(tuple(found["postcodes"]), streets, tuple(found["codes"]), found["corners"])
        left = neighbourhoods.Claims(
            _less(now.postcodes, made.postcodes), _less(now.streets, made.streets), _less(now.codes, made.codes),
            found.get("left", now.outline),
        )  # fmt: skip
        return borders.Change(KIND.SPLIT, self.neighbourhood.district, self.neighbourhood, left, name=found["name"], made=made)


class NameForm(forms.Form):
    """What a neighbourhood is called and how many households it has."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=neighbourhoods.LONGEST_NAME)
    households = forms.IntegerField(
        label=gettext_lazy("Households"), required=False, min_value=1, max_value=50_000,
        help_text=gettext_lazy("About is fine. With it we estimate how a watch group grows. Leave it empty if you do not know."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input--short"}),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, neighbourhood: Neighbourhood) -> None:
        super().__init__(data, initial={"name": neighbourhood.name, "households": neighbourhood.households})


class BesideForm(forms.Form):
    """Which other neighbourhoods adjoin this one."""

    beside = forms.ModelMultipleChoiceField(
        Neighbourhood.objects.none(), label=gettext_lazy("Which neighbourhoods adjoin it?"), required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Only where one can simply walk across. A canal or a railway without a crossing parts them."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, neighbourhood: Neighbourhood) -> None:
        super().__init__(data, initial={"beside": sorted(mapping.beside_of(neighbourhood))})
        others = neighbourhood.district.neighbourhoods.exclude(pk=neighbourhood.pk).order_by("name")
        self.fields["beside"].queryset = others  # type: ignore[attr-defined]


FIELD_OF: Mapping[type[Exception], str] = {neighbourhoods.BadName: "name", shapes.BadOutline: "corners"}


def onto(form: forms.Form, refusal: Exception) -> None:
    """Add a refusal about a neighbourhood beside the field that it is about."""
    field = FIELD_OF.get(type(refusal))
    form.add_error(field if field in form.fields else None, str(refusal))


def _less(now: Iterable[str], taken: Iterable[str]) -> tuple[str, ...]:
    gone = {value.casefold() for value in taken}
    return tuple(value for value in now if value.casefold() not in gone)
