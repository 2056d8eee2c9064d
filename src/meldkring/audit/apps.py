"""Tells Django about this part."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "meldkring.audit"
    default_auto_field = "django.db.models.BigAutoField"
