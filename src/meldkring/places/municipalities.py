"""Which municipality does somebody mean who types its name? However it is spelled: a town without a CBS code must not be there twice."""

import re
import unicodedata

from meldkring.places.models import Municipality

ALSO_CALLED = {"denhaag": "sgravenhage", "denbosch": "shertogenbosch"}


def named(name: str) -> Municipality | None:
    """The first municipality here whose name this is: without regard to capitals, accents, hyphens, spaces and the word “gemeente”."""
    wanted = _plain(name)
    every = Municipality.objects.order_by("pk")
    return next((found for found in every if _plain(found.name) == wanted), None) if wanted else None


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(c for c in re.sub(r"\b(gemeente|gem)\b\.?", " ", letters) if c.isalpha() and c.isascii())
    return ALSO_CALLED.get(plain, plain)
