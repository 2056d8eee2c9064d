"""The servers that are measured: each starts, lets members join, gives a poster, and stops by its process id."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


class Peer:
    """A server under measurement, with a throw-away directory of its own."""

    port = 0
    parallel_joins = 50

    def __init__(self, work: str) -> None:
        self.work = Path(work)
        self.processes: list[subprocess.Popen] = []

    @property
    def pids(self) -> list[int]:
        return [p.pid for p in self.processes]

    def spawn(self, *command: object, env: dict | None = None) -> None:
        """Start a process of the server; what it says goes to a file in its directory."""
        with (self.work / f"log-{len(self.processes)}.txt").open("wb") as log:
            self.processes.append(
                subprocess.Popen([str(c) for c in command], stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.work, env=env)
            )

    def stop(self) -> None:
        """End every process."""
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
