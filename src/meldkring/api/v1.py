"""REST API, version 1: what a program may do on behalf of the person whose key it holds. Described in `openapi.json`, open to all.

Follows the Dutch government's API design rules: no slash at the end, problem details, the version in a header.
"""

import functools
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import re_path
from ninja import NinjaAPI

from meldkring.api import figures, problems, tokens, writing

VERSION = "1.0.0"
CONTACT = {"name": "The Meldkring founders", "email": "api@meldkring.example", "url": "https://meldkring.example"}
DESCRIPTION = (
    "The neighbourhood watch from watch group to municipality and back. Ask with a personal key: `Authorization: Bearer mk_…`. "
    "Refusals are problem details (RFC 9457). A `key` (UUID) chosen by you makes sending the same message twice harmless."
)
View = Callable[..., Any]


class Api(NinjaAPI):
    """Ninja's API with the headers, the answers and the description that the design rules ask for."""

    @property
    def urls(self) -> tuple[list[Any], str, str]:
        patterns, app, namespace = super().urls
        for pattern in patterns:
            pattern.callback = _stamped(pattern.callback)  # type: ignore[arg-type]
        return [*patterns, re_path("", _stamped(problems.not_found))], app, namespace

    def get_openapi_schema(self, **options: Any) -> Any:
        schema = super().get_openapi_schema(**options)
        content = {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        schema["components"]["schemas"]["Problem"] = _PROBLEM
        for methods in schema["paths"].values():
            for operation in methods.values():
                operation["responses"]["default"] = {"description": "Refused", "content": content}
                for response in operation["responses"].values():
                    response["headers"] = {"API-Version": {"schema": {"type": "string"}}}
        return schema


def _stamped(view: View) -> View:
    @functools.wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response: HttpResponse = view(request, *args, **kwargs)
        except Http404:
            response = problems.not_found(request)
        if isinstance(response, HttpResponseNotAllowed):
            response = problems.not_allowed(response)
        response["API-Version"] = VERSION
        response["Cache-Control"] = "no-store"
        if request.path.endswith("/openapi.json"):
            response["Access-Control-Allow-Origin"] = "*"
        return response

    answer.csrf_exempt = True  # type: ignore[attr-defined]  # a key is not sent along by a browser by itself
    return answer


_PROBLEM = {
    "type": "object",
    "title": "Problem",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {"type": "object", "properties": {name: {"type": "string"} for name in ("in", "name", "detail")}},
        },
    },
}

api = Api(
    title="Meldkring",
    version=VERSION,
    description=DESCRIPTION,
    docs_url=None,
    auth=tokens.Bearer(),
    openapi_extra={"info": {"contact": CONTACT}},
)
problems.register(api)
api.add_router("", writing.router)
api.add_router("", figures.router)
