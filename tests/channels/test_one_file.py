"""A new channel is one file: dropped into the folder with its settings it is offered, tied, sent to, receipted and stopped, and nothing else changes.

The file is written down in docs/new-channel.md, from which this test takes it: who follows that page has what is tried here.
"""

import json
import pathlib
import re
from collections.abc import Iterator, Mapping

import pytest
from asgiref.sync import async_to_sync
from django.test import Client
from tests.delivery import post_office
from tests.town import Town, town

from meldkring import channels as folder
from meldkring.cases import reporting
from meldkring.cases.models import Called
from meldkring.channels import registry
from meldkring.channels.contract import Answer
from meldkring.delivery import fanout
from meldkring.delivery.models import Address, Delivery
from meldkring.intake import strangers, taking

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "new-channel.md"
DOOR = "/api/v1/webhooks/pigeon/"


class Loft:
    """The provider of the example: takes letters over HTTP and keeps them."""

    def __init__(self) -> None:
        self.letters: list[dict[str, str]] = []

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes, timeout: float = 10.0) -> Answer:
        self.letters.append(json.loads(body))
        return Answer(200, b'{"ring": "r-1"}')

    async def get(self, url: str, *, headers: Mapping[str, str], timeout: float = 10.0) -> Answer:
        raise AssertionError("nothing is asked")


@pytest.fixture
def place(db: None) -> Town:
    return town()


@pytest.fixture
def dropped(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The file of the page, in a folder that counts as part of the package, and its settings; forgotten again afterwards."""
    [code] = re.findall(r"```python\n# channels/pigeon\.py\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (tmp_path / "pigeon.py").write_text(code)
    monkeypatch.setattr(folder, "__path__", [*folder.__path__, str(tmp_path)])
    monkeypatch.setenv("PIGEON_KEY", "roekoe")
    for kept in (registry.kinds, registry.here):
        kept.cache_clear()
    yield
    for kept in (registry.kinds, registry.here):
        kept.cache_clear()


def knock(told: dict[str, str], key: str = "roekoe") -> int:
    """The provider tells us something."""
    status = Client().post(DOOR, json.dumps(told), content_type="application/json", headers={"x-key": key}).status_code
    taking.work(registry.here().channels)
    return status


def test_one_file_and_its_settings_are_enough(place: Town, dropped: None) -> None:
    arie, loft, pigeon = Client(), Loft(), registry.made({"PIGEON_KEY": "roekoe"})["pigeon"]
    arie.force_login(place.arie)
    assert "Postduif" in arie.get("/ik/meldingen/").content.decode(), "offered"

    page = arie.post("/ik/meldingen/koppelen/pigeon/").content.decode()
    token = re.search(r"pigeon://tie/([\w-]+)", page)
    assert token
    assert knock({"id": "1", "tie": token[1], "from": "loft-7"}) == 200
    assert Address.objects.get(channel="pigeon").person == place.arie, "tied"

    posting = reporting.report("Someone forces the back door.", group=place.watch_a, by=place.anna, called=Called.BY_ME)
    fanout.run(channels={"pigeon"})
    while post_office.carry(pigeon, loft):
        pass
    assert any("Someone forces the back door" in letter["text"] for letter in loft.letters), "sent to"

    letter = Delivery.objects.get(message=posting.message, channel="pigeon")
    assert knock({"id": "2", "arrived": letter.pk.hex}, key="wrong") == 403
    assert knock({"id": "2", "arrived": letter.pk.hex}) == 200
    letter.refresh_from_db()
    assert letter.state == Delivery.State.DELIVERED, "receipted"

    knock({"id": "9", "said": "Hello?", "from": "loft-8"})
    async_to_sync(strangers.answer)({"pigeon": pigeon}, loft)
    assert "Meld je aan" in loft.letters[-1]["text"], "who is unknown is told where to sign up"

    assert knock({"id": "3", "said": "STOP", "from": "loft-7"}) == 200
    assert Address.objects.get(channel="pigeon").state == Address.State.OPTED_OUT, "stopped"
