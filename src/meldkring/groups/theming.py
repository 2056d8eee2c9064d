"""Who gives a municipality its look? Its administrator: first as a draft to look at, then for everybody, and back to ours at any time."""

from collections.abc import Mapping

from django.db import transaction

from meldkring.audit import log
from meldkring.groups import officials
from meldkring.people.models import Person
from meldkring.places import outside, themes
from meldkring.places.models import Municipality, Theme


@transaction.atomic
def draft(municipality: Municipality, text: str, *, name: str, ours: Mapping[str, str], by: Person) -> Theme:
    """Read a theme and keep it to look at. Refuses with `NotAllowed` or `themes.BadTheme`; then the theme there is stays."""
    officials.require(by, municipality)
    tokens = themes.read(text, name=name)
    themes.check(tokens, ours)
    made, _new = Theme.objects.update_or_create(municipality=municipality, defaults={"draft": tokens})
    log.record("draft_theme", made, by=by, tokens=len(tokens))
    return made


@transaction.atomic
def keep(municipality: Municipality, *, by: Person) -> None:
    """Let the draft be the look of every page of this municipality."""
    officials.require(by, municipality)
    theme = Theme.objects.select_for_update().filter(municipality=municipality).exclude(draft={}).first()
    if theme:
        Theme.objects.filter(pk=theme.pk).update(tokens=theme.draft, draft={})
        Municipality.objects.filter(pk=municipality.pk).update(theme=themes.digest(theme.draft))
        log.record("keep_theme", theme, by=by)
        outside.changed()


@transaction.atomic
def forget(municipality: Municipality, *, by: Person) -> None:
    """Back to our own look, draft and all."""
    officials.require(by, municipality)
    Theme.objects.filter(municipality=municipality).update(tokens={}, draft={})
    Municipality.objects.filter(pk=municipality.pk).update(theme="")
    log.record("forget_theme", municipality, by=by)
    outside.changed()
