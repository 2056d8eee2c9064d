"""Which house rules does a district start with (S26)? Ten rules in plain Dutch, with their English, filled in with the district's settings.

A district publishes them as its own and changes what it likes. A rule that still stands as it was given here can also be read in English.
"""

import re

from meldkring.places.models import District

TEXTS: dict[str, dict[str, str]] = {
    "living-here": {
        "nl": "Je bent {age} jaar of ouder en je woont in de buurt van je groep. Je zit in één groep: die van je eigen buurt.",
        "en": "You are {age} or older and you live in the neighbourhood of your group. You are in one group: that of your own neighbourhood.",
    },
    "call-first": {
        "nl": "Zie je iets verdachts? Bel eerst 112. Heeft het geen haast, bel dan 0900-8844. "
        "De politie leest hier niet mee: zij komt pas in actie als iemand belt.",
        "en": "Do you see something suspicious? Call 112 first. If it can wait, call 0900-8844. "
        "The police do not read along here: they act when somebody calls.",
    },
    "four-steps": {
        "nl": "Werk in vier stappen. Signaleer: je ziet iets. Alarmeer: je belt 112. App: je meldt het in je groep. "
        "Reageer: je vertelt wat jij ziet, als een buur iets meldt.",
        "en": "Work in four steps. Notice: you see something. Alarm: you call 112. Post: you report it in your group. "
        "React: you tell what you see when a neighbour reports something.",
    },
    "say-who-called": {
        "nl": "Zeg in je melding of 112 is gebeld en door wie. Zo hoeft niet de hele straat te bellen. "
        "Heeft een ander al gemeld? Vul dan alleen aan wat nieuw is.",
        "en": "Say in your report whether 112 has been called, and by whom. Then the whole street need not call. "
        "Has somebody reported it already? Add only what is new.",
    },
    "happening-now": {
        "nl": "Meld alleen wat nu gebeurt en niet klopt, of wie nu hulp nodig heeft. "
        "Een inbraak van gisteren, een weggelopen kat of een klacht over afval hoort hier niet.",
        "en": "Report only what is happening now and is not right, or who needs help now. "
        "Yesterday's burglary, a lost cat or a complaint about litter does not belong here.",
    },
    "keep-it-quiet": {
        "nl": "We houden het stil in de groep. Geen praatjes, geen bedankjes, geen duimpjes en geen reclame. "
        "Dan kijkt iedereen op als er wel een bericht komt. Een vraag stel je aan je stuurgroep.",
        "en": "We keep the group quiet. No chatting, no thanks, no thumbs up and no adverts. "
        "So everybody looks up when a message does come. Questions go to your steering group.",
    },
    "describe-behaviour": {
        "nl": "Beschrijf wat iemand doet, waar, en welke kant die op gaat. Noem geen namen. "
        "Iemands afkomst of huidskleur is nooit een reden om te melden. Schelden en discrimineren mag niet.",
        "en": "Describe what someone does, where, and which way they go. Do not name names. "
        "Where someone comes from, or the colour of their skin, is never a reason to report. No insults and no discrimination.",
    },
    "stay-safe": {
        "nl": "Blijf op afstand en bij huis. Ga niemand achterna, houd niemand tegen en speel geen politie. "
        "Rijd je, kijk dan niet op je telefoon.",
        "en": "Keep your distance and stay near home. Do not follow or stop anybody and do not play police. "
        "When you drive, do not look at your phone.",
    },
    "what-stays-here": {
        "nl": "Wat je hier leest, blijft hier. Zet het niet op sociale media en stuur het niet door. "
        "Foto's en filmpjes van mensen deel je niet; bewaar ze voor de politie.",
        "en": "What you read here stays here. Do not put it on social media and do not pass it on. "
        "Do not share photos or films of people; keep them for the police.",
    },
    "steering-group": {
        "nl": "De stuurgroep bestaat uit buren en let op deze regels. Zij kan een bericht verbergen, je iets vragen of je uit de groep halen; "
        "daar kun je dan bezwaar tegen maken. Weggaan mag altijd.",
        "en": "The steering group is made up of neighbours and looks after these rules. It can hide a message, ask you something or take you "
        "out of the group; you can object to that. You may leave at any time.",
    },
}


def defaults(district: District) -> list[tuple[str, str]]:
    """The rules that fit this district's settings, as (name, text in Dutch)."""
    return [(name, text["nl"].format(age=district.minimum_age)) for name, text in TEXTS.items()]


def read_in(language: str, name: str, text: str) -> str:
    """The rule in this language, as far as we have it: a text that the district wrote itself stays as it is."""
    ours = TEXTS.get(name, {})
    if language == "nl" or language not in ours:
        return text
    pattern = re.escape(ours["nl"]).replace(re.escape("{age}"), r"(?P<age>\d+)")
    found = re.fullmatch(pattern, text)
    return ours[language].format(**found.groupdict()) if found else text
