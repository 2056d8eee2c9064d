"""Tells Django about this part."""

from django.apps import AppConfig


class PublicityConfig(AppConfig):
    name = "meldkring.publicity"
    default_auto_field = "django.db.models.BigAutoField"
