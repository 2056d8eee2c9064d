"""The `meldkring` command: every command of the installation, from `serve` to `demo`."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import OperationalError

from meldkring.config import environment


def main() -> None:
    """Run one command; `meldkring help` lists them. What is set wrongly, or a database that fails, ends it in words."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meldkring.config.settings")
    try:
        execute_from_command_line(sys.argv)
    except environment.CannotStart as error:
        _end(error)
    except OperationalError as error:
        _end(environment.CannotStart([environment.database_failed(error)]))


def _end(error: environment.CannotStart) -> None:
    # The doctor is one of our commands, and without settings there are none.
    (sys.stdout if sys.argv[1:2] == ["doctor"] else sys.stderr).write(error.told())
    sys.exit(1)


if __name__ == "__main__":
    main()
