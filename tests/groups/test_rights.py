"""Who may do what, written out once more by hand: every role in every kind of group."""

import itertools

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.town import Town, town

from meldkring.groups import joining, roles, routes
from meldkring.groups.models import Group, Kind, Role

STEERS = "close converse for_police judge react read"
TABLE = {
    ("member", "watch"): "call react read report",
    ("steering", "watch"): "call close judge notice react read screen",
    ("phone_manager", "watch"): "call close judge members notice react read screen",
    ("steering", "steering"): STEERS,
    ("phone_manager", "steering"): "close converse for_police judge members react read",
    ("deputy", "watch"): "call close judge members notice react read screen",
    ("deputy", "steering"): "close converse for_police judge members react read",
    ("deputy", "coordination"): STEERS,
    ("officer", "steering"): "converse police react read",
    ("steering", "coordination"): STEERS,
    ("phone_manager", "coordination"): STEERS,
    ("officer", "coordination"): "converse police react read",
    ("steering", "municipal"): "close converse judge react read",
    ("phone_manager", "municipal"): "close converse judge react read",
    ("deputy", "municipal"): "close converse judge react read",
    ("official", "municipal"): "figures link",
    ("administrator", "municipal"): "figures link",
}


@pytest.mark.parametrize(("role", "kind"), list(itertools.product(Role.values, Kind.values)))
def test_the_rights_of_every_role(role: str, kind: str) -> None:
    """S7 S10 S12 S16 S17 S18 S19 S20 S26: what is not in the table nobody may."""
    found = " ".join(sorted(right.value for right in roles.RIGHTS.get((role, kind), ())))
    assert found == TABLE.get((role, kind), "")


ROUTES = {
    ("steering_1", "watch_a"): {"watch_b", "coordination_noord"},
    ("steering_1", "watch_b"): {"watch_a", "coordination_noord"},
    ("steering_1", "steering_1"): {"watch_a", "watch_b", "coordination_noord"},
    ("steering_1", "coordination_noord"): {"watch_a", "watch_b", "municipal"},
    ("steering_1", "municipal"): {"coordination_noord"},
    ("steering_2", "watch_c"): {"coordination_zuid"},
    ("steering_2", "steering_2"): {"watch_c", "coordination_zuid"},
    ("steering_2", "coordination_zuid"): {"watch_c", "municipal"},
    ("steering_2", "municipal"): {"coordination_zuid"},
}
NAMES = ("watch_a", "watch_b", "watch_c", "steering_1", "steering_2", "coordination_noord", "coordination_zuid", "municipal")


@pytest.fixture
def place(db: None) -> Town:
    return town()


@pytest.mark.postgres
def test_every_route(place: Town) -> None:
    """S9 S13 S14 S15 S32 S36: from each group to each group; what is not written here is no route."""
    for steering, here in itertools.product(("steering_1", "steering_2"), NAMES):
        found = set(routes.targets(getattr(place, here), steering=getattr(place, steering)))
        assert found == {getattr(place, name) for name in ROUTES.get((steering, here), ())}, (steering, here)
        judged = set(routes.sources(getattr(place, steering)))
        assert judged == {getattr(place, there) for by, there in ROUTES if by == steering}


def test_standings_take_four_queries_however_many_groups(place: Town) -> None:
    """S8: membership above is derived without a query per group."""
    for size in (0, 12):
        for i in range(size):
            Group.objects.create(
                kind=Kind.WATCH, name=f"W{i}", municipality=place.municipality, district=place.noord, run_by=place.steering_1
            )
        with CaptureQueriesContext(connection) as taken:
            assert len(roles.standings(place.fatima)) == 5 + size
        assert len(taken) == 4
    with CaptureQueriesContext(connection) as taken:
        roles.standings(place.anna)
    assert len(taken) == 1


def test_leaving_where_one_is_not_does_nothing(place: Town) -> None:
    """S19: no membership ends that was not there."""
    joining.leave(place.outsider, place.watch_a)
    assert not place.outsider.memberships.exists()
