"""Meldkring itself, embedded: SQLite, one process. Members have the stream of their case open; one reacts through the API."""

import json
import os
import subprocess

import core

from . import BIN, HERE, Peer


class Poster(core.HttpPoster):
    """Posts the text as JSON."""

    def frame(self, body: bytes) -> bytes:
        return super().frame(json.dumps({"text": body.decode(), "group": self.group}).encode())


class Meldkring(Peer):
    port = 18100

    def start(self, members: int) -> None:
        env = {**os.environ, "DJANGO_SETTINGS_MODULE": "meldkring.config.settings", "MELDKRING_DATA": str(self.work), "ALLOWED_HOSTS": "*"}
        env.pop("DATABASE_URL", None)
        made = subprocess.run([BIN / "python", HERE / "servers" / "crowd.py", str(members)], env=env, check=True, capture_output=True)
        self.crowd = json.loads(made.stdout)
        self.spawn(BIN / "meldkring", "serve", "--port", self.port, env=env)

    async def join(self, number: int) -> core.Conn:
        conn = await core.dial(core.Conn, self.port)
        cookie = self.crowd["sessions"][number]
        conn.tr.write(
            b"GET /live HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nCookie: sessionid=%s\r\n\r\n" % cookie.encode()
        )
        await conn.expect(b"event: hello")
        return conn

    async def poster(self, member: core.Conn) -> Poster:
        head = (
            f"POST /api/v1/cases/{self.crowd['case']}/reactions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {self.crowd['token']}\r\nContent-Length: %d\r\n\r\n"
        )
        conn = await core.dial(lambda: Poster(head.encode()), self.port)
        conn.group = self.crowd["group"]
        return conn
