"""How does a letter become a mail? A page and its plain text (`email_page`), and headers by which mail programs know what to do.

One case is one thread; a mail program that can unsubscribe does so with one click; and no machine answers us.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.utils import format_datetime

from meldkring.channels import email_page
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
# No machine answers this: by the standard (RFC 3834, 5), and as Exchange wants to hear it.
UNANSWERED = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
DIGEST, CLOSING, APART = "digest", "closing", "\n\n\n"
REPLIED = re.compile(r"^(?:(?:re|aw|antw|sv|tr|fw|fwd|wg|doorst)(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
CODE, ALONE = re.compile(r"\d{6}"), re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Words:
    """What each mail says beside the letter itself."""

    subject: str
    open: str
    reply: str
    call: str
    why: str
    stop: str
    account: str


WORDS = {
    "nl": Words(
        subject="Bericht van Meldkring",
        open="Open in Meldkring",
        reply="Antwoord gewoon op deze mail: dan zet Meldkring je reactie erbij.",
        call="Zie of hoor je nu iets? Bel eerst 112.",
        why="Je krijgt deze mail omdat je meedoet aan de buurtpreventie.",
        stop="Geen mail meer",
        account="Je krijgt deze mail omdat dit adres bij Meldkring is ingevuld.",
    ),
    "en": Words(
        subject="Message from Meldkring",
        open="Open in Meldkring",
        reply="Just answer this mail: Meldkring adds your reaction.",
        call="Do you see or hear something now? First call 112.",
        why="You get this mail because you take part in the neighbourhood watch.",
        stop="No more mail",
        account="You get this mail because this address was filled in at Meldkring.",
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
    message["Subject"] = _line(letter.title) or _re(letter.heading) or words.subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = sender.message_id(letter)
    answered = [letter.answers] if MESSAGE_ID.fullmatch(letter.answers) else []
    for name, value in UNANSWERED.items():
        message[name] = value
    if answered:
        message.replace_header("Auto-Submitted", "auto-replied")
    if thread := [*_root(letter, sender), *answered]:
        message["In-Reply-To"], message["References"] = thread[-1], " ".join(thread)
    if sender.reply_domain and letter.reply_to:
        message["Reply-To"] = f"antwoord+{letter.reply_to}@{sender.reply_domain}"
    if letter.unsubscribe:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058, 3.1
        message["List-Id"] = f"Meldkring <meldkring.{sender.domain}>"  # RFC 2919: rules of a mailbox can sort by it
    if letter.urgency is Urgency.ALARM and letter.kind:
        message["Importance"] = "high"
    page = _page(letter, sender, words)
    message.set_content(email_page.plain(page))
    message.add_alternative(email_page.drawn(page), subtype="html")
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


def _re(heading: str) -> str:
    """The heading of an answer: one “Re:” and no more, in whatever language their program put it; so that it stands in their thread."""
    bare = REPLIED.sub("", _line(heading)).strip()
    return f"Re: {bare}" if bare else ""


def _page(letter: Letter, sender: Sender, words: Words) -> email_page.Page:
    alarm = letter.urgency is Urgency.ALARM and bool(letter.kind)
    return email_page.Page(
        letter.title,
        _digested(letter.text) if letter.topic == DIGEST else [("", letter.text.splitlines())],
        letter.language,
        tone=email_page.Tone.ALARM if alarm else email_page.Tone.OVER if letter.kind == CLOSING else email_page.Tone.WORKING,
        call=words.call if alarm and not letter.exercise else "",
        button=email_page.Link(words.open, letter.url),
        further=[email_page.Link(a.label, a.url) for a in letter.actions if a.url],
        notes=[words.reply] if sender.reply_domain and letter.reply_to else [],
        small=[words.why, email_page.Link(words.stop, letter.unsubscribe)] if letter.unsubscribe else [],
    )


def _digested(text: str) -> list[tuple[str, list[str]]]:
    """The messages in a digest, which two empty lines keep apart; each begins with what it is."""
    found = [part.splitlines() for part in text.split(APART)]
    return [(lines[0], lines[1:]) for lines in found if lines]


def about_account(subject: str, text: str, *, language: str) -> email_page.Page:
    """The page of a mail about somebody's own account or membership. In its text an address alone on a line becomes the button, and six
    digits alone on a line are a code to type over."""
    words = WORDS.get(language, WORDS["nl"])
    lines = text.strip().splitlines()
    code = next((line.strip() for line in lines if CODE.fullmatch(line.strip())), "")
    url = next((line.strip() for line in lines if ALONE.fullmatch(line.strip())), "")
    return email_page.Page(
        subject,
        [("", [line for line in lines if not url or line.strip() != url])],
        language,
        code=code,
        button=email_page.Link(words.open, url) if url else None,
        small=[words.account],
    )
