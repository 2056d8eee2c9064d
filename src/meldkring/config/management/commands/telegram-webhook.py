"""`meldkring telegram-webhook`: tells Telegram where to bring what people write to our bot; once, and whenever address or secret change."""
# ruff: noqa: N999 - Django takes the name of a command from its file

import asyncio
import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from meldkring.channels import http, registry, telegram
from meldkring.channels.contract import SendError
from meldkring.delivery import troubles


class Command(BaseCommand):
    help = "Tell Telegram where to bring what people write to our bot."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            channel: object = registry.made(os.environ).get(telegram.NAME)
        except ValueError as wrong:
            raise CommandError(troubles.set_wrongly(wrong)) from wrong
        if not isinstance(channel, telegram.Telegram):
            raise CommandError("Telegram is not set up: TELEGRAM_TOKEN, TELEGRAM_SECRET and TELEGRAM_BOT are needed.")
        url = settings.SITE_URL + reverse("webhook", args=[telegram.NAME])
        if not url.startswith("https://") and channel.api == telegram.Telegram.api:
            raise CommandError(f"Telegram brings nothing to {url}: set SITE_URL to an address that begins with https://")
        refused = asyncio.run(_announced(channel, url))
        if refused:
            raise CommandError(f"Telegram did not take it: {refused.code}. Look at TELEGRAM_TOKEN and at SITE_URL.")
        self.stdout.write(f"Telegram brings what people write to {url}")


async def _announced(channel: telegram.Telegram, url: str) -> SendError | None:
    async with http.Client() as client:
        return await channel.announce(url, client)
