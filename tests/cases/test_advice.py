"""To which groups does the desk advise to forward, in which order and why; and is it kept what was done with the advice?"""

import math
from dataclasses import dataclass

import numpy as np
import pytest
import shapely
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.api.asking import Program
from tests.town import Town, town

from meldkring.cases import advice, bearings, forwarding, police, reporting
from meldkring.cases.bearings import Seen
from meldkring.cases.models import Advised, Called
from meldkring.figures import keeping
from meldkring.figures.models import Passage
from meldkring.groups.models import Group
from meldkring.messaging.models import Posting
from meldkring.places import adjoining, atlas, neighbourhoods
from meldkring.places.models import Neighbourhood

pytestmark = pytest.mark.django_db


def square(column: float, row: float) -> dict[str, object]:
    """A square of 0.01 by 0.01 degrees; columns go east, rows go north."""
    west, south = 4.40 + column / 100, 51.80 + row / 100
    ring = [[west, south], [west + 0.01, south], [west + 0.01, south + 0.01], [west, south + 0.01], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


@dataclass
class Scene:
    """The town of the tests with A in the middle, B east of it, C (another district) east of B, and D west of A."""

    town: Town
    places: dict[str, Neighbourhood]
    d: Group


@pytest.fixture
def scene() -> Scene:
    here = town()
    d = Group.objects.create(kind="watch", name="D", municipality=here.municipality, district=here.noord, run_by=here.steering_1)
    where = {"Midden": (here.noord, 1, here.watch_a), "Havenbuurt": (here.noord, 2, here.watch_b), "Kade": (here.zuid, 3, here.watch_c)}
    where |= {"Westhoek": (here.noord, 0, d)}
    places = {}
    for name, (district, column, group) in where.items():
        places[name] = neighbourhoods.create(district, name, outline=square(column, 0), by=None)
        group.neighbourhoods.add(places[name])
    return Scene(here, places, d)


MIDDLE = {"latitude": 51.805, "longitude": 4.415}


def reported(scene: Scene, **extras: object) -> Posting:
    return reporting.report("Two men at the car doors", group=scene.town.watch_a, by=scene.town.anna, called=Called.BY_ME, **extras)


def advised(scene: Scene, posting: Posting) -> advice.Advice:
    here = scene.town
    return advice.for_one(posting, to=forwarding.targets([posting], steering=here.steering_1)[posting], steering=here.steering_1)


@pytest.mark.requirement("S31")
def test_what_lies_in_the_direction_of_travel_comes_first_with_its_reason(scene: Scene) -> None:
    """S31 S32: to the east lies B, and beyond it another district by way of the coordination group; what lies behind is not advised."""
    found = advised(scene, reported(scene, direction="e", **MIDDLE))
    assert [p.group.name for p in found.proposals] == ["B"]
    assert found.proposals[0].reason == "looprichting oost: Havenbuurt ligt daar, 350 m"
    other = advised(scene, reported(scene, direction="w", **MIDDLE))
    assert [p.group.name for p in other.proposals] == ["D"]


def test_from_the_coordination_group_the_municipal_group_is_advised_when_they_leave_the_district(scene: Scene) -> None:
    """S9 S32: seen at the east edge and going east, the next district lies ahead."""
    here = scene.town
    posting = reported(scene, direction="e", latitude=51.805, longitude=4.429)
    up = forwarding.forward(posting, to=[here.coordination_noord], steering=here.steering_1, by=here.fatima).made.get()
    found = advice.for_one(up, to=forwarding.targets([up], steering=here.steering_1)[up], steering=here.steering_1)
    assert [p.group.name for p in found.proposals] == ["B", "Waterdam"]
    assert "Kade" in found.proposals[1].reason


def test_without_a_place_there_is_no_advice_and_it_says_so(scene: Scene) -> None:
    found = advised(scene, reported(scene, direction="e", place="At the quay"))
    assert found.proposals == []
    assert "kaart" in found.why_none


def test_without_a_direction_what_adjoins_is_advised_unless_people_know_better(scene: Scene) -> None:
    posting = reported(scene, **MIDDLE)
    assert {p.group.name for p in advised(scene, posting).proposals} == {"B", "D"}
    adjoining.keep(scene.places["Midden"], scene.places["Westhoek"], adjoins=False, by=None)
    assert [p.group.name for p in advised(scene, posting).proposals] == ["B"]


def test_another_name_and_another_corner_are_seen_at_once(scene: Scene) -> None:
    """What is kept in memory differs as soon as anything differs, also where the new name and outline are as long as the old ones."""
    haven, town = scene.places["Havenbuurt"], scene.town.municipality.pk
    assert atlas.of(town).names[haven.pk] == "Havenbuurt"
    neighbourhoods.rename(haven, "Havenkwart", by=None)
    assert atlas.of(town).names[haven.pk] == "Havenkwart"
    before = atlas.of(town).drawn[atlas.of(town).keys.index(haven.pk)].area
    moved = square(2, 0)
    moved["coordinates"][0][0] = moved["coordinates"][0][4] = [4.41, 51.81]  # type: ignore[index]
    label = (haven.longitude, haven.latitude)
    neighbourhoods.redraw(haven, moved, by=None)
    Neighbourhood.objects.filter(pk=haven.pk).update(longitude=label[0], latitude=label[1])
    assert atlas.of(town).drawn[atlas.of(town).keys.index(haven.pk)].area != before


def test_two_sightings_tell_the_way(scene: Scene) -> None:
    posting = reported(scene, latitude=51.805, longitude=4.412)
    case = posting.message.contribution.case
    reporting.react("Here now", case=case, group=scene.town.watch_a, by=scene.town.arie, latitude=51.805, longitude=4.418)
    assert [p.group.name for p in advised(scene, posting).proposals] == ["B"]


def test_a_redrawn_neighbourhood_is_seen_at_once(scene: Scene) -> None:
    posting = reported(scene, direction="e", **MIDDLE)
    assert advised(scene, posting).groups == [scene.town.watch_b]
    neighbourhoods.redraw(scene.places["Havenbuurt"], square(9, 9), by=None)
    assert scene.town.watch_b not in advised(scene, posting).groups


@pytest.mark.requirement("S36")
def test_the_area_of_the_police_goes_before_everything(scene: Scene) -> None:
    here = scene.town
    case = police.place("A grey van", by=here.officer, area=[scene.places["Westhoek"]])
    posting = Posting.objects.get(message__contribution__case=case)
    assert posting.group == here.coordination_noord
    found = advised(scene, posting)
    assert [p.group.name for p in found.proposals] == ["D"]
    assert "politie" in found.proposals[0].reason


def of(person: object) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_one_tap_follows_the_advice_and_it_is_kept(scene: Scene) -> None:
    """S31: the button carries what was advised; what is chosen besides is kept as not followed."""
    here, posting = scene.town, reported(scene, direction="e", **MIDDLE)
    page = of(here.sam).get(reverse("desk"))
    (item,) = page.context["piles"][0].waiting
    assert "Advies" in page.content.decode()
    form = {"advised": item.advised.ids, "as_advised": "1"}
    assert of(here.sam).post(reverse("desk_judge", args=[posting.pk]), form).status_code == 302
    assert here.watch_b.postings.count() == 1
    kept = Advised.objects.get()
    assert (kept.proposed, kept.chosen, kept.followed) == ([here.watch_b.pk], [here.watch_b.pk], "wholly")
    other = reported(scene, direction="e", **MIDDLE)
    of(here.sam).post(reverse("desk_judge", args=[other.pk]), {"advised": item.advised.ids, "verdict": "not_relevant"})
    keeping.keep()
    assert sorted(Passage.objects.filter(group=here.watch_a, origin=True).values_list("advice", "verdict")) == [
        ("not", "not_relevant"), ("wholly", "forwarded"),
    ]  # fmt: skip


def test_the_browser_cannot_smuggle_a_group_into_the_advice(scene: Scene) -> None:
    here, posting = scene.town, reported(scene, direction="e", **MIDDLE)
    form = {"advised": f"{here.watch_c.pk},{here.coordination_zuid.pk}", "as_advised": "1"}
    of(here.sam).post(reverse("desk_judge", args=[posting.pk]), form)
    assert here.watch_c.postings.count() == 0
    assert not Advised.objects.exists()


def test_the_api_gives_the_advice_and_keeps_what_was_done(scene: Scene) -> None:
    here = scene.town
    posting = reported(scene, direction="e", **MIDDLE)
    sam = Program(here.sam)
    [waiting] = sam.get("/desk", steering=here.steering_1.pk)["waiting"]
    assert [(a["name"], "Havenbuurt" in a["reason"]) for a in waiting["advice"]] == [("B", True)]
    body = {"steering": here.steering_1.pk, "verdict": "forwarded", "to": [here.coordination_noord.pk], "advised": [here.watch_b.pk]}
    sam.post(f"/postings/{posting.pk}/judgements", **body)
    assert Advised.objects.get().followed == "not"


def test_as_many_queries_for_many_postings(scene: Scene) -> None:
    counts = []
    for more in (1, 5):
        for _n in range(more):
            reported(scene, direction="e", **MIDDLE)
        here = scene.town
        postings = list(Posting.objects.select_related("message__contribution", "group"))
        free = {p: [here.watch_b, scene.d] for p in postings}
        advice.propose(free, steering=here.steering_1)
        with CaptureQueriesContext(connection) as asked:
            advice.propose(free, steering=here.steering_1)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 8


spot = st.tuples(st.integers(-2000, 2000), st.integers(-2000, 2000))


def on_paper(spots: list[tuple[int, int]]) -> atlas.Atlas:
    """Neighbourhoods of a hundred metres around these places."""
    drawn = np.array([shapely.box(x - 50, y - 50, x + 50, y + 50) for x, y in spots], dtype=object)
    keys = tuple(range(1, len(spots) + 1))
    return atlas.Atlas(keys, {k: str(k) for k in keys}, dict.fromkeys(keys, 1), drawn, frozenset(), (1.0, 1.0))


@given(bearing=st.floats(0, 359), metres=st.integers(200, 2500), others=st.lists(spot, max_size=6))
@settings(max_examples=60, deadline=None)
def test_straight_ahead_is_never_told_after_behind_at_the_same_distance(bearing: float, metres: int, others: list[tuple[int, int]]) -> None:
    way = math.radians(bearing)
    ahead, behind = ((round(s * metres * math.sin(way)), round(s * metres * math.cos(way))) for s in (1, -1))
    order = bearings.ranked(on_paper([ahead, behind, *others]), Seen(shapely.Point(0, 0), bearing))
    place = {r.key: n for n, r in enumerate(order)}
    assert place[1] < place[2]
    assert sorted(place) == list(range(1, len(others) + 3))


@given(
    place=st.tuples(st.floats(51.79, 51.83), st.floats(4.39, 4.45)),
    direction=st.sampled_from(["", *bearings.BEARING]),
    upward=st.booleans(),
)
@settings(max_examples=10, deadline=None)
def test_advice_is_always_among_what_is_allowed(place: tuple[float, float], direction: str, upward: bool) -> None:
    with transaction.atomic():
        here = town()
        for column, group in enumerate((here.watch_a, here.watch_b, here.watch_c)):
            made = neighbourhoods.create(group.district, f"N{column}", outline=square(column, 0), by=None)
            group.neighbourhoods.add(made)
        extras = {"latitude": place[0], "longitude": place[1], "direction": direction}
        posting = reporting.report("Seen", group=here.watch_a, by=here.anna, called=Called.BY_ME, **extras)
        if upward:
            posting = forwarding.forward(posting, to=[here.coordination_noord], steering=here.steering_1, by=here.fatima).made.get()
        allowed = forwarding.targets([posting], steering=here.steering_1)[posting]
        found = advice.for_one(posting, to=allowed, steering=here.steering_1)
        assert {g.pk for g in found.groups} <= {g.pk for g in allowed}
        assert len(found.groups) == len({g.pk for g in found.groups})
        assert bool(found.proposals) != bool(found.why_none)
        transaction.set_rollback(True)
