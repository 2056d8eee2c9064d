"""Every list of members, sign-ups and neighbourhoods pages and searches, with very many rows in as many questions as with 10."""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.joining import applying
from tests.town import town

from meldkring.groups.models import Kind, Membership
from meldkring.joining import roll_call, sheets
from meldkring.joining.models import Application, Expulsion, MemberList, RollAnswer, RollCall
from meldkring.people.models import Person
from meldkring.places.models import Neighbourhood

pytestmark = pytest.mark.django_db
# 10,000 says the same as 1,500 and takes half a minute: MELDKRING_TEST_ROWS=10000.
FEW, MANY = 10, int(os.environ.get("MELDKRING_TEST_ROWS", "1500"))
ROWS = min(MANY, sheets.MOST_ROWS)
RARE = "Zeldzaam"
State = Application.State


class Lists:
    """The town with so many rows in every list."""

    def __init__(self) -> None:
        self.t = town()
        self.where = applying.settle(self.t)["linden"]
        self.t.noord.asks_vouching = True
        self.t.noord.save()
        now = timezone.now()
        self.call = RollCall.objects.create(district=self.t.noord, begun_at=now, until=now + roll_call.OPEN_FOR)
        Person.objects.filter(pk=self.t.anna.pk).update(neighbourhood=self.where, postcode="9999ZZ", house_number=1)
        self.fill(FEW)

    def fill(self, number: int) -> None:
        """So many more rows; one of them is called like no other."""
        now, base = timezone.now(), Person.objects.count()
        names = [RARE, *(f"Lid{base + n}" for n in range(1, number))]
        where = {"postcode": "3262AB", "house_number": 7, "street": "Lindelaan", "neighbourhood": self.where}
        people = Person.objects.bulk_create(
            Person(email=f"lid{base + n}@example.org", first_name=name, password="!", **where) for n, name in enumerate(names)
        )
        made = Membership.objects.bulk_create(Membership(group=self.t.watch_a, person=p, kind=Kind.WATCH, joined_at=now) for p in people)
        gone = Membership.objects.bulk_create(
            Membership(group=self.t.watch_a, person=p, kind=Kind.WATCH, joined_at=now - timedelta(days=9), left_at=now) for p in people
        )
        assert made
        until = now + timedelta(days=14)
        Expulsion.objects.bulk_create(Expulsion(membership=m, reason="Reden", at=now, object_until=until) for m in gone)
        RollAnswer.objects.bulk_create(RollAnswer(roll_call=self.call, person=p, lives_here=False, at=now) for p in people[base > 20 :: 2])
        Application.objects.bulk_create(
            Application(
                district=self.t.noord, state=State.WAITING, first_name=name, email=f"nieuw{base + n}@example.org", sent_at=now, **where
            )
            for n, name in enumerate(names)
        )
        Neighbourhood.objects.bulk_create(
            Neighbourhood(district=self.t.noord, name=f"{RARE} {base}" if name == RARE else f"Buurt {base + n}", outline=OUTLINE)
            for n, name in enumerate(names)
        )
        MemberList.objects.bulk_create(
            MemberList(steering=self.t.steering_1, file_name=f"{name}.csv", rows=[], imported_at=now) for name in names[: number // 10 or 1]
        )


OUTLINE = {"type": "Polygon", "coordinates": [[[4.4, 51.8], [4.41, 51.8], [4.41, 51.81], [4.4, 51.8]]]}
PAGES: dict[str, tuple[str, Callable[[Lists], str]]] = {
    "sign-ups": ("fatima", lambda made: reverse("members")),
    "members of a group": ("fatima", lambda made: reverse("members_group", args=[made.t.watch_a.pk])),
    "letters": ("fatima", lambda made: reverse("code_letters")),
    "roll-call": ("fatima", lambda made: reverse("roll_call_overview") + "?lijst=stil"),
    "roll-call moved": ("fatima", lambda made: reverse("roll_call_overview") + "?lijst=verhuisd"),
    "expelled": ("sam", lambda made: reverse("expulsions")),
    "lists of before": ("fatima", lambda made: reverse("member_lists")),
    "newcomers": ("anna", lambda made: reverse("newcomers")),
    "neighbourhoods": ("fatima", lambda made: reverse("neighbourhoods", args=["noord"])),
}  # fmt: skip


def of(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def asked(client: Client, path: str) -> tuple[int, Any]:
    """How many questions the page takes, and the page."""
    with CaptureQueriesContext(connection) as queries:
        page = client.get(path)
    assert page.status_code == 200
    return len(queries), page


def test_lists_of_ten_and_of_very_many() -> None:
    made = Lists()
    clients = {name: of(getattr(made.t, name)) for name in {who for who, _path in PAGES.values()}}
    few = {name: asked(clients[who], path(made))[0] for name, (who, path) in PAGES.items()}
    made.fill(MANY)
    many, wrong = {}, []
    for name, (who, path) in PAGES.items():
        client, address = clients[who], path(made)
        more = f"{address}{'&' if '?' in address else '?'}"
        many[name], second = asked(client, f"{more}page=2")
        if second.context["page"].number != 2 or len(second.context["page"].object_list) > 100:
            wrong.append(f"{name} does not page")
        found = client.get(f"{more}zoek={RARE[:6].upper()}")
        if not 1 <= found.context["page"].paginator.count <= 4:
            wrong.append(f"{name} finds {found.context['page'].paginator.count}")
        if 'name="zoek"' not in second.content.decode():
            wrong.append(f"{name} does not offer to search")
    assert not wrong
    assert {name: number for name, number in many.items() if number > few[name]} == {}


def test_a_member_list_of_ten_and_of_very_many_rows() -> None:
    """As many rows as a list may have; also what was taken over."""
    made = Lists()
    client, columns = of(made.t.fatima), {"name": 0, "email": 1, "street": 2}

    def listed(number: int) -> list[int]:
        rows = [[n, RARE if n == 3 else f"Naam{n}", f"wie{n}@example.org", "Kade"] for n in range(1, number + 1)]
        report = [[n, "member", "A"] for n in range(1, number + 1)]
        common = {"steering": made.t.steering_1, "file_name": "leden.csv", "header": ["naam", "mail", "straat"], "columns": columns}
        offered = MemberList.objects.create(rows=rows, **common)
        over = MemberList.objects.create(rows=[], report=report, begun_at=timezone.now(), imported_at=timezone.now(), **common)
        paths = [reverse("member_list", args=[one.pk]) for one in (offered, over)]
        found = client.get(f"{paths[0]}?zoek={RARE}")
        assert found.context["page"].paginator.count == 1
        return [asked(client, path)[0] for path in paths]

    assert listed(FEW) == listed(ROWS)
