"""Sign-ups as they stand when they have been sent: everything filled in and proven, unless the test says otherwise."""

from itertools import count

from django.utils import timezone
from tests.town import Town

from meldkring.groups.models import Group
from meldkring.joining.models import Application
from meldkring.places.models import District, Neighbourhood

_number = count(1)


def neighbourhood(name: str, district: District, *groups: Group) -> Neighbourhood:
    """A neighbourhood whose residents belong to these watch groups."""
    made = Neighbourhood.objects.create(district=district, name=name)
    for group in groups:
        group.neighbourhoods.add(made)
    return made


def settle(t: Town) -> dict[str, Neighbourhood]:
    """Neighbourhoods for the watch groups of the town: Linden for A, Eiken for B, Haven for C."""
    return {
        "linden": neighbourhood("Linden", t.noord, t.watch_a),
        "eiken": neighbourhood("Eiken", t.noord, t.watch_b),
        "haven": neighbourhood("Haven", t.zuid, t.watch_c),
    }


def apply(district: District, where: Neighbourhood | None, *, name: str = "", **other: object) -> Application:
    """A sign-up that was sent a moment ago."""
    number, now = next(_number), timezone.now()
    name = name or f"Noor{number}"
    given: dict[str, object] = {
        "district": district,
        "state": Application.State.WAITING,
        "first_name": name,
        "last_name": "de Vries",
        "birth_year": 1980,
        "postcode": "3262AB",
        "house_number": number,
        "street": "Lindelaan",
        "neighbourhood": where,
        "email": f"{name.lower()}@example.org",
        "email_proven_at": now,
        "mobile": f"+3161{number:07}",
        "mobile_proven_at": now,
        "rules_accepted_at": now,
        "sent_at": now,
    }
    return Application.objects.create(**given | other)


def room(district: District, most: int) -> None:
    """Let the watch groups of this district have at most so many members."""
    district.group_maximum = most
    district.save(update_fields=["group_maximum"])


def open_door(district: District, **layers: bool) -> None:
    """Let nobody's approval be asked, and of the proofs only these."""
    for name in ("asks_letter", "asks_vouching", "asks_approval"):
        setattr(district, name, layers.get(name, False))
    district.save(update_fields=["asks_letter", "asks_vouching", "asks_approval"])
