"""Who may see which figures, on the pages and through the API, and how many questions does that take?"""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.town import Town, town

from meldkring.figures.models import Passage, Size, Told
from meldkring.groups.models import Group
from meldkring.people import tokens
from meldkring.people.models import Person

pytestmark = pytest.mark.postgres


@pytest.fixture
def place(db: None) -> Town:
    here = town()
    passed(here.watch_a, 7)
    passed(here.watch_b, 9)
    passed(here.watch_c, 12)
    Size.objects.create(group=here.watch_a, month=this_year().replace(day=1), members=84)
    return here


def this_year() -> date:
    return timezone.localdate().replace(month=1, day=3)


def passed(group: Group, count: int, *, outcome: str = "gone", day: date | None = None) -> None:
    """So many cases that began in this group."""
    start, now = (Passage.objects.count() + 1), timezone.now()
    for n in range(count):
        made = Passage.objects.create(
            case=start + n, group=group, day=day or this_year(), origin=True, exercise=False, called="by_me", outcome=outcome,
            verdict="forwarded", judged_after=60 + n, told_after=5, closed_after=3600, kept_at=now,
        )  # fmt: skip
        Told.objects.create(passage=made, channel="web_push", within_5=10)


def page(client: Client, person: Person, path: str) -> Any:
    client.force_login(person)
    return client.get(path)


def test_four_people_look(client: Client, place: Town) -> None:
    """A member has no figures; a steering member those of here, not of elsewhere; an outsider nothing; an official all of the municipality."""
    noord, a, c = f"/cijfers/district/{place.noord.pk}/", f"/cijfers/group/{place.watch_a.pk}/", f"/cijfers/group/{place.watch_c.pk}/"
    whole = f"/cijfers/municipality/{place.municipality.pk}/"
    seen = {
        "anna": {}, "outsider": {}, "officer": {},
        "sam": {noord: 200, a: 200},
        "zeno": {c: 200},
        "official": {noord: 200, a: 200, c: 200, whole: 200},
    }  # fmt: skip
    for name, found in seen.items():
        person = getattr(place, name)
        assert [page(client, person, path).status_code for path in (noord, a, c, whole)] == [
            found.get(path, 404) for path in (noord, a, c, whole)
        ], name
        assert page(client, person, "/cijfers/").status_code == (302 if found else 404)
        assert page(client, person, noord + "csv/").status_code == found.get(noord, 404)


def test_without_a_second_step_there_is_nothing(client: Client, place: Town) -> None:
    Person.objects.filter(pk=place.official.pk).update(second_factor_since=None)
    assert page(client, place.official, f"/cijfers/municipality/{place.municipality.pk}/").status_code == 404


def test_who_administers_the_installation_sees_every_municipality(client: Client, place: Town) -> None:
    Person.objects.filter(pk=place.outsider.pk).update(is_superuser=True)
    assert page(client, place.outsider, f"/cijfers/municipality/{place.municipality.pk}/").status_code == 200
    Person.objects.filter(pk=place.outsider.pk).update(second_factor_since=None)
    assert page(client, place.outsider, f"/cijfers/municipality/{place.municipality.pk}/").status_code == 404


def test_what_is_few_is_left_out_at_every_level(client: Client, place: Town) -> None:
    """Rules 7: two cases in a group of Zuid are left out there, and with them what would give them away."""
    few = Group.objects.create(kind="watch", name="D", municipality=place.municipality, district=place.zuid, run_by=place.steering_2)
    passed(few, 2)
    found = page(client, place.official, f"/cijfers/district/{place.zuid.pk}/").context["found"]
    assert found.reports == 14
    assert [(child.name, child.reports) for child in found.children] == [("C", None), ("D", None)]
    assert page(client, place.official, f"/cijfers/group/{place.watch_c.pk}/").context["found"].reports is None
    assert page(client, place.official, f"/cijfers/municipality/{place.municipality.pk}/").context["found"].reports == 30


def test_what_a_number_is_made_of_is_seen_at_one_level_only(client: Client, place: Town) -> None:
    """The parts of the parts would give away what is left out."""
    assert page(client, place.official, f"/cijfers/municipality/{place.municipality.pk}/").context["found"].parts["outcome"]["gone"] == 28
    assert page(client, place.official, f"/cijfers/district/{place.noord.pk}/").context["found"].parts == {}
    assert page(client, place.sam, f"/cijfers/district/{place.noord.pk}/").context["found"].parts["outcome"]["gone"] == 16
    assert page(client, place.sam, f"/cijfers/group/{place.watch_a.pk}/").context["found"].parts == {}


def test_the_words_on_the_page(client: Client, place: Town) -> None:
    passed(place.watch_a, 1, outcome="no_word")
    text = page(client, place.sam, f"/cijfers/district/{place.noord.pk}/").content.decode()
    assert "Geen bericht van de politie" in text
    assert "weggelaten" in text
    assert text.count("<table") > text.count("plot__picture") > 2
    assert 'style="' not in text


def test_why_it_was_not_passed_on_and_whether_advice_was_followed(client: Client, place: Town) -> None:
    """S31 S32: one tap after the verdict is counted; few are left out, and what is left out cannot be worked out elsewhere."""
    Passage.objects.all().delete()
    passed(place.watch_a, 30)
    reports = list(Passage.objects.order_by("pk"))
    for n, one in enumerate(reports):
        one.verdict = Passage.Verdict.NOT_RELEVANT if n < 20 else Passage.Verdict.FORWARDED
        one.reason = ("known" if n < 12 else "" if n < 18 else "vague") if n < 20 else ""
        one.advice = "wholly" if n < 8 else ""
        one.save()
    url = f"/cijfers/district/{place.noord.pk}/"
    found = page(client, place.sam, url)
    parts = found.context["found"].parts
    assert parts["why"]["known"] == 12
    assert (parts["why"]["vague"], parts["why"]["unsaid"]) == (None, None), "two are too few, and would follow from the rest"
    assert (parts["advice"]["wholly"], parts["advice"]["none"]) == (8, 22)
    words = found.content.decode()
    assert "Waarom is het niet doorgestuurd?" in words
    assert "Is het advies gevolgd" in words
    Passage.objects.exclude(pk__in=[one.pk for one in reports[:3]]).update(verdict="forwarded", reason="")
    assert "why" not in page(client, place.sam, url).context["found"].parts, "how many these are is left out itself"


def test_each_year_apart_and_no_other(client: Client, place: Town) -> None:
    passed(place.watch_a, 6, day=this_year() - timedelta(days=100))
    path = f"/cijfers/district/{place.noord.pk}/"
    assert page(client, place.sam, path).context["found"].reports == 16
    assert page(client, place.sam, f"{path}?jaar={this_year().year - 1}").context["found"].reports == 6
    assert page(client, place.sam, f"{path}?jaar=1999").status_code == 404
    assert page(client, place.sam, f"{path}?jaar=x").status_code == 404


def test_as_many_questions_for_a_large_municipality_as_for_a_small_one(client: Client, place: Town) -> None:
    path = f"/cijfers/municipality/{place.municipality.pk}/"
    page(client, place.official, path)
    with CaptureQueriesContext(
        connection,
    ) as small:
        client.get(path)
    for n in range(6):
        more = Group.objects.create(
            kind="watch", name=f"E{n}", municipality=place.municipality, district=place.zuid, run_by=place.steering_2
        )
        passed(more, 6)
    with CaptureQueriesContext(connection) as large:
        client.get(path)
    assert len(large) == len(small) <= 40


def test_a_file_for_a_spreadsheet(client: Client, place: Town) -> None:
    Group.objects.filter(pk=place.watch_a.pk).update(name="=HYPERLINK()")
    answer = page(client, place.sam, f"/cijfers/district/{place.noord.pk}/csv/")
    text = answer.content.decode("utf-8-sig")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert text.splitlines()[0] == "Onderdeel;Wat;Aantal;Eenheid;Opmerking"
    assert f"Noord {this_year().year};Meldingen;16;casussen;" in text
    assert "Beoordeeld door de stuurgroep;de helft binnen;63;seconden;" in text
    assert "'=HYPERLINK();Meldingen;7;casussen;" in text


def test_later_than_is_counted_is_not_the_same_as_too_few(client: Client, place: Town) -> None:
    Told.objects.update(within_5=0, later=10)
    path = f"/cijfers/district/{place.noord.pk}/"
    text = page(client, place.sam, path + "csv/").content.decode("utf-8-sig")
    assert "Verteld: op de telefoon;de helft binnen;;seconden;later dan 15 min" in text
    assert "later dan 15 min" in page(client, place.sam, path).content.decode()
    Told.objects.exclude(pk=Told.objects.filter(passage__group=place.watch_a)[:1].get().pk).delete()
    Told.objects.update(later=4)
    assert "Verteld: op de telefoon;de helft binnen;;seconden;minder dan vijf" in page(client, place.sam, path + "csv/").content.decode()


def test_the_same_through_the_api(client: Client, place: Town) -> None:
    keys = {name: tokens.create(getattr(place, name), name="t")[1] for name in ("sam", "official", "anna")}

    def asked(name: str, path: str) -> Any:
        return client.get("/api/v1" + path, headers={"Authorization": f"Bearer {keys[name]}"})

    assert [s["kind"] for s in asked("sam", "/figures").json()] == ["district", "group", "group"]
    assert asked("anna", "/figures").json() == []
    found = asked("sam", f"/figures/district/{place.noord.pk}").json()
    assert (found["reports"], found["steps"]["judged_after"]["median"]) == (16, 63)
    assert found["parts"]["outcome"]["gone"] == 16
    assert found["told"][0] == {"channel": "web_push", "people": 160, "failed": 0, "halfWithin": 5, "mostWithin": 5}
    assert asked("sam", f"/figures/district/{place.zuid.pk}").status_code == 404
    assert asked("anna", f"/figures/district/{place.noord.pk}").status_code == 404
    assert asked("sam", f"/figures/village/{place.noord.pk}").status_code == 404
    assert asked("official", f"/figures/municipality/{place.municipality.pk}?year=1999").status_code in (400, 404)
    assert asked("official", f"/figures/municipality/{place.municipality.pk}/csv")["Content-Type"].startswith("text/csv")
