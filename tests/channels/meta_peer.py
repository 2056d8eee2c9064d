"""WhatsApp's owner describes its interface itself (OpenAPI, MIT); Prism plays a server that keeps to that description and refuses the rest.

The description lies beside the checkout, in shared/data/meta, and is read there. It has defects with which the check would refuse what is right;
`CORRECTIONS` are those that touch us, each with its reason, made in a temporary copy.
"""

import contextlib
import json
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from tests import serving
from tests.peers import node

NAME = "business-messaging-api_v23.0.yaml"
FILE = next(
    (path for above in pathlib.Path(__file__).resolve().parents[3:5] if (path := above / "shared" / "data" / "meta" / NAME).is_file()), None
)
MESSAGES, TEMPLATES = "/{Version}/{Phone-Number-ID}/messages", "/{Version}/{WABA-ID}/message_templates"
NUMBER = "/{Version}/{Phone-Number-ID}"
SCHEMAS = "components/schemas"
READ_MARK = {
    "type": "object", "additionalProperties": False, "required": ["messaging_product", "status", "message_id"],
    "properties": {"messaging_product": {"enum": ["whatsapp"]}, "status": {"enum": ["read"]}, "message_id": {"type": "string", "minLength": 1}},
}  # fmt: skip
# Where it stands (a last part after "+" is added), what must stand there, and why.
CORRECTIONS: list[tuple[str, Any, str]] = [
    (
        f"{SCHEMAS}/LanguageObject/required", ["code"],
        "`policy` is required here, but Meta's own current examples of template messages leave it out: a field of an older interface",
    ),
    (
        f"{SCHEMAS}/TemplateComponent/properties/index/pattern", "^[0-9]$",
        "the pattern is not the range 0-9 of its own text, and refuses the first two buttons, its own example `0` among them",
    ),
    (f"{SCHEMAS}/ButtonComponent/allOf/1/properties/index/pattern", "^[0-9]$", "the same pattern once more"),
    (
        f"{SCHEMAS}/BaseMessageProperties/properties/+biz_opaque_callback_data", {"type": "string", "maxLength": 512},
        "described on page \"Webhooks, status messages\", missing here: it comes back in every status",
    ),
    (
        f"{SCHEMAS}/BaseMessageProperties/properties/+recipient", {"type": "string", "pattern": "^[A-Z]{2}\\.[0-9]+$"},
        "described on page \"Business-scoped user IDs\" (2026), newer than this file: whom to write to who hides their number",
    ),
    (f"{SCHEMAS}/BaseMessageProperties/required", ["messaging_product", "recipient_type", "type"], "instead of `to` there may be `recipient`; which, see the tests"),
    (
        f"{SCHEMAS}/+ReadMark", READ_MARK,
        "the mark that a message was read goes to the same address (page \"Mark messages as read\"), and is missing here",
    ),
    (
        "paths/~messages/post/requestBody/content/application~json/schema",
        {"anyOf": [{"$ref": f"#/{SCHEMAS}/{name}"} for name in ("TextMessage", "InteractiveMessage", "TemplateMessage", "ReadMark")]},
        "the choice is made by `type`, which a read mark does not have; of the kinds of message we send only these three",
    ),
]  # fmt: skip


@contextlib.contextmanager
def running(folder: pathlib.Path) -> Iterator[str]:
    """The address of a server that refuses what the corrected description does not allow."""
    if FILE is None:
        pytest.skip(f"NO DESCRIPTION: {NAME} does not lie beside the checkout, in shared/data/meta")
    program, port = node.program("@stoplight/prism-cli", "dist/index.js"), serving.free_port()
    description = folder / "description.json"
    description.write_text(json.dumps(corrected(yaml.load(FILE.read_text(), yaml.CSafeLoader))))
    url = f"http://127.0.0.1:{port}"
    with node.running(program, "mock", "-h", "127.0.0.1", "-p", str(port), "--errors", str(description), url=url, folder=folder):
        yield url


def corrected(description: dict[str, Any]) -> dict[str, Any]:
    """The description with the corrections, and of its paths only those that we ask; one that no longer fits is an error."""
    description["paths"] = {path: description["paths"][path] for path in (MESSAGES, TEMPLATES, NUMBER)}
    for place, value, why in CORRECTIONS:
        *above, last = [MESSAGES if part == "~messages" else part.replace("~", "/") for part in place.split("/")]
        found: Any = description
        for part in above:
            found = found[int(part) if isinstance(found, list) else part]
        assert why
        name = last.removeprefix("+")
        assert (name in found) == (name == last), f"{place} is not as it was: look whether this correction is still needed"
        assert found.get(name) != value, f"{place} has been corrected by Meta"
        found[name] = value
    return description
