"""`meldkring doctor`: what is wrong with this installation, and what to do about it. Ends with 1 if anything is wrong."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from meldkring.config import examining, trying
from meldkring.config.findings import Findings, Grade

MARKS = {Grade.GOOD: "✓", Grade.CARE: "!", Grade.WRONG: "✗"}


class Command(BaseCommand):
    help = "Say what is wrong with this installation, and what to do about it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", metavar="E-MAIL", default="", help="Send a real test message to this person, along each of their ways.")

    def handle(self, *args: Any, to: str, **options: Any) -> None:
        with translation.override(settings.LANGUAGE_CODE):
            found = list(self._told(examining.all_of()))
            if to:
                found += self._told(trying.send(to=to))
            wrong = sum(finding.grade is Grade.WRONG for finding in found)
            self.stdout.write(_("Wrong: %(n)d. Look at what is marked with ✗.") % {"n": wrong} if wrong else _("All is well."))
        if wrong:
            sys.exit(1)

    def _told(self, findings: Findings) -> Findings:
        for finding in findings:
            self.stdout.write(f"{MARKS[finding.grade]} {examining.WORDS[finding.grade]()}: {finding.what}")
            if finding.advice:
                self.stdout.write(f"    → {finding.advice}")
            yield finding
