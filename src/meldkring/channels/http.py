"""The one way out over HTTP for all channels: a shared pool of connections, and a clear answer to "did it go out?"."""

from collections.abc import Mapping
from types import TracebackType

import aiohttp

from meldkring.channels.contract import Answer, Unanswered, Unsent

LONGEST_ANSWER = 256 * 1024


class Client:
    """Implements `contract.Http`. Redirects are not followed: a provider that moves must be set anew, not silently obeyed."""

    def __init__(self, *, at_once: int = 256) -> None:
        self._at_once = at_once
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Client":
        connector = aiohttp.TCPConnector(limit=self._at_once, limit_per_host=self._at_once, ttl_dns_cache=60)
        self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None) -> None:
        if self._session is not None:
            await self._session.close()

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes, timeout: float = 10.0) -> Answer:
        """Post and read the answer. Raises `Unsent` or `Unanswered`."""
        return await self._ask("POST", url, headers=headers, body=body, timeout=timeout)

    async def get(self, url: str, *, headers: Mapping[str, str], timeout: float = 10.0) -> Answer:
        """Read what is there. Raises `Unsent` or `Unanswered`."""
        return await self._ask("GET", url, headers=headers, body=None, timeout=timeout)

    async def _ask(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None, timeout: float) -> Answer:
        if self._session is None:
            raise RuntimeError("the client is used outside `async with`")
        limit = aiohttp.ClientTimeout(total=timeout, sock_connect=min(5.0, timeout))
        try:
            async with self._session.request(method, url, headers=headers, data=body, timeout=limit, allow_redirects=False) as answer:
                found = {name.lower(): value for name, value in answer.headers.items()}
                return Answer(answer.status, await answer.content.read(LONGEST_ANSWER), found)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            raise Unsent(type(error).__name__) from error
        except (TimeoutError, aiohttp.ClientError) as error:
            raise Unanswered(type(error).__name__) from error
