"""Tells Django about this part."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "meldkring.people"
    default_auto_field = "django.db.models.BigAutoField"
