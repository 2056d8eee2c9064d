"""On which thread, and with which connection to the database, does Django answer a request?

Django's own ASGI handler begins a thread for each request and ends it afterwards, the connection with it. For SQLite that is most of the work of a
short request: whoever opens the file reads the shape of every table anew. Here a thread is used again, the last one first, and keeps its connection
(`CONN_MAX_AGE`). However many ask at once, nobody waits for a thread: a slow line would hold up the others.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import ThreadSensitiveContext
from django.core.handlers.asgi import ASGIHandler
from django.db import connections

KEPT = 16


class Pages(ASGIHandler):
    """Django, on threads that stay."""

    def __init__(self) -> None:
        super().__init__()
        self._idle: list[ThreadPoolExecutor] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        thread = self._idle.pop() if self._idle else ThreadPoolExecutor(1, thread_name_prefix="pages")
        try:
            async with ThreadSensitiveContext(executor=thread):
                await super().__call__(scope, receive, send)
        finally:
            self._put_back(thread)

    def _put_back(self, thread: ThreadPoolExecutor) -> None:
        if len(self._idle) < KEPT:
            self._idle.append(thread)
        else:
            thread.submit(connections.close_all)
            thread.shutdown(wait=False)
