"""The `meldkring` command: every command of the installation, from `serve` to `demo`."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run one command; `meldkring help` lists them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meldkring.config.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
