"""Tells Django about this part, and the letters that they may offer the way to the ready words."""

import importlib

from django.apps import AppConfig


class ChatGroupsConfig(AppConfig):
    name = "meldkring.chat_groups"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        composing, placing = (importlib.import_module(name) for name in ("meldkring.delivery.composing", "meldkring.chat_groups.placing"))
        if placing.actions not in composing.OFFERS:
            composing.OFFERS.append(placing.actions)
