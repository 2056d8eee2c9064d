"""Telegram in small, by other people: npm `telegram-test-api` takes what a bot sends, and makes updates of what a person does."""

import contextlib
import json
import pathlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
from tests import serving
from tests.channels import cases_telegram as cases
from tests.peers import node

TOKEN = cases.SETTINGS["TELEGRAM_TOKEN"]


@dataclass(frozen=True)
class Peer:
    """The peer at an address; each call is one of its own HTTP routes."""

    url: str

    def ask(self, path: str, **body: Any) -> Any:
        answer = httpx.post(self.url + path, json=body, trust_env=False, timeout=10)
        assert answer.is_success, answer.text
        return answer.json()["result"]

    def updates(self) -> list[bytes]:
        """What Telegram would bring to our webhook, oldest first."""
        return [json.dumps(update).encode() for update in self.ask(f"/bot{TOKEN}/getUpdates")]

    def got(self) -> list[dict[str, Any]]:
        """What the person's phone shows of ours, with its number."""
        return [{**found["message"], "message_id": found["messageId"]} for found in self.ask("/getUpdates", token=TOKEN, chatId=cases.ANNA)]

    def says(self, text: str, **more: Any) -> None:
        """A person types."""
        self.ask("/sendMessage", botToken=TOKEN, **cases.message(text, **more))

    def presses(self, under: dict[str, Any], data: str) -> None:
        """A person presses a button."""
        shown = {
            "message_id": under["message_id"],
            "chat": {"id": int(cases.ANNA), "type": "private"},
            "text": under["text"],
            "date": 1_790_000_000,
        }
        self.ask("/sendCallback", botToken=TOKEN, **{"from": {"id": int(cases.ANNA), "first_name": "Anna"}}, message=shown, data=data)


@contextlib.contextmanager
def running(folder: pathlib.Path) -> Iterator[Peer]:
    """The peer, on a free port."""
    program, port = node.program("telegram-test-api", "lib/telegramServer.js"), serving.free_port()
    begin = folder / "begin.js"
    begin.write_text(f"new (require({json.dumps(str(program))}).TelegramServer)({{port: {port}, host: '127.0.0.1'}}).start();")
    url = f"http://127.0.0.1:{port}"
    with node.running(begin, url=url, folder=folder):
        yield Peer(url)
