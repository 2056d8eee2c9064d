"""What does a program get to hear when something is refused? Always `application/problem+json` with type, title, status and detail.

Input that is wrong is a 400 that names every mistake at once. Each named refusal of the domain has its status in one table.
"""

import logging
from http import HTTPStatus
from typing import Any

from django.core import exceptions
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja import errors as ninja_errors

from meldkring.api import limiting
from meldkring.cases import forwarding, judging, lifecycle, reporting, validity
from meldkring.groups import roles
from meldkring.messaging import posting as postings
from meldkring.places import shapes

logger = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
STATUS: dict[type[Exception], int] = {
    postings.BadText: 400,
    reporting.BadAnswer: 400,
    forwarding.NotOnRoute: 400,
    shapes.BadOutline: 400,
    roles.NotAllowed: 403,
    judging.AlreadyJudged: 409,
    judging.TooLate: 409,
    lifecycle.CaseClosed: 409,
    lifecycle.CaseOpen: 409,
    validity.NoLongerValid: 409,
    postings.NotHere: 409,
    postings.KeyUsed: 409,
}


def problem(status: int, detail: str, *, name: str = "about:blank", errors: list[dict[str, str]] | None = None) -> HttpResponse:
    """The answer that says what is wrong; `name` is the refusal as a program recognises it."""
    kind = name if name == "about:blank" else f"urn:meldkring:{name}"
    body: dict[str, Any] = {"type": kind, "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    if errors:
        body["errors"] = errors
    return JsonResponse(body, status=status, content_type=MEDIA_TYPE)


def register(api: NinjaAPI) -> None:
    """Tell the API what to answer to each exception."""
    handlers: dict[type[Exception], Any] = {
        **dict.fromkeys(STATUS, _refused),
        ninja_errors.ValidationError: _invalid,
        exceptions.ValidationError: _invalid_field,
        exceptions.SuspiciousOperation: _suspicious,
        ninja_errors.HttpError: _http,
        Http404: not_found,
        limiting.TooOften: _too_often,
        Exception: _broken,
    }
    for exception, handler in handlers.items():
        api.add_exception_handler(exception, handler)


def not_found(request: HttpRequest, exc: Exception | None = None) -> HttpResponse:
    """Nothing is here, or nothing that exists for this person."""
    return problem(404, _("This does not exist, or not for you."))


def not_allowed(response: HttpResponseNotAllowed) -> HttpResponse:
    """The address exists, the method does not."""
    answer = problem(405, _("This address does not know that method."))
    answer["Allow"] = response["Allow"]
    return answer


def _refused(request: HttpRequest, exc: Exception) -> HttpResponse:
    return problem(STATUS[type(exc)], str(exc), name=_kebab(type(exc).__name__))


def _invalid(request: HttpRequest, exc: ninja_errors.ValidationError) -> HttpResponse:
    found = [{"in": str(e["loc"][0]), "name": _name(e["loc"]), "detail": str(e["msg"])} for e in exc.errors]
    return problem(400, _("Something in your request is not right."), name="invalid-input", errors=found)


def _name(loc: tuple[Any, ...]) -> str:
    # A body is one parameter of the function behind the address; its name there means nothing to a program.
    parts = loc[2:] if loc[0] == "body" else loc[1:]
    return ".".join(str(part) for part in parts)


def _invalid_field(request: HttpRequest, exc: exceptions.ValidationError) -> HttpResponse:
    named = exc.message_dict if hasattr(exc, "error_dict") else {"": exc.messages}
    found = [{"in": "body", "name": name, "detail": text} for name, texts in named.items() for text in texts]
    return problem(400, _("Something in your request is not right."), name="invalid-input", errors=found)


def _suspicious(request: HttpRequest, exc: Exception) -> HttpResponse:
    too_big = isinstance(exc, exceptions.RequestDataTooBig)
    return problem(413 if too_big else 400, _("Something in your request is not right."))


def _http(request: HttpRequest, exc: ninja_errors.HttpError) -> HttpResponse:
    answer = problem(exc.status_code, _("Show a key that is valid.") if exc.status_code == 401 else str(exc))
    if exc.status_code == 401:
        answer["WWW-Authenticate"] = "Bearer"
    return answer


def _too_often(request: HttpRequest, exc: limiting.TooOften) -> HttpResponse:
    answer = problem(429, str(exc), name="too-often")
    answer["Retry-After"] = str(exc.wait)
    return answer


def _broken(request: HttpRequest, exc: Exception) -> HttpResponse:
    logger.error("%s %s", request.method, request.path, exc_info=exc)
    return problem(500, _("Something went wrong on our side."))


def _kebab(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")
