"""What is filled in to make a district known: a corner of the order list, a text, whom to quote."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meldkring.publicity import corners, writing
from meldkring.publicity.models import Corner, Quote


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class CornerForm(forms.Form):
    """A row of the order list."""

    name = forms.CharField(
        label=_("Street corner or place"),
        max_length=80,
        help_text=_("Two streets, or a place everybody knows: the bakery, the playground."),
    )
    number = forms.IntegerField(label=_("How many"), min_value=1, max_value=99, initial=1)
    permitted_by = forms.CharField(
        label=_("Who permits it"), max_length=80, required=False,
        help_text=_("The municipality, the water board, the owner of the wall. No private persons’ telephone numbers."),
    )  # fmt: skip
    permitted_on = _day(_("Permitted on"))
    ordered_on = _day(_("Ordered on"))
    placed_on = _day(_("Placed on"))

    def __init__(self, data: Any = None, *, corner: Corner | None = None) -> None:
        super().__init__(data, initial={name: getattr(corner, name) for name in corners.FIELDS} if corner else None)


class TextForm(forms.Form):
    """A letter, the article or the post; the quotes that may stand in it are ticked."""

    title = forms.CharField(label=_("Heading"), max_length=120)
    body = forms.CharField(
        label=_("Text"), max_length=writing.LONGEST, widget=forms.Textarea(attrs={"rows": 22}),
        help_text=_("An empty line begins a new paragraph. A line that begins with ## becomes a heading. Fill in what stands between [ and ]."),
    )  # fmt: skip
    quotes = forms.TypedMultipleChoiceField(
        label=_("Who may be quoted"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple,
        help_text=_("They come after the second paragraph. Once you have downloaded the text they cannot be taken back."),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, data: Any = None, *, written: writing.Written, agreed: list[Quote]) -> None:
        chosen = [q.pk for q in written.quotes]
        start = {"title": written.title, "body": written.body, "version": written.version, "quotes": chosen}
        super().__init__(data, initial=start)
        self.fields["quotes"].choices = [(q.pk, f"“{q.text}” – {q.named}") for q in agreed]  # type: ignore[attr-defined]
        if not agreed:
            del self.fields["quotes"]


class QuoteForm(forms.Form):
    """Which words, and the name below them."""

    text = forms.CharField(
        label=_("The words"), max_length=400, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Exactly as they will stand there. Say nothing about a suspect."),
    )  # fmt: skip
    named = forms.CharField(
        label=_("The name below them"), max_length=100, help_text=_("For instance: Anna, resident. A first name is enough for most papers.")
    )
