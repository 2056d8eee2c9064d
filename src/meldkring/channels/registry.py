"""Which channels are there, and which has this installation set up? A file in this folder with a `KIND` is a channel."""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from meldkring import channels
from meldkring.channels.contract import Channel, Kind


@cache
def kinds() -> dict[str, Kind]:
    """Every kind of channel by name, read from the files beside this one."""
    found = {}
    for module in pkgutil.iter_modules(channels.__path__):
        kind = getattr(importlib.import_module(f"{channels.__name__}.{module.name}"), "KIND", None)
        if isinstance(kind, Kind):
            found[kind.name] = kind
    return found


def made(environment: Mapping[str, str]) -> dict[str, Channel]:
    """The channels whose settings are there, by name. What is set wrongly raises `ValueError` in words an administrator can act on."""
    found = {}
    for kind in kinds().values():
        channel = kind.make({name: environment.get(name, "") for name in kind.settings})
        if channel is not None:
            found[kind.name] = channel
    return found
