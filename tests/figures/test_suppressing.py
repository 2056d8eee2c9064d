"""Can a number that is left out be worked out from what is shown? Tried by looking for another town in which exactly the same would be shown."""

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from meldkring.figures import measuring, suppressing

Town = dict[str, dict[str, int]]
COUNTS = st.one_of(st.integers(0, 6), st.integers(0, 40))


@st.composite
def towns(draw: st.DrawFn) -> Town:
    sizes = draw(st.lists(st.lists(COUNTS, min_size=1, max_size=5), min_size=1, max_size=4))
    return {f"d{i}": {f"d{i}g{j}": n for j, n in enumerate(groups)} for i, groups in enumerate(sizes)}


def shown(town: Town) -> dict[str, int | None]:
    leaves, branches, whole = suppressing.tree(town)
    return {"whole": whole, **branches, **{key: n for groups in leaves.values() for key, n in groups.items()}}


def truth(town: Town) -> dict[str, int]:
    branches = {branch: sum(groups.values()) for branch, groups in town.items()}
    return {"whole": sum(branches.values()), **branches, **{key: n for groups in town.values() for key, n in groups.items()}}


def others(town: Town) -> Iterator[Town]:
    """Towns a little different: one or two groups have one or two cases more or fewer."""
    keys = [(branch, key) for branch, groups in town.items() for key in groups]
    for (a, b), (more, fewer) in itertools.product(itertools.permutations([*keys, None], 2), [(1, 1), (2, 2), (1, 2), (2, 1), (3, 3)]):
        made = {branch: dict(groups) for branch, groups in town.items()}
        for place, change in ((a, more), (b, -fewer)):
            if place:
                made[place[0]][place[1]] += change
        if all(n >= 0 for groups in made.values() for n in groups.values()):
            yield made


@settings(max_examples=300, deadline=None)
@given(towns())
@example({"d0": {"d0g0": 1}, "d1": {f"d1g{n}": 1 for n in range(4)}})  # five groups with five cases: one each
def test_what_is_left_out_cannot_be_worked_out(town: Town) -> None:
    """Whatever is shown agrees with a town in which the number left out is another one, and that is nought in neither."""
    seen, real = shown(town), truth(town)
    unknown = {key for key, n in seen.items() if n is None}
    for other in others(town):
        if not unknown:
            break
        lie = truth(other)
        agrees = all((n is None and lie[key] > 0) or n == lie[key] for key, n in seen.items())
        unknown -= {key for key in unknown if agrees and lie[key] != real[key]}
    assert not unknown


@given(towns())
def test_no_number_from_one_to_four_is_shown_and_what_is_shown_is_true(town: Town) -> None:
    """Rules 7: suppressed under five."""
    for key, n in shown(town).items():
        assert n is None or (n == truth(town)[key] and not 0 < n < 5)


@given(st.dictionaries(st.sampled_from("abcdefgh"), COUNTS, min_size=1))
def test_a_table_leaves_out_no_more_than_it_must(parts: dict[str, int]) -> None:
    """Where no number is small, all are shown; nought is always shown."""
    found, total = suppressing.table(parts)
    if not any(0 < n < 5 for n in parts.values()):
        assert (found, total) == (parts, sum(parts.values()))
    assert all(found[key] == 0 for key, n in parts.items() if n == 0)


@pytest.mark.parametrize(
    ("parts", "hidden", "total"),
    [
        ({"a": 3, "b": 9, "c": 20}, {"a", "b"}, 32),  # b goes along: 32 - 20 - 9 would tell
        ({"a": 1, "b": 1, "c": 20, "d": 7}, {"a", "b", "d"}, 29),  # a and b together are 2, so one each
        ({"a": 2, "b": 1}, {"a", "b"}, None),
        ({"a": 1, "b": 1, "c": 1, "d": 1, "e": 1}, set("abcde"), None),
        ({"a": 0, "b": 12}, set(), 12),
    ],
)
def test_which_ones_go(parts: dict[str, int], hidden: set[str], total: int | None) -> None:
    found, whole = suppressing.table(parts)
    assert {key for key, n in found.items() if n is None} == hidden
    assert whole == total


@given(st.lists(st.integers(0, 100_000)))
def test_half_and_nine_of_ten(seconds: list[int]) -> None:
    """The median and the 90th percentile are times that occurred; of fewer than five nothing is said."""
    found = measuring.spread(seconds)
    if len(seconds) < 5:
        assert found == measuring.Spread(None, None)
        return
    assert found.median is not None
    assert found.p90 is not None
    assert sum(s <= found.median for s in seconds) * 2 >= len(seconds)
    assert sum(s < found.median for s in seconds) * 2 <= len(seconds)
    assert sum(s <= found.p90 for s in seconds) >= 0.9 * len(seconds)
    assert found.median <= found.p90


@given(st.lists(st.sampled_from([*measuring.WITHIN, "later"]), min_size=5))
def test_half_and_nine_of_ten_of_counted_stretches(stretches: list[str]) -> None:
    """Never faster than it was: what is said holds for at least so many."""
    counts = {name: stretches.count(name) for name in (*measuring.WITHIN, "later")}
    found = measuring.reach(counts)
    limits = [measuring.WITHIN.get(name, 10**9) for name in stretches]
    assert found.count == len(stretches)
    assert sum(s <= (found.half or 10**9) for s in limits) * 2 >= len(limits)
    assert sum(s <= (found.most or 10**9) for s in limits) >= 0.9 * len(limits)
