"""Which browser files come from elsewhere, and are they the ones we chose?

Reads `vendor.json`, fetches each package with `npm pack`, refuses it when its
integrity differs from the recorded one, and copies only the named files.
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def integrity_of(archive: Path) -> str:
    """The archive's integrity as package locks write it."""
    digest = hashlib.sha512(archive.read_bytes()).digest()
    return "sha512-" + base64.b64encode(digest).decode("ascii")


def pack(name: str, version: str, folder: Path) -> Path:
    """Download one package's archive into the folder."""
    answer = subprocess.run(
        ["npm", "pack", "--json", f"{name}@{version}"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    found = sorted(folder.glob("*.tgz"))
    if len(found) != 1:
        raise SystemExit(f"{name}: expected one archive, npm said: {answer.stdout}")
    return found[0]


def copy(archive: Path, files: dict[str, str], target: Path) -> None:
    """Copy the named members of the archive to their places."""
    with tarfile.open(archive) as tar:
        for inside, outside in files.items():
            member = tar.extractfile(f"package/{inside}")
            if member is None:
                raise SystemExit(f"{archive.name} holds no file {inside}")
            place = target / outside
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(member.read())
            print(f"  {outside}")


def vendor(package: dict[str, Any], target: Path) -> None:
    """Fetch, check and place one package."""
    name, version = package["name"], package["version"]
    print(f"{name} {version}")
    with tempfile.TemporaryDirectory() as folder:
        archive = pack(name, version, Path(folder))
        found = integrity_of(archive)
        if found != package["integrity"]:
            raise SystemExit(f"{name} {version}: integrity is {found}, not the recorded one")
        copy(archive, package["files"], target)


def main() -> int:
    """Place every package that `vendor.json` names."""
    record = json.loads((ROOT / "vendor.json").read_text(encoding="utf-8"))
    for package in record["packages"]:
        vendor(package, ROOT / record["directory"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
