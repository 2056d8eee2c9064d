"""Who did what to what, and when: lines that are added and never changed (BIO2 8.15). No message text, no addresses.

The database itself refuses to change a line (migration 0002); who has erased themself remains a number here.
"""

from django.conf import settings
from django.db import models


class Line(models.Model):
    """One line of the audit log: action, object, result, origin, actor, time."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=60)
    result = models.CharField(max_length=20, default="done")
    details = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
