"""Are number plates seen by their form, and dates and ordinary words left alone?"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meldkring.cases import hints


@pytest.mark.parametrize("plate", ["AB-12-CD", "ab-12-cd", "1-ABC-23", "12-ABC-3", "H-786-BG", "12 AB 34", "AB12CD"])
def test_what_is_a_plate(plate: str) -> None:
    assert hints.plates(f"een busje, {plate}, rijdt weg") == [plate]


@pytest.mark.parametrize(
    "words", ["op 02-05-2022", "12-05-22 om 16:08", "in 12 de straat", "in-de-war", "112 gebeld", "A4 en N217", "06-12345678", "3262 AB 12"]
)
def test_what_is_none(words: str) -> None:
    assert hints.plates(words) == []


@given(st.text(max_size=60))
def test_without_plates_none_is_left_and_nothing_else_changes(text: str) -> None:
    plain = hints.without_plates(text, instead="[kenteken]")
    assert hints.plates(plain) == []
    assert (plain == text) is not bool(hints.plates(text))


def test_names_are_a_hint() -> None:
    assert hints.names("Hij heet Jan de Vries en rijdt weg. Ze is genaamd Els.") == ["Jan de Vries", "Els"]
    assert hints.names("Hij heet welkom") == []


PEOPLE, STREETS = ("Jan", "Anna", "de Vries", "Ben", "Roos"), ("Jan van Galenstraat", "Anna Paulownalaan", "Roos", "Anna de Vries", "Kade")
WORDS = st.sampled_from([*PEOPLE, *STREETS, "ik", "ben", "Ben", "bij", "een", "zag", "jan van galenstraat", "."])


@given(st.lists(WORDS, max_size=12).map(" ".join))
def test_names_go_streets_stay_and_no_street_hides_a_name(text: str) -> None:
    plain = hints.without_people(text, PEOPLE, name="[naam]", number="[nummer]", places=STREETS)
    for street in ("Jan van Galenstraat", "Anna Paulownalaan", "Kade"):
        assert plain.count(street) == text.count(street)
        plain = plain.replace(street, "")
    assert not any(re.search(rf"(?<!\w){name}(?!\w)", plain) for name in PEOPLE), (
        "a street that is a name from beginning to end is no reason"
    )


def test_an_ordinary_word_with_a_small_letter_is_no_name() -> None:
    assert hints.without_people("ik ben bij de jan", PEOPLE, name="[naam]", number="") == "ik ben bij de jan"
    assert hints.without_people("Hij heet Karel", (), name="[naam]", number="") == "Hij heet [naam]"
