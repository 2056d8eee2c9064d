"""Tells Django about this part."""

from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    name = "meldkring.complaints"
    default_auto_field = "django.db.models.BigAutoField"
