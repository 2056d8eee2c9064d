"""Client side of the benchmark: message book-keeping, sockets, workloads.

Every message carries a marker '~M00000123.' anywhere in its text.  Receivers
only search for that marker, so the client's cost is nearly the same for all
peers.  All times come from one clock in one process.
"""

import asyncio
import time

now = time.perf_counter_ns
CAP = 400_000
TEXT = (
    b" Alarm: unknown persons trying car doors near the school, two people, dark clothes, walking towards the statio"
    b"n. Please stay inside, note number plates and call the police on the emergency number first. Reported by house"
    b" 12 of our street. Stay calm and careful, more to follow soon; patrol informed."
)


def payload(k):
    return (b"~M%08d." % k + TEXT)[:300]


class Book:
    """When each message was sent, acknowledged, first and last received."""

    def __init__(self):
        self.k = 0
        self.sent, self.ack, self.first, self.last, self.count = ([0] * CAP for _ in range(5))
        self.total = 0

    def take(self):
        self.k += 1
        return self.k


BOOK = Book()


class Conn(asyncio.Protocol):
    """A socket: expect() during set-up, afterwards marker counting only."""

    scan = False
    poster = False
    closed = False

    def __init__(self):
        self.buf = b""
        self.want = self.fut = None
        self.k, self.acked = 0, None

    def connection_made(self, tr):
        self.tr = tr

    def connection_lost(self, exc):
        self.closed = True
        if self.fut and not self.fut.done():
            self.fut.set_exception(ConnectionError(f"closed by server: {self.buf[-300:]!r}"))

    def data_received(self, data):
        if self.scan:
            self.receive(data)
            return
        self.buf += data
        self.check()

    def check(self):
        if self.want is not None:
            i = self.buf.find(self.want)
            if i >= 0:
                got, self.buf = self.buf[: i + len(self.want)], self.buf[i + len(self.want) :]
                self.want = None
                if not self.fut.done():
                    self.fut.set_result(got)

    async def expect(self, what, timeout=60):
        self.want, self.fut = what, asyncio.get_running_loop().create_future()
        self.check()
        return await asyncio.wait_for(self.fut, timeout)

    def ready(self):
        """Set-up is over: from now on count markers."""
        self.buf, self.scan, self.fut = b"", True, None

    def receive(self, data):
        if self.buf:
            data = self.buf + data
            self.buf = b""
        i = data.find(b"~M")
        end = 0
        b = BOOK
        while i >= 0:
            end = i + 11
            if end > len(data):
                self.buf = data[i:]
                return
            k = int(data[i + 2 : i + 10])
            t = now()
            if not b.first[k]:
                b.first[k] = t
            b.last[k] = t
            b.count[k] += 1
            b.total += 1
            if self.poster:
                self.mine(k, t)
            i = data.find(b"~M", end)
        r = data.rfind(b"~", max(end, len(data) - 10))
        if r >= 0:
            self.buf = data[r:]

    def mine(self, k, t):
        """Own message came back (peers where that is the acknowledgement)."""
        if k == self.k:
            self.done(t)

    def done(self, t):
        BOOK.ack[self.k] = t
        self.k = 0
        if self.acked and not self.acked.done():
            self.acked.set_result(None)

    async def post(self):
        k = BOOK.take()
        data = self.frame(payload(k))
        self.acked = asyncio.get_running_loop().create_future()
        self.k = k
        BOOK.sent[k] = now()
        self.tr.write(data)
        await asyncio.wait_for(self.acked, 20)

    def frame(self, body):
        raise NotImplementedError


class HttpPoster(Conn):
    """Keep-alive HTTP connection, one request outstanding."""

    def __init__(self, head):
        super().__init__()
        self.head = head

    def frame(self, body):
        return self.head % len(body) + body

    def data_received(self, data):
        t = now()
        self.buf += data
        h = self.buf.find(b"\r\n\r\n")
        if h < 0:
            return
        head = self.buf[:h].lower()
        i = head.find(b"content-length:")
        if i >= 0:
            n = int(head[i + 15 :].split(b"\r\n", 1)[0])
            if len(self.buf) < h + 4 + n:
                return
        elif b"chunked" in head and not self.buf.endswith(b"0\r\n\r\n"):
            return
        reply, self.buf = self.buf, b""
        if self.want is not None:  # used as a plain HTTP client
            self.fut.set_result(reply)
            self.want = None
            return
        if not head.startswith(b"http/1.1 2"):
            raise SystemExit(f"poster got {reply[:400]!r}")
        self.done(t)

    async def call(self, request):
        self.want, self.fut = b"", asyncio.get_running_loop().create_future()
        self.tr.write(request)
        return await asyncio.wait_for(self.fut, 60)


async def dial(factory, port):
    for _attempt in range(50):
        try:
            _, c = await asyncio.get_running_loop().create_connection(factory, "127.0.0.1", port)
            return c
        except ConnectionRefusedError:
            await asyncio.sleep(0.2)
    raise SystemExit(f"nothing listens on port {port}")


# ---------------------------------------------------------------- workloads


def pct(values, p):
    v = sorted(values)
    return v[min(len(v) - 1, int(len(v) * p))] if v else float("nan")


def summary(ks, members):
    """Latencies in ms of the messages ks; only complete ones count for 'last'."""
    b = BOOK
    out = {}
    full = [k for k in ks if b.count[k] >= members]
    for name, book, sel in (("ack", b.ack, ks), ("first", b.first, ks), ("last", b.last, full)):
        v = [(book[k] - b.sent[k]) / 1e6 for k in sel if book[k]]
        out[name + "_p50"], out[name + "_p99"] = round(pct(v, 0.5), 3), round(pct(v, 0.99), 3)
        if name == "last" and v:
            out["last_max"] = round(max(v), 3)
    got = sum(b.count[k] for k in ks)
    out.update(sent=len(ks), delivered=got, lost=len(ks) * members - got)
    return out


async def settle(ks, members, limit=20):
    end = time.time() + limit
    while time.time() < end and any(BOOK.count[k] < members for k in ks):
        await asyncio.sleep(0.1)


async def paced(poster, count, period, phase=0.0):
    ks, t0 = [], time.perf_counter() + phase
    for i in range(count):
        await asyncio.sleep(max(0, t0 + i * period - time.perf_counter()))
        k = BOOK.k + 1
        await poster.post()
        ks.append(k)
    return ks


async def fanout(posters, members, count=200, rate=20):
    """W1: one member posts at a low fixed rate."""
    ks = await paced(posters[0][0], count, 1 / rate)
    await settle(ks, members)
    return summary(ks, members)
