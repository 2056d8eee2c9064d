"""What several processes must count together (sign-in attempts): Django's own Redis cache, spoken with the Valkey client that the bell uses.

Django asks for the `redis` package by name; the two clients are the same in all that the cache needs, so one is enough.
"""

from typing import Any

import valkey
from django.core.cache.backends.redis import RedisCache, RedisCacheClient, RedisSerializer


class ValkeyClient(RedisCacheClient):
    """Sets what Django's client sets, without importing `redis`."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        self._lib: Any = valkey
        self._servers = servers
        self._pools: dict[int, Any] = {}
        self._client: Any = valkey.Valkey
        self._pool_class: Any = valkey.ConnectionPool
        self._serializer = RedisSerializer()
        self._pool_options = options


class ValkeyCache(RedisCache):
    """The cache of an installation with a `BELL_URL`."""

    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = ValkeyClient
