"""A push service and a device in one, by other people: npm `web-push-testing` takes what we send, checks our signature and decrypts it.

Installed into a folder of the test's own, never into the checkout. Where that cannot be, the test is skipped and says so; in CI it fails.
"""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests import serving

PACKAGE = "web-push-testing@1.2.2"


@contextlib.contextmanager
def running(folder: pathlib.Path) -> Iterator[str]:
    """The address of the peer."""
    problem = _installed(folder)
    if problem:
        reason = f"NO PEER: npm could not install {PACKAGE} ({problem})"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    port = serving.free_port()
    program = folder / "node_modules" / "web-push-testing" / "src" / "bin" / "server.js"
    with (folder / "said.txt").open("w") as said:
        process = subprocess.Popen(["node", str(program), str(port)], cwd=folder, stdout=said, stderr=said)
        try:
            _wait_for(f"http://127.0.0.1:{port}", process, folder / "said.txt")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


def subscribed(peer: str, key: str) -> tuple[dict[str, Any], str]:
    """A new device that takes letters signed with this key: what its browser would give us, and its name at the peer."""
    wanted = {"userVisibleOnly": "true", "applicationServerKey": key}  # the peer wants this word, not a boolean
    answer = httpx.post(f"{peer}/subscribe", json=wanted, trust_env=False)
    assert answer.is_success, answer.text
    given = answer.json()["data"]
    return given, given["clientHash"]


def got(peer: str, device: str) -> list[dict[str, Any]]:
    """What that device has been told, decrypted."""
    answer = httpx.post(f"{peer}/get-notifications", json={"clientHash": device}, trust_env=False)
    return [json.loads(raw) for raw in answer.json()["data"]["messages"]]


def _installed(folder: pathlib.Path) -> str:
    npm = shutil.which("npm")
    if not npm or not shutil.which("node"):
        return "no npm"
    line = [npm, "install", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts", "--prefix", str(folder), PACKAGE]
    done = subprocess.run(line, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    return "" if done.returncode == 0 else done.stderr.strip().splitlines()[-1]


def _wait_for(url: str, process: subprocess.Popen[bytes], said: pathlib.Path) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        assert process.poll() is None, said.read_text()
        with contextlib.suppress(httpx.TransportError):
            httpx.post(f"{url}/status", trust_env=False, timeout=2)
            return
        time.sleep(0.1)
    raise AssertionError(f"the peer does not answer: {said.read_text()}")
