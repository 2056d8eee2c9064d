"""The pages of running a steering group, its duty, the settings of the district and the first run: who sees what, and what each form does."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.town import Town, person, town

from meldkring.audit.models import Line
from meldkring.cases import escalating, reporting
from meldkring.cases.models import Called
from meldkring.groups import duty, joining, roles, steering
from meldkring.groups.models import Group, Kind, Role
from meldkring.joining import founding, rules
from meldkring.people.models import Person
from meldkring.places import settings
from meldkring.places.models import District, Neighbourhood
from meldkring.web.running import forms

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Town:
    return town()


def of(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def deed(client: Client, place: Town, name: str, who: Person | None = None) -> object:
    return client.post(reverse("running_act", args=[place.steering_1.pk, name]), {"person": who.pk} if who else {}, follow=True)


@pytest.mark.requirement("S7")
def test_a_neighbour_is_found_and_appointed(place: Town) -> None:
    client = of(place.fatima)
    page = client.get(reverse("running"), {"q": "anna linde"})
    assert [p.first_name for p in page.context["found"]] == ["Anna"]
    assert "Arie" not in page.content.decode()
    deed(client, place, "benoem", place.anna)
    assert place.steering_1 in roles.steering_groups(place.anna)
    deed(client, place, "ontsla", place.anna)
    assert place.steering_1 not in roles.steering_groups(place.anna)
    assert deed(client, place, "benoem", place.carla).status_code == 404, "not from these watch groups"


def test_a_steering_member_reads_along_but_has_no_buttons(place: Town) -> None:
    page = of(place.sam).get(reverse("running"), {"q": "anna"})
    assert page.status_code == 200
    assert page.context["found"] == []
    assert "/benoem/" not in page.content.decode()
    assert deed(of(place.sam), place, "ontsla", place.sofie).status_code == 200
    assert place.steering_1 in roles.steering_groups(place.sofie)
    for other in (place.anna, place.officer, place.official, place.outsider):
        assert of(other).get(reverse("running")).status_code == 404
        assert deed(of(other), place, "stop").status_code == 404
    assert deed(of(place.zora), place, "benoem", place.anna).status_code == 404


@pytest.mark.requirement("S10")
def test_handing_over_and_taking_over_on_the_page(place: Town) -> None:
    client = of(place.fatima)
    page = deed(client, place, "stop")
    assert "Fatima" in " ".join(str(m) for m in page.context["messages"])
    deed(client, place, "plaatsvervanger", place.sam)
    deed(of(place.sam), place, "neem-over")
    assert {m.person.first_name: m.role for m in steering.members(place.steering_1)} == {
        "Fatima": Role.STEERING, "Sam": Role.PHONE_MANAGER, "Sofie": Role.STEERING,
    }  # fmt: skip
    assert deed(client, place, "stop").redirect_chain[-1][0] == "/"
    assert deed(of(place.sam), place, "draag-over", place.sofie).status_code == 200
    assert steering.members(place.steering_1).get(role=Role.PHONE_MANAGER).person == place.sofie


def test_searching_takes_the_same_queries_among_many(place: Town) -> None:
    client, counts = of(place.fatima), []
    client.get("/")  # the first look notes the device
    for size in (0, 120):
        for n in range(size):
            joining.join(person(f"Naam{n}"), place.watch_a)
        with CaptureQueriesContext(connection) as taken:
            page = client.get(reverse("running"), {"q": "a"})
        counts.append(len(taken))
        assert len(page.context["found"]) <= 20
    assert counts[0] == counts[1]


def test_the_rota_is_taken_given_and_shared_out_on_the_page(place: Town) -> None:
    client = of(place.sam)
    evening = duty.evenings(place.steering_1)[0]
    day = evening.day.isoformat()
    client.post(reverse("duty_take", args=[place.steering_1.pk]), {"day": day})
    shift = duty.evenings(place.steering_1)[0].shift
    assert shift
    refused = of(place.sofie).post(reverse("duty_take", args=[place.steering_1.pk]), {"day": day}, follow=True)
    assert "Sam" in " ".join(str(m) for m in refused.context["messages"])
    client.post(reverse("duty_give", args=[shift.pk]), {"to": place.sofie.pk})
    assert duty.evenings(place.steering_1)[0].shift.person == place.sofie
    of(place.fatima).post(reverse("duty_fill", args=[place.steering_1.pk]), {"weeks": 2})
    page = client.get(reverse("duty"))
    assert [bool(e.shift) for e in page.context["evenings"]] == [True] * 14
    of(place.sofie).post(reverse("duty_drop", args=[shift.pk]))
    assert duty.evenings(place.steering_1)[0].shift is None
    assert of(place.zora).post(reverse("duty_drop", args=[shift.pk])).status_code == 404
    assert of(place.anna).get(reverse("duty")).status_code == 404
    assert client.post(reverse("duty_take", args=[place.steering_1.pk]), {"day": "soon"}).status_code == 302


def test_who_has_duty_sees_it_on_the_desk(place: Town) -> None:
    with time_machine.travel(timezone.localtime().replace(hour=20)):
        duty.take(place.steering_1, timezone.localdate(), by=place.sam)
        assert of(place.sam).get(reverse("desk")).context["shift"].person == place.sam
        assert "Sam" in of(place.sofie).get(reverse("desk")).content.decode()


@pytest.mark.requirement("S8")
def test_a_late_alarm_stands_on_the_pages_of_those_who_were_told_until_judged(place: Town) -> None:
    posting = reporting.report("Two men at the doors", group=place.watch_a, by=place.anna, called=Called.BY_ME)
    third = Group.objects.create(kind=Kind.STEERING, name="S3", municipality=place.municipality, district=place.noord)
    joining.join(place.outsider, third, role=Role.PHONE_MANAGER)
    with time_machine.travel(timezone.now() + timedelta(minutes=7)):
        escalating.escalate()
        assert [len(of(p).get("/").context["alarms"]) for p in (place.sam, place.outsider, place.anna, place.officer)] == [1, 1, 0, 0]
        above = of(place.outsider).get("/").content.decode()
        assert "Two men" not in above, "who may not read the alarm reads only where it waits"
        assert reverse("group", args=[place.coordination_noord.pk]) in above
        assert len(of(place.sam).get(reverse("desk")).context["alarms"]) == 1
        of(place.sofie).post(reverse("desk_judge", args=[posting.pk]), {"verdict": "not_relevant"})
        assert [len(of(p).get("/").context["alarms"]) for p in (place.sam, place.outsider)] == [0, 0]


def settings_of(place: Town) -> dict[str, object]:
    page = of(place.fatima).get(reverse("district_settings", args=["noord"]))
    form = page.context["form"]
    return {name: form[name].value() for name in form.fields if form[name].value() is not False}


def test_the_settings_of_a_district(place: Town) -> None:
    address, given = reverse("district_settings", args=["noord"]), settings_of(place)
    assert given["judge_within"] == 3
    client = of(place.fatima)
    assert client.post(address, given | {"judge_within": 5, "asks_letter": "on", "minimum_age": 16}).status_code == 302
    noord = District.objects.get(pk=place.noord.pk)
    assert (noord.judge_within, noord.asks_letter, noord.minimum_age) == (timedelta(minutes=5), True, 16)
    assert Line.objects.get(action="settings").details == {"judge_within": 300.0, "asks_letter": True, "minimum_age": 16}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"judge_within": 0}, "judge_within"),
        ({"judge_within": 61}, "judge_within"),
        ({"group_threshold": 100}, "group_threshold"),
        ({"minimum_age": 5}, "minimum_age"),
        ({"asks_approval": ""}, "asks_approval"),
        ({"quorum": "many"}, "quorum"),
    ],
)
def test_settings_stay_within_reason(place: Town, change: dict[str, object], field: str) -> None:
    page = of(place.fatima).post(reverse("district_settings", args=["noord"]), settings_of(place) | change)
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert not Line.objects.filter(action="settings").exists()


def test_only_those_who_manage_change_their_own_district(place: Town) -> None:
    for other in (place.sam, place.anna, place.zora, place.official):
        assert of(other).get(reverse("district_settings", args=["noord"])).status_code == 404
    steering.name_deputy(place.sam, place.steering_1, by=place.fatima)
    assert of(place.sam).get(reverse("district_settings", args=["noord"])).status_code == 200


ANSWERS = {"municipality": "Hoeksche Waard GM1963", "district": "Zoomwijck", "name": "Marjan Voorbeeld", "email": "marjan@example.org"}


@pytest.mark.requirement("S22")
def test_five_answers_begin_an_empty_installation() -> None:
    call_command("init", **ANSWERS, neighbourhoods="De Laning, Oostwal")
    marjan = Person.objects.get()
    noted = {g.kind: g for g in Group.objects.all()}
    assert set(noted) == {Kind.WATCH, Kind.STEERING}, "no coordination group in phase 1"
    assert {m.group.kind: m.role for m in marjan.memberships.select_related("group")} == {
        Kind.WATCH: Role.MEMBER, Kind.STEERING: Role.PHONE_MANAGER,
    }  # fmt: skip
    district = District.objects.get()
    assert (district.municipality.name, district.municipality.code) == ("Hoeksche Waard", "GM1963")
    assert [n.name for n in Neighbourhood.objects.order_by("name")] == ["De Laning", "Oostwal"]
    assert set(noted[Kind.WATCH].neighbourhoods.all()) == set(Neighbourhood.objects.all())
    assert rules.current(district)
    assert not roles.has(marjan, roles.Right.MEMBERS, noted[Kind.STEERING]), "first the second step"
    with pytest.raises(CommandError):
        call_command("init", **ANSWERS)


def test_the_first_run_page_needs_the_key_and_works_once(capsys: pytest.CaptureFixture[str]) -> None:
    visitor = Client()
    call_command("init", link=True, address="https://meldkring.example.org/")
    link = capsys.readouterr().out.strip()
    path = link.removeprefix("https://meldkring.example.org")
    assert visitor.get(reverse("begin")).status_code == 404
    assert visitor.get(reverse("begin") + "?key=guess").status_code == 404
    page = visitor.get(path)
    assert page.status_code == 200
    (key,) = re.findall(r'name="key" value="(\w+)"', page.content.decode())
    wrong = visitor.post(reverse("begin"), ANSWERS | {"key": key, "district": "???"})
    assert wrong.status_code == 422
    assert not Person.objects.exists()
    assert visitor.post(reverse("begin"), ANSWERS | {"key": key, "neighbourhoods": ""}).status_code == 302
    assert [n.name for n in Neighbourhood.objects.all()] == ["Zoomwijck"], "one for now"
    assert visitor.get(path).status_code == 404
    assert visitor.post(reverse("begin"), ANSWERS | {"key": key}).status_code == 404
    with pytest.raises(founding.NotEmpty):
        founding.found(**ANSWERS)


def test_every_setting_of_a_district_has_a_place_on_the_page(place: Town) -> None:
    """What is added to a district is added to its page; only its name, address, municipality, public page and end stand elsewhere."""
    shown = [name for _heading, names in forms.SettingsForm.PARTS for name in names]
    assert sorted(shown) == sorted(settings.NAMES)
    elsewhere = {"id", "municipality", "name", "slug", "is_public", "closed_at", "closed_reason", "merged_into"}
    assert {field.name for field in District._meta.concrete_fields} - elsewhere == set(shown)
    page = of(place.fatima).get(reverse("district_settings", args=["noord"])).content.decode()
    assert all(f'name="{name}"' in page for name in shown)
