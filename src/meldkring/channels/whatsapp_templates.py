"""Which wording must WhatsApp's owner approve beforehand, what is filled in, and how does it stand? Only these go out more than a day after
somebody wrote.

Few, concrete, Dutch, category utility: anything that looks like advertising is refused or becomes dearer. `meldkring whatsapp-templates` prints
them as the provider wants to have them (docs/operate/channels/whatsapp.md). Who ties their chat writes to us first, so a welcome needs none.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from meldkring.channels.contract import Approval, Letter, Ruled, Urgency, Wording

LANGUAGE = "nl"
LONGEST_TITLE, LONGEST_TEXT = 150, 500
OPENS = "Openen"
# Page "Message templates, status": what is not here is not to be used either.
STATES = {
    "APPROVED": Approval.APPROVED, "PENDING": Approval.WAITING, "IN_APPEAL": Approval.WAITING, "PENDING_DELETION": Approval.MISSING,
    "DELETED": Approval.MISSING, "REJECTED": Approval.REFUSED, "PAUSED": Approval.RESTING, "DISABLED": Approval.RESTING,
    "LIMIT_EXCEEDED": Approval.REFUSED,
}  # fmt: skip
# Pages "message_template_status_update", "…_quality_update" and "template_category_update". What is locked or flagged goes on as it was.
RULINGS = {**STATES, "REINSTATED": Approval.APPROVED, "ARCHIVED": Approval.RESTING}
HEALTHY = ("", "NONE", "GREEN", "UNKNOWN", "UTILITY")


@dataclass(frozen=True)
class Template:
    """One wording. `body` has the places {{1}} (title) and perhaps {{2}} (text), `examples` show what comes there; `quick` are its buttons by
    what they send back; the last button of every template opens the page whose path is filled in. `lasts`: not delivered after so many seconds."""

    name: str
    body: str
    examples: tuple[str, ...]
    quick: tuple[tuple[str, str], ...] = ()
    lasts: int = 12 * 3600

    @property
    def places(self) -> int:
        """How many places the wording has."""
        return len(set(re.findall(r"\{\{\d\}\}", self.body)))


TEMPLATES = {
    t.name: t
    for t in (
        Template(
            "alarm_wijk",
            "Bericht van je buurtpreventie: {{1}}\n\n{{2}}\n\nJe krijgt dit omdat je je hiervoor hebt aangemeld.",
            (
                "Alarm · De Laning",
                "27 november 22:14 · 112 gebeld door de melder · Plaats: Lindelaan · Looprichting: noord · Zie je dit ook? Bel 112 en houd afstand.",
            ),
            (("seen_nothing", "Hier niets gezien"), ("show", "Lees meer")),
            lasts=3600,
        ),
        Template(
            "afloop",
            "Een melding in je buurt is afgelopen: {{1}}\n\n{{2}}\n\nDank je wel voor het meekijken.",
            ("Voorbij: de politie heeft iemand · De Laning", "Het ging om het alarm van 22:14."),
            (("show", "Lees meer"),),
        ),
        Template(
            "bericht_van_stuurgroep",
            "De stuurgroep van je buurtpreventie laat je weten: {{1}}\n\n{{2}}\n\nWil je dit niet meer op WhatsApp? Antwoord dan met STOP.",
            ("Mededeling · De Laning", "De spelregels zijn veranderd. Lees ze op de pagina van je groep."),
            (("show", "Lees meer"),),
        ),
    )
}
_BY_KIND = {"closing": "afloop", "notice": "bericht_van_stuurgroep"}


def fitting(letter: Letter) -> Template | None:
    """The wording that fits this letter; None for what is not worth a paid message: later words in a case, conversation."""
    name = "alarm_wijk" if letter.urgency is Urgency.ALARM and letter.kind in ("report", "police") else _BY_KIND.get(letter.kind, "")
    return TEMPLATES.get(name) if name not in letter.unapproved else None


def filled(template: Template, letter: Letter, *, path: str) -> Mapping[str, Any]:
    """The template as the provider wants it."""
    texts = [flat(letter.title, LONGEST_TITLE), flat(letter.text, LONGEST_TEXT)][: template.places]
    components: list[dict[str, Any]] = [{"type": "body", "parameters": [{"type": "text", "text": text} for text in texts]}]
    for index, (payload, _label) in enumerate(template.quick):
        button = {"type": "button", "sub_type": "quick_reply", "index": str(index), "parameters": [{"type": "payload", "payload": payload}]}
        components.append(button)
    opens = {"type": "button", "sub_type": "url", "index": str(len(template.quick)), "parameters": [{"type": "text", "text": path}]}
    return {"name": template.name, "language": {"code": LANGUAGE}, "components": [*components, opens]}


def flat(text: str, longest: int) -> str:
    """One line without runs of spaces, and never empty: a place in a template takes nothing else (page "Template components")."""
    line = " · ".join(re.sub(r"\s+", " ", part).strip() for part in text.splitlines() if part.strip())
    return (line if len(line) <= longest else f"{line[: longest - 1]}…") or "–"


def submitted(template: Template, *, site: str) -> dict[str, Any]:
    """What is sent to the provider to have this wording approved."""
    buttons: list[dict[str, Any]] = [{"type": "QUICK_REPLY", "text": label} for _payload, label in template.quick]
    buttons.append({"type": "URL", "text": OPENS, "url": f"{site}/{{{{1}}}}", "example": [f"{site}/casus/2026-1/"]})
    body = {"type": "BODY", "text": template.body, "example": {"body_text": [list(template.examples)]}}
    return {
        "name": template.name, "language": LANGUAGE, "category": "UTILITY", "message_send_ttl_seconds": template.lasts,
        "components": [body, {"type": "BUTTONS", "buttons": buttons}],
    }  # fmt: skip


def standing(found: Collection[Mapping[str, Any]]) -> Sequence[Wording]:
    """How each of our wordings stands, from the provider's list of all that the account has."""
    ours = {str(t.get("name")): t for t in found if str(t.get("language", "")).startswith(LANGUAGE)}
    return [_wording(name, ours.get(name)) for name in TEMPLATES]


def _wording(name: str, found: Mapping[str, Any] | None) -> Wording:
    if found is None:
        return Wording(name, Approval.MISSING)
    return Wording(name, STATES.get(str(found.get("status")).upper(), Approval.RESTING), _reason(found))


def ruled(told: Mapping[str, Any], *, identity: str, at: datetime) -> Ruled | None:
    """What a webhook says about a wording; None when it is none of ours."""
    name = str(told.get("message_template_name"))
    if name not in TEMPLATES or not str(told.get("message_template_language", "")).startswith(LANGUAGE):
        return None
    event = str(told.get("event", "")).upper()
    state = RULINGS.get(event)
    return Ruled(identity, name, at, state, _reason(told, *([event] if event and state is None else [])))


def _reason(found: Mapping[str, Any], *more: str) -> str:
    """What is the matter with a wording, in the provider's own words: refused and why, at rest until when, dearer, disliked by its readers."""
    rejection, other, quality = (found.get(name) for name in ("rejection_info", "other_info", "quality_score"))
    category = found.get("new_category") or found.get("message_template_category") or found.get("category")
    told = [
        *more, found.get("reason"), found.get("rejected_reason"), category, _becomes(found), found.get("new_quality_score"),
        *(part.get(key) for part, key in ((quality, "score"), (rejection, "reason"), (rejection, "recommendation"), (other, "description"))
          if isinstance(part, Mapping)),
    ]  # fmt: skip
    kept = dict.fromkeys(str(part) for part in told if isinstance(part, str) and part.upper() not in HEALTHY)
    return ", ".join(kept)[:200]


def _becomes(found: Mapping[str, Any]) -> str:
    """The category that it gets, and when: a day before it gets dearer the provider tells."""
    category, when = str(found.get("correct_category") or ""), found.get("category_update_timestamp")
    if category.upper() in HEALTHY or not isinstance(when, int):
        return category
    return f"{category} ({datetime.fromtimestamp(when, UTC):%Y-%m-%d})" if 0 < when < 2**33 else category
