"""May what somebody says in a chat about a case be passed on? Asked once for each case (decision 4); nothing goes on before a yes.

Their words wait with the question, for half an hour at most, and are erased then or at a no. A yes holds for that case alone and can be taken back:
what they said there in a chat is withdrawn, and asked anew if they say more. Who reported a case said yes to that when they sent it.
"""

import re
import uuid

from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.cases import reporting
from meldkring.cases.models import Case
from meldkring.channels.contract import Action
from meldkring.intake import reacting
from meldkring.intake.models import ASKED_FOR, Consent, Conversation
from meldkring.intake.reacting import Heard
from meldkring.messaging.models import Message, Posting
from meldkring.people.models import Person

BUTTON = re.compile(r"may:([0-9]{1,18}):(yes|no|back)")
YES, NO, BACK = ("ja", "yes", "1"), ("nee", "no", "2"), ("trek in", "intrekken", "withdraw")


def react(heard: Heard, posting: Posting, text: str, *, key: uuid.UUID | None = None, place: object = None) -> None:
    """Put it in the case, or keep it and ask first whether that may be."""
    person, case = heard.address.person, posting.message.contribution.case
    found = Consent.objects.filter(person=person, case=case).first()
    if not heard.able.asks_first:
        reacting.react(heard, posting, text, key=key, place=place)
    elif found and found.holds:
        _pass_on(heard, found, posting, text, key=key or heard.key, place=place)
    else:
        _ask(heard, found or Consent(person=person, case=case), posting, text, key=key or heard.key, place=place)


def give(person: Person, case: Case) -> None:
    """They said yes already, with the report itself."""
    Consent.objects.update_or_create(person=person, case=case, defaults={"given_at": timezone.now(), "withdrawn_at": None})


def is_answer(button: str) -> bool:
    """Whether this button stood under our question, or takes a yes back."""
    return BUTTON.fullmatch(button) is not None


def pressed(heard: Heard) -> None:
    """The answer by button."""
    found = BUTTON.fullmatch(heard.said.button)
    consent = Consent.objects.select_related("case").filter(pk=int(found[1]), person=heard.address.person).first() if found else None
    if found is None or consent is None:
        heard.answer(_("That has been answered already. Do you see something new? Write it here."))
    else:
        _answered(heard, consent, found[2])


def typed(heard: Heard) -> bool:
    """Whether these words were the answer to a question that is open, or took a yes back; then it is done."""
    word, mine = heard.said.text.strip().strip(".!").lower(), Consent.objects.select_related("case").filter(person=heard.address.person)
    if word in BACK:
        given = mine.filter(given_at__isnull=False, withdrawn_at=None).exclude(passed_on=[]).order_by("-given_at").first()
        if given:
            _answered(heard, given, "back")
        return given is not None
    asked = mine.filter(asked_at__gt=timezone.now() - ASKED_FOR).exclude(kept=[]).order_by("-asked_at").first()
    if asked is None or word not in (*YES, *NO) or _asked_later(heard, asked):
        return False
    _answered(heard, asked, "yes" if word in YES else "no")
    return True


def forget() -> None:
    """Erase the words that nobody said yes to in time."""
    late = Consent.objects.filter(asked_at__lte=timezone.now() - ASKED_FOR)
    late.exclude(kept=[]).update(kept=[])
    late.filter(given_at=None).delete()


def _ask(heard: Heard, consent: Consent, posting: Posting, text: str, *, key: uuid.UUID, place: object) -> None:
    if not consent.waits:
        consent.kept = []
    consent.kept = [*consent.kept, {"text": text, "posting": posting.pk, "key": key.hex, "place": place}]
    consent.asked_at = timezone.now()
    consent.save()
    said = "\n".join(one["text"] for one in consent.kept)
    question = _(
        "May we pass this on? Neighbours read it on the page with the name “%(name)s”, and in chat apps without a name. It holds for this case "
        "only.\n\nYou wrote: “%(text)s”\n\nWithout an answer we erase it after half an hour."
    ) % {"name": heard.address.person.shown_name, "text": said if len(said) <= 300 else f"{said[:299]}…"}
    actions = [Action(f"may:{consent.pk}:yes", _("Yes, pass it on")), Action(f"may:{consent.pk}:no", _("No, erase it"))]
    heard.ask("\n\n".join(filter(None, (heard.left_out, question))), actions, about=posting.pk)


def _answered(heard: Heard, consent: Consent, answer: str) -> None:
    kept = consent.kept if consent.waits else []
    consent.kept = []
    if answer == "back":
        _take_back(heard, consent)
        return
    if answer == "yes" and kept:
        consent.given_at, consent.withdrawn_at = timezone.now(), None
    consent.save()
    if not kept and consent.holds:
        heard.answer(_("That has been answered already. Do you see something new? Write it here."))
    elif not kept:
        heard.answer(_("That question is closed and your words were erased. Is it still so? Write it once more."))
    elif answer == "no":
        heard.answer(_("We have not passed it on, and erased it."))
    for one in kept if answer == "yes" else []:
        posting = Posting.objects.select_related("group", "message__contribution__case").get(pk=one["posting"])
        _pass_on(heard, consent, posting, one["text"], key=uuid.UUID(one["key"]), place=one["place"])


def _pass_on(heard: Heard, consent: Consent, posting: Posting, text: str, *, key: uuid.UUID, place: object) -> None:
    back = Action(f"may:{consent.pk}:back", _("Take it back"))
    made = reacting.react(heard, posting, text, key=key, place=place, actions=[back])
    consent.passed_on = [*consent.passed_on, made.message_id]
    consent.save(update_fields=["passed_on"])


def _take_back(heard: Heard, consent: Consent) -> None:
    """Their yes ends, and what went on by it is withdrawn everywhere."""
    for message in Message.objects.filter(pk__in=consent.passed_on):
        reporting.take_back(message, by=heard.address.person)
    consent.passed_on, consent.withdrawn_at = [], timezone.now()
    consent.save()
    heard.answer(_("Taken back. What you wrote here about this case no longer stands there. If you write more, we ask you again."))


def _asked_later(heard: Heard, consent: Consent) -> bool:
    """Whether our question about a report came after this one: then the word answers that."""
    talk = Conversation.objects.filter(address=heard.address).first()
    return talk is not None and consent.asked_at is not None and talk.heard_at > consent.asked_at
