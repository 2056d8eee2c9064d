"""Is every letter ready to send but for what only people know, does nothing typed get lost, and is nobody quoted without a yes?"""

import io
import re

import pypdf
import pytest
import time_machine
from django.core import mail
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.publicity import paper
from tests.town import Town, town

from meldkring.audit.models import Line
from meldkring.cases import reporting
from meldkring.cases.models import Called
from meldkring.figures import keeping
from meldkring.groups import roles
from meldkring.people import mailing
from meldkring.places.models import District
from meldkring.publicity import printing, quoting, writing
from meldkring.publicity.models import Draft, Quote, Text

WORDS = "Sindsdien groet ik iedereen in mijn straat."


@pytest.fixture
def place() -> Town:
    return town()


def saved(
    place: Town, body: str, *, kind: str = "start", version: int = 0, quotes: tuple[int, ...] = (), by: object = None
) -> writing.Written:
    given = {"title": "Buren letten op elkaar", "body": body, "quotes": quotes, "version": version}
    return writing.keep(place.noord, kind, "nl", **given, by=by or place.sam)


def asked(place: Town, text: str = WORDS) -> Quote:
    return quoting.ask(place.noord, place.anna, text=text, named="Anna, bewoner", by=place.sam)


@pytest.mark.requirement("S3")
@pytest.mark.django_db
@pytest.mark.parametrize("language", printing.LANGUAGES)
@pytest.mark.parametrize("kind", Text.values)
def test_every_text_is_whole_and_honest(place: Town, kind: str, language: str) -> None:
    """S3a, S3c: a letter for each occasion and an article, in both languages."""
    written = writing.ours(place.noord, kind, language)
    flat = f"{written.title}\n{written.body}"
    assert "{" not in flat
    assert "  " not in flat
    assert "Noord" in written.title
    assert "112" in flat
    assert re.search(r"/q/\w{6}", flat)
    if "40%" in flat:
        assert "Rotterdam" in flat
        assert "belo" in flat or "promise" in flat or kind == "year"
    assert "whatsapp" not in flat.lower()
    assert not writing.unagreed(written.body, [])
    for name in ("Anna", "Fatima", "Lindelaan"):
        assert name not in flat


@pytest.mark.requirement("S3")
@pytest.mark.django_db
@pytest.mark.parametrize("language", printing.LANGUAGES)
@pytest.mark.parametrize("kind", Text.values)
def test_a_text_on_paper(kind: str, language: str, place: Town) -> None:
    """S3a: tagged, in its language, on one page, with the longest of names."""
    District.objects.filter(pk=place.noord.pk).update(name=paper.MADE_UP[3])
    noord = District.objects.get(pk=place.noord.pk)
    pdf = writing.pdf(writing.ours(noord, kind, language), noord)
    read = pypdf.PdfReader(io.BytesIO(pdf))
    assert read.trailer["/Root"]["/Lang"] == language
    assert "pdfuaid" in read.trailer["/Root"]["/Metadata"].get_data().decode()
    assert {"/H1", "/P"} <= paper.tags(pdf)
    assert all(inside and "NotoSans" in name for name, inside in paper.fonts(pdf).items())
    assert len(read.pages) == 1
    for _number, (width, height), boxes in paper.lines(pdf):
        assert not [b for b in boxes if b[0] < 0 or b[1] < 0 or b[2] > width - 40 or b[3] > height]
        assert not paper.overlaps(boxes)


@pytest.mark.django_db
def test_the_year_tells_its_figures_and_hides_the_small_ones(place: Town) -> None:
    """S3a: what is left out elsewhere is left out here; before summer the letter is about the year before."""
    with time_machine.travel("2026-10-05 12:00:00+02:00"):
        for n in range(22):
            reporting.report(f"A {n}", group=place.watch_a, by=place.anna, called=Called.BY_ME if n < 14 else Called.NOT_NEEDED)
        keeping.keep()
        autumn = writing.ours(place.noord, "year", "nl")
        assert "nothing to report" in writing.ours(place.zuid, "year", "en").body
        reporting.report("C", group=place.watch_c, by=place.carla, called=Called.BY_ME)
        keeping.keep()
        assert "too few to give a number" in writing.ours(place.zuid, "year", "en").body
    assert autumn.title.startswith("2026:")
    assert "22 meldingen" in autumn.body
    assert "14 daarvan" in autumn.body
    with time_machine.travel("2027-02-01 12:00:00+01:00"):
        assert writing.ours(place.noord, "year", "nl").title.startswith("2026:")
    with time_machine.travel("2027-08-01 12:00:00+02:00"):
        assert "niets te melden" in writing.ours(place.noord, "year", "nl").body


@pytest.mark.django_db
@pytest.mark.postgres
def test_what_is_typed_is_kept_and_a_colleague_is_not_overwritten(place: Town) -> None:
    saved(place, "Eerste tekst.")
    assert writing.read(place.noord, "start", "nl").body == "Eerste tekst."
    assert writing.read(place.noord, "start", "en").version == 0, "each language has its own"
    saved(place, "Tweede tekst.", by=place.sofie, version=1)
    with pytest.raises(writing.Overtaken) as refused:
        saved(place, "Van Sam.", version=1)
    assert "Sofie" in str(refused.value)
    assert refused.value.theirs.body == "Tweede tekst."
    assert saved(place, "Van Sam.", version=2).version == 3
    assert saved(place, "Van Sam nog eens.", version=2).version == 4, "their own second tab is no colleague"
    writing.begin_again(place.noord, "start", "nl", by=place.sofie)
    assert not Draft.objects.exists()


@pytest.mark.django_db
def test_only_steering_members_of_the_district_write(place: Town) -> None:
    quote = asked(place)
    for other in (place.anna, place.zora, place.officer, place.outsider):
        with pytest.raises(roles.NotAllowed):
            saved(place, "Tekst.", by=other)
        with pytest.raises(roles.NotAllowed):
            writing.take_out(place.noord, "start", "nl", by=other)
        with pytest.raises(roles.NotAllowed):
            quoting.ask(place.noord, place.anna, text="Ja", named="Anna", by=other)
        with pytest.raises(roles.NotAllowed):
            quoting.cancel(quote, by=other)


@pytest.mark.requirement("S3")
@pytest.mark.django_db
@pytest.mark.postgres
def test_nobody_is_quoted_before_they_said_yes(place: Town) -> None:
    """S3a: asked in the app and by e-mail, answered by the person alone, revocable until it is used, all of it recorded."""
    quote = asked(place)
    mailing.send_due()
    assert WORDS in mail.outbox[0].body
    assert mail.outbox[0].to == ["anna@example.org"]
    assert not saved(place, "Een.\n\nTwee.\n\nDrie.", quotes=(quote.pk,)).quotes
    with pytest.raises(quoting.CannotQuote):
        quoting.answer(quote, True, by=place.sam)
    quoting.answer(quote, True, by=place.anna)
    written = saved(place, "Een.\n\nTwee.\n\nDrie.", quotes=(quote.pk,), version=1)
    assert [b.kind for b in written.blocks] == ["text", "text", "quote", "text"]
    assert f"“{WORDS}”\n– Anna, bewoner" in written.plain()
    quoting.answer(quote, False, by=place.anna)
    assert WORDS not in writing.take_out(place.noord, "start", "nl", by=place.sam).plain()
    quoting.answer(quote, True, by=place.anna)
    assert WORDS in writing.take_out(place.noord, "start", "nl", by=place.sam).plain()
    assert "<blockquote>" in writing.html(writing.read(place.noord, "start", "nl"))
    with pytest.raises(quoting.CannotQuote):
        quoting.answer(quote, False, by=place.anna)
    done = list(Line.objects.filter(action__startswith="quote").order_by("pk").values_list("action", "details__state"))
    assert done == [("quote_asked", None), ("quote_answered", "agreed"), ("quote_answered", "revoked"), ("quote_answered", "agreed")]


@pytest.mark.django_db
def test_a_quote_typed_in_the_text_needs_a_yes_too(place: Town) -> None:
    saved(place, f"Een.\n\n“{WORDS}” zegt een buurvrouw.")
    with pytest.raises(writing.NotReady):
        writing.take_out(place.noord, "start", "nl", by=place.sam)
    quoting.answer(asked(place), True, by=place.anna)
    assert writing.take_out(place.noord, "start", "nl", by=place.sam)


@pytest.mark.django_db
def test_a_quote_in_the_heading_needs_a_yes_too(place: Town) -> None:
    given = {"title": f"“{WORDS}”", "body": "Een.", "quotes": (), "version": 0}
    writing.keep(place.noord, "start", "nl", **given, by=place.sam)
    with pytest.raises(writing.NotReady):
        writing.take_out(place.noord, "start", "nl", by=place.sam)


@pytest.mark.django_db
@pytest.mark.postgres
def test_what_was_agreed_and_typed_in_the_text_went_out_with_it(place: Town) -> None:
    """Ticked or typed: once a text went out with the words they cannot be taken back."""
    quote, other = asked(place), asked(place, "Dit staat nergens in de tekst.")
    for one in (quote, other):
        quoting.answer(one, True, by=place.anna)
    saved(place, f"Een.\n\n“{WORDS.upper()}” zegt een buurvrouw.")
    writing.take_out(place.noord, "start", "nl", by=place.sam)
    with pytest.raises(quoting.CannotQuote):
        quoting.answer(quote, False, by=place.anna)
    assert quoting.answer(other, False, by=place.anna).state == Quote.State.REVOKED


@pytest.mark.django_db
def test_what_has_to_be_filled_in_goes_out_first(place: Town) -> None:
    with pytest.raises(writing.NotReady) as refused:
        writing.take_out(place.noord, "meeting", "nl", by=place.sam)
    assert "[zaal en adres]" in str(refused.value)


@pytest.mark.django_db
def test_who_does_not_take_part_is_not_asked(place: Town) -> None:
    for other in (place.carla, place.outsider):
        with pytest.raises(quoting.CannotQuote):
            quoting.ask(place.noord, other, text=WORDS, named="X", by=place.sam)
    assert quoting.ask(place.noord, place.officer, text=WORDS, named="De wijkagent", by=place.sam)
    assert [p.first_name for p in quoting.found(place.noord, "anna linde")] == ["Anna"]
    assert [p.first_name for p in quoting.found(place.noord, "anna " * 2000)] == ["Anna"], "an endless question is no error"
    quote = asked(place)
    quoting.cancel(quote, by=place.sofie)
    with pytest.raises(quoting.CannotQuote):
        quoting.answer(quote, True, by=place.anna)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from(["een", "Dé", "auto’s", "'s-Gravendeel", "-", "wij,", "ja"]), min_size=4, max_size=12),
    st.sampled_from(["“”", '""', "„”", "«»", "‘’"]),
)
def test_said_between_any_quotation_marks(words: list[str], marks: str) -> None:
    """Also over a line's end, with another case, or with a full stop more."""
    said = " ".join(words)
    text = f"Hij zei: {marks[0]}{said.replace(' ', chr(10), 1)}{marks[1]} en ging."
    assert writing.unagreed(text, []) == [said]
    assert writing.unagreed(text, [said.upper() + "."]) == []
    assert writing.unagreed(f"De {marks[0]}lange arm{marks[1]} telt niet.", []) == []
    assert writing.unagreed("‘s Avonds zetten wij de auto’s en fietsen op slot, ook ’s nachts.", []) == []


@pytest.mark.django_db
def test_what_people_write_cannot_become_markup(place: Town) -> None:
    District.objects.filter(pk=place.noord.pk).update(name="<b>Noord</b> & #Zuid *x* _y_")
    noord = District.objects.get(pk=place.noord.pk)
    body = 'Een <script>alert(1)</script> #let x = 1 $a$ @b \\ "aan" https://example.org/?a=1&b=2'
    written = writing.keep(noord, "article", "nl", title="<i>Kop</i>", body=body, quotes=[], version=0, by=place.sam)
    html = writing.html(written)
    assert "<script" not in html
    assert "<i>" not in html
    assert 'href="https://example.org/?a=1&amp;b=2"' in html
    shown = pypdf.PdfReader(io.BytesIO(writing.pdf(written, noord))).pages[0].extract_text()
    assert "#let x = 1 $a$ @b" in shown
