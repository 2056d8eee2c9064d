"""Which case does somebody speak about on a channel without pages, and in which group does their reaction belong (S30)?"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from meldkring.cases import holding, reporting
from meldkring.cases.models import Case
from meldkring.channels.contract import Action, Capabilities, Said
from meldkring.delivery import answering, phrasing, tokens
from meldkring.delivery.models import Address, Delivery, ReceiptRow
from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.messaging import access as messaging_access
from meldkring.messaging.models import Posting
from meldkring.people.models import Person

GOING_ON = timedelta(hours=2)
# What comes in so long after it was said is no news any more: a webhook that was down, a phone without a network.
LATE = timedelta(minutes=10)
NO_CASE = ("notice", "talk")


@dataclass(frozen=True)
class Heard:
    """What somebody said at an address of theirs, and what their channel can show."""

    address: Address
    said: Said
    able: Capabilities

    @property
    def key(self) -> uuid.UUID:
        """The same message of the provider is the same message of ours, however often it comes."""
        return uuid.uuid5(uuid.NAMESPACE_URL, f"{self.address.channel}:{self.said.id}")

    def answer(self, text: str, **more: Any) -> None:
        """Answer it, where it was said."""
        answering.answer(self.address, text, answers=self.said.named, heading=self.said.heading, **more)

    def ask(self, text: str, actions: Sequence[Action], **more: Any) -> None:
        """Ask something: with buttons where the channel has enough of them, else with numbers to answer with."""
        if self.able.buttons >= len(actions):
            self.answer(text, actions=actions, **more)
        else:
            self.answer("\n".join([text, *(f"{n}. {a.label}" for n, a in enumerate(actions, start=1))]), **more)

    @property
    def is_late(self) -> bool:
        """Whether it reached us long after it was said."""
        return self.said.at < timezone.now() - LATE

    @property
    def at(self) -> str:
        """When it was said, where people live."""
        said, now = timezone.localtime(self.said.at), timezone.localtime()
        return date_format(said, "H:i" if said.date() == now.date() else "j F H:i")

    def dated(self, text: str) -> str:
        """Words for others: what is told late says when it was written."""
        return f"{text}\n({_('Written at %(at)s') % {'at': self.at}})" if text and self.is_late else text

    @property
    def left_out(self) -> str:
        """What to tell of a photo or voice message beside the words; nothing if there was none."""
        return _("Your photo or voice message is not passed on: only your words are. Keep it for the police.") if self.said.left_out else ""


def told(heard: Heard) -> Delivery | None:
    """What we sent to this very address and is answered now."""
    if not heard.said.reply_to:
        return None
    sent = Delivery.objects.filter(address=heard.address).select_related(
        "address__person", "posting__group", "posting__posted_by", "posting__message__author", "posting__message__contribution__case"
    )
    if pk := tokens.replied(heard.said.reply_to):
        return _first(sent.filter(pk=pk))
    return _first(sent.filter(provider_id=heard.said.reply_to)) or _first(sent.filter(pk__in=_by_receipt(heard)))


def of_case(delivery: Delivery | None) -> Posting | None:
    """The posting of a case that a delivery was about, our own answers included."""
    if delivery is None:
        return None
    about = (delivery.words or {}).get("about")
    posting = delivery.posting or (
        Posting.objects.select_related("group", "message__contribution__case").filter(pk=about).first() if about else None
    )
    return posting if posting and posting.message.kind not in NO_CASE else None


def going_on(address: Address) -> Posting | None:
    """The posting of an open case that this address heard or told of in the last hours: new words may belong to it."""
    latest = Delivery.objects.filter(address=address, made_at__gt=timezone.now() - GOING_ON).select_related(
        "posting__group", "posting__message__contribution__case"
    )
    for delivery in latest.order_by("-made_at")[:5]:
        posting = of_case(delivery)
        if posting and posting.message.contribution.case.is_open and _may_react(address.person, posting):
            return posting
    return None


def react(
    heard: Heard, posting: Posting, text: str, *, key: uuid.UUID | None = None, place: object = None, actions: Sequence[Action] = ()
) -> Posting:
    """Put it in the case, and say where it stands now."""
    person, case = heard.address.person, posting.message.contribution.case
    group = _where(person, case, posting)
    made = reporting.react(text, case=case, group=group, by=person, key=key or heard.key, **placed(place))
    words = _("Waiting for the steering group.") if made.number is None else _("Your reaction stands in %(group)s.") % {"group": group.name}
    late = _("Your message of %(at)s reached us only now; that stands with it.") % {"at": heard.at} if heard.is_late else ""
    call = _("Do you see them yourself? Call 112 now.") if holding.asks_for_a_call(made) else ""
    text, can = "\n\n".join(filter(None, (words, call, late, heard.left_out))), actions if heard.able.buttons else ()
    heard.answer(text, about=posting.pk, url=phrasing.url("case", case.reference), actions=can)
    return made


def placed(place: object) -> dict[str, Any]:
    """A place as a report or reaction takes it."""
    if isinstance(place, list | tuple) and len(place) == 2:
        return {"latitude": float(place[0]), "longitude": float(place[1])}
    return {}


def _first(found: Any) -> Delivery | None:
    delivery: Delivery | None = found.first()
    return delivery


def _by_receipt(heard: Heard) -> list[uuid.UUID]:
    """A letter that was sent again after silence has two names at the provider; its receipts know the other one."""
    rows = ReceiptRow.objects.filter(channel=heard.address.channel, provider_id=heard.said.reply_to).values_list("letter_id", flat=True)
    found = []
    for letter_id in rows:
        try:
            found.append(uuid.UUID(letter_id))
        except ValueError:
            continue
    return found


def _where(person: Person, case: Case, posting: Posting) -> Group:
    """The group of the posting, or another of the person's groups where the case stands."""
    if roles.has(person, roles.Right.REACT, posting.group):
        return posting.group
    mine = roles.with_right(person, roles.Right.REACT)
    standing = set(messaging_access.postings(person).filter(message__contribution__case=case).values_list("group", flat=True))
    return next((g for g in mine if g.pk in standing), posting.group)


def _may_react(person: Person, posting: Posting) -> bool:
    return roles.has(person, roles.Right.REACT, _where(person, posting.message.contribution.case, posting))
