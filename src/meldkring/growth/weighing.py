"""Is this a good division? The size of every part now and in a year, and what is not as it should be, each with what to do (S4, S7, S22).

Only what cannot work stops a plan: a group over the maximum, or a new group in which nobody could be. The rest the steering members weigh themselves.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meldkring.groups import roles
from meldkring.growth import forecast, placing, proposing
from meldkring.growth.models import Part, Plan, Seat
from meldkring.places import adjoining
from meldkring.places.models import District

FEWEST, MOST = 3, 4  # steering members in a steering group (S7)


@dataclass(frozen=True)
class Weight:
    """A part with its members now and in a year, and its neighbourhoods with theirs."""

    part: Part
    size: forecast.Outlook
    neighbourhoods: dict[int, forecast.Outlook]
    closes: bool


@dataclass(frozen=True)
class Problem:
    """Something that is not as it should be, and what to do; with `blocks` the plan cannot be carried out like this."""

    code: str
    words: str
    advice: str
    part: Part | None = None
    blocks: bool = False


@dataclass(frozen=True)
class Weighed:
    """A plan with everything a page says about it."""

    placing: placing.Placing
    weights: list[Weight]
    problems: list[Problem]

    @property
    def blocked(self) -> bool:
        return any(p.blocks for p in self.problems)


def weigh(plan: Plan) -> Weighed:
    """Weigh a plan; a fixed number of queries."""
    placed = placing.place(plan)
    rates = forecast.rate(plan.district, [a.neighbourhood_id for a in placed.allotments])
    weights = [_weight(part, placed, rates) for part in placed.parts]
    problems = [p for w in weights for p in _size(w, plan.district)]
    problems += _apart(weights, plan.district) + _steering(plan, placed) + _unknown(placed)
    return Weighed(placed, weights, problems)


def _weight(part: Part, placed: placing.Placing, rates: dict[int, float]) -> Weight:
    households = {a.neighbourhood_id: a.neighbourhood.households for a in placed.allotments}
    inside: dict[int, forecast.Outlook] = {}
    mine = [m.person.neighbourhood_id for m, p in placed.members if p.pk == part.pk]
    for key in placed.neighbourhoods(part):
        inside[key] = forecast.expected(mine.count(key), rates[key], households[key])
    elsewhere = len(mine) - sum(o.now for o in inside.values())
    total = sum(inside.values(), forecast.Outlook(elsewhere, float(elsewhere)))
    return Weight(part, total, inside, placed.closes(part))


def _size(w: Weight, district: District) -> list[Problem]:
    said = {"group": w.part.name, "n": w.size.now, "most": district.group_maximum, "later": round(w.size.later)}
    give = _("Give one of its neighbourhoods to another group, or add a group.")
    if w.closes:
        return []
    if w.part.is_new and not w.neighbourhoods:
        advice = _("Give it one, or remove this group.")
        return [Problem("empty", _("%(group)s has no neighbourhood yet.") % said, advice, w.part, blocks=True)]
    if w.size.now > district.group_maximum:
        return [Problem("over", _("%(group)s has %(n)d members; at most %(most)d fit.") % said, give, w.part, blocks=True)]
    if w.size.now > district.group_threshold or w.size.later > district.group_maximum:
        words = _("%(group)s has little room to grow: about %(later)d members in a year.") % said
        return [Problem("crowded", words, give, w.part)]
    if w.size.now < proposing.LEAST:
        advice = _("Give it another neighbourhood, or wait until more people have signed up.")
        return [Problem("small", _("%(group)s is small: %(n)d members.") % said, advice, w.part)]
    return []


def _apart(weights: Iterable[Weight], district: District) -> list[Problem]:
    pairs, found = adjoining.pairs(district), []
    if not pairs and any(len(w.neighbourhoods) > 1 for w in weights):
        return [Problem("unmapped", _("We do not know which neighbourhoods adjoin."), _("Draw their outlines, or tell which ones adjoin."))]
    for w in weights:
        if len(w.neighbourhoods) > 1 and len(_reached(set(w.neighbourhoods), pairs)) < len(w.neighbourhoods):
            words = _("The neighbourhoods of %(group)s do not adjoin.") % {"group": w.part.name}
            found.append(
                Problem("apart", words, _("Neighbours look out for each other best when they live near. Swap a neighbourhood."), w.part)
            )
    return found


def _reached(keys: set[int], pairs: set[tuple[int, int]]) -> set[int]:
    """What hangs together with one of them."""
    reached = {min(keys)}
    while more := {k for pair in pairs for k in pair if keys.issuperset(pair) and reached.intersection(pair)} - reached:
        reached |= more
    return reached


def _steering(plan: Plan, placed: placing.Placing) -> list[Problem]:
    steers = list(roles.steers(plan.steering).select_related("person"))
    seats: dict[int, set[int]] = {}
    for key, person in Seat.objects.filter(part__plan=plan).values_list("part", "person"):
        seats.setdefault(key, set()).add(person)
    away = set().union(*(seats.get(p.pk, set()) for p in placed.parts if p.steering_id is None))
    found = []
    for part in placed.parts:
        if placed.closes(part):
            continue
        own = part.steering_id is None
        who = [m for m in steers if (m.person_id in seats.get(part.pk, set()) if own else m.person_id not in away)]
        if own:
            found += _number(_("The new steering group of %(group)s") % {"group": part.name}, len(who), part)
        if not {m.person.neighbourhood_id for m in who} & set(placed.neighbourhoods(part)):
            words = _("No steering member lives in %(group)s.") % {"group": part.name}
            found.append(Problem("nobody", words, _("Ask somebody who lives there to become a steering member."), part))
    return found + _number(plan.steering.name, len(steers) - len(away), None)


def _number(name: str, n: int, part: Part | None) -> list[Problem]:
    if FEWEST <= n <= MOST:
        return []
    said = ngettext("%(name)s has %(n)d steering member; 3 or 4 is right.", "%(name)s has %(n)d steering members; 3 or 4 is right.", n)
    advice = _("Ask a member to join the steering group.") if n < FEWEST else _("Let somebody go along to another steering group.")
    blocks = part is not None and n == 0
    return [Problem("steering", said % {"name": name, "n": n}, advice, part, blocks)]


def _unknown(placed: placing.Placing) -> list[Problem]:
    found: dict[int, int] = {}
    for _m, part in placed.unknown():
        found[part.pk] = found.get(part.pk, 0) + 1
    by_pk = {p.pk: p for p in placed.parts}
    return [
        Problem(
            "unknown",
            ngettext(
                "Of %(n)d member we do not know the neighbourhood. That member goes to %(group)s.",
                "Of %(n)d members we do not know the neighbourhood. They go to %(group)s.", n,
            ) % {"n": n, "group": by_pk[pk].name},
            _("Ask them for their address."), by_pk[pk],
        )
        for pk, n in found.items()
    ]  # fmt: skip
