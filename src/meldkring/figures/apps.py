"""Tells Django about this part."""

from django.apps import AppConfig


class FiguresConfig(AppConfig):
    name = "meldkring.figures"
    default_auto_field = "django.db.models.BigAutoField"
