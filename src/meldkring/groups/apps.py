"""Tells Django about this part."""

from django.apps import AppConfig


class GroupsConfig(AppConfig):
    name = "meldkring.groups"
    default_auto_field = "django.db.models.BigAutoField"
