"""Tells Django about this part."""

from django.apps import AppConfig


class JoiningConfig(AppConfig):
    name = "meldkring.joining"
    default_auto_field = "django.db.models.BigAutoField"
