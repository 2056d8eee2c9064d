"""Whenever the worker is killed, each delivery ends in one state and nobody is told more than once too often (law 2)."""

import pathlib
from typing import Any

import pytest
from tests.delivery import alone, points

_found: dict[str, Any] = {}


def what_happened(folder: pathlib.Path) -> dict[str, Any]:
    """Everything at once, in one process with a database of its own: the points share its start."""
    if not _found:
        _found.update(alone.run("dying", folder))
    return _found


@pytest.fixture
def happened(tmp_path: pathlib.Path, db: None) -> dict[str, Any]:
    return what_happened(tmp_path)


@pytest.mark.postgres
@pytest.mark.parametrize("channel", ["plain", "known"])
@pytest.mark.parametrize("point", points.ONCE)
def test_killed_once(happened: dict[str, Any], point: str, channel: str) -> None:
    """Whoever comes next brings every letter to its one end; a repeat only where nobody can know, and none where the provider knows our ids."""
    found = happened[point][channel]
    assert found["died"] == [True], "the worker was killed there"
    assert found["states"] == dict.fromkeys(points.PEOPLE, "delivered")
    assert found["left"] == 0
    most = 2 if channel == "plain" and point in points.UNKNOWN else 1
    assert all(1 <= times <= most for times in found["times"].values()), found["times"]


@pytest.mark.postgres
def test_killed_twice_after_the_same_letter_went_out(happened: dict[str, Any]) -> None:
    """Never a third time: whether it arrived is then not known, and said so."""
    plain, known = happened[points.TWICE]["plain"], happened[points.TWICE]["known"]
    assert plain["died"] == known["died"] == [True, True]
    assert plain["times"] == {"arie": 2}
    assert known["times"] == {"arie": 1}
    assert plain["left"] == known["left"] == 0


@pytest.mark.postgres
@pytest.mark.parametrize("point", ["stop stored", "stop done, not committed", "stop committed"])
def test_killed_while_taking_in_a_stop(happened: dict[str, Any], point: str) -> None:
    """What came in is acted on once: the address is stopped, and told so one time."""
    assert happened[point]["plain"]["stop"] == {"stored": 1, "waiting": 0, "answers": 1, "stopped": 1}
