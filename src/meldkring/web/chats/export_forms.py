"""What is filled in about an exported chat: the file, which date is meant, and what of a stretch becomes a case."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meldkring.cases.models import Called, Outcome
from meldkring.channels import whatsapp_export as export
from meldkring.channels.whatsapp_export_dates import Order
from meldkring.chat_groups import stretches, taking_in

LARGEST = 30 * 1024 * 1024


class FileForm(forms.Form):
    """The file that WhatsApp made."""

    file = forms.FileField(
        label=gettext_lazy("The exported chat"),
        help_text=gettext_lazy("In WhatsApp: open the group, More, “Export chat”, without media. A .txt or .zip of at most 30 MB."),
        widget=forms.FileInput(attrs={"accept": ".txt,.zip,text/plain,application/zip"}),
        error_messages={"required": gettext_lazy("Choose the file."), "empty": gettext_lazy("There is nothing in this file.")},
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError(_("This file is larger than 30 MB. Export the chat without media and try again."))
        return file


class OrderForm(forms.Form):
    """Day or month first. Nothing is filled in: a guess would be wrong half the time."""

    order = forms.ChoiceField(
        choices=[(Order.DAY_FIRST, "day"), (Order.MONTH_FIRST, "month")],
        error_messages={"required": gettext_lazy("Choose how the dates are meant.")},
    )  # fmt: skip


class PartForm(forms.Form):
    """Which messages of a stretch become a case, and what is to be known of it."""

    lines = forms.MultipleChoiceField(required=False)
    closing = forms.TypedChoiceField(label=gettext_lazy("Which message tells how it ended?"), coerce=int, empty_value=None, required=False)
    called = forms.ChoiceField(
        label=gettext_lazy("Was 112 called?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say whether 112 was called.")},
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("How did it end?"), widget=forms.RadioSelect, error_messages={"required": gettext_lazy("Choose how it ended.")}
    )
    plates = forms.BooleanField(label=gettext_lazy("Keep number plates. Residents can read them then."), required=False)

    def __init__(self, data: Any = None, *, stretch: stretches.Stretch) -> None:
        super().__init__(data)
        self.stretch = stretch
        usable = [e for e in stretch.entries if e.kind in taking_in.WITH_WORDS and e.text.strip()]
        self.fields["lines"].choices = [(e.line, e.line) for e in usable]  # type: ignore[attr-defined]
        named = [(e.line, f"{e.at:%H:%M} {Truncator(e.text).chars(60)}") for e in usable]
        self.fields["closing"].choices = [("", _("None of these")), *named]  # type: ignore[attr-defined]
        told = (Called.BY_ME, Called.BY_OTHER, Called.NOT_NEEDED, Called.POLICE)
        self.fields["called"].choices = [(c.value, c.label) for c in told]  # type: ignore[attr-defined]
        self.fields["outcome"].choices = Outcome.choices  # type: ignore[attr-defined]

    def is_checked(self, entry: export.Entry) -> bool:
        """As it was sent, or at first everything that is more than chatter."""
        if self.is_bound:
            return str(entry.line) in self.data.getlist("lines")  # type: ignore[attr-defined]
        return not stretches.is_chatter(entry)

    def marked(self) -> taking_in.Marked:
        given = self.cleaned_data
        lines = {int(line) for line in given["lines"]} | ({given["closing"]} if given["closing"] else set())
        return taking_in.Marked(lines, given["called"], given["outcome"], given["closing"], given["plates"])
