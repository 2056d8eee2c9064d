"""A good division by search: take two adjoining groups, draw a random tree over their neighbourhoods, cut it where the halves suit best.

Known in the field as recombination; here with simulated annealing around it. Every group it meets stays in the district as a candidate.
"""

import heapq
import itertools
import math
import random
from collections.abc import Iterator, Sequence

from meldkring.growth.graph import Candidate, District, numbers, score

HEAT = 0.02
TREES = 2
PROMISING = 8


def halves(district: District, region: int, chance: random.Random) -> Iterator[tuple[int, int]]:
    """The region in two pieces, in the ways that one random tree over it allows; with the difference of their sizes."""
    root = chance.choice(list(numbers(region)))
    left = region & ~(1 << root)
    order, parent = [root], {root: root}
    fringe = [(root, number) for number in numbers(district.beside[root] & left)]
    while left:
        pick = chance.randrange(len(fringe))
        fringe[pick], fringe[-1] = fringe[-1], fringe[pick]
        above, number = fringe.pop()
        if left >> number & 1:
            left &= ~(1 << number)
            parent[number] = above
            order.append(number)
            fringe += [(number, other) for other in numbers(district.beside[number] & left)]
    branch = {number: (1 << number, district.units[number].size) for number in order}
    total = sum(size for _bits, size in branch.values())
    for number in reversed(order[1:]):
        bits, size = branch[number]
        yield abs(total - 2 * size), bits
        above_bits, above_size = branch[parent[number]]
        branch[parent[number]] = above_bits | bits, above_size + size


def cut(district: District, region: int, chance: random.Random) -> tuple[Candidate, Candidate]:
    """The region in two groups: the best of a few random cuts."""
    ways = itertools.chain.from_iterable(halves(district, region, chance) for _ in range(TREES))
    pairs = [(district.group(bits), district.group(region ^ bits)) for _uneven, bits in heapq.nsmallest(PROMISING, ways)]
    return min(pairs, key=score)


def start(district: District, k: int, chance: random.Random) -> list[Candidate]:
    """k groups in one piece: each time, the island whose groups are the largest gets one more."""
    islands = [[district.group(bits)] for bits in district.pieces(district.whole)]
    while sum(map(len, islands)) < k:
        splittable = [groups for groups in islands if any(group.bits & (group.bits - 1) for group in groups)]
        groups = max(splittable, key=lambda groups: sum(group.size for group in groups) / len(groups))
        largest = max((group for group in groups if group.bits & (group.bits - 1)), key=lambda group: group.size)
        groups.remove(largest)
        groups += cut(district, largest.bits, chance)
    return list(itertools.chain.from_iterable(islands))


def search(district: District, k: int, rounds: int) -> list[Candidate]:
    """Simulated annealing: two adjoining groups are cut anew; a worse cut is taken now and then, ever more seldom, to get out of a dead end."""
    chance = random.Random(k)  # noqa: S311  # the same district must give the same division
    groups = best = start(district, k, chance)
    mean = sum(group.size for group in groups) / k
    for turn in range(rounds):
        one = chance.choice(groups) if turn % 2 else max(groups, key=lambda group: (group.faults, abs(group.size - mean)))
        around = district.around(one.bits)
        beside = [group for group in groups if group.bits & around]
        if not beside:
            continue
        other = chance.choice(beside)
        new = cut(district, one.bits | other.bits, chance)
        heat = HEAT * mean**2 * (1 - turn / rounds) ** 3
        if accepted((one, other), new, heat, chance):
            groups = [group for group in groups if group not in (one, other)] + list(new)
            best = min(best, groups, key=score)
    return best


def accepted(old: Sequence[Candidate], new: Sequence[Candidate], heat: float, chance: random.Random) -> bool:
    """Squares make evening out pay everywhere, also between groups that are neither the largest nor the smallest."""
    faults = sum(group.faults for group in new) - sum(group.faults for group in old)
    worse = sum(group.size**2 for group in new) - sum(group.size**2 for group in old)
    return faults < 0 or (faults == 0 and (worse <= 0 or chance.random() < math.exp(-worse / (heat + 1e-9))))
