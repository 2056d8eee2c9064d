"""Which words in a mail are somebody's own? Not what they quote, nor what stands under their name; and a page becomes plain text.

How mail programs announce a quotation, in Dutch too, is known to `quotequail`.
"""

import re
from email.message import EmailMessage, MIMEPart
from html.parser import HTMLParser

import quotequail

LONGEST, LONGEST_LINE = 20_000, 1_000
SENT_FROM = re.compile(
    r"^(?:verstuurd|verzonden|gestuurd|sent) (?:vanaf|vanuit|met|from|via|using)\b.{0,60}$|^(?:download|get) outlook |^outlook voor \w+ downloaden",
    re.IGNORECASE,
)


def said(message: EmailMessage) -> str:
    """The words somebody wrote, without what they quote and what stands under it."""
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    text = _content(part)
    if part.get_content_type() == "text/html":
        text = _plain(text)
    text = text.replace("\r\n", "\n").replace("\xa0", " ").replace("\u200b", "")[:LONGEST]
    text = "\n".join(line[:LONGEST_LINE].rstrip("\r") for line in text.split("\n"))
    return _signed_off(_own_words(text)).strip()


def whole(message: EmailMessage) -> str:
    """All words of a mail as they stand, quotations too: for who must see what really came."""
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    text = _content(part)
    if part.get_content_type() == "text/html":
        text = _plain(text, quotations=True)
    text = text.replace("\r\n", "\n").replace("\xa0", " ").replace("\u200b", "")[:LONGEST]
    return "\n".join(line[:LONGEST_LINE].rstrip() for line in text.split("\n")).strip()


def _content(part: MIMEPart) -> str:
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError):
        raw = part.get_payload(decode=True)
        return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""


def _own_words(text: str) -> str:
    parts = quotequail.unwrap(text)
    if not parts:
        own = text
    elif parts.get("text_top", "").strip():
        own = parts["text_top"]
    elif parts.get("text_bottom", "").strip():
        own = parts["text_bottom"]
    else:
        own = "" if re.search(r"^\s*>", text, re.MULTILINE) else text  # nothing but a quote, or a sentence that looks like the head of one
    return "\n".join(line for line in own.split("\n") if not line.lstrip().startswith(">"))


def _signed_off(text: str) -> str:
    kept: list[str] = []
    for line in text.split("\n"):
        if line.rstrip() == "--" or ("".join(kept).strip() and SENT_FROM.match(line.strip())):
            break
        kept.append(line.rstrip())
    return "\n".join(kept)


class _Words(HTMLParser):
    """The words of a page, block by block, without what is quoted in it."""

    SILENT = frozenset({"style", "script", "head", "title", "blockquote"})
    BLOCKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "ul", "ol", "table", "hr"})

    def __init__(self, *, quotations: bool = False) -> None:
        super().__init__(convert_charrefs=True)
        self.silent = self.SILENT - {"blockquote"} if quotations else self.SILENT
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.silent:
            self._silent += 1
        elif tag in self.BLOCKS:
            self.parts.append("\n")
        elif tag in ("td", "th"):
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.silent:
            self._silent = max(0, self._silent - 1)
        elif tag in self.BLOCKS - {"br", "hr"}:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(re.sub(r"\s+", " ", data))


def _plain(page: str, *, quotations: bool = False) -> str:
    words = _Words(quotations=quotations)
    words.feed(page[: 20 * LONGEST])
    words.close()
    lines = [line.strip() for line in "".join(words.parts).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
