"""Everything that we keep of one person, for themself (AVG articles 15 and 20): table by table, as the register says what is theirs."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.forgetting.register import REGISTER, Kept, told
from meldkring.people.models import Person


@dataclass(frozen=True)
class Part:
    """One table of the register with how many rows are this person's."""

    what: str
    until: str
    count: int


def parts(person: Person) -> list[Part]:
    """What we keep of this person, how much, and until when: what is theirs, in the order of the register. A query per table."""
    found = [(kept, theirs(kept, person).count()) for kept in REGISTER if kept.whose]
    return [Part(str(kept.what), told(kept), count) for kept, count in found if count]


def whole(person: Person) -> str:
    """All of it as one JSON text, readable for a person and for a program."""
    content: dict[str, Any] = {
        _("about"): person.shown_name,
        _("made at"): timezone.localtime(),
        _("what is kept"): {str(kept.what): rows for kept in REGISTER if kept.whose and (rows := list(_rows(kept, person)))},
        _("what you did for others"): {str(kept.what): n for kept in REGISTER if kept.by and (n := _deeds(kept, person))},
    }
    log.record("own_data", person, by=person)
    return json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)


def theirs(kept: Kept, person: Person) -> QuerySet[Any]:
    """The rows of this table that are this person's own."""
    wanted = Q(pk=None)
    for path in kept.whose:
        # An e-mail is tied to an address, everything else to the account.
        wanted |= Q(**{path: person.email if path == "to" else person.pk})
    found: QuerySet[Any] = apps.get_model(kept.table)._default_manager.filter(wanted).distinct()
    return found


def _rows(kept: Kept, person: Person) -> Iterator[dict[str, Any]]:
    model = apps.get_model(kept.table)
    fields = [f for f in model._meta.concrete_fields if f.name not in kept.secret]
    for row in theirs(kept, person).order_by("pk"):
        yield {f.name: _value(row, f) for f in fields}


def _value(row: models.Model, field: "models.Field[Any, Any]") -> Any:
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    value = field.value_from_object(row)
    return value.hex() if isinstance(value, bytes | memoryview) else value


def _deeds(kept: Kept, person: Person) -> int:
    done = Q(pk=None)
    for path in kept.by:
        done |= Q(**{path: person.pk})
    found: int = apps.get_model(kept.table)._default_manager.filter(done).distinct().count()
    return found
