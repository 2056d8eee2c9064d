"""The hub writes once for all, in order, and a bad line harms nobody else."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from meldkring.live.hub import HEARTBEAT, SLICE, Hub, Listener, Message, Position

START = Position(1, 1)


class Line:
    """An ASGI send that notes what it gets, or fails, or waits."""

    def __init__(self, fault: str = "") -> None:
        self.bodies: list[bytes] = []
        self.fault = fault

    async def send(self, message: Message) -> None:
        if self.fault == "broken":
            raise OSError("line is gone")
        if self.fault == "slow":
            await asyncio.Event().wait()
        self.bodies.append(message["body"])


def follow(hub: Hub, line: Line, person: int = 1, group: int = 12, language: str = "nl") -> Listener:
    listener = Listener(line.send, person, frozenset({group}), language)
    hub.join(listener, {group: START})
    return listener


def run(coroutine: Any) -> Any:
    return asyncio.run(asyncio.wait_for(coroutine, 10))


def test_the_same_bytes_object_goes_to_all() -> None:
    hub, lines = Hub(), [Line() for _ in range(SLICE * 2 + 5)]
    for person, line in enumerate(lines):
        follow(hub, line, person)
    frame = b"event: posting\n" + b"data: x\n\n"
    people = run(hub.publish(12, Position(2, 2), {"nl": frame}))
    assert people == set(range(len(lines))) == hub.people(12)
    assert all(len(line.bodies) == 1 and line.bodies[0] is frame for line in lines)
    assert hub.position(12) == Position(2, 2)
    assert hub.followed() == {12: Position(2, 2)}


def test_each_in_its_language() -> None:
    hub, dutch, english, other = Hub(), Line(), Line(), Line()
    for line, language in ((dutch, "nl"), (english, "en"), (other, "fy")):
        follow(hub, line, language=language)
    run(hub.publish(12, Position(2, 2), {"nl": b"hoi", "en": b"hi"}))
    assert (dutch.bodies, english.bodies, other.bodies) == ([b"hoi"], [b"hi"], [b"hoi"])


@pytest.mark.parametrize("fault", ["slow", "broken"])
def test_a_bad_line_is_dropped_and_others_go_on(fault: str) -> None:
    hub, before, bad, after = Hub(), Line(), Line(fault), Line()
    listeners = [follow(hub, line, person) for person, line in enumerate((before, bad, after))]
    assert run(hub.publish(12, Position(2, 2), {"nl": b"a"})) == {0, 2}
    assert before.bodies == after.bodies == [b"a"]
    assert [listener.ended.is_set() for listener in listeners] == [False, True, False]
    assert hub.people(12) == {0, 2}


def test_publications_at_once_keep_their_order_over_slices() -> None:
    hub, lines = Hub(), [Line() for _ in range(SLICE * 3)]
    for line in lines:
        follow(hub, line)

    async def publish_all() -> None:
        await asyncio.gather(*(hub.publish(12, Position(n, n), {"nl": b"%d" % n}) for n in range(2, 7)))

    run(publish_all())
    assert all(line.bodies == [b"2", b"3", b"4", b"5", b"6"] for line in lines)


def test_who_joins_halfway_gets_only_what_follows() -> None:
    hub, late = Hub(), Line()
    for _ in range(SLICE * 2):
        follow(hub, Line())

    async def halfway() -> None:
        publishing = asyncio.create_task(hub.publish(12, Position(2, 2), {"nl": b"2"}))
        await asyncio.sleep(0)
        assert hub.position(12) == Position(2, 2)
        hub.join(Listener(late.send, 9, frozenset({12}), "nl"), {12: Position(2, 2)})
        await publishing
        await hub.publish(12, Position(3, 3), {"nl": b"3"})

    run(halfway())
    assert late.bodies == [b"3"]


def test_frames_read_for_an_earlier_room_are_not_written() -> None:
    hub, line = Hub(), Line()
    hub.leave(follow(hub, Line()))
    assert hub.position(12) is None
    hub.join(Listener(line.send, 1, frozenset({12}), "nl"), {12: Position(5, 5)})
    assert run(hub.publish(12, Position(6, 6), {"nl": b"2..6"}, since=START)) == set()
    assert line.bodies == []
    assert hub.position(12) == Position(5, 5)


def test_joining_elsewhere_than_the_cursor_is_refused() -> None:
    hub = Hub()
    follow(hub, Line())
    with pytest.raises(ValueError, match="group 12"):
        hub.join(Listener(Line().send, 2, frozenset({12}), "nl"), {12: Position(2, 1)})


def test_dropping_by_person_by_group_and_all() -> None:
    hub = Hub()
    one, two, three = (follow(hub, Line(), person, group) for person, group in ((1, 12), (2, 12), (3, 15)))
    hub.drop(person=1)
    assert one.ended.is_set()
    assert not two.ended.is_set()
    assert hub.people(12) == {2}
    hub.drop(group=12)
    assert two.ended.is_set()
    assert not three.ended.is_set()
    assert hub.followed() == {15: START}
    hub.drop()
    assert three.ended.is_set()
    assert hub.followed() == {}


def test_a_listener_dropped_while_catching_up_never_joins() -> None:
    hub = Hub()
    listener = Listener(Line().send, 1, frozenset({12}), "nl")
    hub.enter(listener)
    hub.drop(person=1)
    hub.join(listener, {12: START})
    assert hub.followed() == {}


def test_the_heartbeat_reaches_those_who_joined() -> None:
    hub, joined, entered = Hub(), Line(), Line()
    follow(hub, joined)
    hub.enter(Listener(entered.send, 2, frozenset({12}), "nl"))
    hub.beat()
    assert joined.bodies == [HEARTBEAT]
    assert entered.bodies == []


def test_the_first_to_follow_a_group_has_it_looked_at_once_more() -> None:
    hub = Hub()
    asked: list[int] = []
    hub.wanted = asked.append
    follow(hub, Line())
    follow(hub, Line())
    assert asked == [12]


def test_who_leaves_halfway_is_not_written_to_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meldkring.live.hub.SLICE", 1)
    hub, stays, leaves = Hub(), Line(), Line()
    follow(hub, stays)
    leaver = follow(hub, leaves)

    async def halfway() -> None:
        publishing = asyncio.create_task(hub.publish(12, Position(2, 2), {"nl": b"2"}))
        await asyncio.sleep(0)
        hub.leave(leaver)
        await publishing

    run(halfway())
    assert (stays.bodies, leaves.bodies) == ([b"2"], [])
