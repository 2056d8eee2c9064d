"""Tells Django about this part."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "meldkring.messaging"
    default_auto_field = "django.db.models.BigAutoField"
