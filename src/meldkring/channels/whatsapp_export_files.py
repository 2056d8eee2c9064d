"""Where in what was handed over does the chat stand? A text file, or a zip as phones make it, opened without trusting anything in it.

Nothing is unpacked to a disk and no name from the zip is used as a path. What is too large, too many or too good to be true is refused.
"""

import codecs
import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

LARGEST = 64 * 1024 * 1024
MOST_ENTRIES = 10_000
LARGEST_RATIO = 200
ZIP = b"PK\x03\x04"


class Unreadable(ValueError):
    """This is not an exported chat we can take; `why` is one of the words below."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


BROKEN, TOO_LARGE, TOO_MANY, NO_CHAT, SEVERAL, LOCKED = "broken", "too large", "too many", "no chat", "several", "locked"


def chat(source: BinaryIO) -> bytes:
    """The bytes of the chat in a file or zip; refuses with `Unreadable`."""
    begin = source.read(4)
    source.seek(0)
    if begin == ZIP:
        return _from_zip(source)
    found = source.read(LARGEST + 1)
    if len(found) > LARGEST:
        raise Unreadable(TOO_LARGE)
    return found


def lines(content: bytes) -> Iterator[str]:
    """Its lines, ended by a line feed only: other line breaks may stand inside a message. Bytes that are no text become U+FFFD."""
    coding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    return io.TextIOWrapper(io.BytesIO(content), encoding=coding, errors="replace", newline="\n")


def _from_zip(source: BinaryIO) -> bytes:
    try:
        with zipfile.ZipFile(source) as packed:
            if len(packed.infolist()) > MOST_ENTRIES:
                raise Unreadable(TOO_MANY)
            return _unpacked(packed, _the_chat(packed))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError, OverflowError) as wrong:
        if isinstance(wrong, Unreadable):
            raise
        raise Unreadable(BROKEN) from wrong


def _the_chat(packed: zipfile.ZipFile) -> zipfile.ZipInfo:
    texts = [
        i for i in packed.infolist() if not i.is_dir() and not i.filename.startswith("__MACOSX/") and i.filename.lower().endswith(".txt")
    ]
    named = (
        [i for i in texts if i.filename.rsplit("/", 1)[-1].lower() == "_chat.txt"]
        or [i for i in texts if "whatsapp" in i.filename.lower()]
        or texts
    )
    if not named:
        raise Unreadable(NO_CHAT)
    if len(named) > 1:
        raise Unreadable(SEVERAL)
    return named[0]


def _unpacked(packed: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    if info.flag_bits & 0x1:
        raise Unreadable(LOCKED)
    if info.file_size > LARGEST or info.file_size > LARGEST_RATIO * max(info.compress_size, 1024):
        raise Unreadable(TOO_LARGE)
    with packed.open(info) as opened:
        # What the zip says of its size is not believed.
        found = opened.read(LARGEST + 1)
    if len(found) > LARGEST or len(found) > LARGEST_RATIO * max(info.compress_size, 1024):
        raise Unreadable(TOO_LARGE)
    return found
