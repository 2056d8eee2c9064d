"""How do pages and files get over a slow line? Packed: a page when it is made, a file of ours once.

Meldkring must be as light without a second server in front of it as with one; what is packed here, nginx and others leave alone.
"""

import functools
import gzip
import hashlib
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

SHRINKS = ("text/", "image/svg", "application/json", "application/xml", "application/manifest")
SHRINK = {".css", ".js", ".svg"}


class SmallPages(GZipMiddleware):
    """What Django answers, if it is text. Each answer gets a random length with it, so that its size tells nobody what is in it (BREACH)."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not str(response.get("Content-Type", "")).startswith(SHRINKS):
            return response
        return super().process_response(request, response)


class SmallFiles(WhiteNoiseMiddleware):  # type: ignore[misc] # it comes without types
    """Our static files, with a packed one beside each that is text: in the data folder, for the program's own folder may be read-only."""

    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> StaticFile:
        found = super().get_static_file(path, url, stat_cache)
        packed = _packed(path, Path(path).stat().st_mtime_ns, Path(settings.DATA)) if Path(path).suffix in SHRINK else None
        if packed is None:
            return found
        return StaticFile(path, found.alternatives[-1][2], encodings={"gzip": str(packed)})


@functools.cache
def _packed(path: str, changed: int, data: Path) -> Path | None:
    """Where this file stands packed; None where it cannot be put."""
    content = Path(path).read_bytes()
    packed = data / "packed" / f"{hashlib.sha256(content).hexdigest()[:32]}.gz"
    if packed.exists():
        return packed
    draft = packed.with_suffix(f".{os.getpid()}")
    try:
        packed.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(gzip.compress(content, 9, mtime=0))
        draft.replace(packed)
    except OSError:
        return None
    return packed
