"""python bench/partition.py: how long does dividing a district take, and how equal do the groups become?

Random points with Gabriel neighbours (two adjoin when no third lies in the circle between them), 1 to 60 members each: sparser than most towns,
hence harder. The second table holds the search, as it works in larger districts, against the best there is in small ones.
"""

import itertools
import math
import random
import resource
import statistics
import time

STARTED, BEFORE = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

from meldkring.growth import covering, partition  # noqa: E402  # its import is measured too

IMPORTED = f"import: {time.process_time() - STARTED:.2f} s, {(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - BEFORE) / 1024:.0f} MiB"


def district(size: int, seed: int) -> tuple[list[partition.Unit], list[partition.Edge]]:
    chance = random.Random(seed)
    places = [(chance.random(), chance.random()) for _ in range(size)]
    edges = []
    for one, other in itertools.combinations(range(size), 2):
        middle = ((places[one][0] + places[other][0]) / 2, (places[one][1] + places[other][1]) / 2)
        reach = math.dist(places[one], middle)
        if all(math.dist(place, middle) >= reach for number, place in enumerate(places) if number not in (one, other)):
            edges.append((one, other))
    return [partition.Unit(number, chance.randint(1, 60), 0.0, places[number]) for number in range(size)], edges


def divided(size: int, k: int, seed: int) -> tuple[float, float, float]:
    """Processor seconds, spread and largest group, both as a share of the mean."""
    units, edges = district(size, seed)
    mean = sum(unit.size for unit in units) / k
    started = time.process_time()
    found = partition.divide(units, edges, k=k, least=round(mean * 0.6), most=round(mean * 1.4))
    seconds = time.process_time() - started
    largest = max(sum(units[key].size for key in part) for part in found.parts)
    return seconds, found.spread / mean, largest / mean


def times(seeds: range) -> None:
    print("neighbourhoods  groups  seconds (most)  spread % of mean (most)")
    for size, k in [(10, 3), (50, 2), (50, 5), (100, 5), (100, 10), (200, 2), (200, 5), (200, 10), (200, 20)]:
        seconds, spreads, _largest = zip(*(divided(size, k, seed) for seed in seeds), strict=True)
        timing = f"{statistics.median(seconds):.2f} ({max(seconds):.2f})"
        print(f"{size:14}  {k:6}  {timing:>14}  {100 * statistics.median(spreads):.1f} ({100 * max(spreads):.1f})")


def gaps(seeds: range) -> None:
    print("neighbourhoods  groups  search as good as the best  largest group above the best, at most")
    everything = covering.ALL_GROUPS
    for size, k in [(8, 3), (10, 2), (10, 3), (10, 4), (12, 3), (14, 4)]:
        covering.ALL_GROUPS = 5_000
        best = [divided(size, k, seed) for seed in seeds]
        covering.ALL_GROUPS = 0
        search = [divided(size, k, seed) for seed in seeds]
        covering.ALL_GROUPS = everything
        equal = sum(math.isclose(one[1], other[1]) for one, other in zip(best, search, strict=True))
        worst = max(other[2] / one[2] - 1 for one, other in zip(best, search, strict=True))
        print(f"{size:14}  {k:6}  {f'{equal} of {len(seeds)}':>26}  {100 * worst:.1f}%")


if __name__ == "__main__":
    print(IMPORTED)
    times(range(5))
    gaps(range(10))
