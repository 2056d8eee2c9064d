"""Which words in a mail are somebody's own? Not what they quote, nor what stands under their name; and a page becomes plain text.

How mail programs announce a quotation, in Dutch too, is known to `quotequail`.
"""

import re
from collections.abc import Iterator
from email.message import EmailMessage, MIMEPart
from html.parser import HTMLParser

import quotequail

LONGEST, LONGEST_LINE, JOINED = 20_000, 1_000, "\n\u2060"
SENT_FROM = re.compile(
    r"^\W?(?:verstuurd|verzonden|gestuurd|sent|gesendet|diese nachricht wurde) (?:vanaf|vanuit|met|from|via|using|with|von|mit|vom)\b.{0,80}$"
    r"|^von meinem .{1,40} gesendet$|^(?:download|get) outlook |^outlook (?:voor|für) \w+(?:<[^>]*>)? (?:downloaden|herunterladen|beziehen)",
    re.IGNORECASE,
)
# The head of a quotation that `quotequail` does not know: the name stands in front.
HEAD = re.compile(r"^.{1,200}\b(?:schreef|schrieb|wrote)\b.{0,80}:$")


def said(message: EmailMessage) -> str:
    """The words somebody wrote, without what they quote and what stands under it."""
    return _signed_off(_own_words(_text(message))).replace(JOINED, "").strip()


def whole(message: EmailMessage) -> str:
    """All words of a mail as they stand, quotations too: for who must see what really came."""
    return _text(message, quotations=True).replace(JOINED, "").strip()


def _text(message: EmailMessage, *, quotations: bool = False) -> str:
    found = []
    for part in _bodies(message):
        text = _content(part)
        found.append(_plain(text, quotations=quotations) if part.get_content_type() == "text/html" else text)
    text = "\n".join(found).replace("\r\n", "\n").replace("\xa0", " ").replace("\u200b", "").replace("\ufeff", "")[:LONGEST]
    return "\n".join(_folded(line.rstrip()) for line in text.split("\n"))


def _folded(line: str) -> str:
    """A long line in pieces, for what looks at lines takes long over one without end; put together again afterwards."""
    return JOINED.join(line[at : at + LONGEST_LINE] for at in range(0, max(1, len(line)), LONGEST_LINE))


def _bodies(part: MIMEPart) -> Iterator[MIMEPart]:
    """The parts with words, in order: a phone cuts a mail in pieces around a photo. Of alternatives the plain one, where there is one."""
    children = list(part.iter_parts()) if part.is_multipart() and part.get_content_maintype() == "multipart" else []
    kind = part.get_content_subtype()
    if children and kind == "alternative":
        yield from _bodies(next((child for child in children if child.get_content_type() == "text/plain"), children[0]))
    elif children:
        for child in children[:1] if kind == "related" else children:
            yield from _bodies(child)
    elif part.get_content_type() in ("text/plain", "text/html") and part.get_content_disposition() != "attachment":
        yield part


def _content(part: MIMEPart) -> str:
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    try:
        return raw.decode(part.get_content_charset("utf-8"))
    except (LookupError, UnicodeError):  # a name that nobody knows, or not what the mail says it is
        return raw.decode("utf-8", "replace")


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
    kept: list[str] = []
    for line in own.split("\n"):
        if not line.lstrip().startswith(">"):
            kept.append(line)
        elif head := next((line for line in kept[-3:] if HEAD.match(line.strip())), None):
            del kept[len(kept) - 1 - kept[::-1].index(head) :]
    return "\n".join(kept)


def _signed_off(text: str) -> str:
    kept: list[str] = []
    for line in text.split("\n"):
        if line.rstrip() == "--" or ("".join(kept).strip() and SENT_FROM.match(line.strip())):
            break
        kept.append(line.rstrip())
    found = "\n".join(kept)
    return "" if SENT_FROM.match(found.strip()) and "\n" not in found.strip() else found


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
