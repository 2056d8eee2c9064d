"""Are the figures of the police read as they come, shown only when imported, and with the honest sentence?"""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from tests.town import Town, town

from meldkring.figures import police_figures
from meldkring.figures.models import PoliceCount
from meldkring.groups.models import Membership
from meldkring.places.models import Municipality

FILE = Path(__file__).parents[3] / "shared/data/geo/hoeksche-waard-kerncijfers-misdrijven.csv"


@pytest.fixture
def place(db: None) -> Town:
    here = town()
    Municipality.objects.filter(pk=here.municipality.pk).update(code="GM1963")
    here.municipality.refresh_from_db()
    return here


def long_form(months: int) -> list[str]:
    head = '"ID";"SoortMisdrijf";"WijkenEnBuurten";"Perioden";"GeregistreerdeMisdrijven_1"'
    lines = [f'{n};"1.1.1 ";"BU19630005";"2024MM{n:02}";{n % 3}' for n in range(1, months + 1)]
    return [head, *lines, '99;"0.0.0 ";"BU99990005";"2024MM01";7', '98;"2.5.1 ";"BU19630005";"2024MM01";7']


def test_a_whole_year_of_the_table_of_cbs(place: Town) -> None:
    """A year counts when it has twelve months; other crimes and other municipalities are passed over."""
    assert police_figures.read_in(long_form(11), place.municipality) == 0
    assert police_figures.read_in(long_form(12), place.municipality) == 1
    assert police_figures.read_in(long_form(12), place.municipality) == 1
    assert [(p.kind, p.year, p.count) for p in PoliceCount.objects.all()] == [("burglary", 2024, 12)]


@pytest.mark.skipif(not FILE.exists(), reason=f"NO DATA: {FILE} is not on this machine")
def test_the_key_figures_of_hoeksche_waard(client: Client, place: Town) -> None:
    client.force_login(place.official)
    path = f"/gemeenten/{place.municipality.pk}/"
    assert "Rotterdam" not in client.get(path).content.decode()
    call_command("import-police-figures", str(FILE), "--municipality", "GM1963")
    [recorded] = police_figures.of(place.municipality)
    assert list(recorded.years) == [2021, 2022, 2023, 2024, 2025]
    assert all(count is not None and count > 1000 for count in recorded.years.values())
    text = client.get(path).content.decode()
    assert "Tilburg mat ongeveer 40 procent minder inbraken, tien groepen in Rotterdam zagen geen effect." in text


@pytest.mark.parametrize("text", ["", "a;b\n1;2", "buurtcode,misdrijven_totaal_2024\nBU19630005,veel",
    "buurtcode,misdrijven_totaal_2024\nBU19630005", "WijkenEnBuurten;Perioden;SoortMisdrijf\nBU19630005;2024MM01;0.0.0",
    "WijkenEnBuurten;Perioden;SoortMisdrijf;GeregistreerdeMisdrijven_1\nBU19630005;2024MM01"])  # fmt: skip
def test_another_file_is_refused(place: Town, tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.csv"
    file.write_text(text)
    with pytest.raises(CommandError):
        call_command("import-police-figures", str(file), "--municipality", "GM1963")
    assert not PoliceCount.objects.exists()


def test_few_are_left_out(place: Town) -> None:
    """Rules 7."""
    police_figures.read_in(["buurtcode,woninginbraak_2024", "BU19630005,3"], place.municipality)
    assert police_figures.of(place.municipality)[0].years == {2024: None}


def test_the_first_group_began_in_a_year_as_people_here_count_them(place: Town) -> None:
    """Half past midnight on the first of January is the old year only in Greenwich."""
    police_figures.read_in(["buurtcode,woninginbraak_2024", "BU19630005,30"], place.municipality)
    Membership.objects.update(joined_at=datetime(2024, 12, 31, 23, 30, tzinfo=UTC))
    assert police_figures.of(place.municipality)[0].since == 2025
