"""`meldkring erase`: erase people by their number, for a request on paper, or again after a backup was put back."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from meldkring.forgetting import erasing
from meldkring.joining import moving
from meldkring.people.models import Person


class Command(BaseCommand):
    help = "Erase these people for good: by number, as in the lines “erased person 12” of the log, or by e-mail address."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("who", nargs="+", metavar="NUMBER|ADDRESS", help="Whom to erase. Who is not there is passed over.")

    def handle(self, *args: Any, who: list[str], **options: Any) -> None:
        for one in who:
            found = Person.objects.filter(**{"pk": one} if one.isdecimal() else {"email__iexact": one}).first()
            if found is None:
                self.stdout.write(f"{one}: not here.")
                continue
            try:
                erasing.erase(found, by=None)
            except (moving.StillSteers, erasing.LastAdministrator) as refused:
                raise CommandError(f"{one}: {refused}") from refused
            self.stdout.write(f"{one}: erased.")
