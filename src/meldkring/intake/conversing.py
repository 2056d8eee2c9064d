"""Somebody writes to us on a channel without pages. What do they mean, and what do we answer?

A reply to something we sent is a reaction in that case (S30). A button is an answer to what we asked. Anything else is the beginning of a
report: does it belong to what is going on, has 112 been called, may it be passed on without your name (S27 to S29). Nothing is reported
before the person has said yes to it; what they write meanwhile is added to it.
"""

import re
import uuid
from datetime import timedelta
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meldkring.cases import forwarding, holding, judging, lifecycle, reporting
from meldkring.cases.models import Called, Case
from meldkring.channels.contract import Action, Capabilities, Said
from meldkring.delivery import answering, composing, tokens
from meldkring.delivery.models import Address, Delivery
from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.intake import judging_here, strangers
from meldkring.intake.models import Conversation
from meldkring.messaging import access as messaging_access
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Posting
from meldkring.people.models import Person

SILENCE = timedelta(minutes=30)
GOING_ON = timedelta(hours=2)
Step = Conversation.Step
REFUSALS = (
    roles.NotAllowed, postings.BadText, postings.NotHere, postings.KeyUsed, lifecycle.CaseClosed, reporting.BadAnswer, judging.AlreadyJudged,
    judging.TooLate, forwarding.NotOnRoute, holding.AlreadyHeld,
)  # fmt: skip
NO_CASE = ("notice", "talk")
CALLED = {Called.BY_ME: "called:by_me", Called.BY_OTHER: "called:by_other", Called.NOT_NEEDED: "called:not_needed"}
CHOICES = {
    Step.WHICH: ["about", "new"],
    Step.CALLED: [*CALLED.values()],
    Step.NAME: ["send", "stop_report"],
}  # fmt: skip


def heard(channel: str, said: Said, *, able: Capabilities) -> None:
    """Understand what was said and answer it. Who is unknown to us is told where to sign up; who said STOP, how to begin again."""
    address = Address.objects.select_related("person").filter(channel=channel, value=said.address).first()
    if address is None:
        strangers.note(channel, said.address)
        return
    if not address.person.is_active:
        return
    with translation.override(address.person.language):
        if address.state == Address.State.OPTED_OUT:
            answering.answer(
                address, _("You stopped messages here, so this was not passed on. Urgent? Call 112. Begin again: send START."), last=True
            )
            return
        try:
            _understand(address, said, able)
        except REFUSALS as refusal:
            answering.answer(address, str(refusal))


def _understand(address: Address, said: Said, able: Capabilities) -> None:
    if said.button.startswith("judge:"):
        answering.answer(address, judging_here.pressed(said.button, by=address.person))
        return
    told = _told(address, said)
    posting = _of_case(told)
    talk = Conversation.objects.filter(address=address, heard_at__gt=timezone.now() - SILENCE).first()
    if said.button == "show":
        _show(address, told, able)
    elif said.button == "seen_nothing" and posting:
        _react(address, posting, _("Saw nothing here."), key=_key(address, said))
    elif said.left_out and not said.text.strip():
        answering.answer(address, _("Write in words what you see. Photos are not shared here: keep the photo and give it to the police."))
    elif posting and not said.button:
        _react(address, posting, said.text or (_("I am here.") if said.place else ""), key=_key(address, said), place=said.place)
    elif talk:
        _go_on(talk, address, said, able)
    else:
        _begin(address, said, able)


def _told(address: Address, said: Said) -> Delivery | None:
    """What we sent to this very address and is answered now."""
    if not said.reply_to:
        return None
    pk = tokens.replied(said.reply_to)
    sent = Delivery.objects.filter(address=address).select_related(
        "address__person", "posting__group", "posting__posted_by", "posting__message__author", "posting__message__contribution__case"
    )
    found: Delivery | None = sent.filter(pk=pk).first() if pk else sent.filter(provider_id=said.reply_to).first()
    return found


def _of_case(told: Delivery | None) -> Posting | None:
    """The posting of a case that a delivery was about, our own answers included."""
    if told is None:
        return None
    about = (told.words or {}).get("about")
    posting = told.posting or (
        Posting.objects.select_related("group", "message__contribution__case").filter(pk=about).first() if about else None
    )
    return posting if posting and posting.message.kind not in NO_CASE else None


def _show(address: Address, told: Delivery | None, able: Capabilities) -> None:
    """More of what a short message told, with its buttons: somebody who presses may be sent anything now."""
    letter = composing.again(told, able=able) if told and told.posting else None
    if told is None or letter is None:
        answering.answer(address, _("Open your page to read more."))
        return
    actions = [a for a in letter.actions if a.id != "open"]
    answering.answer(address, f"{letter.text}\n\n{letter.url}", title=letter.title, actions=actions, about=told.posting_id or 0)


def _react(address: Address, posting: Posting, text: str, *, key: uuid.UUID, place: object = None) -> None:
    case = posting.message.contribution.case
    group = _where_to_react(address.person, case, posting)
    made = reporting.react(text, case=case, group=group, by=address.person, key=key, **_place(place))
    words = _("Waiting for the steering group.") if made.number is None else _("Your reaction stands in %(group)s.") % {"group": group.name}
    answering.answer(address, words, about=posting.pk)


def _where_to_react(person: Person, case: Case, posting: Posting) -> Group:
    """The group of the posting, or another of the person's groups where the case stands."""
    if roles.has(person, roles.Right.REACT, posting.group):
        return posting.group
    mine = roles.with_right(person, roles.Right.REACT)
    standing = set(messaging_access.postings(person).filter(message__contribution__case=case).values_list("group", flat=True))
    return next((g for g in mine if g.pk in standing), posting.group)


def _begin(address: Address, said: Said, able: Capabilities) -> None:
    """The first thing somebody says: what they see (S27). Nothing is sent on yet."""
    about = _going_on(address)
    if about is None and not roles.with_right(address.person, roles.Right.REPORT):
        answering.answer(
            address, _("You are not a member of a watch group at the moment, so you cannot report here. Is it urgent? Call 112.")
        )
        return
    if said.button or not said.text.strip():
        answering.answer(address, _("Write in words what you see. Is it happening now? First call 112."))
        return
    talk, _new = Conversation.objects.update_or_create(
        address=address,
        defaults={
            "step": Step.WHICH if about else Step.CALLED, "text": postings.checked(said.text), "called": "", "place": said.place,
            "key": _key(address, said), "heard_at": timezone.now(), "about": about,
        },
    )  # fmt: skip
    _question(talk, address, able)


def _going_on(address: Address) -> Posting | None:
    """The posting of an open case that this address heard or told of in the last hours: new words may belong to it."""
    latest = Delivery.objects.filter(address=address, made_at__gt=timezone.now() - GOING_ON).select_related(
        "posting__group", "posting__message__contribution__case"
    )
    for told in latest.order_by("-made_at")[:5]:
        posting = _of_case(told)
        if posting and posting.message.contribution.case.is_open and _may_react(address.person, posting):
            return posting
    return None


def _may_react(person: Person, posting: Posting) -> bool:
    return roles.has(person, roles.Right.REACT, _where_to_react(person, posting.message.contribution.case, posting))


def _go_on(talk: Conversation, address: Address, said: Said, able: Capabilities) -> None:
    chosen = said.button or _chosen(said.text, talk.step)
    talk.heard_at = timezone.now()
    if chosen == "stop_report":
        talk.delete()
        answering.answer(address, _("Your report has not been sent."))
    elif chosen == "about" and talk.step == Step.WHICH and talk.about:
        _react(address, talk.about, talk.text, key=talk.key, place=talk.place)
        talk.delete()
    elif chosen == "new" and talk.step == Step.WHICH:
        _next(talk, Step.CALLED, address, able)
    elif chosen in CALLED.values() and talk.step == Step.CALLED:
        talk.called = chosen.removeprefix("called:")
        _next(talk, Step.NAME, address, able)
    elif chosen == "send" and talk.step == Step.NAME:
        _report(talk, address)
    else:
        _add(talk, said)
        _question(talk, address, able)


def _next(talk: Conversation, step: str, address: Address, able: Capabilities) -> None:
    talk.step = step
    talk.save(update_fields=["step", "called", "heard_at"])
    _question(talk, address, able)


def _add(talk: Conversation, said: Said) -> None:
    """People write in pieces: what is not an answer belongs to what they tell."""
    if said.text.strip() and not said.button and _word(said.text) not in ("ja", "yes", "nee", "no"):
        talk.text = postings.checked(f"{talk.text}\n{said.text.strip()}")
    talk.place = said.place or talk.place
    talk.save(update_fields=["text", "place", "heard_at"])


def _question(talk: Conversation, address: Address, able: Capabilities) -> None:
    """What we ask at this step, each answer a button."""
    said = {"text": talk.text[:300]}
    if talk.step == Step.WHICH and talk.about:
        text = _("Does this belong to “%(title)s”?\n\nYou wrote: “%(text)s”") % {
            "title": talk.about.message.contribution.case.title,
            **said,
        }
        labels = [_("Yes, add it"), _("No, something new")]
    elif talk.step == Step.CALLED:
        text = _("Is it happening now? First call 112. Has 112 been called?\n\nYour report: “%(text)s”") % said
        labels = [_("Yes, by me"), _("Yes, by another"), _("Not needed")]
    else:
        text = _(
            "May we pass this on? Your watch group reads it on its page with your first name and street, and on WhatsApp without your name. "
            "Your number is never shown.\n\nYour report: “%(text)s”"
        )
        text, labels = text % said, [_("Yes, send it"), _("No, do not send")]
    actions = [Action(choice, label) for choice, label in zip(CHOICES[Step(talk.step)], labels, strict=True)]
    _ask(address, text, actions, able)


def _report(talk: Conversation, address: Address) -> None:
    group = next(iter(roles.with_right(address.person, roles.Right.REPORT)), None)
    if group is None:
        raise roles.NotAllowed(_("You are not a member of a watch group at the moment, so you cannot report here. Is it urgent? Call 112."))
    made = reporting.report(talk.text, group=group, by=address.person, called=talk.called, key=talk.key, **_place(talk.place))
    talk.delete()
    if made.number is None:
        words = _("Your report waits for the steering group, who look at it first.")
    elif made.message.contribution.case.is_alarm:
        words = _("Your report stands in %(group)s. You keep in touch with the police. Do you hear or see more? Write it here.")
    else:
        words = _("Your report stands in %(group)s, not as an alarm. The police are at 0900-8844 for what is not urgent.")
    answering.answer(address, words % {"group": group.name}, about=made.pk)


def _ask(address: Address, text: str, actions: list[Action], able: Capabilities) -> None:
    """With buttons where the channel has enough of them, else with numbers to answer with."""
    if able.buttons >= len(actions):
        answering.answer(address, text, actions=actions)
    else:
        answering.answer(address, "\n".join([text, *(f"{n}. {a.label}" for n, a in enumerate(actions, start=1))]))


def _chosen(text: str, step: str) -> str:
    """An answer in words or a number, for channels and people without buttons. “No” to the question about 112 is not one of its answers."""
    word, options = _word(text), CHOICES[Step(step)]
    if word.isdecimal() and 0 < int(word) <= len(options):
        return options[int(word) - 1]
    if step == Step.CALLED or word not in ("ja", "yes", "nee", "no"):
        return ""
    return options[0] if word in ("ja", "yes") else options[1]


def _word(text: str) -> str:
    return re.sub(r"[^\w]", "", text.strip().lower())[:20]


def _place(place: object) -> dict[str, Any]:
    if isinstance(place, list | tuple) and len(place) == 2:
        return {"latitude": float(place[0]), "longitude": float(place[1])}
    return {}


def _key(address: Address, said: Said) -> uuid.UUID:
    """The same message of the provider is the same message of ours, however often it comes."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{address.channel}:{said.id}")
