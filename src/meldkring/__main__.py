"""The `meldkring` command: every command of the installation, from `serve` to `demo`."""

import os
import sys

from django.core.management import execute_from_command_line

from meldkring.config import addresses


def main() -> None:
    """Run one command; `meldkring help` lists them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meldkring.config.settings")
    try:
        execute_from_command_line(sys.argv)
    except addresses.Unreadable as error:
        # The doctor is one of our commands, and without settings there are none.
        (sys.stdout if sys.argv[1:2] == ["doctor"] else sys.stderr).write(addresses.told(error))
        sys.exit(1)


if __name__ == "__main__":
    main()
