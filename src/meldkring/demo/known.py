"""How known is the demo's first district? Some signs hang, posters were scanned, and a neighbour may be quoted."""

import random
from datetime import date, timedelta

from django.utils import timezone

from meldkring.demo import places
from meldkring.demo.town import Town
from meldkring.publicity import corners, links, quoting
from meldkring.publicity.models import Corner, Scan

# Corner, how many, days ago that it was permitted, ordered and placed.
HANGING: tuple[tuple[str, int, int, int, int], ...] = (
    ("Laninghof / Laningpad", 2, 120, 110, 82),
    ("Oostwalstraat / Walzicht", 2, 120, 110, 82),
    ("Speeltuin aan de Vijverpad", 1, 120, 110, 81),
    ("Zuidrandweg / Slootkant", 1, 30, 12, 0),
    ("Randstraat / Marktpad", 1, 0, 0, 0),
)
SCANNED = {"poster-a4": 1.4, "flyer": 2.2, "card": 0.2, "letter": 0.03}
QUOTED = "Ik kende de mensen aan de overkant nauwelijks. Nu zwaaien we."


def settle(town: Town) -> None:
    """The order list, the scans of a quarter of a year and the quote, through the verbs; the counts in bulk."""
    laning = town.groups[places.WIJKEN[0].buurten[0].name]
    manager, district = town.phone_manager(laning), laning.district
    assert district is not None  # noqa: S101 - tells mypy that a watch group has one
    hung = [corners.write(district, _row(*row), by=manager) for row in HANGING]
    neighbour = town.resident(laning, 3)
    quote = quoting.ask(district, neighbour, text=QUOTED, named=f"{neighbour.first_name}, bewoner", by=manager)
    quoting.answer(quote, True, by=neighbour)
    chance = random.Random(112)  # noqa: S311 - a made-up town, always the same
    on_paper: list[tuple[str, Corner | None, float]] = [(material, None, often) for material, often in SCANNED.items()]
    on_signs = [("sign", corner, 0.3) for corner in hung if corner.placed_on]
    for material, corner, often in on_paper + on_signs:
        link = links.link(district, material, corner)
        days = {_ago(n): int(chance.expovariate(1 / often)) for n in range(1, 80)}
        Scan.objects.bulk_create([Scan(link=link, day=day, number=number) for day, number in days.items() if number])


def _row(name: str, number: int, *ago: int) -> dict[str, object]:
    permitted, ordered, placed = (_ago(n) if n else None for n in ago)
    by = f"gemeente {places.MUNICIPALITY}"
    return {
        "name": name, "number": number, "permitted_by": by, "permitted_on": permitted, "ordered_on": ordered, "placed_on": placed
    }  # fmt: skip


def _ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)
