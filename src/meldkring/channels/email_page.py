"""How does a mail look? A small page that mail programs draw alike, by day and by night, and the same words as plain text.

Outlook draws with the engine of Word: it knows tables and their colours, and no widths or paddings of anything else. Others throw the style
sheet away and keep what stands in the elements. So all that must hold is a table or stands in an element; the style sheet only adds the dark.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """The three urgencies of the pages; the word for it stands in the title, for who does not see the colour."""

    ALARM = "alarm"
    WORKING = "working"
    OVER = "over"


@dataclass(frozen=True)
class Link:
    """Where a button or a line leads."""

    label: str
    url: str


@dataclass(frozen=True)
class Page:
    """What stands in a mail, from top to bottom. `parts`: a heading, if it has one, with its lines. `code`: the line to
    type over. `call`: what to do first. `notes` stand under the buttons, `small` below all; in plain text that is the signature, which is left out of an answer."""

    title: str
    parts: Sequence[tuple[str, Sequence[str]]]
    language: str
    tone: Tone = Tone.WORKING
    call: str = ""
    code: str = ""
    button: Link | None = None
    further: Sequence[Link] = ()
    notes: Sequence[str] = ()
    small: Sequence[str | Link] = ()


def plain(page: Page) -> str:
    """The page as words alone."""
    links = [f"{link.label}:\n{link.url}" for link in (page.button, *page.further) if link]
    said = "\n\n\n".join("\n".join([*filter(None, [heading]), *lines]) for heading, lines in page.parts)
    parts = [page.title, said, page.call, *links, *page.notes]
    if page.small:
        # Two dashes and a space begin a signature (RFC 3676, 4.3).
        parts.append("\n".join(["-- ", *(f"{s.label}: {s.url}" if isinstance(s, Link) else s for s in page.small)]))
    return "\n\n".join(part for part in parts if part) + "\n"


def drawn(page: Page) -> str:
    """The page as HTML."""
    inside = [
        _line("h1", page.title, f"font-size:22px;line-height:28px;font-weight:bold;{INK}margin:0 0 12px"),
        *(drawn for heading, lines in page.parts for drawn in _part(heading, lines, page.code)),
        _line("p", page.call, f"font-weight:bold;{INK}margin:16px 0 0"),
        BUTTON.format(url=_quoted(page.button.url), label=html.escape(page.button.label)) if page.button else "",
        *(f'<p style="margin:0 0 10px">{_link(link, "link", LINK)}</p>' for link in page.further),
        *(_line("p", note, f"margin:0 0 10px;{INK}") for note in page.notes),
    ]
    small = [_link(s, "soft", SOFT) if isinstance(s, Link) else html.escape(s) for s in page.small]
    return SHEET.format(
        language=_quoted(page.language),
        title=html.escape(page.title or "Meldkring"),
        peek=html.escape(" ".join(" ".join(filter(None, [heading, *lines])) for heading, lines in page.parts)[:120]),
        tone=page.tone,
        bar=BARS[page.tone],
        inside="\n".join(one for one in inside if one),
        small="<br>\n".join(small),
    )


def _part(heading: str, lines: Sequence[str], code: str) -> list[str]:
    """A heading and its lines; an empty line between them is a wider gap, and the code is large."""
    found = [_line("h2", heading, f"font-size:17px;line-height:24px;font-weight:bold;{INK}margin:22px 0 6px")]
    gap = False
    for line in lines:
        if code and line.strip() == code:
            found.append(_line("p", code, f"font-size:32px;line-height:40px;font-weight:bold;letter-spacing:6px;{INK}margin:14px 0"))
        elif line.strip():
            found.append(_line("p", line.strip(), f"margin:{20 if gap and len(found) > 1 else 0}px 0 10px;{INK}"))
        gap = not line.strip()
    return found


def _line(tag: str, words: str, style: str) -> str:
    return f'<{tag} class="ink" style="{style}">{ADDRESS.sub(_linked, html.escape(words))}</{tag}>' if words else ""


def _linked(address: re.Match[str]) -> str:
    return f'<a class="link" href="{address[0]}" style="{LINK}">{address[0]}</a>'


def _link(link: Link, name: str, style: str) -> str:
    return f'<a class="{name}" href="{_quoted(link.url)}" style="{style}">{html.escape(link.label)}</a>'


def _quoted(words: str) -> str:
    return html.escape(words, quote=True)


ADDRESS = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")  # in words that are escaped already
# The colours of the pages by day (web/static/meldkring/app.css); those by night stand in the sheet below.
BARS = {Tone.ALARM: "#b42318", Tone.WORKING: "#0b5a99", Tone.OVER: "#1d6b3a"}
INK, LINK, SOFT = "color:#0f1f2e;", "color:#0b5a99;text-decoration:underline", "color:#4a5d6e;text-decoration:underline"
BUTTON = """<table role="presentation" border="0" cellpadding="0" cellspacing="0" style="margin:22px 0;border-collapse:separate"><tr>
<td class="button" align="center" bgcolor="#0b5a99" style="background:#0b5a99;border-radius:8px;mso-padding-alt:14px 28px">
<a href="{url}" style="display:inline-block;padding:14px 28px;border-radius:8px;color:#ffffff;font-size:18px;line-height:24px;font-weight:bold;\
text-decoration:none;mso-padding-alt:0px">{label}</a></td></tr></table>"""
SHEET = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; supported-color-schemes: light dark }}
@media (prefers-color-scheme: dark) {{
body, .around {{ background: #0b131a !important }}
.card {{ background: #17232e !important }}
.ink {{ color: #eef3f7 !important }}
.soft {{ color: #b1c0cd !important }}
.link {{ color: #8cc4f2 !important }}
.button {{ background: #1f6cae !important }}
.alarm {{ background: #ee6357 !important }}
.working {{ background: #8cc4f2 !important }}
.over {{ background: #7fd3a0 !important }}
}}
</style>
<!--[if mso]><style>body, table, td, p, h1, h2, a {{ font-family: Arial, sans-serif !important }}</style><![endif]-->
</head>
<body style="margin:0;padding:0;background:#f3f6f9">
<div aria-hidden="true" style="display:none;max-height:0;overflow:hidden;mso-hide:all">{peek}</div>
<table class="around" role="presentation" width="100%" border="0" cellpadding="0" cellspacing="0" bgcolor="#f3f6f9" style="background:#f3f6f9">
<tr><td align="center" style="padding:20px 12px">
<!--[if mso]><table role="presentation" width="600" border="0" cellpadding="0" cellspacing="0"><tr><td><![endif]-->
<table role="presentation" width="100%" border="0" cellpadding="0" cellspacing="0" \
style="max-width:600px;font-family:-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif;font-size:17px;line-height:26px;text-align:left">
<tr>
<td class="{tone}" width="6" bgcolor="{bar}" style="width:6px;background:{bar};border-radius:8px 0 0 8px;font-size:0;line-height:0">&nbsp;</td>
<td class="card" bgcolor="#ffffff" style="background:#ffffff;border-radius:0 8px 8px 0;padding:22px 20px 14px;word-break:break-word">
{inside}
</td>
</tr>
<tr><td colspan="2" class="soft" style="padding:16px 8px 8px;color:#4a5d6e;font-size:14px;line-height:22px">
{small}
</td></tr>
</table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr>
</table>
</body>
</html>
"""
