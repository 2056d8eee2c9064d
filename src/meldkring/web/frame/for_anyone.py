"""How is a page marked that reads the same for everybody without a session? Then it is made once and kept a while, here and by caches on the way.

`web/frame/kept_pages.py` stands before Django and keeps what bears such a mark. A browser may keep it too, but asks each time whether it is still right:
who has just signed in must not see what a visitor saw.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers

KEPT = 60  # seconds; what rings `places.outside` shows sooner


def kept(*, seconds: int = KEPT, browser: int = 0) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Mark the answers of a view that nobody's session has touched; a browser may use one for `browser` seconds without asking."""

    def marked(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            response = view(request, *args, **kwargs)
            if not settings.DEMO and response.status_code == 200 and not personal(request, response):
                return _mark(request, response, seconds, browser)
            patch_cache_control(response, private=True, no_cache=True)
            return response

        return answered

    return marked


def shared(response: HttpResponse) -> HttpResponse:
    """Let pages of other sites show it: a badge, a picture for a preview."""
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def personal(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether this answer may be for one person only: there is a session, a form that is safe for one visitor, or a cookie to set."""
    known = {settings.SESSION_COOKIE_NAME, "messages"} & request.COOKIES.keys()
    form = request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
    return bool(known or form or response.cookies or request.method not in ("GET", "HEAD") or response.has_header("Cache-Control"))


def _mark(request: HttpRequest, response: HttpResponse, seconds: int, browser: int) -> HttpResponse:
    patch_cache_control(response, public=True, max_age=browser, s_maxage=seconds)
    if (response["Content-Type"]).startswith("text/html"):
        patch_vary_headers(response, ["Cookie"])
    etag = f'W/"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response["ETag"] = etag
    answer = get_conditional_response(request, etag=etag, response=response)
    assert isinstance(answer, HttpResponse)  # noqa: S101 - tells mypy that there is always one
    return answer
