"""Who is in the WhatsApp group and no member, who is a member and not in it, who left? As an exported chat tells it, compared with our list.

A telephone number is certain. A name is what the phone of who made the export calls somebody: a whole name that fits one member is likely, a
first name is a guess, and is shown as one. Who cannot be matched is shown and not stored.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from meldkring.channels import whatsapp_export as export
from meldkring.channels.whatsapp_export_kinds import SELF, Kind
from meldkring.chat_groups import access, keeping
from meldkring.chat_groups.models import ChatGroup, Seat
from meldkring.people.models import Person

_CAME = (Kind.ADDED, Kind.JOINED, Kind.CREATED, Kind.ADMIN)
_WENT = (Kind.LEFT, Kind.REMOVED)


class How(StrEnum):
    """By what somebody in the chat is taken for a member."""

    NUMBER = "number"
    NAME = "name"
    FIRST_NAME = "first name"
    SELF = "self"


@dataclass
class Participant:
    """Somebody in the chat, by the name or number the export gives them; `inside` is how it stood at the end."""

    name: str
    number: str
    inside: bool = True
    said: int = 0

    @property
    def shown(self) -> str:
        """A number of who is no member is not shown whole: the phone manager has it on their own phone."""
        return f"… {self.number[-4:]}" if self.number else self.name


@dataclass(frozen=True)
class Match:
    """A participant taken for a member, and by what."""

    participant: Participant
    person: Person
    how: How

    @property
    def sure(self) -> bool:
        return self.how is not How.FIRST_NAME


@dataclass(frozen=True)
class Comparison:
    """The outcome. `inside` and `left` are members; `former` were, and are in the chat still; `strangers` are in it and no member;
    `absent` are members who are not in it.
    """

    inside: list[Match]
    left: list[Match]
    former: list[Match]
    strangers: list[Participant]
    absent: list[Person]

    @property
    def recognised(self) -> list[Match]:
        """Who is in it for sure."""
        return [m for m in self.inside if m.sure]

    @property
    def guessed(self) -> list[Match]:
        """Who is in it perhaps."""
        return [m for m in self.inside if not m.sure]

    @property
    def authors(self) -> dict[str, Person]:
        """Who is meant by a name in the chat, as far as that is sure."""
        return {m.participant.name: m.person for m in (*self.inside, *self.left) if m.sure}


def participants(entries: Iterable[export.Entry]) -> list[Participant]:
    """Everybody in the chat, in the order in which they appear; a new number continues the old one."""
    found: dict[str, Participant] = {}

    def called(name: str) -> Participant:
        return found.setdefault(name, Participant(name, export.number(name)))

    for entry in entries:
        if entry.is_said:
            somebody = called(entry.sender)
            somebody.inside, somebody.said = True, somebody.said + 1
        elif entry.kind is Kind.NUMBER and len(entry.people) == 2:
            old, new = entry.people
            called(new).said += found.pop(old).said if old in found else 0
        elif entry.kind in (*_CAME, *_WENT):
            for name in entry.people:
                called(name).inside = entry.kind in _CAME
    return list(found.values())


def compare(entries: Iterable[export.Entry], *, chat_group: ChatGroup, by: Person) -> Comparison:
    """Match everybody in the chat with the members of the watch group and who was ticked as being in it."""
    people = list(access.belonging(chat_group))
    belong = {p.pk for p in people}
    ticked = Person.objects.filter(seats__chat_group=chat_group, seats__state=Seat.State.IN).exclude(pk__in=belong)
    everybody = participants(entries)
    matches = _matched(everybody, [*people, *ticked], by)
    inside = [m for m in matches if m.participant.inside and m.person.pk in belong]
    matched = {id(m.participant) for m in matches}
    here = {m.person.pk for m in inside}
    return Comparison(
        inside=inside,
        left=[m for m in matches if not m.participant.inside and m.person.pk in belong - here],
        former=[m for m in matches if m.participant.inside and m.person.pk not in belong],
        strangers=[p for p in everybody if p.inside and id(p) not in matched],
        absent=[p for p in people if p.pk not in {m.person.pk for m in matches}],
    )


def apply(chat_group: ChatGroup, *, inside: Iterable[Person], left: Iterable[Person], by: Person) -> int:
    """Tick what was confirmed: who is in it, and who left by themselves and need not be asked again; how many ticks changed."""
    came = keeping.tick(chat_group, inside, state=Seat.State.IN, by=by)
    went = keeping.tick(chat_group, left, state=Seat.State.DECLINED, by=by)
    return len(came) + len(went)


def _matched(everybody: Sequence[Participant], people: Sequence[Person], by: Person) -> list[Match]:
    numbers = {p.mobile: p for p in people if p.mobile}
    whole = _unique((f"{p.first_name} {p.last_name}".strip(), p) for p in people if p.last_name)
    first = _unique((p.first_name, p) for p in people)
    found: dict[int, Match] = {}
    ways: tuple[tuple[How, Callable[[Participant], Person | None]], ...] = (
        (How.SELF, lambda p: by if p.name == SELF else None),
        (How.NUMBER, lambda p: numbers.get(_international(p.number)) if p.number else None),
        (How.NAME, lambda p: whole.get(_plain(p.name))),
        (How.FIRST_NAME, lambda p: first.get(_plain(p.name).split(" ")[0]) if p.name else None),
    )
    for how, look in ways:
        matched = {id(m.participant) for m in found.values()}
        for participant in everybody:
            person = look(participant) if id(participant) not in matched else None
            if person is not None and person.pk not in found:
                found[person.pk] = Match(participant, person, how)
    return list(found.values())


def _unique(named: Iterable[tuple[str, Person]]) -> dict[str, Person]:
    """Each name that one person has; a name of two people says nothing."""
    found: dict[str, Person | None] = {}
    for name, person in named:
        found[_plain(name)] = None if _plain(name) in found else person
    return {name: person for name, person in found.items() if person is not None}


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _international(number: str) -> str:
    """A number as it is kept of members; one without a country is Dutch."""
    if number.startswith("00"):
        return f"+{number[2:]}"
    return f"+31{number[1:]}" if number.startswith("0") else number
