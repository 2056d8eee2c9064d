"""Tells Django about this part."""

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "meldkring.delivery"
    default_auto_field = "django.db.models.BigAutoField"
