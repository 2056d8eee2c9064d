"""What does a fact from a provider do? Each kind of fact has one place here; what somebody said goes on to the conversation."""

from django.utils import translation
from django.utils.translation import gettext as _

from meldkring.channels.contract import Bound, Capabilities, Fact, Moved, Opted, Receipt, Ruled, Said
from meldkring.delivery import addresses, answering, receipts, wordings
from meldkring.delivery.models import Address
from meldkring.intake import believing, binding, conversing, strangers


def receipt(channel: str, fact: Receipt) -> None:
    """A receipt knows its own order and doubles."""
    if not strangers.receipt(channel, fact):
        receipts.take(channel, fact)


def act(channel: str, told: Fact, *, able: Capabilities) -> None:
    """Act on a fact that came for the first time."""
    fact = believing.believed(channel, told, able=able)
    if fact is None:
        believing.tell_owner(channel, told)
    elif isinstance(fact, Opted):
        addresses.heard(channel, fact.address, at=fact.at)
        _opted(channel, fact)
    elif isinstance(fact, Bound):
        _bound(channel, fact)
    elif isinstance(fact, Moved):
        addresses.move(channel, fact.old, fact.new)
    elif isinstance(fact, Ruled):
        wordings.ruled(channel, fact)
    elif isinstance(fact, Said):
        addresses.heard(channel, fact.address, at=fact.at)
        if not able.knows_sender and believing.echoes(channel, fact):
            return
        conversing.heard(channel, fact, able=able)


def _opted(channel: str, fact: Opted) -> None:
    holds = (addresses.stop if fact.stopped else addresses.start)(channel, fact.address, at=fact.at)
    address = Address.objects.select_related("person").filter(channel=channel, value=fact.address).first()
    if address is None:
        if fact.stopped:
            strangers.stopped(channel, fact.address, at=fact.at)
        else:  # “start” is how somebody opens a chat with us
            strangers.note(channel, fact.address)
        return
    if not holds:
        return  # they have said otherwise since, and were told that
    with translation.override(address.person.language):
        if fact.stopped:
            answering.answer(
                address, _("You get no more messages here. Send START to begin again."), last=True, answers=fact.named, heading=fact.heading
            )
        else:
            answering.answer(address, _("You get messages here again. Send STOP to end them."), answers=fact.named, heading=fact.heading)


def _bound(channel: str, fact: Bound) -> None:
    address = binding.bind(fact.token, channel=channel, value=fact.address, at=fact.at)
    addresses.heard(channel, fact.address, at=fact.at)
    if address is None:
        _not_bound(channel, fact)
        return
    if strangers.has_stopped(channel, fact.address, since=fact.at):
        addresses.stop(channel, fact.address)
        return
    with translation.override(address.person.language):
        answering.answer(
            address,
            _(
                "Welcome %(name)s. Here you get the messages of your neighbourhood. Do you see something yourself? First call 112, then write it here."
            )
            % {"name": address.person.first_name},
        )


def _not_bound(channel: str, fact: Bound) -> None:
    address = Address.objects.select_related("person").filter(channel=channel, value=fact.address).first()
    if address is None:
        strangers.note(channel, fact.address)
        return
    with translation.override(address.person.language):
        answering.answer(address, _("That code no longer works. Make a new one on your page; it lasts an hour."))
