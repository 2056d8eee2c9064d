"""Tells Django about this part."""

from django.apps import AppConfig


class GrowthConfig(AppConfig):
    name = "meldkring.growth"
    default_auto_field = "django.db.models.BigAutoField"
