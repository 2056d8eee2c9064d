"""Which wording has WhatsApp's owner approved beforehand, and what is filled in? Only these go out more than a day after somebody wrote.

Few, concrete, Dutch, category utility: anything that looks like advertising is refused or becomes dearer. An administrator enters them by
hand (docs/operate/channels/whatsapp.md); the names and the number of places here must be the same there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from meldkring.channels.contract import Letter, Urgency

LANGUAGE = "nl"
LONGEST_TITLE, LONGEST_TEXT = 150, 500


@dataclass(frozen=True)
class Template:
    """One approved wording. `body` has the places {{1}} (title) and perhaps {{2}} (text); `quick` are its buttons by what they send back;
    the last button of every template opens the page whose path is filled in."""

    name: str
    body: str
    quick: tuple[tuple[str, str], ...] = ()

    @property
    def places(self) -> int:
        """How many places the wording has."""
        return len(set(re.findall(r"\{\{\d\}\}", self.body)))


TEMPLATES = {
    t.name: t
    for t in (
        Template(
            "alarm_wijk",
            "Bericht van je buurtwacht: {{1}}\n\n{{2}}\n\nZie je het gebeuren? Bel eerst 112. Je krijgt dit omdat je je hiervoor hebt aangemeld.",
            (("seen_nothing", "Hier niets gezien"), ("show", "Laat meer zien")),
        ),
        Template(
            "afloop",
            "Een melding in je buurt is afgelopen: {{1}}\n\n{{2}}\n\nDank je wel voor het meekijken.",
            (("show", "Laat meer zien"),),
        ),
        Template("bevestig_aanmelding", "Je hebt je aangemeld bij de buurtwacht. {{1}}\n\nWas jij dit niet? Antwoord dan met STOP."),
        Template(
            "bericht_van_stuurgroep",
            "De stuurgroep van je buurtwacht laat je weten: {{1}}\n\n{{2}}\n\nWil je dit niet meer op WhatsApp? Antwoord dan met STOP.",
            (("show", "Laat meer zien"),),
        ),
    )
}
_BY_KIND = {"closing": "afloop", "notice": "bericht_van_stuurgroep", "welcome": "bevestig_aanmelding"}


def fitting(letter: Letter) -> Template | None:
    """The wording that fits this letter; None for what is not worth a paid message: later words in a case, conversation."""
    name = "alarm_wijk" if letter.urgency is Urgency.ALARM and letter.kind in ("report", "police") else _BY_KIND.get(letter.kind, "")
    return TEMPLATES.get(name)


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
