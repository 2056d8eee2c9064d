"""How did an exercise go? How soon each step came, from what is kept of every case: the last ones for who steers, each one for who took part."""

from dataclasses import dataclass

from meldkring.cases.models import Case
from meldkring.figures import wording
from meldkring.figures.models import Passage
from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.people.models import Person

LAST = 5


@dataclass(frozen=True)
class Held:
    """An exercise, and what is known of its speed; nothing until it has been counted."""

    case: Case
    passage: Passage | None

    @property
    def forwarded_after(self) -> int | None:
        """The first time it went on to another group, whichever kind that was."""
        if self.passage is None:
            return None
        known = [after for after in (self.passage.coordination_after, self.passage.elsewhere_after) if after is not None]
        return min(known, default=None)

    @property
    def times(self) -> list[str]:
        """As people say them: half of the members told, forwarded, judged, first reaction, closed; none until it has been counted."""
        kept = self.passage
        steps = (kept.told_after, self.forwarded_after, kept.judged_after, kept.reaction_after, kept.closed_after) if kept else ()
        return [wording.duration(step) for step in steps]


def of(case: Case) -> Held | None:
    """How this exercise went, for who reads its case; none while it goes on, or where it is no exercise."""
    if not case.exercise or case.is_open or case.imported_at:
        return None
    return Held(case, Passage.objects.filter(case=case.pk, origin=True).first())


def last(person: Person, steering: Group) -> list[Held]:
    """The last exercises in the watch groups of this steering group, for its members; the latest first, with two queries."""
    if steering not in roles.steering_groups(person):
        return []
    begun = Case.objects.filter(exercise=True, imported_at=None, origin__run_by=steering).select_related("origin")
    cases = list(begun.order_by("-opened_at", "-pk")[:LAST])
    kept = {p.case: p for p in Passage.objects.filter(case__in=[c.pk for c in cases], origin=True)}
    return [Held(case, kept.get(case.pk)) for case in cases]
