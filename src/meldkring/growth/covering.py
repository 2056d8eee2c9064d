"""The best division from the groups that were met: each neighbourhood exactly once, as an integer programme for the solver HiGHS.

In a small district every group that could exist is a candidate, so its answer is the best there is.
"""

import itertools

import highspy

from meldkring.growth.cutting import search
from meldkring.growth.graph import Candidate, District, numbers, score

# Effort is counted in rounds and never in time: the same district must give the same division on every machine. A round costs as much as its two
# groups have neighbourhoods, so that fewer and larger groups get fewer rounds. These give a spread of a few per cent in about a second.
ROUNDS = 2_000
NEIGHBOURHOODS_CUT = 20_000
FEW_ROUNDS = 200
# Up to this many possible groups (always, up to ten neighbourhoods) the solver sees them all; otherwise the most promising of those the search met.
ALL_GROUPS = 1_500
CANDIDATES = 250
NODES = 500


class Quiet(highspy.Highs):
    """HiGHS greets on standard output as soon as its callbacks are made, which is inside its constructor: so it is told to be silent just before."""

    def enableCallbacks(self) -> None:  # noqa: N802 - their name
        self.silent()
        super().enableCallbacks()  # type: ignore[no-untyped-call]


def solved(district: District, k: int) -> list[Candidate]:
    """Search, then let the solver choose; from every group that could exist where those are few enough."""
    possible = list(itertools.islice(district.all_groups(), ALL_GROUPS + 1))
    if len(possible) <= ALL_GROUPS:
        return choose(district, search(district, k, FEW_ROUNDS), [district.group(bits) for bits in possible], ALL_GROUPS)
    best = search(district, k, min(ROUNDS, NEIGHBOURHOODS_CUT * k // len(district.units)))
    return choose(district, best, list(district.seen.values()), CANDIDATES)


def choose(district: District, best: list[Candidate], candidates: list[Candidate], enough: int) -> list[Candidate]:
    """The best division that can be put together from the candidates: first with the fewest faults, then with the least spread."""
    mean = sum(group.size for group in best) / len(best)
    candidates.sort(key=lambda group: (group.faults, abs(group.size - mean), group.border, group.bits))
    for least_spread in (False, True):
        faults, spread, _border = score(best)
        if least_spread or faults > district.unavoidable(len(best)):
            # A division with less spread has no group further from the mean than that.
            useful = [one for one in candidates if one.faults <= faults and (not least_spread or abs(one.size - mean) <= spread)]
            useful = list(dict.fromkeys(best + useful[:enough]))
            best = min(best, solve(district, useful, best, least_spread), key=score)
    return best


def solve(district: District, candidates: list[Candidate], best: list[Candidate], least_spread: bool) -> list[Candidate]:
    """An exact cover as an integer programme: a yes or no for each candidate, each neighbourhood in one, as many as there are groups."""
    solver = Quiet()  # type: ignore[no-untyped-call]
    # Without presolve: on so small a model it takes longer than it saves. One thread, so that the answer is the same each time.
    options: dict[str, bool | int | float | str] = {"output_flag": False, "presolve": "off", "threads": 1, "mip_rel_gap": 0.0}
    for option, value in {**options, "mip_max_nodes": NODES}.items():
        solver.setOptionValue(option, value)
    taken = [solver.addBinary() for _ in candidates]
    largest, smallest = solver.addVariable(), solver.addVariable()
    holding: list[list[int]] = [[] for _ in district.units]
    for index, candidate in enumerate(candidates):
        for number in numbers(candidate.bits):
            holding[number].append(index)
    for indices in holding:
        size = solver.qsum(candidates[index].size * taken[index] for index in indices)
        solver.addConstr(solver.qsum(taken[index] for index in indices) == 1)
        solver.addConstr(size <= largest)
        solver.addConstr(size >= smallest)
    solver.addConstr(solver.qsum(taken) == len(best))
    faults = solver.qsum(candidate.faults * one for candidate, one in zip(candidates, taken, strict=True))
    borders = solver.qsum(candidate.border * one for candidate, one in zip(candidates, taken, strict=True))
    if least_spread:
        solver.addConstr(faults <= score(best)[0])
        # All borders together weigh less than one member.
        solver.minimize(largest - smallest + borders * (1 / (1 + sum(map(int.bit_count, district.beside)))))
    else:
        solver.addConstr(faults >= district.unavoidable(len(best)))
        solver.minimize(faults)
    if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return best
    return [candidate for candidate, value in zip(candidates, solver.vals(taken), strict=True) if value > 0.5]
