"""Tells Django about this part, and this part about signing in with a second step."""

import importlib

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "meldkring.web"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # By name: models can only be imported once every app is there.
        importlib.import_module("meldkring.web.frame.second_factor").connect()
        importlib.import_module("meldkring.groups.official_sign_in").connect()
