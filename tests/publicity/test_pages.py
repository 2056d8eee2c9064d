"""The pages of becoming known: who sees them, what each form does, and that no list costs more as it grows."""

import io
import re

import pypdf
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.publicity import paper
from tests.town import Town, town

from meldkring.people.models import Person
from meldkring.publicity import links, quoting
from meldkring.publicity.models import Corner, Quote
from meldkring.publicity.pieces import PIECES

pytestmark = pytest.mark.django_db
ROW = {"name": "Lindelaan / Kade", "number": 2, "permitted_by": "gemeente Waterdam", "permitted_on": "2026-03-02"}
TEXT = {"title": "Buren letten op elkaar", "body": "Een.\n\nTwee.", "version": 0}


@pytest.fixture
def place() -> Town:
    return town()


def of(person: Person | None) -> Client:
    client = Client()
    if person:
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def at(name: str, *more: object) -> str:
    return reverse(f"publicity{name}", args=["noord", *more])


@pytest.mark.requirement("S3")
def test_only_steering_members_of_the_district_find_the_kit(place: Town) -> None:
    """S3: a member here, a steering member elsewhere and an outsider get 404, and there is something to see."""
    of(place.sam).post(at("_corners"), ROW)
    row = Corner.objects.get()
    quote = quoting.ask(place.noord, place.anna, text="Ik doe graag mee.", named="Anna", by=place.sam)
    looks = [
        at(""), at("_piece", "poster-a4", "pdf"), at("_preview", "sign", 1), at("_corners"), at("_corners_list", "csv"), at("_corners_list", "pdf"),
        at("_corner", row.pk), at("_text", "start"), at("_text_preview", "start"), at("_quotes"),
    ]  # fmt: skip
    deeds = [at("_corners"), at("_corner_remove", row.pk), at("_text", "start"), at("_text_again", "start"), at("_quote_cancel", quote.pk)]
    for path in looks:
        assert of(place.sam).get(path).status_code == 200, path
        assert of(None).get(path).status_code == 302, path
        for other in (place.anna, place.zora, place.officer, place.official, place.outsider):
            assert of(other).get(path).status_code == 404, (path, other)
    for path in deeds:
        for other in (place.anna, place.zora, place.officer, place.outsider):
            assert of(other).post(path, ROW | TEXT).status_code == 404, (path, other)
    assert Corner.objects.get() == row
    place.sam.second_factor_since = None
    place.sam.save()
    assert of(place.sam).get(at("")).status_code == 404, "a role without a second step does not work"


def test_the_way_to_the_kit(place: Town) -> None:
    start = reverse("publicity_start")
    home = of(place.sam).get("/").content.decode()
    assert start in home
    assert start not in of(place.anna).get("/").content.decode()
    assert of(place.sam).get(start)["Location"] == at("")
    assert of(place.anna).get(start).status_code == 404


@pytest.mark.requirement("S3")
def test_every_piece_has_a_card_with_its_picture_and_files(place: Town) -> None:
    """S3b: what stands on the card can be fetched, in the language and colour that was chosen."""
    client = of(place.fatima)
    page = client.get(at(""), {"taal": "en", "kleur": "zwart-wit"}).content.decode()
    files = re.findall(r'href="([^"]+)" download', page)
    pictures = re.findall(r'<img src="([^"]+)" loading="lazy"', page)
    assert len(pictures) == sum(piece.pages for piece in PIECES.values())
    assert len(files) == sum(len(piece.formats) for piece in PIECES.values())
    for path in {*files, *pictures}:
        answer = client.get(path.replace("&amp;", "&"))
        assert answer.status_code == 200, path
        assert answer["Cache-Control"].startswith("private") or "private" in answer["Cache-Control"]
        assert answer.content.startswith((b"%PDF", b"<svg", b"\x89PNG")), path
    poster = client.get(at("_piece", "poster-a4", "pdf"), {"taal": "en", "kleur": "zwart-wit"})
    assert "poster-a4-noord-black-and-white.pdf" in poster["Content-Disposition"]
    assert not paper.coloured(poster.content)
    assert "Neighbours look out" in " ".join(pypdf.PdfReader(io.BytesIO(poster.content)).pages[0].extract_text().split())
    for odd in (at("_piece", "poster-a4", "exe"), at("_piece", "balloon", "pdf"), at("_preview", "poster-a4", 2)):
        assert client.get(odd).status_code == 404
    assert client.get(at(""), {"taal": "xx", "kleur": "rood", "hoek": "x"}).status_code == 200
    assert client.get(at(""), {"hoek": "999"}).status_code == 404


@pytest.mark.requirement("S3")
def test_a_poster_for_one_corner_counts_there(place: Town) -> None:
    """S3b: the code on it is that of this corner, and it leads to the page of the district."""
    client = of(place.sam)
    client.post(at("_corners"), ROW)
    row = Corner.objects.get()
    pdf = client.get(at("_piece", "poster-a4", "pdf"), {"hoek": row.pk}).content
    ((code,),) = paper.codes(pdf)
    assert Client().get("/q/" + code.rsplit("/", 1)[1])["Location"] == "/noord/"
    for _n in range(4):
        links.opened(code.rsplit("/", 1)[1])
    assert client.get(at("_corners")).context["rows"][0]["scans"].ever == 5
    assert of(place.zora).get(reverse("publicity", args=["zuid"]), {"hoek": row.pk}).status_code == 404


@pytest.mark.requirement("S3")
def test_the_order_list_is_kept_and_comes_as_a_table_and_on_paper(place: Town) -> None:
    """S3b"""
    client = of(place.sam)
    assert "wegbeheerder" in client.get(at("_corners")).content.decode()
    assert client.post(at("_corners"), ROW).status_code == 302
    twice = client.post(at("_corners"), ROW | {"name": "lindelaan / kade"})
    assert twice.status_code == 422
    assert twice.context["form"].errors["name"]
    assert client.post(at("_corners"), ROW | {"name": "X", "number": 0}).status_code == 422
    assert client.post(at("_corners"), ROW | {"name": '=HYPERLINK("x")', "number": 3}).status_code == 302
    row = Corner.objects.get(name=ROW["name"])
    assert client.post(at("_corner", row.pk), ROW | {"ordered_on": "2026-04-01"}).status_code == 302
    sheet = client.get(at("_corners_list", "csv")).content.decode("utf-8-sig")
    assert "Lindelaan / Kade;besteld;2;gemeente Waterdam;2026-03-02;2026-04-01;" in sheet
    assert "'=HYPERLINK" in sheet
    pdf = client.get(at("_corners_list", "pdf")).content
    shown = " ".join(pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())
    assert "wegbeheerder" in shown
    assert "Lindelaan / Kade" in shown
    assert {"/Table", "/TH", "/TD"} <= paper.tags(pdf)
    assert client.post(at("_corner_remove", row.pk)).status_code == 302
    assert not Corner.objects.filter(pk=row.pk).exists()


@pytest.mark.requirement("S3")
def test_a_letter_is_changed_kept_and_taken_along(place: Town) -> None:
    """S3a, S3c: what cannot go out yet is kept all the same."""
    client, path = of(place.sam), at("_text", "start")
    shown = client.get(path).context["form"]
    unready = client.post(path, {"title": shown["title"].value(), "body": shown["body"].value(), "version": 0, "to": "pdf"})
    assert unready.status_code == 422
    assert "Vul eerst in" in unready.content.decode()
    letter = client.post(path, TEXT | {"version": 1, "to": "pdf"})
    assert letter["Content-Type"] == "application/pdf"
    assert "Twee." in pypdf.PdfReader(io.BytesIO(letter.content)).pages[0].extract_text()
    assert client.post(path, TEXT | {"body": "Drie.", "version": 1}).status_code == 302, "the page beside the file has the version before"
    assert client.get(path).context["form"]["body"].value() == "Drie."
    overtaken = of(place.sofie).post(path, TEXT | {"body": "Van Sofie.", "version": 1})
    assert overtaken.status_code == 422
    assert {"Van Sofie.", "Drie."} <= set(re.findall(r"Van Sofie\.|Drie\.", overtaken.content.decode()))
    assert (
        of(place.sofie).post(path, TEXT | {"body": "Van Sofie.", "version": overtaken.context["form"]["version"].value()}).status_code
        == 302
    )
    kept = client.post(path, TEXT | {"version": 4, "to": "keep"})
    assert "Bewaard door Sam" in kept.content.decode()
    assert client.post(path, {"title": "", "body": "Nog niets", "version": 5}).status_code == 422
    for kind, extension, begins in (("article", "html", "<article>"), ("article", "txt", "Buren"), ("post", "txt", "Buren")):
        answer = client.post(at("_text", kind), TEXT | {"to": extension})
        assert answer.content.decode().startswith(begins)
        assert "attachment" in answer["Content-Disposition"]
    client.post(at("_text_again", "start"))
    assert "Hoeksche" not in client.get(path).content.decode()
    assert client.get(at("_text", "novel")).status_code == 404


@pytest.mark.requirement("S3")
def test_who_is_quoted_answers_on_a_page_of_their_own(place: Town) -> None:
    """S3a: found by name, asked, answered; nobody else sees the question or can answer it."""
    sam, anna, mine = of(place.sam), of(place.anna), reverse("my_quotes")
    assert "Anna" in sam.get(at("_quotes"), {"q": "anna"}).content.decode()
    words = {"person": place.anna.pk, "text": "Ik slaap er beter door.", "named": "Anna, bewoner"}
    assert sam.post(at("_quotes"), words | {"text": ""}).status_code == 422
    assert sam.post(at("_quotes"), words | {"person": place.carla.pk}).status_code == 404
    assert sam.post(at("_quotes"), words).status_code == 302
    quote = Quote.objects.get()
    assert mine in anna.get("/").content.decode()
    assert "Ik slaap er beter door." in anna.get(mine).content.decode()
    assert "Ik slaap" not in of(place.arie).get(mine).content.decode()
    for other in (place.arie, place.sam, place.outsider):
        assert of(other).post(reverse("my_quote_answer", args=[quote.pk]), {"answer": "yes"}).status_code == 404
    anna.post(reverse("my_quote_answer", args=[quote.pk]), {"answer": "yes"})
    assert Quote.objects.get().state == "agreed"
    assert mine not in anna.get("/").content.decode(), "the question is gone once it is answered"
    sam.post(at("_text", "start"), TEXT | {"quotes": [quote.pk], "to": "txt"})
    anna.post(reverse("my_quote_answer", args=[quote.pk]), {"answer": "no"})
    assert Quote.objects.get().state == "agreed", "it stands in a letter that went out"


def test_lists_cost_the_same_however_long(place: Town) -> None:
    client, taken = of(place.sam), {}
    for size in (1, 3):
        for n in range(size):
            Corner.objects.get_or_create(district=place.noord, name=f"Hoek {size}{n}")
            quoting.ask(place.noord, place.anna, text=f"Woorden {n}", named="Anna", by=place.sam)
        for path in (at(""), at("_corners"), at("_quotes"), at("_corners_list", "csv")):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200
            taken.setdefault(path, []).append(len(queries))
    assert all(few >= more for few, more in taken.values()), taken
