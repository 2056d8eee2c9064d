"""How the tests ask the API: as a person with a key of their own, and what they may expect of every answer."""

from typing import Any

from django.http import HttpResponse
from django.test import Client

from meldkring.people import tokens
from meldkring.people.models import Person

ROOT = "/api/v1"


class Program:
    """A program that acts for one person; without a person it has no key."""

    def __init__(self, person: Person | None = None) -> None:
        self.headers = {"Authorization": f"Bearer {tokens.create(person, name='test')[1]}"} if person else {}
        self.client = Client(raise_request_exception=False)

    def get(self, path: str, status: int = 200, /, **query: Any) -> Any:
        return self._read(self.client.get(ROOT + path, query, headers=self.headers), status)

    def post(self, path: str, status: int = 201, /, **body: Any) -> Any:
        return self._read(self.client.post(ROOT + path, body, content_type="application/json", headers=self.headers), status)

    def _read(self, response: HttpResponse, status: int) -> Any:
        assert response.status_code == status, response.content.decode()
        assert response["API-Version"] == "1.0.0"
        assert response["Cache-Control"] == "no-store"
        if status == 204:
            return None
        body = response.json()  # type: ignore[attr-defined]
        if status >= 400:
            assert response["Content-Type"] == "application/problem+json"
            assert {"type", "title", "status", "detail"} <= body.keys()
            assert body["status"] == status
        return body
