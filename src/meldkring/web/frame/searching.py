"""A list that can grow, on a page: which part of it is shown, what was searched for, and what of the address goes along to its other pages?"""

from collections.abc import Iterable
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

PER_PAGE = 50
MOST_WORDS = 5
Row = TypeVar("Row", bound=Model)


def asked(request: HttpRequest) -> str:
    """What was searched for."""
    return request.GET.get("zoek", "").strip()


def matching(rows: QuerySet[Row], words: str, *fields: str) -> QuerySet[Row]:
    """Those in which each of these words stands in one of the fields."""
    for word in words.split()[:MOST_WORDS]:
        found = Q()
        for field in fields:
            found |= Q(**{f"{field}__icontains": word})
        rows = rows.filter(found)
    return rows


def holds(text: str, words: str) -> bool:
    """The same for a row that is no model: whether each of these words stands in the text."""
    return all(word.casefold() in text.casefold() for word in words.split()[:MOST_WORDS])


def context(request: HttpRequest, rows: Any, *kept: str) -> dict[str, Any]:
    """For `members/search.html` and `leaving/pages.html`: the page, what was searched for, and these parts of the address that stay."""
    page: Page[Any] = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    stay = [(name, request.GET[name]) for name in kept if request.GET.get(name)]
    words = asked(request)
    return {
        "page": page,
        "asked": words,
        "kept": stay,
        "kept_query": _query(stay),
        "query": _query([*stay, *([("zoek", words)] if words else [])]),
    }


def _query(pairs: Iterable[tuple[str, str]]) -> str:
    pairs = list(pairs)
    return f"{urlencode(pairs)}&" if pairs else ""
