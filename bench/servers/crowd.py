"""Fills an empty database with one watch group of N members and an open case; prints sessions, token, case and group as JSON."""

import json
import sys

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

from meldkring.cases import reporting  # noqa: E402
from meldkring.groups import joining  # noqa: E402
from meldkring.groups.models import Group  # noqa: E402
from meldkring.people import tokens  # noqa: E402
from meldkring.people.models import Person  # noqa: E402
from meldkring.places.models import District, Municipality  # noqa: E402


def session(person: Person) -> str:
    store = SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store.create()
    return store.session_key


@transaction.atomic
def crowd(members: int) -> dict:
    town = Municipality.objects.create(name="Bench", code="GM0000")
    district = District.objects.create(municipality=town, name="Bench", slug="bench")
    steering = Group.objects.create(kind="steering", name="Steering", municipality=town, district=district)
    watch = Group.objects.create(kind="watch", name="Watch", municipality=town, district=district, run_by=steering)
    people = [Person.objects.create(email=f"m{n}@example.org", first_name=f"M{n}", password="!") for n in range(members)]
    for person in people:
        joining.join(person, watch)
    report = reporting.report("Bench", group=watch, by=people[0], called="by_me")
    key = tokens.create(people[0], name="bench")[1]
    case = report.message.contribution.case.reference
    return {"sessions": [session(p) for p in people], "token": key, "case": case, "group": watch.pk}


call_command("migrate", verbosity=0)
print(json.dumps(crowd(int(sys.argv[1]))))
