"""What a steering member fills in about the growth of the groups: a proposal, its list of neighbourhoods, an opinion."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meldkring.groups.models import Group
from meldkring.growth import arranging, proposing
from meldkring.growth.models import Part, Plan
from meldkring.people.models import Person
from meldkring.places.models import Neighbourhood


class ArrangeForm(forms.Form):
    """A change of one's own making; `drafts` is what it comes down to."""

    title: Any = ""

    def __init__(self, data: Any = None, *, steering: Group) -> None:
        super().__init__(data)
        self.steering = steering
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = _places(steering) if name.startswith("neighbourhood") else proposing.watch_groups(steering)

    def drafts(self) -> list[proposing.Draft]:
        """The groups as they would be; may refuse with `CannotArrange`."""
        raise NotImplementedError


class CreateForm(ArrangeForm):
    """A new watch group: its name and its neighbourhoods (S20)."""

    title = _("A new watch group")
    name = forms.CharField(label=_("What is the new group called?"), max_length=100)
    neighbourhoods = forms.ModelMultipleChoiceField(
        Neighbourhood.objects.none(), label=_("Which neighbourhoods?"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one neighbourhood.")},
    )  # fmt: skip

    def drafts(self) -> list[proposing.Draft]:
        return arranging.create(self.cleaned_data["name"], list(self.cleaned_data["neighbourhoods"]), self.steering)


class MergeForm(ArrangeForm):
    """Two watch groups become one."""

    title = _("Merge two watch groups")
    group = forms.ModelChoiceField(Group.objects.none(), label=_("Which group closes?"), empty_label=None)
    into = forms.ModelChoiceField(Group.objects.none(), label=_("Where do its members go?"), empty_label=None)

    def drafts(self) -> list[proposing.Draft]:
        return arranging.merge(self.cleaned_data["group"], self.cleaned_data["into"])


class CloseForm(MergeForm):
    """A watch group closes; in the proposal its neighbourhoods can still be given to other groups one by one."""

    title = _("Close a watch group")


class MoveForm(ArrangeForm):
    """A neighbourhood falls under another watch group."""

    title = _("Move a neighbourhood")
    neighbourhood = forms.ModelChoiceField(Neighbourhood.objects.none(), label=_("Which neighbourhood?"), empty_label=None)
    to = forms.ModelChoiceField(Group.objects.none(), label=_("To which group?"), empty_label=None)

    def drafts(self) -> list[proposing.Draft]:
        return arranging.move(self.cleaned_data["neighbourhood"], self.cleaned_data["to"], self.steering)


KINDS: dict[str, type[ArrangeForm]] = {
    Plan.Kind.CREATE: CreateForm, Plan.Kind.MERGE: MergeForm, Plan.Kind.MOVE: MoveForm, Plan.Kind.CLOSE: CloseForm,
}  # fmt: skip


class ChangeForm(forms.Form):
    """The whole proposal as a list: for each neighbourhood its group, for each new group its name and who runs it."""

    added = forms.CharField(label=_("Add a group"), max_length=100, required=False)

    def __init__(
        self, data: Any = None, *, parts: Sequence[Part], places: Iterable[tuple[int, str, int]], steers: Sequence[Person]
    ) -> None:
        super().__init__(data)
        self.parts, self.places = parts, list(places)
        choices = [(p.pk, p.name) for p in parts]
        for pk, name, part in self.places:
            self.fields[f"n{pk}"] = forms.TypedChoiceField(coerce=int, choices=choices, initial=part, label=name)
        people = [(p.pk, p.first_name) for p in steers]
        for p in parts:
            if p.is_new:
                self.fields[f"name{p.pk}"] = forms.CharField(label=_("Name"), max_length=100, initial=p.name)
                seats = [s.person_id for s in p.seats.all()]
                self.fields[f"seats{p.pk}"] = forms.TypedMultipleChoiceField(
                    coerce=int, choices=people, initial=seats, required=False, widget=forms.CheckboxSelectMultiple,
                    label=_("A steering group of its own, with"), help_text=_("Choose nobody, and your own steering group runs it."),
                )  # fmt: skip

    def wishes(self) -> dict[int, int]:
        """By neighbourhood, the part that was chosen."""
        return {pk: self.cleaned_data[f"n{pk}"] for pk, _name, _part in self.places}


class OpinionForm(forms.Form):
    """Agree, or object and say why."""

    words = forms.CharField(label=_("Why not?"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))


def _places(steering: Group) -> Any:
    inside = [n.pk for g in proposing.watch_groups(steering) for n in proposing.territory(g)]
    free = Neighbourhood.objects.filter(district=steering.district_id, watch_groups=None)
    return Neighbourhood.objects.filter(pk__in=[*inside, *free.values_list("pk", flat=True)]).order_by("name")
