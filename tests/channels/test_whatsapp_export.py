"""Is an exported chat read exactly, in every way in which phones write it, and is what the file does not tell asked and never guessed?"""

import datetime
import io
import itertools
import pathlib
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from meldkring.channels import whatsapp_export as export
from meldkring.channels import whatsapp_export_files as files
from meldkring.channels.whatsapp_export_dates import Order
from meldkring.channels.whatsapp_export_kinds import Kind

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = [near / "shared" / "data" / "whatsapp-exports" for near in CHECKOUT.parents[:2]]
TODAY = datetime.date(2026, 11, 26)
D, M, Y = Order.DAY_FIRST, Order.MONTH_FIRST, Order.YEAR_FIRST


def half(at: datetime.datetime, space: str = " ", am: str = "AM", pm: str = "PM") -> str:
    return f"{at.hour % 12 or 12}:{at:%M}{space}{pm if at.hour >= 12 else am}"


def seconds(at: datetime.datetime, space: str = "\u202f") -> str:
    return f"{at.hour % 12 or 12}:{at:%M:%S}{space}{'PM' if at.hour >= 12 else 'AM'}"


Head = Callable[[datetime.datetime], str]
VARIANTS: dict[str, tuple[Order, Head]] = {
    "android nl": (D, lambda at: f"{at:%d-%m-%Y %H:%M} - "),
    "android en-US 24 h": (M, lambda at: f"{at.month}/{at.day}/{at:%y, %H:%M} - "),
    "android en-US 12 h": (M, lambda at: f"{at.month}/{at.day}/{at:%y}, {half(at)} - "),
    "android en-US 12 h, narrow space": (M, lambda at: f"{at.month}/{at.day}/{at:%y}, {half(at, chr(0x202F))} - "),
    "android es-US": (M, lambda at: f"{at:%m/%d/%Y}, {half(at, ' ', 'a. m.', 'p. m.')} - "),
    "android en-GB": (D, lambda at: f"{at:%d/%m/%Y, %H:%M} - "),
    "android en-GB, two digits": (D, lambda at: f"{at:%d/%m/%y, %H:%M} - "),
    "android de": (D, lambda at: f"{at:%d.%m.%Y, %H:%M} - "),
    "android de, short": (D, lambda at: f"{at:%d.%m.%y, %H:%M} - "),
    "android iso": (Y, lambda at: f"{at:%Y/%m/%d, %H:%M} - "),
    "android hu": (Y, lambda at: f"{at:%Y. %m. %d. %H:%M} - "),
    "android fi": (D, lambda at: f"{at.day}.{at.month}.{at:%Y} klo {at:%H.%M} - "),
    "android fr": (D, lambda at: f"{at:%d/%m/%Y à %H:%M} - "),
    "android, long dash": (D, lambda at: f"{at:%d-%m-%Y %H:%M} – "),
    "android sv": (Y, lambda at: f"{at:%Y-%m-%d %H:%M} - "),
    "iphone nl": (D, lambda at: f"[{at:%d-%m-%Y %H:%M:%S}] "),
    "iphone en-GB": (D, lambda at: f"[{at:%d/%m/%Y, %H:%M:%S}] "),
    "iphone en-US 12 h": (M, lambda at: f"[{at.month}/{at.day}/{at:%y}, {seconds(at)}] "),
    "iphone en-AU 12 h": (D, lambda at: f"[{at:%d/%m/%Y}, {seconds(at)}] "),
    "iphone, minutes only": (M, lambda at: f"[{at:%m/%d/%y %H:%M}] "),
}


def render(variant: str, at: datetime.datetime, who: str, text: str, *, mark: str = "") -> str:
    return f"{mark}{VARIANTS[variant][1](at)}{who}: {text}"


def read(content: bytes, order: Order | None = None) -> list[export.Entry]:
    found = export.survey(files.lines(content), today=TODAY)
    order = order or found.order
    assert found.shape is not None
    assert order is not None
    return list(export.entries(files.lines(content), found.shape, order))


def one(line: str) -> export.Entry:
    (entry,) = read(line.encode(), D)
    return entry


# What a person can type: anything but what would be WhatsApp's own words, or a line break that only files have.
LETTERS = st.characters(exclude_categories=("Cs",), exclude_characters="\r\n\x00\u200e")
PASTES = st.sampled_from(
    ["[5/2, 16:08] Alice: hoi", "[2-5 16:08:01] Dave: ja", "12:30 - toen", "2022 was mooi", "15/03/2022 gezien: wit busje", "- 112: gebeld"]
)
LINES = st.one_of(st.text(LETTERS, max_size=25), PASTES)
TEXTS = st.lists(LINES, min_size=1, max_size=4).map("\n".join).filter(lambda text: not text.endswith("\n") and not text.startswith("~"))
NAMES = st.one_of(
    st.sampled_from(["Alice", "Jan-Jan de Vries", "🤓", "+31 6 12345678", "Wim:12 jaar", "person1"]),
    st.text(st.characters(categories=("L", "N", "So")), min_size=1, max_size=20),
)
MOMENTS = st.datetimes(min_value=datetime.datetime(2012, 1, 1), max_value=datetime.datetime(2026, 11, 20))  # noqa: DTZ001 - as in the file
SAID = st.lists(st.tuples(MOMENTS, NAMES, TEXTS), min_size=1, max_size=8)


@given(
    variant=st.sampled_from(sorted(VARIANTS)),
    said=SAID,
    breaks=st.lists(st.sampled_from(["\n", "\r\n"]), min_size=1, max_size=5),
    bom=st.booleans(),
    mark=st.sampled_from(["", "\u200e"]),
)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_was_written_is_read_back_exactly(
    variant: str, said: list[tuple[datetime.datetime, str, str]], breaks: list[str], bom: bool, mark: str
) -> None:
    """Whatever the names, words, line ends and marks, and in whatever order the times are."""
    order, _head = VARIANTS[variant]
    fits = variant.startswith("iphone") and "minutes" not in variant
    meant = [(at.replace(microsecond=0, second=at.second if fits else 0), who, text) for at, who, text in said]
    assume(all(" added" not in who for _at, who, _text in meant))
    lines = "\n".join(render(variant, at, who, text, mark=mark) for at, who, text in meant).split("\n")
    content = "".join(line + end for line, end in zip(lines, itertools.cycle(breaks), strict=False))
    found = read((("\ufeff" if bom else "") + content).encode(), order)
    assert [(e.at, e.sender, e.text) for e in found] == [(at, who.strip(), text) for at, who, text in meant]
    assert all(e.kind is Kind.TEXT and not e.edited for e in found)


@given(variant=st.sampled_from(sorted(VARIANTS)), days=st.lists(MOMENTS, min_size=1, max_size=30))
@settings(max_examples=150, deadline=None)
def test_the_order_of_a_date_is_right_or_asked(variant: str, days: list[datetime.datetime]) -> None:
    """In a chat whose messages stand in order of time the reading is never wrong; None means: ask."""
    order, _head = VARIANTS[variant]
    content = "\n".join(render(variant, at, "A", "x") for at in sorted(days)).encode()
    found = export.survey(files.lines(content), today=TODAY)
    same = all(at.day == at.month for at in days)
    assert found.order in (order, None) or (same and found.order is D)
    assert found.messages == len(days)


@given(content=st.binary(max_size=400))
@example(b"\xff\xfe[\x00")
@example(files.ZIP)
@example(b"[31-12-2022 25:61:61] A: x\n99/99/9999, 99:99 - B: y\n0/0/00, 0:00 - C: z")
@settings(max_examples=150, deadline=None)
def test_no_bytes_make_it_stumble(content: bytes) -> None:
    for given_bytes in (content, files.ZIP + content, b"[02-05-2022 16:12:20] A: " + content):
        try:
            chat = files.chat(io.BytesIO(given_bytes))
        except files.Unreadable:
            continue
        found = export.survey(files.lines(chat), today=TODAY)
        if found.shape:
            assert len(list(export.entries(files.lines(chat), found.shape, found.order or D))) <= found.messages


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (["13-01-2022", "01-02-2022"], D),  # (a) there is no thirteenth month
        (["01/13/22", "02/01/22"], M),
        (["30-02-2022"], None),  # no date at all
        (["01-02-2022", "05-02-2022", "02-03-2022"], D),  # (b) the other way jumps back in time
        (["02/01/22", "02/05/22", "03/02/22"], M),
        (["02-05-2022", "03-05-2022"], None),  # (d) two days in May or two months apart: both are possible
        (["05-05-2022"], D),  # the same either way
        (["02-12-2026"], M),  # the second of December has not been yet
        ([*["20-01-2022"] * 40, "01-20-2022"], D),  # one pasted line among many
        (["20-01-2022", "01-20-2022"], None),
    ],
)  # fmt: skip
def test_day_or_month_first(dates: list[str], order: Order | None) -> None:
    content = "\n".join(f"{day} 12:00 - A: x" for day in dates).encode()
    found = export.survey(files.lines(content), today=TODAY)
    assert (found.order if found.shape else None) is order


def test_clearly_fewer_jumps_decide_and_nearly_as_many_do_not() -> None:
    """(c): a clock that was wrong once does not make the whole file unreadable."""

    def order(days: list[datetime.date]) -> Order | None:
        content = "\n".join(f"{day:%d-%m-%Y} 12:00 - A: x" for day in days).encode()
        return export.survey(files.lines(content), today=TODAY).order

    low = [datetime.date(2022, month, day) for month in range(1, 13) for day in (3, 9)]
    assert order([*low, datetime.date(2020, 1, 2)]) is D
    assert order([datetime.date(2022, 3, 4), datetime.date(2022, 2, 1), datetime.date(2022, 3, 4)]) is None


def test_the_question_shows_both_readings() -> None:
    content = b"02-05-2022 16:08 - Alice: Hoi\n03-05-2022 16:08 - Alice: Hoi"
    found = export.survey(files.lines(content), today=TODAY)
    assert found.order is None
    assert found.examples[0] == ("02-05-2022", datetime.date(2022, 5, 2), datetime.date(2022, 2, 5))
    assert [e.at.month for e in read(content, D)] == [5, 5]
    assert [e.at.month for e in read(content, M)] == [2, 3]


def test_a_paste_from_another_phone_is_no_message() -> None:
    """Not even when it is longer than the chat: an export begins with a head of its own."""
    paste = "\n".join(f"02-05-2022 16:{n:02} - Bob: gezien" for n in range(20))
    found = read(f"[20-05-2022 16:12:20] Alice: kijk\n{paste}\n[21-05-2022 10:00:00] Bob: ja".encode())
    assert [(e.sender, e.line) for e in found] == [("Alice", 1), ("Bob", 22)]
    assert found[0].text == f"kijk\n{paste}"
    assert found[0].raw == "[20-05-2022 16:12:20] Alice: kijk"


ANDROID, IPHONE = "02-05-2022 16:08 - ", "[02-05-2022 16:08:01] "


@pytest.mark.parametrize(
    ("words", "kind", "people"),
    [
        ("Berichten en gesprekken zijn end-to-end versleuteld. Niemand buiten deze chat kan ze lezen.", Kind.ENCRYPTION, ()),
        ("Messages and calls are end-to-end encrypted. Tap to learn more.", Kind.ENCRYPTION, ()),
        ("Alice heeft de groep Buurt: Noord gemaakt", Kind.CREATED, ("Alice",)),
        ("Alice heeft de groep “Buurt Noord” aangemaakt", Kind.CREATED, ("Alice",)),
        ('+12 345 678 created group "Groupname"', Kind.CREATED, ("+12 345 678",)),
        ("Alice created this group", Kind.CREATED, ("Alice",)),
        ("U hebt Alice toegevoegd", Kind.ADDED, ("Alice",)),
        ("Alice heeft u toegevoegd", Kind.ADDED, ("",)),
        ("Alice heeft Bob, Carol en Dave toegevoegd", Kind.ADDED, ("Bob", "Carol", "Dave")),
        ("Dave is toegevoegd", Kind.ADDED, ("Dave",)),
        ("Dave is toegevoegd door Alice", Kind.ADDED, ("Dave",)),
        ("Dave was added by Alice", Kind.ADDED, ("Dave",)),
        ("You added Bob, Carol, and Dave", Kind.ADDED, ("Bob", "Carol", "Dave")),
        ("Alice added +31 6 12345678 and Bob", Kind.ADDED, ("+31 6 12345678", "Bob")),
        ("You were added", Kind.ADDED, ("",)),
        ("Dave neemt deel via uw uitnodiging", Kind.JOINED, ("Dave",)),
        ("Dave is deelnemer geworden via de uitnodigingslink van deze groep", Kind.JOINED, ("Dave",)),
        ("Dave nam deel via een groepslink", Kind.JOINED, ("Dave",)),
        ("~\u00a0Dave is lid van de groep geworden via een uitnodigingslink", Kind.JOINED, ("Dave",)),
        ("Dave joined using this group's invite link", Kind.JOINED, ("Dave",)),
        ("Dave heeft de groep verlaten", Kind.LEFT, ("Dave",)),
        ("Dave left", Kind.LEFT, ("Dave",)),
        ("Alice heeft Dave verwijderd", Kind.REMOVED, ("Dave",)),
        ("U hebt \u202a+31\u00a06\u00a012345678\u202c verwijderd", Kind.REMOVED, ("+31 6 12345678",)),
        ("Alice removed Dave", Kind.REMOVED, ("Dave",)),
        ("Alice removed Dave from the group", Kind.REMOVED, ("Dave",)),
        ("Alice heeft Dave uit de groep verwijderd", Kind.REMOVED, ("Dave",)),
        ("Dave was removed", Kind.REMOVED, ("Dave",)),
        ("U bent nu beheerder", Kind.ADMIN, ("",)),
        ("Alice is nu een beheerder", Kind.ADMIN, ("Alice",)),
        ("Alice is niet langer beheerder", Kind.ADMIN, ("Alice",)),
        ("You're now an admin", Kind.ADMIN, ("",)),
        ("Alice heeft het onderwerp gewijzigd van “Buurt: oud” naar “Buurt: nieuw”", Kind.SUBJECT, ("Alice",)),
        ('Alice changed the subject from "A: b" to "C: d"', Kind.SUBJECT, ("Alice",)),
        ("+31 6 12345678 changed to +31 6 87654321", Kind.NUMBER, ("+31 6 12345678", "+31 6 87654321")),
        ("Dave changed their phone number to a new number. Tap to message or add the new number.", Kind.NUMBER, ("Dave",)),
        ("Alice heeft de groepsafbeelding verwijderd", Kind.SYSTEM, ()),
        ("Your security code with Dave changed. Tap to learn more.", Kind.SYSTEM, ()),
        ("Alice heeft de naam van de groep gewijzigd in “Buurt: nieuw”", Kind.SUBJECT, ("Alice",)),
        ("Dave wil deelnemen", Kind.SYSTEM, ()),
        ("Alice heeft zelfwissende berichten ingeschakeld", Kind.SYSTEM, ()),
        ("Alice turned on disappearing messages", Kind.SYSTEM, ()),
        ("Iets dat niemand kent", Kind.SYSTEM, ()),
    ],
)  # fmt: skip
def test_lines_of_whatsapp_itself(words: str, kind: Kind, people: tuple[str, ...]) -> None:
    """On Android without a sender; on an iPhone with the group's name or the actor before it, and an invisible mark."""
    found = one(ANDROID + words)
    assert (found.kind, found.people, found.sender) == (kind, people, "")
    found = one(f"{IPHONE}Buurt Noord: \u200e{words}")
    assert (found.kind, found.people, found.sender) == (kind, people, "")


def test_what_a_person_writes_is_never_a_line_of_whatsapp() -> None:
    found = one(f"{IPHONE}Alice: Dave heeft de groep verlaten")
    assert (found.kind, found.sender) == (Kind.TEXT, "Alice")
    assert one(f"{ANDROID}Alice: Dave left").kind is Kind.TEXT


@pytest.mark.parametrize(
    ("words", "kind", "text"),
    [
        ("<Media weggelaten>", Kind.OMITTED, ""),
        ("<Media omitted>", Kind.OMITTED, ""),
        ("\u200eafbeelding weggelaten", Kind.OMITTED, ""),
        ("\u200eimage omitted", Kind.OMITTED, ""),
        ("verslag.pdf • \u200e3 pagina's \u200edocument weggelaten", Kind.OMITTED, ""),
        ("\u200eIMG-20220502-WA0001.jpg (bestand bijgevoegd)\nHet busje", Kind.ATTACHMENT, "Het busje"),
        ("IMG-20220502-WA0001.jpg (file attached)", Kind.ATTACHMENT, ""),
        ("\u200e<bijgevoegd: 00000014-PHOTO-2022-05-02-16-12-20.jpg>", Kind.ATTACHMENT, ""),
        ("\u200e<attached: 00000014-PHOTO-2022-05-02-16-12-20.jpg>", Kind.ATTACHMENT, ""),
        ("Dit bericht is verwijderd", Kind.DELETED, ""),
        ("U hebt dit bericht verwijderd.", Kind.DELETED, ""),
        ("\u200eThis message was deleted.", Kind.DELETED, ""),
        ("You deleted this message", Kind.DELETED, ""),
        ("Locatie: https://maps.google.com/?q=52.1,5.1", Kind.LOCATION, "Locatie: https://maps.google.com/?q=52.1,5.1"),
        ("\u200eLocation: https://maps.google.com/?q=52.1,5.1", Kind.LOCATION, "Location: https://maps.google.com/?q=52.1,5.1"),
        ("null", Kind.OMITTED, ""),
        ("<View once voice message omitted>", Kind.OMITTED, ""),
        ("\u200eEenmalige foto weggelaten", Kind.OMITTED, ""),
        ("\u200ePOLL:\n\u200eWie komt er?\n\u200eOPTIE: ik (\u200e2 stemmen)", Kind.TEXT, "POLL:\nWie komt er?\nOPTIE: ik (2 stemmen)"),
        ("De sleutel is weggelaten", Kind.TEXT, "De sleutel is weggelaten"),
        ("Op locatie: niemand gezien", Kind.TEXT, "Op locatie: niemand gezien"),
    ],
)  # fmt: skip
def test_kinds_of_messages(words: str, kind: Kind, text: str) -> None:
    found = one(f"{IPHONE}Alice: {words}")
    assert (found.kind, found.text, found.sender) == (kind, text, "Alice")


def test_edited_messages_keep_their_words_only() -> None:
    for words in ("Wit busje <Dit bericht is bewerkt>", "Wit busje \u200e<This message was edited>"):
        found = one(f"{ANDROID}Alice: {words}")
        assert (found.text, found.edited) == ("Wit busje", True)


def test_names_and_numbers_as_people_write_them() -> None:
    for written, name, number in (
        ("\u202a+31\u00a06\u00a012345678\u202c", "+31 6 12345678", "+31612345678"),
        ("+1 (555) 123\u20114567", "+1 (555) 123-4567", "+15551234567"),
        ("~\u00a0Anna", "Anna", ""),
        ("~\u202fAnna", "Anna", ""),
        ("Anna 12", "Anna 12", ""),
    ):
        found = one(f"{IPHONE}{written}: hoi")
        assert (found.sender, export.number(found.sender)) == (name, number)


def test_one_endless_message_does_not_fill_the_memory() -> None:
    found = read(b"20-05-2022 16:08 - A: x\n" + b"y" * 99 + b"\n" + b"z\n" * 200_000)
    assert len(found) == 1
    assert len(found[0].text) <= export.LONGEST


# What is handed over.


def packed(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as file:
        for name, content in entries.items():
            file.writestr(name, content)
    made.seek(0)
    return made


CHAT = b"20-05-2022 16:08 - A: x"


@pytest.mark.parametrize(
    "entries",
    [
        {"_chat.txt": CHAT, "__MACOSX/._chat.txt": b"junk", "IMG-1.jpg": b"x" * 999},
        {"WhatsApp-chat met Buurt.txt": CHAT, "recepten.txt": b"x"},
        {"../../_chat.txt": CHAT},
    ],
)
def test_a_zip_of_a_phone(entries: dict[str, bytes]) -> None:
    assert files.chat(packed(entries)) == CHAT


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (lambda: packed({"_chat.txt": b"a" * 4_000_000}), files.TOO_LARGE),
        (lambda: packed({f"{n}.jpg": b"" for n in range(files.MOST_ENTRIES + 1)}, zipfile.ZIP_STORED), files.TOO_MANY),
        (lambda: packed({"a.jpg": b"x", "__MACOSX/_chat.txt": CHAT}), files.NO_CHAT),
        (lambda: packed({"a/_chat.txt": CHAT, "b/_chat.txt": CHAT}), files.SEVERAL),
        (lambda: io.BytesIO(packed({"_chat.txt": CHAT * 20}).getvalue()[:60]), files.BROKEN),
        (lambda: io.BytesIO(packed({"_chat.txt": CHAT}).getvalue().replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")), files.LOCKED),
    ],
    ids=["bomb", "too many", "none", "several", "cut off", "locked"],
)  # fmt: skip
def test_a_zip_that_is_not_trusted(made: Callable[[], io.BytesIO], why: str) -> None:
    with pytest.raises(files.Unreadable) as refused:
        files.chat(made())
    assert refused.value.why == why


def test_a_zip_that_lies_about_its_size() -> None:
    """The header says 22 bytes; what comes out is not believed to be less than it is."""
    big = packed({"_chat.txt": b"a" * 4_000_000}).getvalue().replace((4_000_000).to_bytes(4, "little"), (22).to_bytes(4, "little"))
    with pytest.raises(files.Unreadable):
        files.chat(io.BytesIO(big))


# Files that others published: read in place, see SOURCES.md beside them.


@pytest.fixture(scope="module")
def samples() -> pathlib.Path:
    found = next((folder for folder in SAMPLES if folder.exists()), None)
    if found is None:
        pytest.skip("NO SAMPLES: ../shared/data/whatsapp-exports is not on this machine")
    return found


def test_the_same_chat_in_five_countries(samples: pathlib.Path) -> None:
    """Nine entries, six with words, by five people; the malformed line counts as one of WhatsApp's own."""
    read_back = []
    for path in sorted((samples / "chat-miner").glob("*.txt")):
        found = read(files.chat(path.open("rb")))
        assert len(found) == 9
        assert len({e.sender for e in found if e.is_said}) == 5
        read_back.append([(e.at.replace(second=0), e.sender, e.text, e.kind) for e in found])
    assert len(read_back) == 5
    assert all(chat == read_back[0] for chat in read_back)
    assert read_back[0][2][2].startswith("Lorem ipsum dolor sit amet,\nconsectetur")


def test_a_real_iphone_chat_and_its_variants(samples: pathlib.Path) -> None:
    """Ten entries whose times are not in order; nothing is sorted away."""
    paths = [*(samples / "soda-port").glob("*.txt"), samples / "soda-port" / "whatsapp_chat.zip"]
    assert len(paths) == 8
    for path in paths:
        found = read(files.chat(path.open("rb")))
        assert [e.is_said for e in found] == [False, *[True] * 9], path
        assert {e.sender for e in found if e.is_said} == {"person1", "person2", "person3", "person4"}
        assert found[0].kind is Kind.ENCRYPTION
        assert found[5].kind is Kind.LOCATION
        assert found[-1].at.date() == datetime.date(2020, 7, 14)
