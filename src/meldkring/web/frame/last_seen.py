"""When was somebody last here, on which device? Written down once in a while: a page that is only read must not wait for the disk.

Every page would write it otherwise, and in SQLite one writes at a time: an evening on which everybody reads would hold up the one who reports.
"""

import hashlib

from allauth.account.adapter import get_adapter
from allauth.usersessions.middleware import UserSessionsMiddleware
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse

EVERY = 300  # seconds


class LastSeen(UserSessionsMiddleware):  # type: ignore[misc]  # allauth has no types for it
    """Notes it at the first page in five minutes, and at once when the same session comes from another place or device."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found: HttpResponse = super().__call__(request) if self._is_news(request) else self.get_response(request)
        return found

    def _is_news(self, request: HttpRequest) -> bool:
        if not request.user.is_authenticated:
            return False
        who = f"{request.session.session_key} {get_adapter().get_client_ip(request)} {request.headers.get('user-agent', '')}"
        return bool(caches["here"].add(f"seen:{hashlib.sha256(who.encode()).hexdigest()}", True, EVERY))
