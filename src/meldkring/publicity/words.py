"""In which words does a printed piece speak? All of them, in the language of now; the drawings take what they need."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from meldkring.publicity.facts import Facts


def printed(facts: Facts, address: str) -> dict[str, Any]:
    """The words by the names under which the drawings know them."""
    told = {"name": facts.name, "municipality": facts.municipality, "address": address}
    return {
        "headline": _("Neighbours look out for each other here"),
        "sign_word": _("NEIGHBOURHOOD WATCH"),
        "see": _("See something that is not right?"),
        "steps": [_("First call 112."), _("Then tell your neighbours."), _("Look along from your own window.")],
        "join": _("Take part"),
        "join_too": _("Will you take part too?"),
        "honest": _("An initiative of residents. The police do not read along: in an emergency always call 112."),
        "qr_alt": _("QR code of %(address)s") % told,
        "what": _("In %(name)s neighbours warn each other when something is not right. More people look along at once, and you hear how it ended.") % told,
        "how": _("How it works"),
        "saar": [
            [pgettext("SAAR", "Notice"), _("You see something that is not right.")],
            [pgettext("SAAR", "Alarm"), _("You call 112. The police come first.")],
            [pgettext("SAAR", "Post"), _("You tell your watch group what you see.")],
            [pgettext("SAAR", "React"), _("Neighbours tell what they see. The police hear it through you.")],
        ],
        "good_to_know": _("Good to know"),
        "facts_to_know": [
            _("Taking part costs nothing, and you can stop at any time."),
            _("You only hear of what happens now, and how it ended. There is no chatting."),
            _("Neighbours see your first name and your street, never your number."),
            _("The police do not read along. So always call 112 first, or 0900-8844 when it can wait."),
            _("Does it help against burglary? Tilburg measured about 40% fewer, ten groups in Rotterdam no difference. So we promise nothing."),
        ],
        "from": _("Made by residents of %(name)s, municipality of %(municipality)s. In an emergency always call 112.") % told,
        "door": _("The whole street keeps an eye out here"),
        "container": _("This neighbourhood looks out for each other"),
        "house_number": _("House number"),
        "call": _("In an emergency always call 112"),
        "welcome": _("Welcome to the neighbourhood"),
        "glad": _("How nice that you have come to live here!"),
        "greetings": _("Greetings from your neighbours at number"),
        "free": _("It costs nothing, and you can stop at any time."),
    }  # fmt: skip
