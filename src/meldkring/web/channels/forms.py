"""When somebody wants to be told, and when not: quiet hours, notices together, and nothing for a while."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MORNING = time(7)
LONGEST_MUTE = timedelta(days=60)


class Clock(forms.TimeInput):
    """A time of day as a phone asks it."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(attrs={"class": "input--short"}, format="%H:%M")


class QuietForm(forms.Form):
    """Quiet hours, and when notices come together."""

    quiet_from = forms.TimeField(required=False, widget=Clock, label=gettext_lazy("Quiet from"))
    quiet_until = forms.TimeField(required=False, widget=Clock, label=gettext_lazy("Quiet until"))
    digest_at = forms.TimeField(
        required=False, widget=Clock, label=gettext_lazy("Notices together at"), help_text=gettext_lazy("Leave empty to get each notice by itself.")
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and (given.get("quiet_from") is None) != (given.get("quiet_until") is None):
            name = "quiet_until" if given.get("quiet_until") is None else "quiet_from"
            self.add_error(name, _("Fill in both times, or neither."))
        return given


class MuteForm(forms.Form):
    """Nothing for a while; how long is a button, or a moment of one's own."""

    length = forms.ChoiceField(choices=[(word, word) for word in ("hours", "morning", "week", "own", "none")])
    until = forms.DateTimeField(
        required=False, label=gettext_lazy("Until another moment"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "input--long"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        own, now = given.get("until"), timezone.now()
        if given.get("length") == "own" and not self.errors:
            if own is None or own <= now:
                self.add_error("until", _("Choose a moment that is still to come."))
            elif own > now + LONGEST_MUTE:
                self.add_error("until", _("At most two months. You can do it again after that."))
        return given

    def moment(self) -> datetime | None:
        """Until when; None: no longer."""
        now = timezone.localtime()
        morning = now.replace(hour=MORNING.hour, minute=0, second=0, microsecond=0)
        lengths = {
            "hours": now + timedelta(hours=8),
            "morning": morning if morning > now else morning + timedelta(days=1),
            "week": now + timedelta(weeks=1),
            "own": self.cleaned_data.get("until"),
        }
        return lengths.get(self.cleaned_data["length"])
