"""What does a visitor find: the page of a district, the list and the map of all of them, and what others show of it?"""

import json
import re
import struct

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape
from tests.town import Town, person, town

from meldkring.groups import joining, naming, roles, steering
from meldkring.groups.models import Group, Kind
from meldkring.places import neighbourhoods
from meldkring.places.models import District, Municipality, Neighbourhood
from meldkring.publicity import preview, public_facts

pytestmark = pytest.mark.django_db
READ_ONLY = ("/", "/noord/", "/noord/?taal=en", "/noord/badge/", "/kaart/", "/over/", "/privacy/", "/toegankelijkheid/", "/noord/badge.svg",
             "/noord/plaatje.png", "/sitemap.xml", "/robots.txt")  # fmt: skip


@pytest.fixture
def place() -> Town:
    made = town()
    neighbourhoods.create(made.noord, "De Laning", postcodes=["3262AB"], by=None)
    return made


def text(path: str, client: Client | None = None) -> str:
    page = (client or Client()).get(path)
    assert page.status_code == 200, (path, page.status_code)
    return re.sub(r"\s+", " ", page.content.decode())


def of(someone: object) -> Client:
    client = Client()
    client.force_login(someone, backend="allauth.account.auth_backends.AuthenticationBackend")  # type: ignore[arg-type]
    return client


@pytest.mark.requirement("S1")
def test_the_page_says_call_112_before_anything_else(place: Town) -> None:
    """S1: calling 112 is an explicit part of what a resident is asked to do; nothing suggests that a report reaches the police."""
    page = text("/noord/")
    assert page.index("112") < page.index("Doe mee")
    steps = re.findall(r"<h3>(\w+)</h3><p>([^<]+)</p>", page)
    assert [name for name, _said in steps] == ["Signaleer", "Alarmeer", "App", "Reageer"]
    assert "112" in steps[1][1]
    assert "Nee. De politie" in page, "the police do not read along"


@pytest.mark.requirement("S2")
def test_the_page_says_that_neighbours_run_it(place: Town) -> None:
    """S2: a citizens' initiative; the page says who runs it, who judges, and that they are volunteers."""
    page = text("/noord/")
    assert "Drie buren doen dit. Zij zijn vrijwilligers" in page
    assert "Wie beoordeelt een bericht?" in page


@pytest.mark.requirement("S3")
def test_who_looks_for_it_finds_it(place: Town) -> None:
    """S3: its presence is made known; a title, a description, one address, a picture and a site map for search engines."""
    page = text("/noord/")
    assert "<title>Buurtpreventie Noord, Waterdam</title>" in page
    assert re.search(r'<meta name="description" content="Buren van Noord in Waterdam [^"]{50,}">', page)
    assert '<link rel="canonical" href="http://127.0.0.1:8000/noord/">' in page
    assert '<meta property="og:title" content="Buurtpreventie Noord">' in page
    assert '<meta property="og:image" content="http://127.0.0.1:8000/noord/plaatje.png">' in page
    told = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])
    assert told["areaServed"]["containedInPlace"]["name"] == "Waterdam"
    assert "<loc>http://127.0.0.1:8000/noord/</loc>" in text("/sitemap.xml")
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in text("/robots.txt")
    picture = Client().get("/noord/plaatje.png")
    assert struct.unpack(">II", picture.content[16:24]) == (1200, 630)


@pytest.mark.parametrize("path", READ_ONLY)
def test_who_only_reads_gets_no_cookie_and_a_page_that_may_be_kept(place: Town, path: str) -> None:
    client = Client()
    page = client.get(path)
    assert page.status_code == 200
    assert not page.cookies
    assert "s-maxage=" in page["Cache-Control"]
    assert client.get(path, headers={"If-None-Match": page["ETag"]}).status_code == 304
    if page["Content-Type"].startswith("text/html"):
        assert "max-age=0" in page["Cache-Control"], "a browser asks again, for somebody may have signed in"
        assert "Cookie" in page["Vary"]
        assert "csrfmiddlewaretoken" not in page.content.decode()


def test_who_is_signed_in_gets_a_page_of_their_own(place: Town) -> None:
    client = of(place.anna)
    page = client.get("/noord/")
    assert "private" in page["Cache-Control"]
    assert 'aria-label="Menu"' in page.content.decode()


def test_links_go_on_in_the_language_of_the_page(place: Town) -> None:
    page = text("/noord/?taal=en")
    assert "Neighbourhood watch Noord, Waterdam" in page
    assert 'href="/noord/meedoen/?taal=en"' in page
    assert "Take part" in text("/noord/meedoen/?taal=en")
    assert "Badge" in text("/noord/badge/?taal=en")


def test_a_number_of_members_points_at_nobody(place: Town) -> None:
    assert public_facts.of(place.noord).members is None
    assert "buren doen mee" not in text("/noord/")
    for number in range(13):
        joining.join(person(f"Extra{number}"), place.watch_a)
    assert public_facts.of(place.noord).members == 10
    assert "10+" in text("/noord/")


def test_only_who_agreed_is_named_and_only_while_they_steer(place: Town) -> None:
    assert public_facts.of(place.noord).named == []
    naming.agree(place.steering_1, by=place.sam)
    naming.agree(place.steering_1, by=place.sam)
    assert "Sam en nog 2 buren." in text("/noord/")
    assert "Sofie" not in text("/noord/")
    assert "Sam" not in text("/zuid/")
    with pytest.raises(roles.NotAllowed):
        naming.agree(place.steering_1, by=place.anna)
    with pytest.raises(roles.NotAllowed):
        naming.agree(place.steering_2, by=place.sam)
    naming.withdraw(place.steering_1, by=place.sam)
    assert "Drie buren" in text("/noord/")
    naming.agree(place.steering_1, by=place.sam)
    steering.dismiss(place.sam, place.steering_1, by=place.fatima)
    assert public_facts.of(place.noord).named == []


def test_a_steering_member_agrees_on_the_page_and_takes_it_back(place: Town) -> None:
    sam = of(place.sam)
    where = f"/stuurgroep/naam/{place.steering_1.pk}/"
    assert where in text("/stuurgroep/", sam)
    sam.post(where, {"yes": "1"})
    assert public_facts.of(place.noord).named == ["Sam"]
    sam.post(where)
    assert public_facts.of(place.noord).named == []
    for other in (place.anna, place.zora, place.outsider):
        assert of(other).post(where, {"yes": "1"}).status_code == 404


@pytest.mark.parametrize("name", ["Noord", "Nieuw-Vennep <b>Zuid</b> & omstreken", "Sint Jacobiparochie-Beetgumermolen-Westergeest"])
def test_the_badge_works_on_another_site(place: Town, name: str) -> None:
    District.objects.filter(pk=place.noord.pk).update(name=name)
    badge = Client().get("/noord/badge.svg")
    assert badge["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert badge["Content-Type"].startswith("image/svg+xml")
    assert f"<title>Buurtpreventie {escape(name)}</title>" in badge.content.decode()
    assert "<script" not in badge.content.decode()
    page = text("/noord/badge/")
    line = escape('<a href="http://127.0.0.1:8000/noord/"><img src="http://127.0.0.1:8000/noord/badge.svg" alt="')
    assert line in page
    assert "iframe" not in page
    assert Client().get("/noord/")["X-Frame-Options"] == "DENY"


def many(municipalities: int, districts: int) -> None:
    for m in range(municipalities):
        there = Municipality.objects.create(name=f"Gemeente {m:03}", code=f"GM9{m:03}")
        for d in range(districts):
            wijk = District.objects.create(municipality=there, name=f"Wijk {m:03}-{d}", slug=f"wijk-{m}-{d}")
            Neighbourhood.objects.create(district=wijk, name="Buurt", longitude=5 + m / 100, latitude=52 + d / 100)
            run_by = Group.objects.create(kind=Kind.STEERING, name="S", municipality=there, district=wijk)
            Group.objects.create(kind=Kind.WATCH, name="W", municipality=there, district=wijk, run_by=run_by)


@pytest.mark.postgres
@pytest.mark.parametrize("path", ["/", "/?pagina=2", "/?q=gemeente+003", "/kaart/", "/sitemap.xml", "/gem-0-0/", "/kaart/?gemeente={m}"])
def test_as_many_queries_for_many_districts_as_for_few(path: str) -> None:
    def queries() -> int:
        first = Municipality.objects.order_by("name").first()
        wijk = District.objects.order_by("pk").first()
        where = path.format(m=first.pk).replace("gem-0-0", wijk.slug)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert Client().get(where).status_code == 200
        return len(seen)

    many(2, 2)
    few = queries()
    for name in [f"Grote gemeente {n}" for n in range(3)]:
        there = Municipality.objects.create(name=name, code=f"GM{name[-1]}")
        for d in range(40):
            wijk = District.objects.create(municipality=there, name=f"Wijk {name} {d}", slug=f"groot-{name[-1]}-{d}")
            Neighbourhood.objects.create(district=wijk, name="Buurt", longitude=5.0, latitude=52.0)
            run_by = Group.objects.create(kind=Kind.STEERING, name="S", municipality=there, district=wijk)
            Group.objects.create(kind=Kind.WATCH, name="W", municipality=there, district=wijk, run_by=run_by)
    assert queries() == few
    assert few <= 10


def test_a_long_list_is_searched_and_paged(place: Town) -> None:
    many(30, 2)
    first = text("/")
    assert first.count('<li><a href="/wijk-') == 50
    assert "pagina=2" in first
    assert "/wijk-29-1/" in text("/?pagina=2")
    found = text("/?q=gemeente+003")
    assert "/wijk-3-0/" in found
    assert "/wijk-4-0/" not in found
    assert "Er is geen wijk met “xyz”" in text("/?q=xyz")
    assert "s-maxage" not in Client().get("/?q=xyz")["Cache-Control"]


def test_the_map_says_what_the_list_says(place: Town) -> None:
    many(2, 2)
    page = text("/kaart/")
    assert "Gemeente 001: 2 wijken" in page
    where = re.search(r'href="(\?gemeente=\d+)"><span>Gemeente 001', page)[1]
    there = text(f"/kaart/{where}")
    assert "/wijk-1-0/" in there
    assert "/wijk-0-0/" not in there
    assert Client().get("/kaart/?gemeente=999999").status_code == 404
    assert Client().get("/kaart/?gemeente=x").status_code == 404


def test_each_district_has_a_picture_of_its_own(place: Town) -> None:
    """Also beside another with a long name, in a municipality with a long name: the picture is kept by all that stands on it."""
    Municipality.objects.filter(pk=place.municipality.pk).update(name="De Vereende Gemeenten aan de Overkant van het Water")
    other = District.objects.create(municipality=place.municipality, name="Waterkant in Noord", slug="waterkant")
    District.objects.filter(pk=place.noord.pk).update(name="Overkant in Noord")
    found = District.objects.select_related("municipality").filter(pk__in=(place.noord.pk, other.pk))
    first, second = (preview.picture(district) for district in found)
    assert first != second
