"""Is every piece good paper: the code scans, a screen reader can read it, the fonts are inside, and no name is too long for it?"""

import io
import itertools
import time

import pypdf
import pytest
from django.utils import translation
from tests.publicity import paper

from meldkring.publicity import printing
from meldkring.publicity.facts import Facts
from meldkring.publicity.models import Corner
from meldkring.publicity.pieces import PIECES, Piece
from meldkring.publicity.printing import COLOURS, LANGUAGES, Look

LINK = "https://buurtpreventie.nuenen-gerwen-nederwetten.example/q/7kc3fh"
CODES = {"poster-a4": [1], "poster-a3": [1], "flyer": [2, 0], "door": [4], "container": [2], "card": [0, 4], "sign": [0], "post": [0]}
# Where on its sheet each copy of a piece lies, in mm from the upper left: x, y, width, height. No text comes nearer to its edge than 3 mm.
TILES = {
    "poster-a4": [(0, 0, 210, 297)],
    "poster-a3": [(0, 0, 297, 420)],
    "flyer": [(0, 0, 148.5, 210), (148.5, 0, 148.5, 210)],
    "door": [(x, y, 90, 130) for x in (10, 110) for y in (12, 155)],
    "container": [(x, 8, 138, 194) for x in (7, 152)],
    "card": [(x, y, 105, 148.5) for x in (0, 105) for y in (0, 148.5)],
    "sign": [(12 + 30, 12 + 30, 390, 540)],
    "post": [(10, 10, 361, 361)],
}
LONGEST_NAME = "Oud-Beijerland Bedrijventerrein De Hoogerwerf"

each = pytest.mark.parametrize(
    ("piece", "language", "colour"), [pytest.param(*of, id="-".join((of[0].key, *of[1:]))) for of in itertools.product(PIECES.values(), LANGUAGES, COLOURS)]
)  # fmt: skip


def told(name: str = LONGEST_NAME) -> Facts:
    return Facts(name, "Hardinxveld-Giessendam", 330, 12, [f"Buurt {n}" for n in range(14)])


def data(piece: Piece, language: str = "nl", colour: str = "colour", *, name: str = LONGEST_NAME, corner: str = "") -> printing.Data:
    look = Look(language, colour, Corner(name=corner) if corner else None)
    return printing.data(piece, told(name), look, url=LINK)


@pytest.mark.requirement("S3")
@each
def test_every_piece_is_good_paper(piece: Piece, language: str, colour: str) -> None:
    """S3: each piece, in both languages, in colour and without, made once and looked at from all sides."""
    pdf = printing.pdf(piece.shape, data(piece, language, colour))
    read = pypdf.PdfReader(io.BytesIO(pdf))
    root = read.trailer["/Root"]
    assert len(read.pages) == piece.pages, "what does not fit makes a page more"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == language
    assert "pdfuaid" in root["/Metadata"].get_data().decode()
    assert LONGEST_NAME in read.metadata.title
    assert "/H1" in paper.tags(pdf)
    assert all(inside and "NotoSans" in name for name, inside in paper.fonts(pdf).items())
    assert paper.codes(pdf) == [[LINK] * number for number in CODES[piece.key]]
    for number, (_width, height), boxes in paper.lines(pdf):
        assert not [run for run in boxes if not inside_a_tile(run, height, TILES[piece.key])], number
        assert not paper.overlaps(boxes), number


def inside_a_tile(run: tuple[float, float, float, float, str], height: float, tiles: list[tuple[float, float, float, float]]) -> bool:
    left, bottom, right, top = (side / 72 * 25.4 for side in (run[0], height - run[1], run[2], height - run[3]))
    return any(x + 3 <= left and right <= x + w - 3 and y + 3 <= top and bottom <= y + h - 3 for x, y, w, h in tiles)


@pytest.mark.requirement("S3")
@pytest.mark.parametrize("piece", PIECES.values(), ids=lambda piece: piece.key)
def test_no_letter_of_one_endless_word_leaves_its_place(piece: Piece) -> None:
    """S3: with the longest word that we could make up, in both languages."""
    for language in LANGUAGES:
        pdf = printing.pdf(piece.shape, data(piece, language, name=paper.MADE_UP[3]))
        for number, (_width, height), boxes in paper.lines(pdf):
            assert not [run for run in boxes if not inside_a_tile(run, height, TILES[piece.key])], (language, number)
            assert not paper.overlaps(boxes), (language, number)


@pytest.mark.parametrize("piece", PIECES.values(), ids=lambda piece: piece.key)
def test_made_up_names_of_sixty_letters_fit(piece: Piece) -> None:
    """S3: also one word of more than thirty letters."""
    assert max(map(len, paper.MADE_UP)) >= 60
    wrong = {name: over for name in paper.MADE_UP if (over := printing.overflowing(piece.shape, data(piece, name=name)))}
    assert not wrong


@pytest.mark.parametrize("piece", PIECES.values(), ids=lambda piece: piece.key)
def test_the_longest_real_names_fit(piece: Piece) -> None:
    """S3"""
    wrong = {name: over for name in paper.longest() if (over := printing.overflowing(piece.shape, data(piece, name=name)))}
    assert not wrong


def test_what_cannot_fit_is_noticed() -> None:
    """The tests above would see it."""
    assert printing.overflowing("sign", data(PIECES["sign"], name="Wijk\n" * 100))
    assert printing.overflowing("flyer", {**data(PIECES["flyer"]), "facts": ["tussen wal en schip"] * 40})


@pytest.mark.requirement("S3")
@pytest.mark.parametrize("colour", COLOURS)
def test_the_sign_for_the_sign_maker(colour: str) -> None:
    """S3b: bleed, crop marks and outlines; with a code at the foot when it is made for one corner."""
    sign = PIECES["sign"]
    read = pypdf.PdfReader(io.BytesIO(printing.pdf("sign", data(sign, colour=colour))))
    trim, media = (
        [float(n) / 72 * 25.4 for n in read.pages[0][box]] for box in ("/TrimBox", "/MediaBox")
    )  # fmt: skip
    assert [round(trim[2] - trim[0]), round(trim[3] - trim[1])] == [450, 600]
    assert [round(media[2] - media[0]), round(media[3] - media[1])] == [474, 624]
    outlined = printing.svg("sign", data(sign, colour=colour)).decode()
    assert outlined.startswith("<svg")
    assert "<text" not in outlined
    assert "<path" in outlined
    here = data(sign, colour=colour, corner="Laninghof")
    assert paper.codes(printing.pdf("sign", here)) == [[LINK]]
    for name in (*paper.MADE_UP, LONGEST_NAME):
        assert not printing.overflowing("sign", data(sign, colour=colour, name=name, corner="Laninghof"))


def test_the_picture_for_social_media_is_a_square() -> None:
    """S3"""
    (png,) = printing.png("post", data(PIECES["post"]))
    assert png.startswith(b"\x89PNG")
    assert (int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")) == (1080, 1080)


def test_in_black_and_white_there_is_no_colour() -> None:
    """S3: and the same judge sees colour where it is."""
    assert not [p.key for p in PIECES.values() if paper.coloured(printing.pdf(p.shape, data(p, colour="bw")))]
    assert paper.coloured(printing.pdf("door", data(PIECES["door"])))


def test_a_pdf_takes_far_less_than_two_seconds() -> None:
    printing.pdf("poster", data(PIECES["poster-a3"]))
    for piece in PIECES.values():
        started = time.process_time()
        printing.pdf(piece.shape, data(piece))
        assert time.process_time() - started < 1, piece.key


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_promise_nothing_and_say_112_first(language: str) -> None:
    """S1, S3: no promise of fewer burglaries, never that the police read along, no brand of a messenger."""
    with translation.override(language):
        words = data(PIECES["flyer"], language)["words"]
    flat = str(words)
    assert "112" in words["steps"][0]
    assert all(said in flat for said in ("112", "40%", "Rotterdam"))
    assert ("politie leest niet mee" if language == "nl" else "police do not read along") in flat
    assert "whatsapp" not in flat.lower()


def test_numbers_that_are_too_small_are_left_out() -> None:
    """S3: what stands on paper points at nobody."""
    few = Facts("Noord", "Waterdam", None, 1, ["Linden"])
    with translation.override("nl"):
        assert few.lines() == ["1 wijkgroep", "1 buurt"]
    with translation.override("en"):
        assert told().lines() == ["330+ neighbours", "12 watch groups", "14 neighbourhoods"]
