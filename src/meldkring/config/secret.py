"""The installation's secret key: made once and kept beside the database, readable by its owner only."""

import os
import secrets
from pathlib import Path


def kept_key(data: Path) -> str:
    """The key in `data/secret-key`, made now if there is none. Two processes starting at once end with the same key."""
    path = data / "secret-key"
    data.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        key = secrets.token_urlsafe(50)
        file.write(key)
    return key
