"""Is every table that can tell something of a person in the register, with who it is about and when it ends? (rules 7)"""

import pathlib

from django.apps import apps
from django.conf import settings
from django.db import models

from meldkring.forgetting import daily
from meldkring.forgetting.register import IMPERSONAL, REGISTER, told
from meldkring.people.models import Person

PERSONAL = {kept.table: kept for kept in REGISTER}


def impersonal(model: type[models.Model]) -> bool:
    return model._meta.label in IMPERSONAL or model._meta.app_label in IMPERSONAL


def points_at_a_person(model: type[models.Model]) -> set[str]:
    return {f.name for f in (*model._meta.concrete_fields, *model._meta.many_to_many) if f.related_model is Person}


def test_every_table_is_accounted_for() -> None:
    """A new table fails here until somebody has said what of people it holds, and until when."""
    tables = {m._meta.label: m for m in apps.get_models(include_auto_created=True)}
    unknown = [label for label, model in tables.items() if label not in PERSONAL and not impersonal(model)]
    assert not unknown, f"say in forgetting/register.py what these keep of people: {unknown}"
    assert not PERSONAL.keys() - tables.keys()
    assert not {name for name in IMPERSONAL if name not in tables and name not in {m._meta.app_label for m in tables.values()}}


def test_every_field_that_points_at_a_person_is_accounted_for() -> None:
    """A new field to a person fails here until it is said whether the row is theirs, or only tells that they did it."""
    for label, kept in PERSONAL.items():
        fields = points_at_a_person(apps.get_model(label))
        named = {*kept.whose, *kept.by} & fields
        assert fields - named == set(), f"{label}: {fields - named}"
        assert not set(kept.whose) & set(kept.by)
    unused = {"people.Person_groups", "people.Person_user_permissions"}
    pointing = {m._meta.label for m in apps.get_models(include_auto_created=True) if points_at_a_person(m)} - unused
    assert pointing <= PERSONAL.keys()


def test_nothing_secret_has_no_name_there() -> None:
    for label, kept in PERSONAL.items():
        fields = {f.name for f in (*apps.get_model(label)._meta.concrete_fields, *apps.get_model(label)._meta.many_to_many)}
        assert set(kept.secret) <= fields, label


def test_every_term_can_be_told_in_words() -> None:
    for kept in REGISTER:
        assert told(kept)
        assert "%" not in told(kept)


def test_every_term_is_used() -> None:
    """A number that nothing reads promises what nobody does."""
    source = "".join(path.read_text() for path in pathlib.Path(daily.__file__).parent.glob("*.py"))
    assert {name for name in settings.KEPT_DAYS if f'days("{name}")' not in source} == set()
