"""Are number plates seen by their form, and dates and ordinary words left alone?"""

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
