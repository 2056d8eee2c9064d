"""How does paper lead to a page, and how often? A short link per material and corner; each opening is one more on that day, and that is all."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import F, Q, Sum
from django.urls import reverse
from django.utils import timezone

from meldkring.figures import suppressing
from meldkring.places.models import District
from meldkring.publicity.models import Corner, Scan, ShortLink

# No vowels, so no words come about; nothing that is read for something else.
LETTERS, LENGTH = "34679cdfghjkmnprtwxy", 6
LATELY = timedelta(days=30)


@dataclass(frozen=True)
class Count:
    """How often the links on one material were opened; None where it is fewer than five."""

    ever: int | None
    lately: int | None


def link(district: District, material: str, corner: Corner | None = None) -> ShortLink:
    """The link of this material, and of this corner; made when it is asked for first."""
    which = {"district": district, "material": material, "corner": corner, "gone": False}
    for _attempt in range(8):
        # Looking first: most of the time it is there, and a look takes no lock.
        if found := ShortLink.objects.filter(**which).first():
            return found
        ShortLink.objects.bulk_create([ShortLink(**which, code=_code())], ignore_conflicts=True)
    raise RuntimeError("no free code")


def retire(corner: Corner) -> None:
    """The corner goes off the list; what hangs there goes on leading to the page."""
    ShortLink.objects.filter(corner=corner).update(corner=None, gone=True)


def url(link: ShortLink) -> str:
    """The whole address, as it goes into the square."""
    return f"{settings.SITE_URL}{reverse('short_link', args=[link.code])}"


def lead_nowhere() -> bool:
    """Whether nobody set the address of this installation: what is printed then can be thrown away."""
    host = urlsplit(settings.SITE_URL).hostname or ""
    return not settings.DEMO and (host in ("", "localhost", "::1") or host.startswith("127."))


def opened(code: str, *, count: bool = True) -> ShortLink | None:
    """The link with this code, however it was typed; counted unless a machine looks ahead."""
    found = ShortLink.objects.select_related("district").filter(code=code.lower()).first()
    if found and count:
        _count(found)
    return found


def counts(district: District) -> dict[str, Count]:
    """By material, for those that have been opened at least once."""
    return _counts(Scan.objects.filter(link__district=district).values_list("link__material"))


def counts_by_corner(district: District) -> dict[int, Count]:
    """By corner, over all that hangs there."""
    return _counts(Scan.objects.filter(link__district=district, link__corner__isnull=False).values_list("link__corner"))


def _counts(rows: Any) -> dict[Any, Count]:
    lately = Q(day__gt=timezone.localdate() - LATELY)
    found = rows.annotate(ever=Sum("number"), lately=Sum("number", filter=lately)).order_by()
    return {key: Count(_told(ever), _told(lately or 0)) for key, ever, lately in found}


def _told(number: int) -> int | None:
    return number if number >= suppressing.FEWEST else None


def _count(link: ShortLink) -> None:
    day = timezone.localdate()
    if Scan.objects.filter(link=link, day=day).update(number=F("number") + 1):
        return
    Scan.objects.bulk_create([Scan(link=link, day=day, number=0)], ignore_conflicts=True)
    Scan.objects.filter(link=link, day=day).update(number=F("number") + 1)


def _code() -> str:
    return "".join(secrets.choice(LETTERS) for _n in range(LENGTH))
