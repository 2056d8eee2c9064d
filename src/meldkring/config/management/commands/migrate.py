"""`meldkring migrate`: Django's own, which first says in words when there is no database."""

from typing import Any

from django.core.management.commands import migrate

from meldkring.config import examining


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        examining.refuse_to_start(examining.reachable)
        super().handle(*args, **options)
