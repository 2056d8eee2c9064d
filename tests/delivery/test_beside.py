"""Several workers at once, a provider that does not answer, a long queue: does everybody still hear what they should, once and at what price?"""

import pathlib
from typing import Any

import pytest
from tests.delivery import alone
from tests.delivery.post_office import Office, plan
from tests.town import town

from meldkring.cases import reporting
from meldkring.cases.models import Called
from meldkring.delivery import addresses

_kept: dict[str, Any] = {}


@pytest.fixture
def found(tmp_path: pathlib.Path, db: None) -> dict[str, Any]:
    if not _kept:
        _kept.update(alone.run("beside", tmp_path))
    return _kept


@pytest.mark.postgres
def test_two_workers_on_one_database(found: dict[str, Any]) -> None:
    """No letter goes twice, none is lost, and together they do not spend a cent above the ceiling."""
    assert found["ended"] == [0, 0]
    free, paid = found["plain"], found["paid"]
    assert free == {
        "letters": found["most"],
        "addresses": found["most"],
        "workers": 2,
        "states": {"accepted": found["most"]},
        "spent": 0,
        "written": 0,
    }
    fit = found["fit"]
    assert (paid["letters"], paid["addresses"], paid["written"], paid["spent"]) == (fit, fit, fit, 1_000_000)
    assert paid["states"] == {"accepted": fit, "cancelled": found["most"] - fit}


@pytest.mark.postgres
def test_a_provider_that_does_not_answer_keeps_only_its_own_letters(found: dict[str, Any]) -> None:
    """As many of its letters as may be under way at once; when it answers again, all of them."""
    silent = found["silent"]
    assert silent == {"quick": found["most"], "meanwhile": silent["places"], "places": silent["places"], "afterwards": found["most"]}


def test_of_alarms_on_one_channel_the_newest_goes_first(db: None) -> None:
    """A slow channel may have thousands waiting of an older one."""
    made, push = town(), Office("web_push")
    for person in (made.arie, made.fatima, made.sam):
        addresses.add(person, channel="web_push", value=f"push-{person.first_name}")
    said = ["Back door forced.", "Car window broken.", "Man with a torch."]
    for words in said:
        reporting.report(words, group=made.watch_a, by=made.anna, called=Called.BY_ME)
        plan(push)
    while push.round(limit=1):
        pass
    told = [next(words for words in said if words in letter.text) for letter in push.letters]
    assert len(told) >= 6
    assert told == sorted(told, key=said.index, reverse=True)
