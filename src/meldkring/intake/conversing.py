"""Somebody writes to us on a channel without pages. What do they mean, and what do we answer?

A reply to something we sent is a reaction in that case (S30, `consenting`: asked first whether it may go on). A button of an alarm is a verdict,
more of what it said, or “nothing seen here”. Anything else is the beginning of a report or an answer to what we asked about it (S27 to S29, `asking`).
"""

from django.utils import translation
from django.utils.translation import gettext as _

from meldkring.cases import approving, forwarding, judging, lifecycle, reporting
from meldkring.channels.contract import Capabilities, Said
from meldkring.delivery import composing, phrasing, releasing
from meldkring.delivery.models import Address, Delivery
from meldkring.groups import roles
from meldkring.intake import asking, consenting, judging_here, reacting, strangers
from meldkring.intake.reacting import Heard
from meldkring.messaging import access
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Posting

REFUSALS = (
    roles.NotAllowed, postings.BadText, postings.NotHere, postings.KeyUsed, lifecycle.CaseClosed, reporting.BadAnswer, judging.AlreadyJudged,
    judging.TooLate, forwarding.NotOnRoute, approving.AlreadyApproved,
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
        except judging.AlreadyJudged as refusal:
            told.answer(str(refusal) if able.names else _("A colleague has just judged this message."))
        except REFUSALS as refusal:
            told.answer(str(refusal))


def _understand(heard: Heard) -> None:
    said = heard.said
    if said.button.startswith("judge:") and heard.is_late:
        words = _("Your choice of %(at)s reached us only now, so nothing was done with it. Must it still be done? Press once more.")
        heard.answer(words % {"at": heard.at})
        return
    if said.button.startswith("judge:"):
        text, more = judging_here.pressed(said.button, by=heard.address.person)
        heard.answer(text, actions=more if heard.able.own_words else ())
        return
    if consenting.is_answer(said.button):
        consenting.pressed(heard)
        return
    if not said.button and consenting.typed(heard):
        return
    told = reacting.told(heard)
    posting = reacting.of_case(told)
    if said.button == "show":
        _show(heard, told)
    elif said.button == "seen_nothing" and posting:
        consenting.react(heard, posting, str(approving.SAW_NOTHING))
    elif posting and not said.button and (said.text.strip() or said.place):
        consenting.react(heard, posting, heard.dated(said.text.strip() or _("I am here.")), place=said.place)
    else:
        asking.hear(heard)


def _show(heard: Heard, told: Delivery | None) -> None:
    """More of what a short message told, with its buttons: somebody who presses may be sent anything now."""
    if told is None or told.posting is None:
        heard.answer(_("Open your page to read more."))
        return
    if not access.postings(heard.address.person).filter(pk=told.posting.pk, hidden_at=None, withdrawn_at=None).exists():
        heard.answer(_("This message no longer stands there."))
        return
    letter = composing.again(told, able=heard.able)
    waits = letter is not None and told.facts_only
    if waits:
        letter = composing.to_judge(told, able=heard.able)
    releasing.told(told)
    if letter is None and waits:
        heard.answer(_not_yet(told.posting), about=told.posting.pk)
        return
    if letter is None:
        heard.answer(_("Open your page to read more."))
        return
    actions = [a for a in letter.actions if a.id != "open"]
    heard.answer(f"{letter.text}\n\n{letter.url}", title=letter.title, actions=actions, about=told.posting.pk)


def _not_yet(posting: Posting) -> str:
    """Why the words do not stand here, and where they do."""
    contribution = getattr(posting.message, "contribution", None)
    if contribution is None:
        return _("The words themselves do not come here. Read them on the page, signed in: %(url)s") % {
            "url": phrasing.url("group", posting.group_id)
        }
    return _(
        "What the neighbour wrote has not been released for this chat yet. On the page you read it now, signed in: %(url)s\n\nHere it comes as "
        "soon as the steering group has looked at it."
    ) % {"url": phrasing.url("case", contribution.case.reference)}
