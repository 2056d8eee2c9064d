"""How do the public pages hear that they have changed? Whoever writes what they show says so here; after that a kept page is made anew.

It is only a bell: a page is kept for a minute at most, so one that nobody rang for is right again soon.
"""

from django.db import transaction

from meldkring import bell

TOPIC = "public"


def changed() -> None:
    """What visitors read is different once this transaction is there."""
    transaction.on_commit(lambda: bell.ring(TOPIC))
