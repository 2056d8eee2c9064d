"""What may the residents of a district agree on, within which bounds, and what belongs together? Who may change it: groups/settings.py."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.places import outside
from meldkring.places.models import District

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# Least and most, each with the reason beside it on the page.
BOUNDS: dict[str, tuple[Any, Any]] = {
    "judge_within": (MINUTE, HOUR),
    "remind_after": (HOUR, 2 * DAY),
    "police_valid_for": (HOUR, 14 * DAY),
    "police_outcome_within": (6 * HOUR, 14 * DAY),
    "group_maximum": (20, 250),
    "group_threshold": (10, 249),
    "minimum_age": (12, 21),
    "proof_lasts": (90 * DAY, 1095 * DAY),
    "quorum": (1, 10),
    "consultation_term": (DAY, 60 * DAY),
    "objection_term": (7 * DAY, 90 * DAY),
    "expulsion_remembered": (30 * DAY, 1095 * DAY),
}
SWITCHES = ("open_for_sign_up", "asks_letter", "asks_vouching", "asks_approval")
NAMES = (*BOUNDS, *SWITCHES)


class BadSetting(Exception):
    """A value that cannot be; `name` is the setting, the text says what is possible."""

    def __init__(self, name: str, words: str) -> None:
        self.name = name
        super().__init__(words)


@transaction.atomic
def change(district: District, values: Mapping[str, Any], *, by: models.Model) -> list[str]:
    """Set these settings; the names of those that changed. Refuses with `BadSetting`, and then nothing changes."""
    fresh = District.objects.select_for_update(no_key=True).get(pk=district.pk)
    changed = [name for name, value in values.items() if getattr(fresh, name) != value]
    for name in changed:
        _within(name, values[name])
        setattr(fresh, name, values[name])
    _together(fresh)
    if changed:
        fresh.save(update_fields=changed)
        outside.changed()
        log.record("settings", fresh, by=by, **{name: _plain(values[name]) for name in changed})
    return changed


def _within(name: str, value: Any) -> None:
    if name not in NAMES:
        raise BadSetting(name, _("There is no such setting."))
    if name in BOUNDS:
        least, most = BOUNDS[name]
        if not least <= value <= most:
            raise BadSetting(name, _("Choose something from %(least)s to %(most)s.") % {"least": _words(least), "most": _words(most)})


def _together(district: District) -> None:
    if district.group_threshold >= district.group_maximum:
        raise BadSetting("group_threshold", _("Divide before a group is full: choose less than the most members."))
    if not (district.asks_approval or district.asks_letter or district.asks_vouching):
        raise BadSetting("asks_approval", _("Keep at least one: else anybody could read along without being known to you."))


def _plain(value: Any) -> Any:
    return value.total_seconds() if isinstance(value, timedelta) else value


def _words(value: Any) -> str:
    if not isinstance(value, timedelta):
        return str(value)
    if value < HOUR:
        return _("%(n)d min") % {"n": value // MINUTE}
    return _("%(n)d hours") % {"n": value // HOUR} if value < DAY else _("%(n)d days") % {"n": value // DAY}
