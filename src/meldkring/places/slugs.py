"""Which words cannot be the address of a district? Those that lead somewhere already, for a district's page stands at `/<slug>/`."""

from collections.abc import Iterable

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.text import slugify
from django.utils.translation import gettext as _

from meldkring.places.models import District

# What is served beside the pages, and words that will lead somewhere one day.
KEPT = frozenset(
    {"admin", "beheer", "favicon", "help", "hulp", "inloggen", "kaart", "live", "meedoen", "meldkring", "nieuw", "robots", "static"}
)


class SlugTaken(Exception):
    """The word is an address of Meldkring itself, or that of another district."""


def checked(text: str, *, district: District | None = None) -> str:
    """The text as part of an address. Refuses with `SlugTaken`."""
    slug = slugify(text)[:50].strip("-")
    others = District.objects.exclude(pk=district.pk) if district else District.objects.all()
    if not slug or slug in taken() or others.filter(slug=slug).exists():
        raise SlugTaken(_("“%(slug)s” cannot be the address of a district. Choose another word.") % {"slug": slug or text})
    return slug


def taken() -> frozenset[str]:
    """The first word of every address that this installation has; a new page needs no list to be kept."""
    return KEPT | {word for word in _first_words(get_resolver().url_patterns) if word and "<" not in word}


def _first_words(patterns: Iterable[URLPattern | URLResolver]) -> set[str]:
    found = set[str]()
    for pattern in patterns:
        word = str(pattern.pattern).split("/")[0]
        found |= _first_words(pattern.url_patterns) if isinstance(pattern, URLResolver) and not word else {word}
    return found
