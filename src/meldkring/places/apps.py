"""Tells Django about this part."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "meldkring.places"
    default_auto_field = "django.db.models.BigAutoField"
