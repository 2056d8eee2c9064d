"""What people would write with Django Channels: a consumer over WebSocket, the ORM on SQLite, the in-memory layer (its fastest)."""

import os
import subprocess
import sys

import core

from . import BIN, HERE, Peer


def masked(text: bytes) -> bytes:
    """A text frame with a zero mask, which is a valid masked client frame."""
    n = len(text)
    head = bytes([0x81, 0x80 | n]) if n < 126 else bytes([0x81, 0xFE]) + n.to_bytes(2, "big")
    return head + b"\0\0\0\0" + text


class Member(core.Conn):
    def receive(self, data: bytes) -> None:
        if self.poster and self.k and b'"ack"' in data:
            self.done(core.now())
        super().receive(data)

    def mine(self, k: int, t: int) -> None:
        """The acknowledgement is a frame of its own."""

    def frame(self, body: bytes) -> bytes:
        return masked(b'{"body":"%s"}' % body)


class Channels(Peer):
    port = 18090

    def start(self, members: int) -> None:
        env = {**os.environ, "CHAN_FILE": str(self.work / "chan.db"), "PYTHONPATH": str(HERE / "servers")}
        subprocess.check_call([sys.executable, HERE / "servers" / "chan_app.py"], env=env)
        self.spawn(BIN / "python", "-m", "uvicorn", "chan_app:application", "--port", self.port, "--loop", "uvloop", "--no-access-log",
                   "--log-level", "warning", "--lifespan", "off", "--backlog", "4096", "--ws", "websockets-sansio",
                   "--ws-per-message-deflate", "false", "--ws-ping-interval", "3600", env=env)  # fmt: skip

    async def join(self, number: int) -> Member:
        conn = await core.dial(Member, self.port)
        conn.poster = number == 0
        conn.tr.write(b"GET /ws/0 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      b"Origin: http://localhost\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")  # fmt: skip
        await conn.expect(b"\r\n\r\n")
        return conn

    async def poster(self, member: Member) -> Member:
        return member
