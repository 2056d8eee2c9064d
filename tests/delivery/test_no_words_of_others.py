"""Whatever is said and decided, in any order: does a chat where only our own words may go ever carry what nobody decided about, a name or a plate?

Words of members are made of marks that nothing of ours contains, so that each can be traced to the message it was said in.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.delivery import post_office
from tests.town import Town, town

from meldkring.cases import approving, closing, forwarding, hints, judging, lifecycle, reporting
from meldkring.cases.models import Approval, Called, Outcome
from meldkring.channels.contract import Capabilities, Letter, Said
from meldkring.delivery import addresses, releasing
from meldkring.delivery.models import Address
from meldkring.groups import roles
from meldkring.intake import conversing
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Message, Posting

pytestmark = [pytest.mark.django_db]
CHAT = Capabilities(inbound=True, buttons=3, names=False, own_words=True, asks_first=True, per_second=0, free_window=86400.0, paid=False)
NAMES = ("Anna", "Arie", "Bea", "Sam", "Fatima", "Sofie")
PLATE = "12-AB-34"
MARK = re.compile(r"Zq\d+x")
REFUSED = (
    roles.NotAllowed, lifecycle.CaseClosed, lifecycle.CaseOpen, postings.NotHere, judging.AlreadyJudged, judging.TooLate, forwarding.NotOnRoute,
    approving.AlreadyApproved,
)  # fmt: skip
DEEDS = (
    "report", "react", "react", "screener_reacts", "forward", "not_relevant", "approve", "undo", "hide", "withdraw", "close", "show", "tell", "tell",
)  # fmt: skip
DEED = st.tuples(st.sampled_from(DEEDS), st.integers(0, 5), st.sampled_from(NAMES), st.booleans())


@pytest.fixture
def place(db: None) -> Town:
    return town()


@contextmanager
def undone() -> Iterator[None]:
    """Everything within is taken back, so that each example begins with the same town."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Life:
    """A town in which things happen, and a chat with everybody in it."""

    def __init__(self, place: Town) -> None:
        self.place, self.marks, self.decided = place, 0, set[str]()
        self.office = post_office.Office(name="whatsapp", able=CHAT)
        for person in (place.anna, place.arie, place.bea, place.sam, place.sofie):
            Address.objects.filter(person=person).delete()
            addresses.add(person, channel="email", value=person.email, state=Address.State.OPTED_OUT)
            made = addresses.add(person, channel="whatsapp", value=f"316000000{person.pk}")
            if person.pk % 2:
                addresses.heard("whatsapp", made.value, at=timezone.now())

    def words(self, name: str) -> str:
        self.marks += 1
        return f"Zq{self.marks}x {name} met {PLATE}, 0612345678"

    def do(self, deed: str, which: int, name: str, up: bool) -> None:
        here = Posting.objects.standing().select_related("group", "message__contribution__case").order_by("pk")
        posting = here[which] if here.count() > which else here.first()
        if posting or deed == "report":
            getattr(self, f"_{deed}")(posting, name, up)

    def _report(self, _posting: Posting, name: str, up: bool) -> None:
        called = Called.BY_ME if up else Called.NOT_NEEDED
        extras = {"place": self.words(name), "vehicle": self.words(name)}
        reporting.report(self.words(name), group=self.place.watch_a, by=self.place.anna, called=called, **extras)

    def _react(self, posting: Posting, name: str, up: bool) -> None:
        by, case = self.place.anna if up else self.place.arie, posting.message.contribution.case
        reporting.react(self.words(name), case=case, group=self.place.watch_a, by=by, place=self.words(name))

    def _screener_reacts(self, posting: Posting, name: str, up: bool) -> None:
        case = posting.message.contribution.case
        self.decides(reporting.react(self.words(name), case=case, group=self.place.watch_a, by=self.place.sam).message)

    def _forward(self, posting: Posting, name: str, up: bool) -> None:
        to = self.place.watch_b if up else self.place.coordination_noord
        forwarding.forward(posting, to=[to], steering=self.place.steering_1, by=self.place.sam, follow=up)
        self.decides(posting.message)

    def _not_relevant(self, posting: Posting, name: str, up: bool) -> None:
        judging.not_relevant(posting, steering=self.place.steering_1, by=self.place.sofie)

    def _approve(self, posting: Posting, name: str, up: bool) -> None:
        approving.approve(posting, words=self.words(name), by=self.place.sam)
        self.decided.add(f"Zq{self.marks}x")

    def _undo(self, posting: Posting, name: str, up: bool) -> None:
        for approval in Approval.objects.order_by("-pk")[:1]:
            approving.undo(approval, by=self.place.sam)
            self.decided -= set(MARK.findall(approval.words))

    def _hide(self, posting: Posting, name: str, up: bool) -> None:
        reporting.hide(posting, by=self.place.sam, reason="Klopt niet")

    def _withdraw(self, posting: Posting, name: str, up: bool) -> None:
        postings.withdraw([posting], by=self.place.sam)

    def _close(self, posting: Posting, name: str, up: bool) -> None:
        by = self.place.anna if up else self.place.sam
        closing.close(posting.message.contribution.case, outcome=Outcome.CAUGHT, text=self.words(name), by=by)
        if not up:
            self.decides(Message.objects.latest("pk"))

    def _show(self, posting: Posting, name: str, up: bool) -> None:
        self.asks_for_more(self.place.arie if up else self.place.bea)

    def _tell(self, posting: Posting, name: str, up: bool) -> None:
        self.round()

    def decides(self, message: Message) -> None:
        """Somebody who screens decided about what was said here, with all that belongs to it."""
        told = message.contribution
        self.decided |= {mark for text in (message.text, told.place, told.vehicle) for mark in MARK.findall(text)}

    def asks_for_more(self, person: Any) -> None:
        address = Address.objects.get(person=person, channel="whatsapp")
        last = address.deliveries.exclude(posting=None).exclude(provider_id="").order_by("made_at").last()
        if last:
            addresses.heard("whatsapp", address.value, at=timezone.now())
            said = Said(f"s{timezone.now()}", address.value, "Lees meer", timezone.now(), button="show", reply_to=last.provider_id)
            conversing.heard("whatsapp", said, able=CHAT)

    def fresh(self) -> list[Letter]:
        """What went out since this was asked last."""
        found, self.office.letters = self.office.letters, []
        return found

    def round(self) -> None:
        post_office.plan(self.office)
        releasing.run({"whatsapp": CHAT})
        while self.office.round():
            pass


@settings(
    max_examples=15, phases=(Phase.explicit, Phase.generate), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(deeds=st.lists(DEED, min_size=2, max_size=8))
def test_no_letter_carries_words_that_nobody_decided_about_nor_a_name_or_a_plate(
    place: Town, deeds: list[tuple[str, int, str, bool]]
) -> None:
    with undone(), time_machine.travel(timezone.now(), tick=True) as clock:
        life = Life(place)
        for deed, which, name, up in [("report", 0, "Bea", True), *deeds, ("tell", 0, "", True)]:
            with suppress(*REFUSED), transaction.atomic():
                life.do(deed, which, name, up)
            clock.shift(timedelta(seconds=12 if deed == "tell" else 1))
            for letter in life.fresh():
                told = f"{letter.title} {letter.text} {' '.join(a.label for a in letter.actions)}"
                assert not set(MARK.findall(told)) - life.decided, (deed, told)
                assert not hints.plates(told)
                assert not any(one in told for one in NAMES), told
                assert "0612345678" not in told
