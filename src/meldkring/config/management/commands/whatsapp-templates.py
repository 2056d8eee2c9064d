"""`meldkring whatsapp-templates`: prints the wordings that WhatsApp must approve, as an administrator enters them; `--json` as a program sends them."""
# ruff: noqa: N999 - Django takes the name of a command from its file

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from meldkring.channels import whatsapp_templates


class Command(BaseCommand):
    help = "Print the wordings that WhatsApp must approve beforehand, ready to enter."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="One JSON object a line, as POST …/message_templates takes it.")

    def handle(self, *args: Any, json: bool, **options: Any) -> None:
        for template in whatsapp_templates.TEMPLATES.values():
            wanted = whatsapp_templates.submitted(template, site=settings.SITE_URL)
            self.stdout.write(_line(wanted) if json else _page(template, wanted))


def _line(wanted: dict[str, Any]) -> str:
    return json.dumps(wanted, ensure_ascii=False)


def _page(template: whatsapp_templates.Template, wanted: dict[str, Any]) -> str:
    body, buttons = wanted["components"]
    lines = [
        f"Name      {wanted['name']}",
        f"Category  {wanted['category']}",
        f"Language  {wanted['language']} (Dutch)",
        f"Lasts     {template.lasts} seconds",
    ]
    lines += ["Body", *(f"  {line}" for line in body["text"].splitlines())]
    lines += ["Examples", *(f"  {{{{{n}}}}}  {text}" for n, text in enumerate(template.examples, start=1))]
    lines += [
        "Buttons",
        *(f"  {b['type'].lower().replace('_', ' ')}  {b['text']}  {b.get('url', '')}".rstrip() for b in buttons["buttons"]),
    ]
    return "\n".join([*lines, ""])
