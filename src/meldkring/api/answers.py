"""What does a program get? Each shape knows how it is made of what the domain has; names are camelCase."""

from datetime import datetime
from itertools import pairwise
from typing import Literal, Self

from ninja import Field, Schema
from pydantic import ConfigDict
from pydantic.alias_generators import to_camel

from meldkring.cases.models import Case, Contribution, Follow, Holder, Judgement
from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.messaging.models import Letter, Posting
from meldkring.people.models import Person


class Shown(Schema):
    """What a program gets."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class PersonOut(Shown):
    id: int
    name: str = Field(description="First name and street; never the e-mail address.")

    @classmethod
    def of(cls, person: Person | None) -> Self | None:
        return cls(id=person.pk, name=person.shown_name) if person else None


class GroupOut(Shown):
    id: int
    kind: str
    name: str

    @classmethod
    def of(cls, group: Group) -> Self:
        return cls(id=group.pk, kind=group.kind, name=group.name)


class ReachOut(Shown):
    enters: list[GroupOut] = Field(description="The groups where it enters; their steering members read it first.")
    watch: list[GroupOut] = Field(description="The watch groups that it can come to from there.")
    groups: int
    people: int = Field(description="How many different people that is, at most.")


class MeOut(PersonOut):
    language: str
    groups: list[GroupOut]
    steering: list[GroupOut] = Field(description="The steering groups whose desk is yours.")


class GroupPage(GroupOut):
    last_number: int
    reach: int
    rights: list[str]

    @classmethod
    def about(cls, group: Group, person: Person) -> Self:
        rights = {r.value for s in roles.current(person).get(group.pk, ()) for r in s.rights}
        return cls(
            id=group.pk, kind=group.kind, name=group.name, last_number=group.last_number, reach=roles.reach([group]), rights=sorted(rights)
        )


class StepOut(Shown):
    group: GroupOut
    by: PersonOut | None
    at: datetime


class ExtrasOut(Shown):
    persons: str
    vehicle: str
    place: str
    latitude: float | None
    longitude: float | None
    direction: str
    going_to_do: str
    source: str
    source_at: datetime | None
    valid_until: datetime | None
    police_number: str = Field(description="The number that the police have for it; empty where residents are not to see it.")

    @classmethod
    def of(cls, contribution: Contribution, group: Group) -> Self:
        shown = cls.model_validate(contribution, from_attributes=True)
        return shown if not group.is_watch or contribution.police_number_shown else shown.model_copy(update={"police_number": ""})


class PostingOut(Shown):
    id: int
    message: int
    group: GroupOut
    number: int | None
    kind: str
    state: Literal["standing", "held", "hidden", "withdrawn", "expired", "erased"]
    author: PersonOut | None
    text: str = Field(description="Empty when hidden, withdrawn or erased, and in a watch group when expired.")
    said_at: datetime
    posted_at: datetime
    hidden_reason: str
    case: str | None = Field(description="The reference of the case, if it belongs to one.")
    extras: ExtrasOut | None
    provenance: list[StepOut] = Field(description="The groups it came through, the first one first: who forwarded it from there, and when.")

    @classmethod
    def of(cls, posting: Posting, chain: list[Posting]) -> Self:
        message, state = posting.message, _state(posting)
        contribution, gone = (
            getattr(message, "contribution", None),
            state in ("hidden", "withdrawn", "erased") or (state == "expired" and posting.group.is_watch),
        )
        return cls(
            id=posting.pk, message=message.pk, group=GroupOut.of(posting.group), number=posting.number, kind=message.kind, state=state,
            author=PersonOut.of(message.author), text="" if gone else message.text, said_at=message.said_at, posted_at=posting.posted_at,
            hidden_reason=posting.hidden_reason, case=contribution.case.reference if contribution else None,
            extras=ExtrasOut.of(contribution, posting.group) if contribution and not gone else None,
            provenance=[_step(a, b) for a, b in pairwise(chain)],
        )  # fmt: skip


def _state(posting: Posting) -> Literal["standing", "held", "hidden", "withdrawn", "expired", "erased"]:
    if posting.withdrawn_at:
        return "withdrawn"
    if not posting.message.text:
        return "erased"
    if posting.hidden_at:
        return "hidden"
    if (found := getattr(posting.message, "contribution", None)) and found.expired_at:
        return "expired"
    return "held" if posting.number is None else "standing"


def _step(here: Posting, there: Posting) -> StepOut:
    return StepOut(group=GroupOut.of(here.group), by=PersonOut.of(there.posted_by), at=there.posted_at)


class CaseOut(Shown):
    reference: str
    title: str
    status: str
    called: str
    outcome: str
    exercise: bool
    opened_at: datetime
    closed_at: datetime | None

    @classmethod
    def of(cls, case: Case) -> Self:
        return cls.model_validate(case, from_attributes=True)


class CasesOut(Shown):
    items: list[CaseOut]
    page: int
    pages: int


class HolderOut(Shown):
    group: GroupOut
    person: PersonOut
    how: str
    since: datetime

    @classmethod
    def of(cls, holder: Holder) -> Self:
        who = PersonOut(id=holder.person.pk, name=holder.person.shown_name)
        return cls(group=GroupOut.of(holder.group), person=who, how=holder.how, since=holder.since)


class FollowOut(Shown):
    id: int
    steering: GroupOut
    source: GroupOut
    target: GroupOut

    @classmethod
    def of(cls, follow: Follow) -> Self:
        return cls(
            id=follow.pk, steering=GroupOut.of(follow.steering), source=GroupOut.of(follow.source), target=GroupOut.of(follow.target)
        )


class CasePage(CaseOut):
    timeline: list[PostingOut]
    holders: list[HolderOut]
    follows: list[FollowOut]


class TargetOut(GroupOut):
    reach: int = Field(description="How many people read there.")


class AdviceOut(GroupOut):
    reason: str = Field(description="Why this group should hear of it, in words.")


class WaitingOut(Shown):
    posting: PostingOut
    targets: list[TargetOut]
    advice: list[AdviceOut] = Field(description="Those of the targets that should hear of it, the first one in front.")


class DeskOut(Shown):
    steering: GroupOut
    waiting: list[WaitingOut]
    held: list[PostingOut] = Field(description="Waiting to be screened before they appear.")


class JudgementOut(Shown):
    id: int
    posting: int
    verdict: str
    at: datetime
    made: list[int] = Field(description="The postings that were made by forwarding.")

    @classmethod
    def of(cls, judgement: Judgement) -> Self:
        made = [p.pk for p in judgement.made.all()]
        return cls(id=judgement.pk, posting=judgement.posting_id, verdict=judgement.verdict, at=judgement.at, made=made)


class LetterOut(Shown):
    id: int
    steering: GroupOut
    officer: PersonOut | None = Field(description="Filled when the letter is between an officer and a resident.")
    resident: PersonOut
    author: PersonOut | None
    text: str
    about: int | None
    written_at: datetime
    read_at: datetime | None

    @classmethod
    def of(cls, letter: Letter) -> Self:
        resident = PersonOut(id=letter.resident.pk, name=letter.resident.shown_name)
        return cls(
            id=letter.pk, steering=GroupOut.of(letter.steering), officer=PersonOut.of(letter.officer), resident=resident,
            author=PersonOut.of(letter.author), text=letter.text,
            about=letter.about_id, written_at=letter.written_at, read_at=letter.read_at,
        )  # fmt: skip
