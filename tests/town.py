"""A small town for tests: two districts of one municipality, with every kind of group and every role in it once at least.

Noord has watch groups A and B under steering group S1; Zuid has watch group C under S2. Each district has a coordination group and
the municipality has one above them. Everybody has joined through `groups.joining`, so what they may read or do is the real thing.
"""

from dataclasses import dataclass

from django.utils import timezone

from meldkring.groups import joining
from meldkring.groups.models import Group, Kind, Link, Role
from meldkring.people.models import Person
from meldkring.places.models import District, Municipality


@dataclass(frozen=True)
class Town:
    """The places, groups and people of the town. What a person is stands beside the name."""

    municipality: Municipality
    noord: District
    zuid: District
    watch_a: Group
    watch_b: Group
    watch_c: Group
    steering_1: Group
    steering_2: Group
    coordination_noord: Group
    coordination_zuid: Group
    municipal: Group
    anna: Person  # resident in watch group A
    arie: Person  # resident in watch group A
    bea: Person  # resident in watch group B
    bram: Person  # resident in watch group B
    carla: Person  # resident in watch group C
    cees: Person  # resident in watch group C
    fatima: Person  # phone manager of steering group S1
    sam: Person  # steering member of S1
    sofie: Person  # steering member of S1
    zora: Person  # phone manager of steering group S2
    zeno: Person  # steering member of S2
    officer: Person  # community officer, in S1 and in the coordination group of Noord
    official: Person  # municipal official: figures only
    outsider: Person  # has an account, belongs to nothing


def person(first_name: str, street: str = "") -> Person:
    """Somebody with an account, who signs in with a second step, and nothing more."""
    return Person.objects.create_user(
        f"{first_name.lower()}@example.org", first_name=first_name, street=street, second_factor_since=timezone.now()
    )


def town() -> Town:
    """Build the town in the database of the test."""
    municipality = Municipality.objects.create(name="Waterdam", code="GM0001")
    noord = District.objects.create(municipality=municipality, name="Noord", slug="noord")
    zuid = District.objects.create(municipality=municipality, name="Zuid", slug="zuid")
    groups = _groups(municipality, noord, zuid)
    people = {
        name: person(name.capitalize(), street)
        for name, street in {
            "anna": "Lindelaan", "arie": "Lindelaan", "bea": "Eikstraat", "bram": "Eikstraat", "carla": "Kade", "cees": "Kade",
            "fatima": "Lindelaan", "sam": "Eikstraat", "sofie": "Eikstraat", "zora": "Kade", "zeno": "Kade",
            "officer": "", "official": "", "outsider": "",
        }.items()
    }  # fmt: skip
    _link(groups["municipal"], noord, zuid)
    for name, group, role in _MEMBERSHIPS:
        joining.join(people[name], groups[group], role=role)
    return Town(municipality=municipality, noord=noord, zuid=zuid, **groups, **people)


_MEMBERSHIPS = [
    ("anna", "watch_a", Role.MEMBER),
    ("arie", "watch_a", Role.MEMBER),
    ("bea", "watch_b", Role.MEMBER),
    ("bram", "watch_b", Role.MEMBER),
    ("carla", "watch_c", Role.MEMBER),
    ("cees", "watch_c", Role.MEMBER),
    ("fatima", "steering_1", Role.PHONE_MANAGER),
    ("sam", "steering_1", Role.STEERING),
    ("sofie", "steering_1", Role.STEERING),
    ("zora", "steering_2", Role.PHONE_MANAGER),
    ("zeno", "steering_2", Role.STEERING),
    ("officer", "steering_1", Role.OFFICER),
    ("officer", "coordination_noord", Role.OFFICER),
    ("official", "municipal", Role.OFFICIAL),
]


def _link(municipal: Group, *districts: District) -> None:
    now = timezone.now()
    Link.objects.bulk_create(Link(municipal=municipal, district=d, proposed_at=now, agreed_at=now) for d in districts)


def _groups(municipality: Municipality, noord: District, zuid: District) -> dict[str, Group]:
    def made(kind: str, name: str, district: District | None, run_by: Group | None = None) -> Group:
        return Group.objects.create(kind=kind, name=name, municipality=municipality, district=district, run_by=run_by)

    first = made(Kind.STEERING, "S1", noord)
    second = made(Kind.STEERING, "S2", zuid)
    return {
        "steering_1": first,
        "steering_2": second,
        "watch_a": made(Kind.WATCH, "A", noord, first),
        "watch_b": made(Kind.WATCH, "B", noord, first),
        "watch_c": made(Kind.WATCH, "C", zuid, second),
        "coordination_noord": made(Kind.COORDINATION, "Coordination Noord", noord),
        "coordination_zuid": made(Kind.COORDINATION, "Coordination Zuid", zuid),
        "municipal": made(Kind.MUNICIPAL, "Waterdam", None),
    }
