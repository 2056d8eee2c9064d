"""A push service and a device in one, by other people: npm `web-push-testing` takes what we send, checks our signature and decrypts it."""

import contextlib
import json
import pathlib
from collections.abc import Iterator
from typing import Any

import httpx
from tests import serving
from tests.peers import node


@contextlib.contextmanager
def running(folder: pathlib.Path) -> Iterator[str]:
    """The address of the peer."""
    program, port = node.program("web-push-testing", "src/bin/server.js"), serving.free_port()
    url = f"http://127.0.0.1:{port}"
    with node.running(program, str(port), url=url, folder=folder):
        yield url


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
