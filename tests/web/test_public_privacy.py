"""Does anything that a visitor can reach point at a person? Every text field of every row gets a mark of its own; then all public pages are read.

A field that a new model brings is marked too, by itself. What may be read in public stands in `PUBLIC`, and nothing else does.
"""

import io
import itertools
import re
from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import urljoin, urlsplit

import pypdf
import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import models
from django.test import Client
from django.utils import timezone
from tests.town import Town, town

from meldkring.cases import closing, reporting
from meldkring.cases.models import Called, Case, Outcome
from meldkring.complaints import hearing
from meldkring.complaints.models import Complaint
from meldkring.groups import naming
from meldkring.joining import starting
from meldkring.joining.models import Application, Founding
from meldkring.messaging import letters
from meldkring.messaging.models import Letter, Message
from meldkring.people.models import Mail, Person, Token
from meldkring.places import neighbourhoods
from meldkring.places.models import Extent
from meldkring.publicity.models import Corner, Draft, Quote

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("S3")]
# Names of places and what a district itself wrote for everybody; and words of our own, which no person fills in.
PUBLIC = {
    "places.Municipality.name", "places.Municipality.code", "places.District.name", "places.District.slug", "places.Neighbourhood.name",
    "joining.HouseRule.name", "joining.HouseRule.text", "publicity.ShortLink.code", "people.Person.password",
}  # fmt: skip
OURS = {"places", "people", "groups", "messaging", "cases", "joining", "complaints", "growth", "publicity", "delivery", "intake"}
FILLED = (Person, Token, Mail, Application, Founding, Complaint, Message, Letter, Case, Quote, Draft, Corner, Extent)
NUMBERS = itertools.count(1)
HOUSE, PLACE = 54321, (4.98765, 52.12345)
BEYOND = re.compile(r"^/(static/|account/|live)")


@pytest.fixture
def marks(settings: object) -> dict[str, str]:
    """A town in which everything was said and done that leaves words behind; by mark, the field that bears it."""
    cache.clear()
    settings.OPEN_FOR_DISTRICTS = "approval"  # type: ignore[attr-defined]
    place = town()
    fill(place)
    found: dict[str, str] = {}
    for model in apps.get_models():
        if model._meta.app_label in OURS:
            for field in texts(model):
                found |= mark(model, field)
    Person.objects.update(house_number=HOUSE, postcode="9876ZX")
    Application.objects.update(house_number=HOUSE)
    return found | {"9876ZX": "postcode", str(HOUSE): "house number", str(PLACE[0]): "longitude", str(PLACE[1]): "latitude"}


def fill(place: Town) -> None:
    """A row of everything that holds words of or about people."""
    now = timezone.now()
    neighbourhoods.create(place.noord, "De Laning", postcodes=["3262AB"], streets=["Lindelaan"], by=None)
    reporting.report(
        "Twee mannen", group=place.watch_a, by=place.anna, called=Called.BY_ME, place="bij nummer 4", longitude=PLACE[0], latitude=PLACE[1]
    )
    again = reporting.report("Een ander", group=place.watch_a, by=place.arie, called=Called.BY_ME)
    closing.close(again.message.contribution.case, outcome=Outcome.INNOCENT, text="Het was niets.", by=place.arie)
    letters.write("Dank je", resident=place.anna, steering=place.steering_1, by=place.sam)
    hearing.answer(
        hearing.complain(place.noord, text="Een camera", name="Rob", email="rob@example.org", address="Kade 4"), text="Ja.", by=place.sam
    )
    hearing.complain(place.noord, text="Nog een", name="Rob")
    starting.ask(
        town="Waterdam", name="Haven", neighbourhoods=["Oost"], first_name="Mo", last_name="Bakker", postcode="1234AB", email="mo@example.org",
        language="nl",
    )  # fmt: skip
    Application.objects.create(
        district=place.noord, state="waiting", first_name="Nora", email="nora@example.org", question="Wie?", sent_at=now
    )
    Token.objects.create(person=place.anna, name="Mijn programma", digest="x" * 64)
    Corner.objects.create(district=place.noord, name="Hoek Kade", permitted_by="De heer Jansen", placed_on=date(2026, 1, 2))
    Quote.objects.create(district=place.noord, person=place.anna, text="Fijn", named="Anna", state=Quote.State.AGREED, asked_at=now)
    Draft.objects.create(district=place.noord, kind="start", language="nl", title="Begin", body="Tekst", saved_at=now - timedelta(days=1))
    # Who took the consent back is named no more.
    naming.agree(place.steering_1, by=place.sam)
    naming.withdraw(place.steering_1, by=place.sam)


def texts(model: type[models.Model]) -> Iterator[models.Field]:
    """The fields in which words stand that people wrote."""
    for field in model._meta.concrete_fields:
        label = f"{model._meta.app_label}.{model.__name__}.{field.name}"
        wordy = isinstance(field, models.CharField | models.TextField) and not field.choices
        if wordy and label not in PUBLIC and (field.max_length or 99) >= 6:
            yield field


def mark(model: type[models.Model], field: models.Field) -> dict[str, str]:
    """Put a mark of its own in this field of every row that holds a word there."""
    found = {}
    for pk in model._default_manager.exclude(**{field.name: ""}).values_list("pk", flat=True):
        sign = f"Zq{next(NUMBERS):04d}"
        try:
            model._default_manager.filter(pk=pk).update(**{field.name: sign})
        except ValueError:  # a field that only takes what it knows
            continue
        found[sign] = f"{model._meta.label}.{field.name}"
    return found


def crawled() -> dict[str, str]:
    """By address, all that a visitor can read from the first page on, badges, pictures and PDFs too."""
    client, read = Client(), {}
    ahead = ["/", "/sitemap.xml", "/robots.txt", "/api/v1/openapi.json", "/zuid/", "/nog-geen-wijk/", "/q/niets"]
    while ahead:
        path = ahead.pop()
        if path in read or BEYOND.match(path):
            continue
        page = client.get(path)
        client.cookies.clear()
        read[path] = words(page)
        if page.status_code in (301, 302):
            ahead.append(local(path, page["Location"]))
        links = re.findall(r'(?:href|src|content|action)="([^"]+)"|<loc>([^<]+)</loc>', read[path])
        ahead += [where for pair in links if (where := local(path, pair[0] or pair[1]))]
    return read


def words(page: object) -> str:
    kind = page.headers.get("Content-Type", "")  # type: ignore[attr-defined]
    body = b"".join(page) if page.streaming else page.content  # type: ignore[attr-defined]
    if kind.startswith("application/pdf"):
        return "\n".join(sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(body)).pages)
    heads = "\n".join(f"{name}: {value}" for name, value in page.headers.items())  # type: ignore[attr-defined]
    return body.decode(errors="replace") + heads


def local(path: str, link: str) -> str:
    """The address without its place in the page, if it is one of ours; a search engine is not led in circles by languages."""
    parts = urlsplit(urljoin(f"http://127.0.0.1:8000{path}", link.replace("&amp;", "&")))
    ours = parts.netloc == "127.0.0.1:8000" and (link.startswith(("/", "?", "http")))
    return parts.path + (f"?{parts.query}" if parts.query else "") if ours else ""


def test_nothing_that_a_visitor_reads_points_at_a_person(marks: dict[str, str]) -> None:
    assert all(model._default_manager.exists() for model in FILLED), [m for m in FILLED if not m._default_manager.exists()]
    marked = {label.rsplit(".", 1)[0] for label in marks.values() if "." in label}
    assert {m._meta.label for m in FILLED} - {"joining.Founding"} <= marked, "each of them bears a mark"
    read = crawled()
    found = [f"{path}: {field}" for path, text in read.items() for sign, field in marks.items() if sign in text]
    assert not found, "\n".join(found)
    needed = {"/noord/", "/noord/klacht/", "/noord/badge/", "/noord/badge.svg", "/noord/plaatje.png", "/noord/poster.pdf", "/noord/meedoen/",
              "/kaart/", "/beginnen/", "/privacy/", "/noord/?taal=en"}  # fmt: skip
    assert needed <= read.keys(), "the way through the pages leads past all of them"


def test_the_marks_can_be_found(marks: dict[str, str]) -> None:
    """The same look at a page that is not public: there they are."""
    sam = Client()
    sam.force_login(Person.objects.get(first_name=next(s for s, f in marks.items() if f == "people.Person.first_name")), backend=BACKEND)
    pages = [sam.get(path).content.decode() for path in ("/", "/ik/", "/klachten/")]
    assert any(sign in page for page in pages for sign in marks)


BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
