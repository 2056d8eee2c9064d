"""Does a postcode with a house number give the right neighbourhood, whichever sources there are and however they fail?"""

import io
import logging

import pytest
from tests.places.conftest import Square
from tests.places.peer import Peer

from meldkring.places import addresses, locatieserver, neighbourhoods, tables
from meldkring.places.models import District, Municipality, Neighbourhood

TABLE = """PC6;Huisnummer;Buurt2024;Wijk2024;Gemeente2024
1234AB;12;10005;100;1
1234AB;14;10006;100;1
1234CD;3;10005;100;1
"""


def read(text: str = TABLE) -> None:
    tables.replace(io.StringIO(text, newline=""))


def made(district: District, name: str, **extents: object) -> Neighbourhood:
    return neighbourhoods.create(district, name, by=None, **extents)


@pytest.mark.parametrize("written", ["1234AB", "1234 ab", " 1234  Ab ", "1 2 3 4 a b", "1234\u00a0AB"])
def test_a_postcode_may_be_written_in_many_ways(written: str) -> None:
    assert addresses.normal(written) == "1234AB"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2000", "two letters are missing"),
        ("B-2000", "Belgian and other addresses cannot be looked up"),
        ("b 2000", "Belgian"),
        ("0123AB", "the first not 0"),
        ("1234SS", "not a Dutch postcode"),
        ("123AB", "four digits"),
        ("1234ABC", "like 3262 AB"),
        ("12345", "like 3262 AB"),
        ("١٢٣٤AB", "like 3262 AB"),
        ("", "like 3262 AB"),
    ],
)
def test_what_is_no_dutch_postcode_is_refused_in_clear_words(written: str, said: str, english: None) -> None:
    with pytest.raises(addresses.BadPostcode, match=said):
        addresses.normal(written)


@pytest.mark.parametrize(("written", "kept"), [("1234", "1234"), ("1234a", "1234A"), ("1234 ab", "1234AB")])
def test_the_beginning_of_a_postcode_stands_for_many(written: str, kept: str) -> None:
    assert addresses.prefix(written) == kept


@pytest.mark.parametrize("written", ["123", "0123", "1234S1", "abcd", ""])
def test_a_beginning_that_begins_nothing_is_refused(written: str) -> None:
    with pytest.raises(addresses.BadPostcode):
        addresses.prefix(written)


@pytest.mark.parametrize(
    ("written", "number", "suffix"),
    [
        ("12", 12, ""),
        ("12-A", 12, "A"),
        ("12 a", 12, "A"),
        ("12 bis", 12, "BIS"),
        ("12A-1", 12, "A1"),
        ("12-1", 12, "1"),
        ("12/3", 12, "3"),
        ("12 hs.", 12, "HS"),
        ("99999", 99999, ""),
    ],
)
def test_a_house_number_may_have_a_suffix(written: str, number: int, suffix: str) -> None:
    assert addresses.house_number(written) == (number, suffix)


@pytest.mark.parametrize("written", ["", "A", "0", "012", "-3", "100000", "12 <b>", "12" + "A" * 9])
def test_what_is_no_house_number_is_refused(written: str, english: None) -> None:
    with pytest.raises(addresses.BadNumber, match="not a house number"):
        addresses.house_number(written)


def test_without_any_source_the_person_chooses(district: District) -> None:
    made(district, "Oost")
    found = addresses.find("1234 ab", 12)
    assert (found.postcode, found.number, found.street, found.point, found.municipality) == ("1234AB", 12, "", None, "")
    assert (found.neighbourhood, found.candidates, found.source) == (None, [], "none")


def test_a_bad_postcode_asks_nobody(db: None, peer: Peer) -> None:
    with pytest.raises(addresses.BadPostcode):
        addresses.find("2000", 1)
    with pytest.raises(addresses.BadNumber):
        addresses.find("1234AB", "bis")
    assert peer.asked == []


def test_the_table_gives_the_one_neighbourhood_of_a_cbs_code(district: District) -> None:
    oost, _west = made(district, "Oost", codes=["10005"]), made(district, "West", codes=["BU00010006"])
    read()
    found = addresses.find("1234AB", "12-A")
    assert (found.number, found.suffix) == (12, "A")
    assert (found.neighbourhood, found.candidates, found.source, found.municipality) == (oost, [], "table", "GM0001")


def test_a_cbs_code_of_several_neighbourhoods_gives_candidates(district: District) -> None:
    west, oost = made(district, "West", codes=["10005"]), made(district, "Oost", codes=["10005"])
    read()
    found = addresses.find("1234AB", 12)
    assert (found.neighbourhood, found.candidates) == (None, [oost, west])


def test_an_address_that_nobody_claims_is_known_all_the_same(district: District) -> None:
    made(district, "Oost", codes=["10007"])
    read()
    found = addresses.find("1234AB", 12)
    assert (found.neighbourhood, found.candidates, found.source, found.municipality) == (None, [], "table", "GM0001")


def test_postcodes_need_no_source_and_the_longer_beginning_wins(district: District) -> None:
    whole, five, four = (
        made(district, "C", postcodes=["1234AB"]),
        made(district, "B", postcodes=["1234A"]),
        made(district, "A", postcodes=["1234"]),
    )
    assert addresses.find("1234AB", 1).neighbourhood == whole
    assert addresses.find("1234AC", 1).neighbourhood == five
    assert addresses.find("1234ZZ", 1).neighbourhood == four
    assert addresses.find("1235ZZ", 1).neighbourhood is None
    assert addresses.find("1234AB", 1).source == "none"


def test_a_less_precise_claim_decides_between_equals(district: District) -> None:
    oost, west = made(district, "Oost", postcodes=["1234"], codes=["10005"]), made(district, "West", postcodes=["1234"], codes=["10006"])
    read()
    assert addresses.find("1234AB", 12).neighbourhood == oost
    assert addresses.find("1234AB", 14).neighbourhood == west
    assert addresses.find("1234XX", 1).candidates == [oost, west]


@pytest.mark.parametrize("without", range(7))
def test_the_more_precise_claim_wins(district: District, peer: Peer, square: Square, without: int) -> None:
    """Each neighbourhood has one claim less precise than the one before; take the best away and the next one wins."""
    peer.knows("1234AB", 12, "12", "Lindelaan", (4.405, 51.805), "BU00010005")
    claims = [
        {"postcodes": ["1234A"], "streets": ["Lindelaan"]},
        {"postcodes": ["1234AB"]},
        {"streets": ["Lindelaan"]},
        {"postcodes": ["1234A"]},
        {"postcodes": ["1234"]},
        {"outline": square(0, 0)},
        {"codes": ["10005"]},
    ]
    standing = [made(district, f"N{n}", **claim) for n, claim in enumerate(claims) if n >= without]
    assert addresses.find("1234AB", 12).neighbourhood == standing[0]


def test_locatieserver_gives_street_point_and_the_drawn_neighbourhood(district: District, peer: Peer, square: Square) -> None:
    peer.knows("1234AB", 12, "12", "Lindelaan", (4.415, 51.805), "BU00010005")
    made(district, "Oost", outline=square(0, 0))
    west = made(district, "West", outline=square(1, 0))
    found = addresses.find("1234AB", 12)
    assert (found.street, found.point, found.neighbourhood, found.source) == ("Lindelaan", (4.415, 51.805), west, "locatieserver")
    assert found.municipality == "GM0001"


def test_locatieserver_is_asked_for_one_address_and_little_more(db: None, peer: Peer) -> None:
    addresses.find("1234 ab", "12-A")
    assert [sorted(query["fq"]) for query in peer.asked] == [["huisnummer:12", "postcode:1234AB", "type:adres"]]
    assert set(peer.asked[0]) == {"fq", "fl", "rows"}


@pytest.mark.parametrize(
    ("asked", "longitude"),
    [("12", 4.1), ("12-A", 4.2), ("12a", 4.2), ("12 bis", 4.3), ("12A-1", 4.4), ("12-Z", 4.1)],
)
def test_the_suffix_chooses_the_very_door(db: None, peer: Peer, asked: str, longitude: float) -> None:
    for house, east in [("12A-1", 4.4), ("12-BIS", 4.3), ("12A", 4.2), ("12", 4.1)]:
        peer.knows("1234AB", 12, house, "Lindelaan", (east, 51.8))
    assert addresses.find("1234AB", asked).point == (longitude, 51.8)


def test_table_and_locatieserver_are_combined(district: District, peer: Peer, square: Square) -> None:
    """The table tells the code, the other the point: of the two neighbourhoods in that code it is the one that was drawn there."""
    peer.knows("1234AB", 12, "12", "Lindelaan", (4.405, 51.805))
    oost, west = (
        made(district, "Oost", codes=["10005"], outline=square(0, 0)),
        made(district, "West", codes=["10005"], outline=square(1, 0)),
    )
    read()
    assert addresses.find("1234AB", 12).neighbourhood == oost
    peer.mood = "broken"
    found = addresses.find("1234AB", 12)
    assert (found.candidates, found.street, found.source) == ([oost, west], "", "table")


def test_the_code_of_locatieserver_chooses_among_those_of_a_postcode(district: District, peer: Peer) -> None:
    peer.knows("1234AB", 99, "99", "Lindelaan", (4.405, 51.805), "BU00010006")
    made(district, "Oost", codes=["10005"])
    west = made(district, "West", codes=["10006"])
    read()
    assert addresses.find("1234AB", 99).neighbourhood == west


@pytest.mark.parametrize("written", ["Burg. de Zeeuwstraat", "burg de zeeuwstraat", "BURG. DE ZEEUWSTRAÁT"])
def test_streets_are_compared_as_people_write_them(district: District, peer: Peer, written: str) -> None:
    peer.knows("1234AB", 12, "12", "Burg. de Zeeuwstraat", (4.405, 51.805))
    oost = made(district, "Oost", streets=[written])
    assert addresses.find("1234AB", 12).neighbourhood == oost


def test_a_street_of_that_name_in_another_municipality_or_village_is_another_street(
    district: District, zuid: District, peer: Peer, square: Square
) -> None:
    elsewhere = District.objects.create(
        municipality=Municipality.objects.create(name="Elders", code="GM0002"), name="Overkant", slug="overkant"
    )
    made(elsewhere, "Over", streets=["Kerkstraat"])
    made(zuid, "Ver", streets=["Kerkstraat"], outline=square(8, 8))
    peer.knows("1234AB", 12, "12", "Kerkstraat", (4.405, 51.805))
    assert addresses.find("1234AB", 12).neighbourhood is None
    here = made(district, "Hier", streets=["Kerkstraat"], outline=square(0, 0))
    assert addresses.find("1234AB", 12).neighbourhood == here


@pytest.mark.parametrize("outlined", [True, False])
def test_a_municipality_that_began_without_its_code_is_found_too(district: District, peer: Peer, square: Square, outlined: bool) -> None:
    Municipality.objects.filter(pk=district.municipality_id).update(code="")
    peer.knows("1234AB", 12, "12", "Lindelaan", (4.405, 51.805))
    oost = made(district, "Oost", **({"outline": square(0, 0)} if outlined else {"streets": ["Lindelaan"]}))
    assert addresses.find("1234AB", 12).neighbourhood == oost


def test_an_unknown_address_leaves_it_to_the_table(district: District, peer: Peer) -> None:
    oost = made(district, "Oost", codes=["10005"])
    read()
    found = addresses.find("1234AB", 12)
    assert (len(peer.asked), found.neighbourhood, found.source) == (1, oost, "table")


@pytest.mark.parametrize("mood", ["broken", "moved", "garbled", "other", "endless", "dripping", "silent", "cut"])
def test_a_failing_locatieserver_is_as_one_that_is_not_there(
    district: District, peer: Peer, mood: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(locatieserver, "PATIENCE", 0.3)
    peer.mood = mood
    oost = made(district, "Oost", codes=["10005"])
    read()
    with caplog.at_level(logging.INFO):
        found = addresses.find("1234AB", 12)
    assert (found.neighbourhood, found.source, found.street) == (oost, "table", "")
    assert "Locatieserver gave no answer" in caplog.text
    assert "1234AB" not in caplog.text  # an address is personal


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "not a url", "http://", "http://[", "ftp://127.0.0.1"])
def test_a_locatieserver_that_cannot_be_reached_is_no_obstacle(db: None, settings: object, url: str) -> None:
    settings.LOCATIESERVER_URL = url  # type: ignore[attr-defined]
    assert addresses.find("1234AB", 12).source == "none"


def test_the_number_of_queries_does_not_grow(district: District, peer: Peer, square: Square, django_assert_max_num_queries: object) -> None:
    peer.knows("1234AB", 12, "12", "Lindelaan", (4.405, 51.805), "BU00010005")
    read()
    for n in range(30):
        made(district, f"N{n}", codes=["10005"], streets=["Lindelaan"], postcodes=["1234"], outline=square(n % 6, n // 6))
    with django_assert_max_num_queries(3):  # type: ignore[operator]
        found = addresses.find("1234AB", 12)
        assert found.neighbourhood
        assert found.neighbourhood.district.municipality.code == "GM0001"
