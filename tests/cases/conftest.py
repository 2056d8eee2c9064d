"""Several threads at one database: SQLite in memory is not what an installation has, so these tests get a file."""

import copy
import pathlib
import threading
from collections.abc import Callable, Iterator, Sequence

import pytest
from django.db import connection, connections


@pytest.fixture
def real(transactional_db: None, tmp_path: pathlib.Path) -> Iterator[None]:
    if connection.vendor != "sqlite":
        yield
        return
    path = str(tmp_path / "town.sqlite3")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [path])
    memory, kept = connections["default"], connections.settings["default"]
    connections.settings["default"] = copy.deepcopy(kept) | {"NAME": path}
    del connections["default"]
    yield
    connections["default"].close()
    connections.settings["default"] = kept
    connections["default"] = memory


@pytest.fixture
def together(real: None) -> Callable[[Sequence[Callable[[], object]]], list[object]]:
    """Run the deeds at once, each in its own thread and connection; the answers, or what was raised, in order."""

    def run(deeds: Sequence[Callable[[], object]]) -> list[object]:
        answers: list[object] = [None] * len(deeds)
        start = threading.Barrier(len(deeds))

        def do(index: int, deed: Callable[[], object]) -> None:
            start.wait(10)
            try:
                answers[index] = deed()
            except Exception as problem:
                answers[index] = problem
            finally:
                connections.close_all()

        threads = [threading.Thread(target=do, args=pair) for pair in enumerate(deeds)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert not any(thread.is_alive() for thread in threads)
        return answers

    return run
