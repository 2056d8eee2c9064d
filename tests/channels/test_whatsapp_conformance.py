"""Does every request that our WhatsApp channel can make keep to the description of WhatsApp's owner? And is what does not, refused?"""

import asyncio
import json
import pathlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from tests.channels import cases_whatsapp as cases
from tests.channels import meta_peer

from meldkring.channels import http, whatsapp, whatsapp_templates
from meldkring.channels.contract import Accepted, Action, Answer, Letter, Said, SendError, Urgency

ACCOUNT = "200000000000001"
KINDS = {"alarm_wijk": "report", "afloop": "closing", "bericht_van_stuurgroep": "notice"}
BUTTONS = tuple(Action(f"ask:0123abcd:{n}", label) for n, label in enumerate(("Ja, door mij", "Ja, door een ander", "Niet nodig")))
LETTERS: dict[str, Letter] = {
    "text": cases.letter(actions=()),
    "text to who hides their number": cases.letter(actions=(), to=cases.ANNA_USER),
    "longest text": cases.letter(actions=(), text="ë" * 9000),
    "one button": cases.letter(),
    "three buttons": cases.letter(actions=BUTTONS),
    "too many buttons": cases.letter(actions=(*BUTTONS, Action("more", "Nog een"))),
    "buttons to who hides their number": cases.letter(to=cases.ANNA_USER, actions=BUTTONS),
    "only a title": cases.letter(text="", actions=()),
    **{
        f"template {name}": cases.letter(may_be_template=True, kind=kind, urgency=Urgency.ALARM if kind == "report" else Urgency.NOTICE)
        for name, kind in KINDS.items()
    },
    "template to the home page": cases.letter(
        may_be_template=True, kind="notice", urgency=Urgency.NOTICE, url="https://wacht.example.org/"
    ),
    "template to who hides their number": cases.letter(may_be_template=True, to=cases.ANNA_USER),
    "template without words": cases.letter(may_be_template=True, title="", text=""),
}


@pytest.fixture(scope="module")
def meta(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: pathlib.Path = tmp_path_factory.mktemp("meta")
    with meta_peer.running(folder) as url:
        yield url


class Seen:
    """Our real client, which also keeps the answers."""

    def __init__(self, inner: http.Client) -> None:
        self._inner = inner
        self.answers: list[Answer] = []

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes, timeout: float = 10.0) -> Answer:
        self.answers.append(await self._inner.post(url, headers=headers, body=body, timeout=timeout))
        return self.answers[-1]

    async def get(self, url: str, *, headers: Mapping[str, str], timeout: float = 10.0) -> Answer:
        self.answers.append(await self._inner.get(url, headers=headers, timeout=timeout))
        return self.answers[-1]


def asked(meta: str, what: Any) -> tuple[Any, list[Answer]]:
    """What our channel makes of it, and what the peer answered."""
    channel = replace(cases.channel(), api=meta, account_id=ACCOUNT)

    async def run() -> tuple[Any, list[Answer]]:
        async with http.Client() as client:
            seen = Seen(client)
            return await what(channel, seen), seen.answers

    return asyncio.run(run())


def test_every_wording_has_a_letter_here() -> None:
    assert set(KINDS) == set(whatsapp_templates.TEMPLATES)


@pytest.mark.parametrize("name", LETTERS)
def test_every_message_we_can_send_is_allowed(meta: str, name: str) -> None:
    outcome, (answer,) = asked(meta, lambda channel, seen: channel.send(LETTERS[name], seen))
    assert answer.status == 200, answer.body.decode()
    assert isinstance(outcome, Accepted)
    assert outcome.id.startswith("wamid.")


def test_a_read_mark_is_allowed(meta: str) -> None:
    said = Said("wamid.IN1", cases.ANNA, "Hello", datetime.now(UTC))
    _outcome, (answer,) = asked(meta, lambda channel, seen: channel.acknowledge(said, seen))
    assert answer.status == 200, answer.body.decode()


def test_the_question_how_our_wordings_stand_is_allowed(meta: str) -> None:
    outcome, answers = asked(meta, lambda channel, seen: channel.asked(seen))
    assert answers[0].status == 200, answers[0].body.decode()
    assert not isinstance(outcome, SendError)
    assert [w.name for w in outcome] == list(whatsapp_templates.TEMPLATES)


def test_the_question_where_messages_are_brought_is_allowed(meta: str) -> None:
    _outcome, (answer,) = asked(meta, lambda channel, seen: channel.brought_to(seen))
    assert answer.status == 200, answer.body.decode()


@pytest.mark.parametrize("name", whatsapp_templates.TEMPLATES)
def test_every_wording_can_be_submitted(meta: str, name: str) -> None:
    body = whatsapp_templates.submitted(whatsapp_templates.TEMPLATES[name], site="https://wacht.example.org")
    answer = posted(meta, body, path=f"{ACCOUNT}/message_templates")
    assert answer.status_code == 200, answer.text


def wrong(**changed: Any) -> dict[str, Any]:
    body = cases.channel().body(cases.letter(actions=BUTTONS))
    assert body is not None
    return {**body, **changed}


WRONG: dict[str, dict[str, Any]] = {
    "no product": {k: v for k, v in wrong().items() if k != "messaging_product"},
    "a number for an address": wrong(to=31612345678),
    "a kind that is not there": wrong(type="telepathy"),
    "a field that is not there": wrong(urgency="high"),
    "an unknown kind of interaction": wrong(interactive={"type": "buttons", "body": {"text": "x"}, "action": {}}),
    "four buttons": wrong(
        interactive={
            "type": "button", "body": {"text": "x"},
            "action": {"buttons": [{"type": "reply", "reply": {"id": str(n), "title": str(n)}} for n in range(4)]},
        }
    ),
    "a tenth button": wrong(
        type="template", interactive=None,
        template={"name": "x", "language": {"code": "nl"}, "components": [{"type": "button", "sub_type": "url", "index": "10", "parameters": []}]},
    ),
    "an id with the letters stripped": wrong(recipient="13491208655302741918"),
    "a read mark without a message": {"messaging_product": "whatsapp", "status": "read"},
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_refused(meta: str, name: str) -> None:
    """Without this the tests above could not fail."""
    assert posted(meta, WRONG[name]).status_code == 422


def test_without_our_key_or_at_another_address_nothing_is_taken(meta: str) -> None:
    assert posted(meta, wrong(), key="").status_code == 401
    assert posted(meta, wrong(), path=f"{cases.PHONE}/message").status_code == 404


def test_a_program_without_a_version_is_refused(meta: str) -> None:
    """Why `whatsapp.AGENT` looks as it does."""
    assert posted(meta, wrong(), agent="meldkring").status_code == 422
    assert posted(meta, wrong(), agent=whatsapp.AGENT).status_code == 200


def posted(
    meta: str, body: dict[str, Any], *, path: str = f"{cases.PHONE}/messages", key: str = "token-1", agent: str = whatsapp.AGENT
) -> httpx.Response:
    headers = {"content-type": "application/json", "user-agent": agent} | ({"authorization": f"Bearer {key}"} if key else {})
    return httpx.post(f"{meta}/v23.0/{path}", content=json.dumps(body), headers=headers, trust_env=False, timeout=20)
