"""Do the house rules hold as they were accepted, and is a change accepted anew with what changed shown (S25, S26)?"""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.town import Town, town

from meldkring.cases import reporting
from meldkring.cases.models import Called
from meldkring.groups import joining, roles
from meldkring.joining import house_texts, rules
from meldkring.joining.models import HouseRules

names = st.text(string.ascii_lowercase, min_size=1, max_size=3)
texts = st.lists(st.tuples(names, st.sampled_from(["one", "two", "three"])), unique_by=lambda rule: rule[0], max_size=8)
database = [pytest.mark.django_db, pytest.mark.postgres]
pytestmark = [pytest.mark.requirement("S25"), pytest.mark.requirement("S26")]


@pytest.fixture
def here(db: None) -> Town:
    return town()


def lines(version: HouseRules) -> set[int]:
    return {line.pk for line in version.lines.all()}


def changed(version: HouseRules) -> rules.Texts:
    """The rules with the first one worded anew, the second gone, and one more."""
    first, _second, *rest = rules.texts(version)
    return [(first[0], "You are 16 or older."), *rest, ("no-parking", "Do not park before the gate.")]


@pytest.mark.parametrize("age", [16, 18, 21])
def test_the_set_to_start_with_fits_the_district(here: Town, age: int) -> None:
    here.noord.minimum_age = age
    here.noord.save()
    start = house_texts.defaults(here.noord)
    assert 8 <= len(start) <= 10
    assert f"{age} jaar" in start[0][1]
    said = " ".join(text for _name, text in start)
    for subject in ("112", "0900-8844", "Signaleer", "Alarmeer", "praatjes", "foto", "afstand", "stuurgroep"):
        assert subject.lower() in said.lower()
    for name, text in start:
        english = house_texts.read_in("en", name, text)
        assert english != text
        assert "{" not in english
        assert house_texts.read_in("en", name, text + " En nog iets.") == text + " En nog iets."
    assert str(age) in house_texts.read_in("en", *start[0])


def test_a_version_is_published_by_who_manages_members(here: Town) -> None:
    start = rules.publish_default(here.noord)
    assert start.version == 1
    assert rules.publish_default(here.noord) == start
    for person in (here.anna, here.sam, here.zora, here.officer, here.outsider):
        with pytest.raises(roles.NotAllowed):
            rules.publish(here.noord, changed(start), by=person)
    second = rules.publish(here.noord, changed(start), by=here.fatima)
    assert (second.version, rules.current(here.noord)) == (2, second)
    assert rules.texts(start) == house_texts.defaults(here.noord)
    assert rules.current(here.zuid) is None


@pytest.mark.parametrize("bad", [[], [("a", " ")], [("a", "x" * 601)], [("a", "x"), ("a", "y")], [(str(n), "x") for n in range(21)]])
def test_rules_that_are_none_are_refused(here: Town, bad: rules.Texts) -> None:
    with pytest.raises(rules.BadRules):
        rules.publish(here.noord, bad, by=here.fatima)
    assert rules.current(here.noord) is None


def test_the_same_rules_again_are_no_version(here: Town) -> None:
    start = rules.publish_default(here.noord)
    with pytest.raises(rules.BadRules):
        rules.publish(here.noord, rules.texts(start), by=here.fatima)


def test_every_rule_is_ticked_or_nothing_is_accepted(here: Town) -> None:
    start = rules.publish_default(here.noord)
    assert rules.must_accept(here.anna) == start
    with pytest.raises(rules.NotAllTicked):
        rules.accept(here.anna, start, ticked=lines(start) - {min(lines(start))})
    assert rules.must_accept(here.anna) == start
    rules.accept(here.anna, start, ticked=lines(start))
    rules.accept(here.anna, start, ticked=lines(start))
    assert rules.must_accept(here.anna) is None
    assert rules.must_accept(here.carla) is None
    assert rules.must_accept(here.outsider) is None
    assert rules.must_accept(here.sam) == start


def test_a_change_is_accepted_anew_and_blocks_no_report(here: Town) -> None:
    start = rules.publish_default(here.noord)
    rules.accept(here.anna, start, ticked=lines(start))
    second = rules.publish(here.noord, changed(start), by=here.fatima)
    assert rules.must_accept(here.anna) == second
    with pytest.raises(rules.Outdated):
        rules.accept(here.anna, start, ticked=lines(start))
    earlier = rules.accepted_before(here.anna, second)
    assert earlier == start
    kinds = {c.name: c.kind for c in rules.changes(rules.texts(earlier), rules.texts(second)) if c.kind != "same"}
    assert kinds == {"living-here": "changed", "call-first": "gone", "no-parking": "new"}
    assert reporting.report("Two men at the car doors", group=here.watch_a, by=here.anna, called=Called.BY_ME).pk
    rules.accept(here.anna, second, ticked=lines(second))
    assert rules.must_accept(here.anna) is None


def test_the_rules_of_home_come_first(here: Town) -> None:
    """Somebody who helps to run Zuid and lives in Noord keeps to the rules of Noord; the police officer keeps to none of ours."""
    noord, zuid = rules.publish_default(here.noord), rules.publish_default(here.zuid)
    assert rules.in_force_for(here.zeno) == zuid
    joining.join(here.zeno, here.watch_a)
    assert rules.in_force_for(here.zeno) == rules.must_accept(here.zeno) == noord
    newer = rules.publish(here.noord, changed(noord), by=here.fatima)
    assert rules.in_force_for(here.zeno) == newer
    joining.leave(here.zeno, here.watch_a)
    assert rules.in_force_for(here.zeno) == zuid
    assert rules.in_force_for(here.officer) is None
    assert rules.in_force_for(here.outsider) is None


@given(old=texts, new=texts)
def test_changes_tell_all_there_is_to_tell(old: rules.Texts, new: rules.Texts) -> None:
    """Who has the old rules and the changes has the new rules, and the other way round; nothing is told twice."""
    found = rules.changes(old, new)
    assert [(c.name, c.new) for c in found if c.kind != "gone"] == new
    assert {c.name: c.old for c in found if c.kind != "new"} == dict(old)
    assert len({c.name for c in found}) == len(found)
    assert all((c.kind == "same") == (c.old == c.new) for c in found)
