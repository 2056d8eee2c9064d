"""A code on paper: one page per letter, made to be read by people, phones and screen readers; only who has the paper has the code."""

import datetime
import io
import re

import pypdf
import pypdfium2
import pytest
import time_machine
import zxingcpp
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.joining.applying import apply, settle
from tests.town import Town, town

from meldkring.groups import access, roles
from meldkring.joining import code_letters, proving, resuming
from meldkring.joining.code_letters import Addressee
from meldkring.joining.models import Application, CodeLetter, Proof
from meldkring.people.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
LINK = "https://meldkring.example.org/brief/noord/"
CODE = re.compile(rf"\b([{code_letters.LETTERS}]{{4}}) ([{code_letters.LETTERS}]{{4}})\b")


def of(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def place() -> Town:
    cache.clear()
    made = town()
    made.noord.asks_letter, made.noord.asks_approval = True, False
    made.noord.save()
    return made


@pytest.fixture
def noor(place: Town) -> Application:
    where = settle(place)
    return apply(place.noord, where["linden"], name="Noor", postcode="3262AB", house_number=12, house_suffix="A", street="Lindelaan")


def printed(place: Town, *who: Application | Person) -> pypdf.PdfReader:
    pdf = code_letters.print_batch([Addressee(w) for w in who], steering=place.steering_1, by=place.fatima, link=LINK)
    return pypdf.PdfReader(io.BytesIO(pdf))


def code_on(page: pypdf.PageObject) -> str:
    found = CODE.search(page.extract_text())
    assert found
    return found[0]


def test_a_page_for_each_with_name_address_and_code(place: Town, noor: Application) -> None:
    other = apply(place.noord, noor.neighbourhood, name="Daan", last_name="Çelik-Müller", postcode="3262 ab", house_number=1)
    pdf = printed(place, noor, other)
    assert len(pdf.pages) == 2
    first, second = (page.extract_text() for page in pdf.pages)
    for line in ("Noor de Vries", "Lindelaan 12A", "3262 AB", "Waterdam"):
        assert line in first
        assert line not in second or line in ("3262 AB", "Waterdam")
    assert "Daan Çelik-Müller" in second
    assert code_on(pdf.pages[0]) != code_on(pdf.pages[1])


def test_the_square_on_the_paper_leads_to_the_page(place: Town, noor: Application) -> None:
    pdf = code_letters.print_batch([Addressee(noor)], steering=place.steering_1, by=place.fatima, link=LINK)
    document = pypdfium2.PdfDocument(pdf)
    bitmap = document[0].render(scale=3)
    found = [code.text for code in zxingcpp.read_barcodes(bitmap.to_numpy())]
    bitmap.close()
    document.close()
    assert found == [LINK]


def test_the_pdf_is_for_every_printer_and_screen_reader(place: Town, noor: Application) -> None:
    pdf = printed(place, noor)
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"]
    assert "pdfuaid" in root["/Metadata"].get_data().decode()
    assert pdf.metadata.title
    fonts = pdf.pages[0]["/Resources"]["/Font"].values()
    assert fonts
    for font in fonts:
        (child,) = font.get_object()["/DescendantFonts"]
        descriptor = child.get_object()["/FontDescriptor"]
        assert "/FontFile2" in descriptor or "/FontFile3" in descriptor


def test_the_code_proves_the_address_and_admits(place: Town, noor: Application) -> None:
    code = code_on(printed(place, noor).pages[0])
    code_letters.take(code.lower().replace(" ", "-"), who=noor)
    noor.refresh_from_db()
    assert noor.state == Application.State.ADMITTED
    assert access.groups(noor.person) == [place.watch_a]
    assert noor.person.proofs.filter(how=Proof.How.LETTER).exists()
    with pytest.raises(code_letters.WrongCode):
        code_letters.take(code, who=noor)


def test_only_a_digest_is_kept(place: Town, noor: Application) -> None:
    code = code_on(printed(place, noor).pages[0])
    kept = str(list(CodeLetter.objects.values()))
    assert code.replace(" ", "") not in kept
    assert code not in kept


def test_printing_again_ends_the_code_before(place: Town, noor: Application) -> None:
    before, after = (code_on(printed(place, noor).pages[0]) for _n in range(2))
    with pytest.raises(code_letters.WrongCode):
        code_letters.take(before, who=noor)
    code_letters.take(after, who=noor)


def test_a_code_is_for_one_person_and_two_months(place: Town, noor: Application) -> None:
    code = code_on(printed(place, noor).pages[0])
    other = apply(place.noord, noor.neighbourhood)
    with pytest.raises(code_letters.WrongCode):
        code_letters.take(code, who=other)
    with time_machine.travel(timezone.now() + code_letters.VALID_FOR), pytest.raises(code_letters.WrongCode):
        code_letters.take(code, who=noor)


def test_guessing_stops(place: Town, noor: Application) -> None:
    code = code_on(printed(place, noor).pages[0])
    for _n in range(code_letters.TRIES):
        with pytest.raises(code_letters.WrongCode):
            code_letters.take("34679CDF", who=noor)
    with pytest.raises(code_letters.TooManyTries):
        code_letters.take(code, who=noor)
    assert not Proof.objects.exists()


def test_who_may_get_a_letter(place: Town, noor: Application) -> None:
    now = timezone.now()
    for person, number in ((place.anna, 3), (place.arie, 4)):
        person.postcode, person.house_number, person.neighbourhood = "3262AB", number, noor.neighbourhood
        person.save()
        proving.prove(person, Proof.How.APPROVED, place.fatima)
    place.anna.proofs.update(until=now + datetime.timedelta(days=20))
    found = code_letters.addressees(place.steering_1, by=place.fatima)
    assert [a.who for a in found] == [noor, place.anna]
    printed(place, place.anna)
    renewed = code_letters.addressees(place.steering_1, by=place.fatima)
    assert [bool(a.sent_at) for a in renewed] == [False, True]
    for other in (place.sam, place.anna, place.zora):
        with pytest.raises(roles.NotAllowed):
            code_letters.addressees(place.steering_1, by=other)


def test_a_member_renews_on_the_page(place: Town, noor: Application) -> None:
    place.anna.postcode, place.anna.house_number = "3262AB", 3
    place.anna.save()
    code = code_on(printed(place, place.anna).pages[0])
    page = reverse("code_letter_of", args=["noord"])
    anna = of(place.anna)
    assert anna.get(page).status_code == 200
    assert anna.post(page, {"code": "WRONG"}).status_code == 422
    assert of(place.arie).post(page, {"code": code}).status_code == 422
    assert anna.post(page, {"code": code}).status_code == 200
    assert proving.proven(place.anna)


def test_a_newcomer_types_it_over_on_the_device_of_the_sign_up(place: Town, noor: Application) -> None:
    code = code_on(printed(place, noor).pages[0])
    page = reverse("code_letter")
    stranger = Client()
    assert reverse("sign_up_resume", args=["noord"]) in stranger.get(page).content.decode()
    stranger.post(page, {"code": code})
    assert not Proof.objects.exists()
    device = Client()
    session = device.session
    session["sign_ups"] = {str(noor.district_id): (noor.pk, resuming.stamp(noor))}
    session.save()
    answer = device.post(page, {"code": code})
    assert answer.status_code == 200
    noor.refresh_from_db()
    assert noor.state == Application.State.ADMITTED


def test_the_phone_manager_gets_one_pdf(place: Town, noor: Application) -> None:
    page = reverse("code_letters")
    manager = of(place.fatima)
    shown = manager.get(page)
    assert [a.who for a in shown.context["page"]] == [noor]
    assert manager.post(page, {}).status_code == 302
    assert not CodeLetter.objects.exists()
    answer = manager.post(page, {"to": [Addressee(noor).key, Addressee(place.zora).key]})
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    assert len(pypdf.PdfReader(io.BytesIO(answer.content)).pages) == 1
    for other in (place.sam, place.outsider):
        assert of(other).get(page).status_code == 404


def test_an_endless_question_is_no_error(place: Town) -> None:
    assert list(code_letters.addressees(place.steering_1, by=place.fatima).search("woord " * 2000)) == []
