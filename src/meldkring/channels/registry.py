"""Which channels are there, and which has this installation set up? A file in this folder with a `KIND` is a channel."""

import importlib
import os
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from meldkring import channels
from meldkring.channels.contract import Channel, Kind


@dataclass(frozen=True)
class SetUp:
    """The channels whose settings are there, by name; and those whose settings are wrong, with why (`contract.SetWrongly`)."""

    channels: dict[str, Channel] = field(default_factory=dict)
    wrong: dict[str, ValueError] = field(default_factory=dict)


@cache
def kinds() -> dict[str, Kind]:
    """Every kind of channel by name, read from the files beside this one."""
    found = {}
    for module in pkgutil.iter_modules(channels.__path__):
        kind = getattr(importlib.import_module(f"{channels.__name__}.{module.name}"), "KIND", None)
        if isinstance(kind, Kind):
            found[kind.name] = kind
    return found


def read(environment: Mapping[str, str]) -> SetUp:
    """What these settings make; one channel that is set wrongly stands in no other's way."""
    found = SetUp()
    for kind in kinds().values():
        try:
            channel = kind.make({name: environment.get(name, "") for name in kind.settings})
        except ValueError as error:
            found.wrong[kind.name] = error
        else:
            if channel is not None:
                found.channels[kind.name] = channel
    return found


def made(environment: Mapping[str, str]) -> dict[str, Channel]:
    """The channels of these settings, for who must not begin with one missing: what is wrong raises `ValueError` in words."""
    found = read(environment)
    for why in found.wrong.values():
        raise why
    return found.channels


@cache
def here() -> SetUp:
    """What this installation has set up, read once; pages go on without a channel that is set wrongly."""
    return read(os.environ)
