"""The one way to write in the audit log. Called inside the transaction of the deed itself, so no deed goes unrecorded."""

from django.db import models

from meldkring.audit.models import Line


def record(action: str, subject: models.Model | None, *, by: models.Model | None, **details: object) -> None:
    """Add a line: `by` did `action` to `subject`, if to anything. `details` are ids and words of our own, never what someone wrote."""
    named = f"{subject._meta.model_name}:{subject.pk}" if subject is not None else ""
    Line.objects.create(action=action, subject=named, by_id=by.pk if by else None, details=details)
