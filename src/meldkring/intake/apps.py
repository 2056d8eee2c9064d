"""Tells Django about this part."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "meldkring.intake"
    default_auto_field = "django.db.models.BigAutoField"
