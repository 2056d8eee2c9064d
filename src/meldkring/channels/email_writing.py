"""How does a letter look as a mail? Plain text and small HTML that says the same, and headers by which mail programs know what to do.

One case is one thread; a mail program that can unsubscribe does so with one click; and no machine answers us.
"""

import html
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.utils import format_datetime

from meldkring.channels.contract import Letter, Urgency


class Names(UnstructuredHeader, BaseHeader):
    """A header of names in angle brackets. Python writes one of more than 78 signs in a code that mail programs do not read there."""

    def fold(self, *, policy: policy.Policy) -> str:
        """Each name whole on a line of its own."""
        if not str(self).isascii():
            return super().fold(policy=policy)
        return f"{self.name}: {f'{policy.linesep} '.join(str(self).split())}{policy.linesep}"


def _headers() -> HeaderRegistry:
    found = HeaderRegistry()
    for name in ("in-reply-to", "references", "list-unsubscribe"):
        found.map_to_type(name, Names)
    return found


# Lines of at most 998 and only ASCII on the wire: every relay takes that.
WIRE = policy.SMTP.clone(cte_type="7bit", header_factory=_headers())
ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
)
MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,500}>")  # as people's programs make them, which is wider than RFC 5322, 3.6.4
LONGEST_SUBJECT = 150
DIGEST = "digest"


@dataclass(frozen=True)
class Words:
    """What each mail says beside the letter itself."""

    subject: str
    open: str
    reply: str
    call: str
    why: str
    stop: str


WORDS = {
    "nl": Words(
        subject="Bericht van Meldkring",
        open="Open in Meldkring",
        reply="Antwoord gewoon op deze mail: dan zet Meldkring je reactie erbij.",
        call="Zie of hoor je nu iets? Bel eerst 112.",
        why="Je krijgt deze mail omdat je meedoet aan de buurtpreventie.",
        stop="Geen mail meer",
    ),
    "en": Words(
        subject="Message from Meldkring",
        open="Open in Meldkring",
        reply="Just answer this mail: Meldkring adds your reaction.",
        call="Do you see or hear something now? First call 112.",
        why="You get this mail because you take part in the neighbourhood watch.",
        stop="No more mail",
    ),
}


@dataclass(frozen=True)
class Sender:
    """Who the mail comes from, and the domain where answers and what bounces come in, if there is one."""

    name: str
    address: str
    reply_domain: str = ""

    @property
    def domain(self) -> str:
        """The domain in our message ids."""
        return self.reply_domain or self.address.rpartition("@")[2]

    def message_id(self, letter: Letter) -> str:
        """The same for each attempt, so that a mailbox that looks at it shows a repeat once."""
        return f"<{letter.id}@{self.domain}>"

    def comes_back_to(self, letter: Letter) -> str:
        """Where the mail is returned if it cannot be delivered. The letter's id is a secret between us and who got the letter."""
        return f"retour+{letter.id}@{self.reply_domain}" if self.reply_domain else self.address


def is_address(value: str) -> bool:
    """Whether a mail can be sent there; what is not ASCII would need an extension that few relays have."""
    return len(value) <= 254 and bool(ADDRESS.fullmatch(value))


def written(letter: Letter, sender: Sender) -> EmailMessage:
    """The letter as a mail."""
    words = WORDS.get(letter.language, WORDS["nl"])
    message = EmailMessage(policy=WIRE)
    message["From"] = Address(sender.name, addr_spec=sender.address)
    message["To"] = letter.to
    message["Subject"] = _line(letter.title) or words.subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = sender.message_id(letter)
    answered = [letter.answers] if MESSAGE_ID.fullmatch(letter.answers) else []
    message["Auto-Submitted"] = "auto-replied" if answered else "auto-generated"  # RFC 3834, 5
    if thread := [*_root(letter, sender), *answered]:
        message["In-Reply-To"], message["References"] = thread[-1], " ".join(thread)
    if sender.reply_domain and letter.reply_to:
        message["Reply-To"] = f"antwoord+{letter.reply_to}@{sender.reply_domain}"
    if letter.unsubscribe:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058, 3.1
    if letter.urgency is Urgency.ALARM and letter.kind:
        message["Importance"] = "high"
    below = _below(letter, sender, words)
    message.set_content(_plain(letter, words, below))
    message.add_alternative(_html(letter, words, below), subtype="html")
    message["Content-Language"] = letter.language  # the parts would have taken it along
    return message


def _root(letter: Letter, sender: Sender) -> list[str]:
    """The mail with which the thread of a case begins. Nobody ever got it: whichever letter comes first, the others stand with it."""
    if not letter.topic or letter.topic == DIGEST:
        return []
    return [f"<{re.sub(r'[^A-Za-z0-9-]', '-', letter.topic)}.topic@{sender.domain}>"]


def _line(text: str) -> str:
    """One line for a header, whatever somebody wrote."""
    line = " ".join(text.split())
    line = "".join(c for c in line if c.isprintable())
    return line if len(line) <= LONGEST_SUBJECT else f"{line[:LONGEST_SUBJECT].rstrip()}…"


def _below(letter: Letter, sender: Sender, words: Words) -> list[str]:
    """The lines under the letter that hold for this one."""
    lines = [words.reply] if sender.reply_domain and letter.reply_to else []
    lines += [words.call] if letter.kind and letter.urgency is Urgency.ALARM else []
    return lines


def _plain(letter: Letter, words: Words, below: list[str]) -> str:
    parts = [letter.title, letter.text, f"{words.open}:\n{letter.url}", *(f"{a.label}:\n{a.url}" for a in letter.actions if a.url), *below]
    if letter.unsubscribe:
        # Two dashes and a space: what follows is a signature, which mail programs leave out of an answer (RFC 3676, 4.3).
        parts.append(f"-- \n{words.why}\n{words.stop}: {letter.unsubscribe}")
    return "\n\n".join(part for part in parts if part) + "\n"


def _html(letter: Letter, words: Words, below: list[str]) -> str:
    """Few rules and no pictures: it reads the same with all of them thrown away, and in the dark."""
    alarm = letter.urgency is Urgency.ALARM and bool(letter.kind)
    paragraphs = "".join(f"<p>{html.escape(line)}</p>" for line in letter.text.splitlines() if line.strip())
    further = "".join(f"<p>{_link(a.url, a.label)}</p>" for a in letter.actions if a.url)
    small = [html.escape(line) for line in below]
    if letter.unsubscribe:
        small += [html.escape(words.why), _link(letter.unsubscribe, words.stop)]
    return PAGE.format(
        language=html.escape(letter.language, quote=True),
        title=html.escape(letter.title or words.subject),
        bar=ALARM if alarm else WORKING,
        head=f'<h1 style="font-size:20px;line-height:1.3;margin:0 0 12px">{html.escape(letter.title)}</h1>' if letter.title else "",
        paragraphs=paragraphs,
        button=_link(letter.url, words.open, style=BUTTON),
        further=further,
        small="".join(f'<p style="margin:0 0 6px">{line}</p>' for line in small),
    )


def _link(url: str, label: str, *, style: str = "") -> str:
    styled = f' style="{style}"' if style else ""
    return f'<a href="{html.escape(url, quote=True)}"{styled}>{html.escape(label)}</a>'


ALARM, WORKING = "#b42318", "#0b5a99"
# White on this blue is readable on a light and on a dark page.
BUTTON = f"display:inline-block;background:{WORKING};color:#ffffff;font-weight:bold;font-size:18px;padding:14px 28px;border-radius:8px;text-decoration:none"
PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{title}</title>
</head>
<body style="margin:0;padding:16px;font-family:'Noto Sans',system-ui,sans-serif;font-size:16px;line-height:1.5">
<div style="max-width:36em;margin:0 auto;border-top:6px solid {bar};padding-top:16px">
{head}{paragraphs}
<p style="margin:24px 0">{button}</p>
{further}<div style="font-size:14px;border-top:1px solid #8895a1;padding-top:12px">{small}</div>
</div>
</body>
</html>
"""
