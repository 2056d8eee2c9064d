"""What can a program ask, in words for who writes one? The page beside `openapi.json`, made from the same description, so it is always whole."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from meldkring.api import v1

Schema = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """One thing that is sent or answered."""

    name: str
    kind: str
    words: str
    required: bool = False


@dataclass(frozen=True)
class Operation:
    """One address with one method."""

    method: str
    path: str
    words: str
    sent: list[Field] = field(default_factory=list)
    answer: list[Field] = field(default_factory=list)
    status: str = ""


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    schema = v1.api.get_openapi_schema(path_prefix="/api/v1/")
    return render(
        request,
        "api/docs.html",
        {"shapes": shapes(schema), "version": v1.VERSION, "chapters": chapters(schema), "per_minute": settings.API_PER_MINUTE},
    )


def chapters(schema: Schema) -> dict[str, list[Operation]]:
    """Every operation under its tag, in the order of the description."""
    found: dict[str, list[Operation]] = {}
    for path, methods in schema["paths"].items():
        for method, told in methods.items():
            found.setdefault(told["tags"][0], []).append(_operation(schema, path, method, told))
    return found


def shapes(schema: Schema) -> dict[str, list[Field]]:
    """What is named in several places, each once, by name."""
    return {name: _of(shape) for name, shape in sorted(schema["components"]["schemas"].items())}


def _operation(schema: Schema, path: str, method: str, told: Schema) -> Operation:
    status, answer = next((code, one) for code, one in told["responses"].items() if code != "default")
    sent = [Field(p["name"], _kind(p["schema"]), p.get("description", ""), p.get("required", False)) for p in told.get("parameters", [])]
    sent += _fields(schema, told.get("requestBody", {}))
    return Operation(method.upper(), path, told.get("description", ""), sent, _fields(schema, answer), str(status))


def _fields(schema: Schema, body: Schema) -> list[Field]:
    """The fields of a body; of a list, those of what is in it."""
    shape = body.get("content", {}).get("application/json", {}).get("schema", {})
    shape = shape.get("items", shape) if shape.get("type") == "array" else shape
    return _of(_named(schema, shape))


def _of(whole: Schema) -> list[Field]:
    required = whole.get("required", [])
    return [Field(name, _kind(one), one.get("description", ""), name in required) for name, one in whole.get("properties", {}).items()]


def _named(schema: Schema, shape: Schema) -> Schema:
    found: Schema = schema["components"]["schemas"][shape["$ref"].rsplit("/", 1)[1]] if "$ref" in shape else shape
    return found


def _kind(shape: Schema) -> str:
    """The sort of value, as an engineer writes it."""
    if "$ref" in shape:
        return str(shape["$ref"].rsplit("/", 1)[1])
    if "anyOf" in shape:
        return " or ".join(_kind(one) for one in shape["anyOf"])
    if "enum" in shape:
        return " | ".join(map(str, shape["enum"]))
    if shape.get("type") == "array":
        return f"list of {_kind(shape.get('items', {}))}"
    return str(shape.get("format") or shape.get("const") or shape.get("type", "object"))
