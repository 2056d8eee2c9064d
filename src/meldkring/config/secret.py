"""The installation's secret key: made once and kept beside the database, readable by its owner only."""

import os
import secrets
from pathlib import Path


def kept_key(data: Path) -> str:
    """The key in `data/secret-key`, made now if there is none. Two processes starting at once end with the same key."""
    path = data / "secret-key"
    if not path.exists():
        draft = data / f"secret-key.{os.getpid()}"
        draft.touch(0o600)
        draft.write_text(secrets.token_urlsafe(50))
        try:
            os.link(draft, path)  # whole or not at all, and never over another's
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
