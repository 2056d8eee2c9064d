"""When was somebody last here, on which device? Written down once in a while: a page that is only read must not wait for the disk.

Every page would write it otherwise, and in SQLite one writes at a time: an evening on which everybody reads would hold up the one who reports.
And where nothing can be written, on a full disk, who is signed in reads on.
"""

import hashlib
import logging
from collections.abc import Callable

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.core.cache import caches
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

logger = logging.getLogger(__name__)
EVERY = 300  # seconds


class LastSeen:
    """Notes it at the first page in five minutes, and at once when the same session comes from another place or device."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._is_news(request):
            try:
                UserSession.objects.create_from_request(request)
            except DatabaseError:
                logger.exception("that a device was used cannot be written down")
        return self._get_response(request)

    def _is_news(self, request: HttpRequest) -> bool:
        if not request.user.is_authenticated:
            return False
        who = f"{request.session.session_key} {get_adapter().get_client_ip(request)} {request.headers.get('user-agent', '')}"
        return bool(caches["here"].add(f"seen:{hashlib.sha256(who.encode()).hexdigest()}", True, EVERY))
