"""Tells Django about this part."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "meldkring.cases"
    default_auto_field = "django.db.models.BigAutoField"
