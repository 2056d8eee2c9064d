"""The physical limit: one thread in C that makes a log line durable and writes one prepared buffer to every socket."""

import subprocess

import core

from . import HERE, Peer


class Floor(Peer):
    port = 18080

    def start(self, members: int) -> None:
        exe = self.work / "floor"
        subprocess.check_call(["gcc", "-O2", "-w", "-o", exe, HERE / "servers" / "floor.c"])
        self.spawn(exe, self.port, "log", "sync")

    async def join(self, number: int) -> core.Conn:
        conn = await core.dial(core.Conn, self.port)
        conn.tr.write(b"GET /g/0 HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")
        await conn.expect(b"\r\n\r\n")
        return conn

    async def poster(self, member: core.Conn) -> core.Conn:
        head = b"POST /g/0 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n"
        return await core.dial(lambda: core.HttpPoster(head), self.port)
