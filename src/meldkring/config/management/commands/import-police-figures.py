"""`meldkring import-police-figures FILE --municipality GM1963`: recorded crimes from table 47022NED of CBS, shown on the municipality's overview."""
# ruff: noqa: N999 - Django takes the name of a command from its file

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from meldkring.figures import police_figures
from meldkring.places.models import Municipality


class Command(BaseCommand):
    help = "Import recorded crimes (CBS table 47022NED, or a column per year) of one municipality."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--municipality", required=True, help="Its CBS code, such as GM1963.")

    def handle(self, *args: Any, file: Path, municipality: str, **options: Any) -> None:
        here = Municipality.objects.filter(code=municipality).first()
        if here is None:
            raise CommandError(f"There is no municipality {municipality} here.")
        try:
            count = police_figures.read_in(file.read_text(encoding="utf-8-sig").splitlines(), here)
        except (police_figures.BadFigures, OSError, UnicodeDecodeError) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{count} numbers of {here.name} kept.")
