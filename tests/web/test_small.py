"""Does everything that is text go over the line packed, and stay readable for who cannot unpack it?"""

import gzip

import pytest
from django.test import Client
from tests.town import town


def body_of(answer: object) -> bytes:
    return b"".join(answer) if getattr(answer, "streaming", False) else answer.content  # type: ignore[attr-defined, call-overload]


@pytest.mark.parametrize("path", ["/", "/over/", "/app.webmanifest", "/static/meldkring/app.css", "/static/vendor/htmx.org/htmx.min.js"])
def test_text_is_packed_for_who_can_unpack_it(client: Client, db: None, path: str) -> None:
    client.force_login(town().anna)
    whole, packed = client.get(path), client.get(path, headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in whole.headers
    assert "Accept-Encoding" in packed.headers["Vary"]
    small, large = body_of(packed), body_of(whole)
    assert len(small) < len(large) * 0.6
    assert gzip.decompress(small)[:300] == large[:300]  # further on a form has a token of its own each time


def test_what_is_packed_already_is_left_alone(client: Client, db: None) -> None:
    answer = client.get("/static/vendor/noto-sans/noto-sans-latin-wght-normal.woff2", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers


def test_a_file_that_did_not_change_is_not_sent_again(client: Client, db: None) -> None:
    first = client.get("/static/meldkring/app.css", headers={"Accept-Encoding": "gzip"})
    again = client.get("/static/meldkring/app.css", headers={"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
