"""Random people do random things in random order; what must always hold is looked up independently of the code under test."""

import datetime
from collections import Counter, defaultdict

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from tests.town import Town, town

from meldkring.cases import access as case_access
from meldkring.cases import closing, forwarding, holding, judging, lifecycle, police, reporting
from meldkring.cases.models import Case, Holder, Judgement, Outcome
from meldkring.groups import joining, roles
from meldkring.groups.models import Group, Membership, Role
from meldkring.messaging import access as messaging_access
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Change, Kind, Posting

NAMED = (
    roles.NotAllowed, joining.AlreadyMember, postings.BadText, postings.NotHere, reporting.BadAnswer, lifecycle.CaseClosed,
    lifecycle.CaseOpen, judging.AlreadyJudged, judging.TooLate, forwarding.NotOnRoute,
)  # fmt: skip
START = datetime.datetime(2026, 3, 1, 20, 0, tzinfo=datetime.UTC)
PEOPLE = ("anna", "arie", "bea", "carla", "fatima", "sam", "zora", "zeno", "officer", "outsider")
GROUPS = ("watch_a", "watch_b", "watch_c", "steering_1", "steering_2", "coordination_noord", "coordination_zuid", "municipal")
STEERERS = ("fatima", "sam", "zora", "zeno")
WATCHES = GROUPS[:3]
who, where, watch, steerer, any_number = (*map(st.sampled_from, (PEOPLE, GROUPS, WATCHES, STEERERS)), st.integers(0, 50))


class Protocol(RuleBasedStateMachine):
    """The town under random deeds; `kept` and `marks` are the test's own books of who belongs where and who looked."""

    town: Town

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.travel = time_machine.travel(START, tick=False)
        self.clock = self.travel.start()
        early = START - datetime.timedelta(days=1)
        Membership.objects.update(joined_at=early)
        self.kept: list[list] = [[m.person_id, m.group, m.role, early, None] for m in Membership.objects.select_related("group")]
        self.marks: dict[tuple[int, int], int] = defaultdict(int)
        self.saw: dict[int, set[int]] = {}
        self.turn = 0

    def teardown(self) -> None:
        self.travel.stop()
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    def attempt(self, verb, *args, **named):
        self.clock.shift(1)
        try:
            return verb(*args, **named)
        except NAMED:
            return None

    def person(self, name: str):
        return getattr(self.town, name)

    def group(self, name: str) -> Group:
        return Group.objects.get(pk=getattr(self.town, name).pk)

    def some(self, found, number: int):
        rows = list(found.order_by("pk"))
        return rows[number % len(rows)] if rows else None

    @rule(by=who, group=watch, screens=st.booleans())
    def report(self, by, group, screens):
        Group.objects.filter(pk=self.group(group).pk).update(screens_first=screens)
        self.attempt(reporting.report, "I see something", group=self.group(group), by=self.person(by), called="by_me")

    @rule(group=watch)
    def report_of_a_member(self, group):
        members = {"watch_a": "anna", "watch_b": "bea", "watch_c": "carla"}
        self.report(by=members[group], group=group, screens=False)

    @rule(by=st.sampled_from(("officer", "sam", "zora")), groups=st.lists(where, min_size=1, max_size=2, unique=True))
    def place_for_police(self, by, groups):
        to = [self.group(g) for g in groups]
        self.attempt(police.place, "A white van", to=to, by=self.person(by), source="Desk", source_at=START)

    @rule(by=who, group=where, number=any_number)
    def react(self, by, group, number):
        if case := self.some(Case.objects, number):
            self.attempt(reporting.react, "I saw it too", case=case, group=self.group(group), by=self.person(by))

    @rule(by=steerer, number=any_number, picks=st.sets(st.integers(0, 4), min_size=1), follow=st.booleans(), wild=st.booleans())
    def forward(self, by, number, picks, follow, wild):
        person = self.person(by)
        steering = next(iter(roles.steering_groups(person)), None)
        posting = steering and self.some(Posting.objects if wild else judging.waiting(steering), number)
        if posting:
            routes = list(Group.objects.order_by("pk")) if wild else forwarding.targets([posting], steering=steering)[posting]
            to = list({routes[i % len(routes)].pk: routes[i % len(routes)] for i in picks}.values()) if routes else []
            self.attempt(forwarding.forward, posting, to=to, steering=steering, by=person, follow=follow)

    @rule(by=steerer, number=any_number, steering=st.sampled_from(("steering_1", "steering_2")))
    def not_relevant(self, by, number, steering):
        if posting := self.some(Posting.objects, number):
            self.attempt(judging.not_relevant, posting, steering=self.group(steering), by=self.person(by))

    @rule(number=any_number, late=st.sampled_from((0, 5, 20)))
    def undo(self, number, late):
        if judgement := self.some(Judgement.objects.filter(verdict__in=("forwarded", "not_relevant")), -1 - number % 2):
            self.clock.shift(late)
            self.attempt(judging.undo, judgement, by=judgement.by)

    @rule(by=who, group=where, number=any_number, news=st.booleans())
    def call_or_news(self, by, group, number, news):
        if case := self.some(Case.objects, number):
            self.attempt(holding.police_news if news else holding.call, "Called", case=case, group=self.group(group), by=self.person(by))

    @rule(by=who, to=who, group=where, number=any_number)
    def hand_over(self, by, to, group, number):
        if case := self.some(Case.objects, number):
            self.attempt(holding.hand_over, case, group=self.group(group), to=self.person(to), by=self.person(by))

    @rule(by=who, number=any_number)
    def close(self, by, number):
        if case := self.some(Case.objects, number):
            self.attempt(closing.close, case, outcome=Outcome.GONE, text="Over", by=self.person(by))

    @rule(by=steerer, number=any_number)
    def reopen(self, by, number):
        if case := self.some(Case.objects, number):
            self.attempt(closing.reopen, case, reason="Again", by=self.person(by))

    @rule(by=steerer, number=any_number, what=st.sampled_from(("hide", "unhide", "release")))
    def screen(self, by, number, what):
        if posting := self.some(Posting.objects.held() if what == "release" else Posting.objects, number):
            person = self.person(by)
            if what == "hide":
                self.attempt(postings.hide, posting, by=person, reason="A name")
            else:
                self.attempt(postings.unhide if what == "unhide" else reporting.release, posting, by=person)

    @rule(by=who, group=where, notice=st.booleans())
    def outside_a_case(self, by, group, notice):
        self.attempt(postings.place_notice if notice else postings.converse, "Words", group=self.group(group), by=self.person(by))

    @rule(name=who, group=where)
    def look(self, name, group):
        person, group = self.person(name), self.group(group)
        if self.stands(person.pk, group):
            postings.seen([person.pk], group.pk, group.last_number)
            self.marks[person.pk, group.pk] = group.last_number

    @rule(name=st.sampled_from(("anna", "arie", "outsider", "zeno")), group=st.sampled_from((*WATCHES, "steering_2")))
    def come_or_go(self, name, group):
        person, group = self.person(name), self.group(group)
        lasting = next((k for k in self.kept if k[0] == person.pk and k[1] == group and k[4] is None), None)
        role = Role.MEMBER if group.kind == "watch" else Role.STEERING
        if lasting:
            self.attempt(joining.leave, person, group)
            lasting[4] = timezone.now()
        elif made := self.attempt(joining.join, person, group, role=role):
            self.kept.append([person.pk, group, role, made.joined_at, None])

    def gives(self, group: Group, role: str, to: Group) -> bool:
        """The test's own reading of S6 to S9 and S16."""
        if role in ("official", "administrator"):
            return False
        if group.pk == to.pk:
            return True
        if group.kind != "steering" or role not in ("steering", "phone_manager"):
            return False
        over = {"watch": to.run_by_id == group.pk, "coordination": to.district_id == group.district_id, "steering": False}
        return over.get(to.kind, role == "phone_manager")

    def stands(self, person: int, to: Group, at: datetime.datetime | None = None) -> bool:
        for who_, group, role, since, until in self.kept:
            if who_ == person and self.gives(group, role, to) and (until is None or (at and since <= at <= until)):
                return True
        return False

    @invariant()
    def people_read_what_stood_while_they_were_there(self):
        self.turn += 1
        rows = list(Posting.objects.select_related("group", "message__contribution"))
        for p in rows:
            if p.withdrawn_at and p.pk not in self.saw:
                self.saw[p.pk] = {person for (person, group), n in self.marks.items() if group == p.group_id and p.number and n >= p.number}
        # Three people a step, each in turn: everybody is looked at many times, and the whole stays quick.
        for name in PEOPLE[self.turn % 10 :][:1] + PEOPLE[(self.turn * 3 + 4) % 10 :][:2]:
            person = self.person(name)
            mine = {
                p.pk for p in rows
                if p.number and (not p.withdrawn_at or person.pk in self.saw[p.pk]) and self.stands(person.pk, p.group, p.posted_at)
            }  # fmt: skip
            assert set(messaging_access.postings(person).values_list("pk", flat=True)) == mine
            held = {
                h.case_id
                for h in Holder.objects.filter(person=person, until=None).select_related("group")
                if self.stands(person.pk, h.group)
            }
            for case in Case.objects.all():
                of_case = {p.pk for p in rows if getattr(p.message, "contribution", None) and p.message.contribution.case_id == case.pk}
                whole = {p.pk for p in rows if p.pk in of_case and p.number and not p.withdrawn_at} if case.pk in held else set()
                own = {
                    p.pk for p in rows if p.pk in of_case and p.number is None and p.message.author_id == person.pk and not p.withdrawn_at
                }
                assert {p.pk for p in case_access.timeline(person, case)} == (mine & of_case) | whole | own

    @invariant()
    def numbers_have_no_gaps(self):
        for model, last in ((Posting, "last_number"), (Change, "last_change")):
            given: dict[int, list[int]] = defaultdict(list)
            for group, number in model.objects.filter(number__isnull=False).order_by("number").values_list("group", "number"):
                given[group].append(number)
            for group, latest in Group.objects.values_list("pk", last):
                assert given[group] == list(range(1, latest + 1))

    @invariant()
    def nothing_stands_or_is_judged_twice(self):
        stands = Counter(Posting.objects.filter(withdrawn_at=None).values_list("message", "group"))
        judged = Counter(Judgement.objects.filter(undone_at=None).values_list("posting", "steering"))
        holders = Counter(Holder.objects.filter(until=None).values_list("case", "group"))
        assert {*stands.values(), *judged.values(), *holders.values()} <= {1}
        before = dict(Posting.objects.values_list("pk", "forwarded_from"))
        for pk in before:
            seen, here = set(), pk
            while here:
                assert here not in seen
                seen.add(here)
                here = before[here]

    @invariant()
    def a_closed_case_is_over_everywhere(self):
        for case in Case.objects.filter(status="closed"):
            rows = list(Posting.objects.filter(message__contribution__case=case, withdrawn_at=None).select_related("message"))
            ends = {p.group_id for p in rows if p.message.kind == Kind.CLOSING and p.posted_at == case.closed_at}
            assert {p.group_id for p in rows} == ends
            assert not [p for p in rows if p.posted_at > case.closed_at]


@pytest.mark.django_db
@pytest.mark.postgres
def test_the_protocol_holds_whatever_people_do() -> None:
    """S5 S6 S8 S11 S13 S14 S15 S21 S29 S30 S31 S32 S33 S34 S36: random deeds, lasting truths."""
    Protocol.town = town()
    # Without shrinking: a failure here tells its steps, and a gate must not spend minutes on making them fewer.
    few = (Phase.explicit, Phase.generate)
    wanted = settings(
        phases=few, max_examples=10, stateful_step_count=25, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Protocol, settings=wanted)
