"""The one way to write in the audit log. Called inside the transaction of the deed itself, so no deed goes unrecorded."""

from django.db import models

from meldkring.audit.models import Line


def record(action: str, subject: models.Model, *, by: models.Model | None, **details: object) -> None:
    """Add a line: `by` did `action` to `subject`. `details` are ids and words of our own, never what someone wrote."""
    Line.objects.create(action=action, subject=f"{subject._meta.model_name}:{subject.pk}", by_id=by.pk if by else None, details=details)
