"""Tells Django about this part."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "meldkring.config"
    default_auto_field = "django.db.models.BigAutoField"
