"""S18: an existing member list, from whatever program, is looked at first and taken over then."""

import io
import zipfile
from collections import Counter

import openpyxl
import pytest
import time_machine
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.town import Town, town

from meldkring.groups import access, joining, roles
from meldkring.groups.models import Group, Membership
from meldkring.joining import barring, expelling, fates, importing, sheets
from meldkring.joining.fates import Fate
from meldkring.joining.models import Application, MemberList, Proof
from meldkring.people import mailing
from meldkring.people.models import Person
from meldkring.places.models import Extent, Neighbourhood

pytestmark = [pytest.mark.django_db, pytest.mark.postgres, pytest.mark.requirement("S18")]

HEADER = ["Voornaam", "Achternaam", "E-mailadres", "Mobiel", "Straat", "Huisnummer", "Toevoeging", "Postcode", "Buurt", "Groep"]
PIET = ["Piet", "de Groot", "Piet@example.org", "06 12345678", "Eikstraat", "12", "A", "3262 ab", "", "B"]
NO_EMAIL = ["Dirk", "Bos", "", "", "Eikstraat", "14", "", "3262AB", "", "B"]
RENÉE = ["Renée", "Müller-Çelik", "renee@example.org", "", "Kade", "1", "", "3262AC", "Oost", ""]


def csv_of(*rows: list[str], header: list[str] = HEADER, delimiter: str = ";", encoding: str = "utf-8") -> bytes:
    return "\r\n".join(delimiter.join(row) for row in [header, *rows]).encode(encoding)


def excel_of(*rows: list[object], header: list[str] = HEADER) -> bytes:
    book = openpyxl.Workbook()
    for row in [header, *rows]:
        book.active.append(row)
    into = io.BytesIO()
    book.save(into)
    return into.getvalue()


def of(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def place() -> Town:
    made = town()
    east = Neighbourhood.objects.create(district=made.noord, name="Oost")
    Extent.objects.create(neighbourhood=east, kind=Extent.Kind.POSTCODE, value="3262 AC", key="3262AC")
    made.watch_a.neighbourhoods.add(east)
    return made


def offered(place: Town, *rows: list[str]) -> MemberList:
    return importing.offer(csv_of(*rows), file_name="leden.csv", steering=place.steering_1, by=place.fatima)


def fate_of(place: Town, *rows: list[str]) -> list[fates.Line]:
    return importing.dry_run(offered(place, *rows))


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv_of_any_program_reads_the_same(delimiter: str, encoding: str) -> None:
    sheet = sheets.read(csv_of(RENÉE, PIET, delimiter=delimiter, encoding=encoding))
    assert sheet.header == HEADER
    assert sheet.rows == [RENÉE, PIET]
    assert sheet.numbers == [2, 3]


def test_excel_reads_values_and_numbers_as_people_typed_them() -> None:
    sheet = sheets.read(excel_of(["Piet", "de Groot", "=1+1", 612345678, "Eikstraat", 12.0, None, "3262AB", "", "B"]))
    assert sheet.rows == [["Piet", "de Groot", "", "612345678", "Eikstraat", "12", "", "3262AB", "", "B"]]


def test_a_title_above_the_header_and_quotes_with_commas_are_no_problem() -> None:
    text = 'Leden van onze app\n\nNaam;Mail;Adres\n"Vries, Anna de";anna2@example.org;"Lindelaan 12 a"\n'
    sheet = sheets.read(text.encode())
    (line,) = fates.lines(sheets.recognised(sheet.header), [[4, *sheet.rows[0]]])
    assert sheet.numbers == [4]
    fields = line.row.fields
    assert (fields["first_name"], fields["last_name"]) == ("Anna", "de Vries")
    assert (fields["street"], fields["house_number"], fields["house_suffix"]) == ("Lindelaan", 12, "A")


def bomb() -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * (sheets.LARGEST_UNPACKED + 1))
    return into.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"a;b\n1;2\n", b"PK\x03\x04 not a zip", bomb(), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"naam;mail\0\n1;2",
     b"0" * (sheets.LARGEST + 1), b"naam;mail\n", b"naam\n" + b"x\n" * (sheets.MOST_ROWS + 1), csv_of()],
    ids=["empty", "blank", "strange", "broken", "bomb", "old", "binary", "large", "no rows", "long", "only header"],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(sheets.Unreadable) as refused:
        sheets.read(content)
    assert len(str(refused.value)) > 20


def test_the_fate_of_every_kind_of_row(place: Town) -> None:
    place.noord.group_maximum = 4
    place.noord.save()
    joining.join(place.outsider, place.watch_b)
    expelling.expel(place.arie.memberships.get(), reason="No.", by=place.fatima, link=str)
    found = fate_of(
        place,
        PIET,
        ["Piet", "Groot", "piet@example.org", "", "", "", "", "", "", "B"],
        NO_EMAIL,
        ["Bea", "", "bea@example.org", "", "", "", "", "", "", ""],
        ["Kees", "", "geen mail", "", "Kade", "nul", "", "12", "", "B"],
        ["=HYPERLINK(1)", "", "x@example.org", "", "", "", "", "", "", "B"],
        ["Late", "", "late@example.org", "010-1234567", "", "", "", "", "", "b"],
        RENÉE,
        ["Nora", "", "nora@example.org", "", "", "", "", "", "", ""],
        ["Arie", "", "arie@example.org", "", "", "", "", "", "", "A"],
        ["Gé", "", "ge@example.org", "", "", "", "", "", "", "Niemandsland"],
    )
    kinds = [line.fate for line in found]
    assert kinds == [
        Fate.MEMBER, Fate.DOUBLE, Fate.WAITING, Fate.THERE, Fate.WRONG, Fate.WRONG, Fate.FULL, Fate.MEMBER, Fate.WAITING, Fate.WAITING,
        Fate.WRONG,
    ]  # fmt: skip
    assert [line.number for line in found] == list(range(2, 13))
    assert found[0].row.fields | {"mobile": "+31612345678", "postcode": "3262AB", "house_number": 12} == found[0].row.fields
    assert "2" in found[1].words[0]
    assert len(found[4].words) == 3
    assert found[7].group == place.watch_a
    assert Application.objects.count() == 0


def test_taking_over_makes_members_with_proof_and_a_message(place: Town) -> None:
    offer = offered(place, PIET, NO_EMAIL, RENÉE)
    done = importing.carry_out(offer, by=place.fatima)
    piet = Person.objects.get(email="piet@example.org")
    assert access.groups(piet) == [place.watch_b]
    assert (piet.postcode, piet.house_number, piet.house_suffix, piet.mobile) == ("3262AB", 12, "A", "+31612345678")
    assert [p.how for p in piet.proofs.all()] == [Proof.How.IMPORTED]
    assert Application.objects.get(person=piet).origin == Application.Origin.IMPORTED
    assert Person.objects.get(email="renee@example.org").neighbourhood.name == "Oost"
    assert Application.objects.get(first_name="Dirk").state == Application.State.WAITING
    assert (done.rows, done.header, done.report) == ([], [], [[2, "member", "B"], [3, "waiting", ""], [4, "member", "A"]])
    mailing.send_due()
    assert sorted(m.to[0] for m in mail.outbox) == ["piet@example.org", "renee@example.org"]
    with pytest.raises(importing.NotImportable):
        importing.carry_out(offer, by=place.fatima)


def test_the_last_place_and_the_waiting_list(place: Town) -> None:
    place.noord.group_maximum = 3
    place.noord.save()
    rows = [[f"Bewoner {c}", "", f"{c}@example.org", "", "", "", "", "", "", "B"] for c in "xyz"]
    done = importing.carry_out(offered(place, *[[r[0].replace(" ", "-"), *r[1:]] for r in rows]), by=place.fatima)
    assert Counter(fate for _n, fate, _g in done.report) == {"member": 1, "full": 2}
    assert Application.objects.filter(state="full", group=place.watch_b).count() == 2
    mailing.send_due()
    assert len(mail.outbox) == 3


def test_a_long_list_goes_on_where_it_stopped(place: Town) -> None:
    rows = [["Naam", "", f"n{i}@example.org", "", "", "", "", "", "", "B"] for i in range(60)]
    offer = offered(place, *rows)
    half = importing.carry_out(offer, by=place.fatima, enough=lambda: True)
    assert (half.done, half.imported_at) == (importing.PART, None)
    assert Membership.objects.filter(person__email__startswith="n").count() == importing.PART
    done = importing.carry_out(offer, by=place.fatima)
    assert done.done == 60
    assert [number for number, _fate, _group in done.report] == list(range(2, 62))
    assert Membership.objects.filter(person__email__startswith="n").count() == 60


def test_many_rows_cost_hardly_more_queries_than_few(place: Town) -> None:
    def queries(n: int) -> int:
        rows = [["Naam", "", f"n{i}@example.org", "", "", "", "", "3262AC", "", ""] for i in range(n)]
        offer = offered(place, *rows)
        with CaptureQueriesContext(
            connection,
        ) as counted:
            assert len(importing.dry_run(offer)) == n
        return len(counted)

    few = queries(3)
    assert queries(400) == few
    assert queries(2000) <= few + 3 * 4


def test_only_the_phone_manager_and_only_their_own(place: Town) -> None:
    offer = offered(place, PIET)
    for other in (place.sam, place.anna, place.zora, place.outsider):
        with pytest.raises(roles.NotAllowed):
            importing.offer(csv_of(PIET), file_name="x", steering=place.steering_1, by=other)
        with pytest.raises(roles.NotAllowed):
            importing.carry_out(offer, by=other)
        assert of(other).get(reverse("member_list", args=[offer.pk])).status_code == 404
    assert of(place.sam).get(reverse("member_lists")).status_code == 404


def test_a_list_left_lying_is_erased(place: Town) -> None:
    offered(place, PIET)
    importing.forget_due()
    assert MemberList.objects.count() == 1
    with time_machine.travel(timezone.now() + importing.KEPT):
        importing.forget_due()
    assert MemberList.objects.count() == 0


def test_the_pages_from_file_to_report(place: Town) -> None:
    client = of(place.fatima)
    upload = reverse("member_lists")
    assert client.get(upload).status_code == 200
    assert client.post(upload, {}).status_code == 422
    assert client.post(upload, {"file": SimpleUploadedFile("x.csv", b"a;b\n1;2")}).status_code == 422
    content = csv_of(["Piet", "piet@example.org", "B"], ["<b>", "x", "B"], header=["Wie", "E-mail", "Groep"])
    page = client.post(upload, {"file": SimpleUploadedFile("../leden.csv", content)}, follow=True)
    offer = MemberList.objects.get()
    assert offer.file_name == "leden.csv"
    assert [item["line"].fate for item in page.context["lines"]] == [Fate.WRONG, Fate.WRONG]
    here = reverse("member_list", args=[offer.pk])
    page = client.post(here, {"first_name": "0", "email": "1", "group": "2"}, follow=True)
    assert [item["line"].fate for item in page.context["lines"]] == [Fate.MEMBER, Fate.WRONG]
    assert "<b>" not in page.content.decode().split("<tbody>")[1].split("</tbody>")[0].replace("<b>1", "")
    over = reverse("member_list_take_over", args=[offer.pk])
    client.post(over, {})
    assert not Application.objects.exists()
    page = client.post(over, {"sure": "1"}, follow=True)
    assert page.context["list"].imported_at
    assert [line["number"] for line in page.context["lines"]] == [2, 3]
    assert not barring.was_expelled(place.noord, "piet@example.org", "")
    assert Membership.objects.filter(person__email="piet@example.org", group=place.watch_b).exists()


@pytest.mark.parametrize("name", ["'t Hooft", "’t Hooft", "van 't Hek", "Müller-Çelik"])
def test_names_with_an_apostrophe_in_front_are_names(place: Town, name: str) -> None:
    (line,) = fate_of(place, ["Piet", name, "piet@example.org", "", "Kade", "1", "", "3262AC", "Oost", ""])
    assert (line.fate, line.row.fields["last_name"]) == (fates.Fate.MEMBER, name)


def test_who_lives_with_another_steering_group_waits_for_it(place: Town) -> None:
    """S18: a list of one steering group does not fill its own group with the residents of another."""
    other = Group.objects.create(kind="steering", name="S3", municipality=place.municipality, district=place.noord)
    Group.objects.filter(pk=place.watch_b.pk).update(run_by=other)
    west = Neighbourhood.objects.create(district=place.noord, name="West")
    place.watch_b.neighbourhoods.add(west)
    theirs, ours = fate_of(
        place,
        ["Piet", "de Groot", "piet@example.org", "", "Kade", "1", "", "3262AD", "West", ""],
        ["Els", "Bos", "els@example.org", "", "Kade", "1", "", "3262AC", "Oost", ""],
    )
    assert (theirs.fate, theirs.group, ours.fate) == (fates.Fate.WAITING, place.watch_b, fates.Fate.MEMBER)


@pytest.mark.parametrize("at", [200, 400, 900])
def test_a_damaged_workbook_is_refused_in_words(at: int) -> None:
    content = bytearray(excel_of(*[[f"Naam{n}", "Bos", f"n{n}@example.org"] for n in range(200)]))
    content[at : at + 60] = b"\xff" * 60
    with pytest.raises(sheets.Unreadable):
        sheets.read(bytes(content))
