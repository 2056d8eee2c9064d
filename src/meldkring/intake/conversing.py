"""Somebody writes to us on a channel without pages. What do they mean, and what do we answer?

A reply to something we sent is a reaction in that case (S30, `reacting`). A button of an alarm is a verdict, more of what it said, or “nothing
seen here”. Anything else is the beginning of a report or an answer to what we asked about it (S27 to S29, `asking`).
"""

from django.utils import translation
from django.utils.translation import gettext as _

from meldkring.cases import forwarding, holding, judging, lifecycle, reporting
from meldkring.channels.contract import Capabilities, Said
from meldkring.delivery import composing
from meldkring.delivery.models import Address, Delivery
from meldkring.groups import roles
from meldkring.intake import asking, judging_here, reacting, strangers
from meldkring.intake.reacting import Heard
from meldkring.messaging import posting as postings

REFUSALS = (
    roles.NotAllowed, postings.BadText, postings.NotHere, postings.KeyUsed, lifecycle.CaseClosed, reporting.BadAnswer, judging.AlreadyJudged,
    judging.TooLate, forwarding.NotOnRoute, holding.AlreadyHeld,
)  # fmt: skip


def heard(channel: str, said: Said, *, able: Capabilities) -> None:
    """Understand what was said and answer it. Who is unknown to us is told where to sign up; who said STOP, how to begin again."""
    address = Address.objects.select_related("person").filter(channel=channel, value=said.address).first()
    if address is None:
        strangers.note(channel, said.address)
        return
    if not address.person.is_active:
        return
    with translation.override(address.person.language):
        told = Heard(address, said, able)
        if address.state == Address.State.OPTED_OUT:
            told.answer(_("You stopped messages here, so this was not passed on. Urgent? Call 112. Begin again: send START."), last=True)
            return
        try:
            _understand(told)
        except REFUSALS as refusal:
            told.answer(str(refusal))


def _understand(heard: Heard) -> None:
    said = heard.said
    if said.button.startswith("judge:"):
        heard.answer(judging_here.pressed(said.button, by=heard.address.person))
        return
    told = reacting.told(heard)
    posting = reacting.of_case(told)
    if said.button == "show":
        _show(heard, told)
    elif said.button == "seen_nothing" and posting:
        reacting.react(heard, posting, _("Saw nothing here."))
    elif posting and not said.button and (said.text.strip() or said.place):
        reacting.react(heard, posting, said.text.strip() or _("I am here."), place=said.place)
    else:
        asking.hear(heard)


def _show(heard: Heard, told: Delivery | None) -> None:
    """More of what a short message told, with its buttons: somebody who presses may be sent anything now."""
    letter = composing.again(told, able=heard.able) if told and told.posting else None
    if told is None or letter is None:
        heard.answer(_("Open your page to read more."))
        return
    actions = [a for a in letter.actions if a.id != "open"]
    heard.answer(f"{letter.text}\n\n{letter.url}", title=letter.title, actions=actions, about=told.posting_id or 0)
