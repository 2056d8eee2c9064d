"""How often may a program ask? So many times a minute per key, so that one that runs wild delays nobody; more is 429 with when to come back."""

import time

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

MINUTE = 60


class TooOften(Exception):
    """This key asked too often this minute; `wait` tells in how many seconds it may again."""

    def __init__(self, wait: int) -> None:
        self.wait = wait
        super().__init__(_("Too many requests. Wait %(n)d seconds and ask again.") % {"n": wait})


def count(key: str) -> None:
    """Count one request with the key of this digest. Refuses with `TooOften`."""
    now = int(time.time())
    slot = f"api:{key}:{now // MINUTE}"
    if cache.add(slot, 1, 2 * MINUTE):
        return
    try:
        asked = cache.incr(slot)
    except ValueError:  # it went between the two
        return
    if asked > settings.API_PER_MINUTE:
        raise TooOften(MINUTE - now % MINUTE)
