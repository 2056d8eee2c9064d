"""Who lives in the demo? Plainly fictional people: surnames that say so, addresses in a domain that cannot exist.

`CAST` are the people with a part to play; those with a label stand in the bar "look along as…". All others come from lists of names.
"""

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from meldkring.groups.models import Role
from meldkring.people.models import Person

DOMAIN = "voorbeeld.test"
FIRST_NAMES = (
    "Aad", "Aisha", "Anneke", "Arjan", "Bas", "Bep", "Bilal", "Carla", "Chantal", "Cor", "Daan", "Dewi", "Dirk", "Ellen", "Elif", "Els", "Emre", "Esther",
    "Femke", "Floor", "Gerda", "Gijs", "Hanna", "Hans", "Henk", "Ilse", "Imane", "Ingrid", "Jaap", "Jan", "Janneke", "Jeroen", "Joke", "Kees", "Kim",
    "Koen", "Lars", "Leyla", "Lies", "Loes", "Maarten", "Marco", "Maria", "Mehmet", "Mieke", "Mila", "Nadia", "Nico", "Olga", "Omar", "Patrick", "Petra",
    "Piet", "Quinten", "Rachid", "Ria", "Rob", "Roos", "Ruud", "Sanne", "Sjaak", "Sofie", "Stef", "Tessa", "Teun", "Thea", "Tim", "Toos", "Ursula", "Vera",
    "Wendy", "Wil", "Willem", "Wouter", "Xander", "Yara", "Yusuf", "Zoë",
)  # fmt: skip
SURNAMES = (
    "Voorbeeld", "van Papier", "Bedenksel", "Proefman", "de Verzonnene", "Denkbeeld", "Testma", "Schijnbaar", "van Fictie", "Modelmans", "Nepveu",
    "Fantasia", "Verzinsel", "Zogenaamd", "Dummie", "van der Schets", "Probeersel",
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """Someone with a part: `buurt` is where they live and are a member, `wijk` whose steering group they are in."""

    key: str
    first_name: str
    buurt: str = ""
    wijk: str = ""
    role: str = Role.MEMBER
    label: str | Promise = ""

    @property
    def email(self) -> str:
        return f"{self.key}@{DOMAIN}"


CAST = (
    Part("anna", "Anna", buurt="De Laning", label=_("Resident of De Laning")),
    Part("peter", "Peter", buurt="Poortwijk-Noord", label=_("Resident of Poortwijk")),
    Part("marjan", "Marjan", buurt="De Laning", wijk="Zoomwijck", role=Role.PHONE_MANAGER, label=_("Phone manager of Zoomwijck")),
    Part("youssef", "Youssef", buurt="Oostwal", wijk="Zoomwijck", role=Role.STEERING, label=_("Steering member of Zoomwijck")),
    Part("wim", "Wim", buurt="De Laning"),
    Part("tineke", "Tineke", buurt="Zuidrand", wijk="Zoomwijck", role=Role.STEERING),
    Part("bram", "Bram", buurt="Het Park", wijk="Zoomwijck", role=Role.STEERING),
    Part("fatma", "Fatma", buurt="Poortwijk-Noord", wijk="Poortwijk", role=Role.PHONE_MANAGER, label=_("Phone manager of Poortwijk")),
    Part("leo", "Leo", buurt="Poortwijk-Zuid", wijk="Poortwijk", role=Role.STEERING),
    Part("hetty", "Hetty", buurt="Poortwijk-Zuid", wijk="Poortwijk", role=Role.STEERING),
    Part(
        "karin", "Karin", buurt="Het Roer", wijk="Zeeheldenwijk", role=Role.PHONE_MANAGER, label=_("Phone manager of a district that grows")
    ),
    Part("osman", "Osman", buurt="Trompkwartier", wijk="Zeeheldenwijk", role=Role.DEPUTY),
    Part("joost", "Joost", buurt="De Evertsen", wijk="Zeeheldenwijk", role=Role.STEERING),
    Part("wijkagent", "Wijkagent Sam", role=Role.OFFICER, label=_("Community officer")),
    Part("gemeente", "Noor", role=Role.OFFICIAL, label=_("Municipal official")),
    Part("beheer", "Ravi", role=Role.ADMINISTRATOR, label=_("Administrator of the installation")),
)


def others(count: int, *, start: int, streets: tuple[str, ...]) -> list[Person]:
    """`count` residents not yet saved; `start` makes their names and addresses differ from those made before."""
    made = []
    for n in range(start, start + count):
        first, last = FIRST_NAMES[n % len(FIRST_NAMES)], SURNAMES[(n // 3) % len(SURNAMES)]
        made.append(person(f"bewoner{n}@{DOMAIN}", first, last, street=streets[n % len(streets)]))
    return made


def person(email: str, first_name: str, last_name: str = "Voorbeeld", *, street: str = "") -> Person:
    """A person not yet saved, without a password; in the demo every role works at once."""
    return Person(
        email=email,
        first_name=first_name,
        last_name=last_name,
        street=street,
        password=make_password(None),
        second_factor_since=timezone.now(),
    )
