"""`meldkring init`: five questions begin an empty installation; `--link` prints the address where the same can be answered on a page."""

import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meldkring.joining import founding

QUESTIONS = {
    "municipality": gettext_lazy("In which municipality? (with its CBS code if you know it, such as “Hoeksche Waard GM1963”)"),
    "district": gettext_lazy("Which district?"),
    "neighbourhoods": gettext_lazy("Which neighbourhoods, with commas between them? (nothing: one for now)"),
    "name": gettext_lazy("What is your name?"),
    "email": gettext_lazy("What is your e-mail address?"),
}


class Command(BaseCommand):
    help = "Begin an empty installation: municipality, district, first groups and you as phone manager."

    def add_arguments(self, parser: CommandParser) -> None:
        for name in QUESTIONS:
            parser.add_argument(f"--{name}", default=None, help="Leave out to be asked.")
        parser.add_argument("--link", action="store_true", help="Print the address of the first-run page instead.")
        parser.add_argument("--address", default="http://localhost:8000", help="Where the pages can be reached, for --link.")

    def handle(self, *args: Any, link: bool, address: str, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        with translation.override(settings.LANGUAGE_CODE):
            if not founding.empty():
                raise CommandError(_("This installation has begun already. Sign in instead."))
            if link:
                self.stdout.write(address.rstrip("/") + first_run_path())
            else:
                self._begin({name: options[name] for name in QUESTIONS})

    def _begin(self, given: dict[str, str | None]) -> None:
        answers = {name: self._answer(name, given[name], asked=None in given.values()) for name in QUESTIONS}
        neighbourhoods = answers.pop("neighbourhoods").split(",")
        try:
            start = founding.found(neighbourhoods=neighbourhoods, **answers)
        except founding.BadStart as refusal:
            raise CommandError(f"{refusal.name}: {refusal}") from refusal
        words = {"district": start.district.name, "email": start.person.email}
        self.stdout.write(_("%(district)s has begun. Sign in as %(email)s and set your second step.") % words)

    def _answer(self, name: str, given: str | None, *, asked: bool) -> str:
        if given is not None:
            return given
        if asked and sys.stdin.isatty():
            return input(f"{QUESTIONS[name]}\n> ")
        if name == "neighbourhoods":
            return ""
        raise CommandError(f"--{name} is missing")


def first_run_path() -> str:
    """The path of the first-run page, with its key."""
    return f"{reverse('begin')}?key={founding.key()}"
