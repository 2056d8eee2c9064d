"""Does the postcode file of CBS come in whatever its year, whole or not at all, and without anyone waiting for it?"""

import io
import pathlib
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meldkring.places import cbs, tables
from meldkring.places.models import PostcodeRow, PostcodeTable

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

SEMICOLONS = """PC6;Huisnummer;Buurt2023;Wijk2023;Gemeente2023
3262AB;1;19630005;196300;1963
3262AB;2;19630005;196300;1963
3262AB;4;19630007;196300;1963
1315AA;8;340101;3401;34
"""
COMMAS = """\ufeff"PC6","Huisnummer","Buurtcode2024","Wijkcode2024","Gemeentecode2024"
"3262AB","1","BU19630005","WK196300","GM1963"
"3262AB","2","BU19630005","WK196300","GM1963"
"3262AB","4","BU19630007","WK196300","GM1963"
"1315AA","8","BU00340101","WK003401","GM0034"
"""


def file(text: str) -> io.StringIO:
    return io.StringIO(text, newline="")


def many(rows: int, municipality: int = 1963) -> Iterator[str]:
    """A file of any size: two hundred house numbers to a postcode."""
    yield "PC6;Huisnummer;Buurt2024;Wijk2024;Gemeente2024\n"
    for n in range(rows):
        letters = chr(65 + n // 200 % 26) + chr(65 + n // 5200 % 26)
        yield f"{3000 + n // 135_200}{letters};{n % 200 + 1};{municipality}0005;{municipality}00;{municipality}\n"


class Counted(io.StringIO):
    """A file that counts the lines that were read of it."""

    lines = 0

    def __next__(self) -> str:
        self.lines += 1
        return super().__next__()


@pytest.mark.parametrize(("text", "year"), [(SEMICOLONS, 2023), (COMMAS, 2024)])
def test_either_delimiter_and_codes_of_any_year_become_the_same(text: str, year: int) -> None:
    assert tables.replace(file(text)) == {"GM1963": 3, "GM0034": 1}
    assert tables.neighbourhood_codes("3262AB", 2) == {"BU19630005"}
    assert tables.neighbourhood_codes("3262AB", 4) == {"BU19630007"}
    assert tables.neighbourhood_codes("1315AA", 8) == {"BU00340101"}
    assert set(PostcodeTable.objects.values_list("municipality", "year", "current")) == {("GM1963", year, True), ("GM0034", year, True)}


def test_columns_may_stand_in_another_order() -> None:
    tables.replace(file("Gemeente;Wijk;Buurt;PC6;Huisnummer\r\n1963;196300;19630005;3262 ab;12\r\n\r\n"))
    assert tables.neighbourhood_codes("3262AB", 12) == {"BU19630005"}


def test_a_house_built_since_has_the_neighbourhoods_of_its_postcode() -> None:
    tables.replace(file(SEMICOLONS))
    assert tables.neighbourhood_codes("3262AB", 99) == {"BU19630005", "BU19630007"}
    assert tables.neighbourhood_codes("9999ZZ", 1) == frozenset()


def test_only_the_municipality_asked_for_is_kept() -> None:
    assert tables.replace(file(SEMICOLONS), municipalities=["GM0034"]) == {"GM0034": 1}
    assert not tables.neighbourhood_codes("3262AB", 1)


def test_reading_again_replaces_that_municipality_alone() -> None:
    tables.replace(file(SEMICOLONS))
    tables.replace(file("PC6;Huisnummer;Buurt2025;Wijk2025;Gemeente2025\n3262AB;1;19630099;196300;1963\n"))
    assert tables.neighbourhood_codes("3262AB", 1) == {"BU19630099"}
    assert tables.neighbourhood_codes("3262AB", 4) == {"BU19630099"}
    assert tables.neighbourhood_codes("1315AA", 8) == {"BU00340101"}
    assert PostcodeRow.objects.count() == 2


def test_after_a_merger_what_was_read_last_holds() -> None:
    tables.replace(file("PC6;Huisnummer;Buurt2018;Wijk2018;Gemeente2018\n3271AA;1;5850001;58500;585\n3271AA;9;5850001;58500;585\n"))
    tables.replace(file("PC6;Huisnummer;Buurt2024;Wijk2024;Gemeente2024\n3271AA;1;19630011;196300;1963\n"))
    assert tables.neighbourhood_codes("3271AA", 1) == {"BU19630011"}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("3262AB;x;19630005;196300;1963", "“x” is not a house number"),
        ("3262AB;0;19630005;196300;1963", "“0” is not a house number"),
        ("2000;1;19630005;196300;1963", "“2000” is not a postcode"),
        ("3262AB;1;;196300;1963", "“” is not a code of CBS; such a code looks like BU19630005"),
        ("3262AB;1;19630005;196300;WK196300", "“WK196300” is not a code of CBS; such a code looks like GM1963"),
        ("3262AB;1", "too few columns"),
    ],
)
def test_a_bad_row_is_named_and_nothing_of_the_file_is_kept(row: str, said: str, english: None) -> None:
    tables.replace(file(SEMICOLONS))
    lines = [*many(tables.BATCH + 10), row + "\n", "3262AB;2;19630008;196300;1963\n"]
    with pytest.raises(cbs.BadTable) as refused:
        tables.replace(file("".join(lines)))
    assert f"Line {tables.BATCH + 12}:" in str(refused.value)
    assert said in str(refused.value)
    assert tables.neighbourhood_codes("3262AB", 2) == {"BU19630005"}
    assert (PostcodeTable.objects.count(), PostcodeRow.objects.count()) == (2, 4)


def test_a_bad_row_of_another_municipality_is_no_obstacle() -> None:
    text = SEMICOLONS + "????;x;;;503\n"
    assert tables.replace(file(text), municipalities={"GM1963"}) == {"GM1963": 3}


@pytest.mark.parametrize("text", ["", "PC6;Huisnummer;Wijk2024;Gemeente2024\n", "naam,adres\nAnna,Lindelaan\n"])
def test_another_file_is_refused_by_its_first_line(text: str, english: None) -> None:
    with pytest.raises(cbs.BadTable, match=r"Line 1: no column .*Buurt.* begins like this: PC6;Huisnummer;Buurt2024"):
        tables.replace(file(text))


def test_a_file_without_the_municipality_leaves_what_there_was() -> None:
    tables.replace(file(SEMICOLONS))
    with pytest.raises(cbs.BadTable, match="GM0503"):
        tables.replace(file(SEMICOLONS), municipalities={"GM1963", "GM0503"})
    with pytest.raises(cbs.BadTable):
        tables.replace(file(SEMICOLONS.splitlines()[0] + "\n"))
    assert PostcodeRow.objects.count() == 4


def test_a_hundred_thousand_rows_take_few_queries_and_little_memory() -> None:
    source = Counted("".join(many(100_000)), newline="")
    ahead: list[int] = []
    with CaptureQueriesContext(connection) as queries:
        assert tables.replace(source, tell=lambda so_far: ahead.append(source.lines - so_far)) == {"GM1963": 100_000}
    assert len(queries) < 100
    assert len(ahead) == 100_000 / tables.BATCH
    assert max(ahead) <= 1  # never read further than what is in the database


def test_the_old_table_answers_until_the_new_one_is_whole() -> None:
    tables.replace(file(SEMICOLONS))
    new = "PC6;Huisnummer;Buurt2025;Wijk2025;Gemeente2025\n3262AB;1;19630099;196300;1963\n"
    seen = []
    tables.replace(file(new), tell=lambda _so_far: seen.append(tables.neighbourhood_codes("3262AB", 1)))
    assert seen == [{"BU19630005"}]
    assert tables.neighbourhood_codes("3262AB", 1) == {"BU19630099"}


def test_what_an_import_that_was_killed_left_is_unseen_and_goes_with_the_next() -> None:
    half = PostcodeTable.objects.create(municipality="GM1963", year=2024)
    PostcodeRow.objects.create(table=half, postcode="3262AB", number=1, neighbourhood="BU19630099")
    assert not tables.neighbourhood_codes("3262AB", 1)
    tables.replace(file(SEMICOLONS))
    assert tables.neighbourhood_codes("3262AB", 1) == {"BU19630005"}
    assert not PostcodeTable.objects.filter(pk=half.pk).exists()


def test_stopping_it_by_hand_leaves_nothing() -> None:
    def stop(_so_far: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tables.replace(file(SEMICOLONS), tell=stop)
    assert not PostcodeRow.objects.exists()
    assert not PostcodeTable.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_imports_at_once_one_wins_whole() -> None:
    late = "PC6;Huisnummer;Buurt2025;Wijk2025;Gemeente2025\n3262AB;1;19630099;196300;1963\n"
    with pytest.raises(cbs.BadTable):
        tables.replace(file(late), tell=lambda _so_far: tables.replace(file(SEMICOLONS)))
    assert tables.neighbourhood_codes("3262AB", 1) == {"BU19630005"}
    assert PostcodeRow.objects.count() == 4


def command(path: pathlib.Path | str, *options: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("import-places", str(path), *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_command_reads_a_file_and_tells_how_far_it_is(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "pc6hnr20240801_gwb.csv"
    path.write_text("".join(many(100_000)) + "1315AA;8;340101;3401;34\n")
    out, err = command(path, "--municipality", "1963", "--municipality", "GM0034")
    assert "100001 house numbers of 2 municipalities" in out
    assert "100000 rows" in err


def test_the_command_says_what_is_wrong(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes(SEMICOLONS.encode() + b"3262\xe9\xe9;1;19630005;196300;1963\n")
    with pytest.raises(CommandError, match=r"6: .*3262.*Nothing was changed"):
        command(path)
    with pytest.raises(CommandError, match=r"absent\.csv cannot be read"):
        command(tmp_path / "absent.csv")
    with pytest.raises(CommandError, match="Waterdam"):
        command(path, "--municipality", "Waterdam")
