"""python bench/advice.py: how long does routing advice take for a full desk in a municipality of 200 neighbourhoods?

Builds the rows in a SQLite database in memory: 200 drawn neighbourhoods in ten districts, a steering group that runs twenty watch groups, and 30 postings
of ten cases that wait on its desk. Cold: the shapes are read and the neighbours found. Warm: as a desk asks it all day, in processor time.
"""

import os
import statistics
import time

os.environ["DATABASE_URL"] = "sqlite://:memory:"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meldkring.config.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from meldkring.cases import advice, bearings, judging, reporting  # noqa: E402
from meldkring.groups import joining, routes  # noqa: E402
from meldkring.groups.models import Group  # noqa: E402
from meldkring.people.models import Person  # noqa: E402
from meldkring.places import atlas  # noqa: E402
from meldkring.places.models import District, Municipality, Neighbourhood  # noqa: E402

ACROSS, DISTRICTS, ROUNDS = 20, 10, 30


def outline(column: int, row: int, corners: int = 24) -> dict[str, object]:
    """A cell with as many corners as a drawn neighbourhood has, about 300 metres wide."""
    west, south, size = 4.2 + column * 0.0045, 51.75 + row * 0.0027, (0.0045, 0.0027)
    side = corners // 4
    steps = [n / side for n in range(side)]
    around = [(t, 0.0) for t in steps] + [(1.0, t) for t in steps] + [(1 - t, 1.0) for t in steps] + [(0.0, 1 - t) for t in steps]
    ring = [[west + x * size[0], south + y * size[1]] for x, y in around]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def town() -> Group:
    """The municipality; the steering group whose desk is full."""
    municipality = Municipality.objects.create(name="Bench", code="GM9999")
    steering = None
    for n in range(DISTRICTS):
        district = District.objects.create(municipality=municipality, name=f"D{n}", slug=f"d{n}")
        Group.objects.create(kind="coordination", name=f"R{n}", municipality=municipality, district=district)
        run_by = Group.objects.create(kind="steering", name=f"S{n}", municipality=municipality, district=district)
        steering = steering or run_by
        for column in range(ACROSS):
            shape = outline(column, n)
            place = Neighbourhood.objects.create(
                district=district, name=f"N{n}-{column}", outline=shape, longitude=4.2 + column * 0.0045, latitude=51.75 + n * 0.0027
            )
            watch = Group.objects.create(kind="watch", name=f"W{n}-{column}", municipality=municipality, district=district, run_by=run_by)
            watch.neighbourhoods.add(place)
    assert steering is not None
    return steering


def fill(steering: Group) -> None:
    """Ten cases of three messages, each with a place and a direction, in the watch groups of this steering group."""
    watch = list(steering.runs.order_by("pk"))
    for n in range(10):
        person = Person.objects.create_user(f"p{n}@example.org", first_name=f"P{n}", second_factor_since=timezone.now())
        joining.join(person, watch[n])
        where = {"latitude": 51.7512, "longitude": 4.202 + n * 0.0045, "direction": "ne"}
        posting = reporting.report("Seen", group=watch[n], by=person, called="by_me", **where)
        for _more in range(2):
            reporting.react("And here", case=posting.message.contribution.case, group=watch[n], by=person, **where)


def main() -> None:
    call_command("migrate", verbosity=0)
    steering = town()
    fill(steering)
    postings = list(judging.waiting(steering))
    free = {p: list(routes.targets(p.group, steering=steering)) for p in postings}
    started = time.perf_counter()
    advice.propose(free, steering=steering)
    cold = time.perf_counter() - started
    times = []
    for _n in range(ROUNDS):
        started = time.process_time()
        found = advice.propose(free, steering=steering)
        times.append(time.process_time() - started)
    with CaptureQueriesContext(connection) as asked:
        advice.propose(free, steering=steering)
    known = atlas.of(steering.municipality_id)
    started = time.perf_counter()
    for _n in range(ROUNDS):
        bearings.ranked(known, bearings.Seen(known.at(4.24, 51.76), 45.0))
    alone = (time.perf_counter() - started) / ROUNDS
    print(
        f"{len(known.keys)} neighbourhoods, {len(postings)} postings, {len(asked)} queries, {len(next(iter(found.values())).proposals)} proposals each"
    )
    print(
        f"cold {cold * 1000:.0f} ms; warm {statistics.median(times) * 1000:.1f} ms (most {max(times) * 1000:.1f}); one order {alone * 1000:.2f} ms"
    )


if __name__ == "__main__":
    main()
