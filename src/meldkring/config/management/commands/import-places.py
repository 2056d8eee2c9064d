"""`meldkring import-places`: read the postcode file of CBS, so that an address gives its neighbourhood without asking anyone outside."""
# ruff: noqa: N999 - Django takes the name of a command from its file

import pathlib
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from meldkring.places import cbs, tables


class Command(BaseCommand):
    help = "Read the file pc6hnrJJJJ0801_gwb.csv of CBS: in which neighbourhood each postcode with house number lies."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="The csv file, or - for standard input.")
        parser.add_argument(
            "--municipality",
            action="append",
            default=[],
            metavar="GM1963",
            help="Keep only this municipality; may be given more than once.",
        )

    def handle(self, *args: Any, file: str, municipality: list[str], **options: Any) -> None:
        try:
            wanted = {cbs.municipality_code(code) for code in municipality}
            source = sys.stdin.fileno() if file == "-" else pathlib.Path(file)
            # What is not text comes in as a sign that no column has, and is then named with its line.
            with open(source, encoding="utf-8", errors="replace", newline="", closefd=file != "-") as lines:
                counts = tables.replace(lines, municipalities=wanted, tell=self._tell)
        except (cbs.BadTable, cbs.BadCode) as refused:
            raise CommandError(f"{refused} Nothing was changed.") from refused
        except KeyboardInterrupt as stopped:
            raise CommandError("Stopped. Run it again to read the file.") from stopped
        except OSError as wrong:
            raise CommandError(f"{file} cannot be read: {wrong.strerror}.") from wrong
        self.stdout.write(f"{sum(counts.values())} house numbers of {len(counts)} municipalities are in use now.")

    def _tell(self, so_far: int) -> None:
        if so_far % 100_000 == 0:
            self.stderr.write(f"{so_far} rows…")
