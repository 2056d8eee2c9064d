"""How does an empty installation begin? Five answers make the municipality, the district, one watch group and one steering group (phase 1, S22).

There is no coordination group yet: that comes when districts are linked. Whoever founds is a member of the watch group and its phone manager (S10).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.groups import joining
from meldkring.groups.models import Group, Kind, Role
from meldkring.joining import rules
from meldkring.people.models import Person
from meldkring.places import slugs
from meldkring.places.models import District, Municipality, Neighbourhood

CBS_CODE = re.compile(r"\s*\(?\b(GM\d{4})\)?\s*$", re.IGNORECASE)


class NotEmpty(Exception):
    """Somebody has begun here already."""


class BadStart(Exception):
    """An answer that cannot be; `name` is the question, the text says why."""

    def __init__(self, name: str, words: str) -> None:
        self.name = name
        super().__init__(words)


@dataclass(frozen=True)
class Start:
    """What stands after the first five answers."""

    district: District
    watch: Group
    steering: Group
    person: Person


def empty() -> bool:
    """Whether nobody has begun here yet."""
    return not (Municipality.objects.exists() or Person.objects.exists())


def key() -> str:
    """What the first-run page asks for, so that no stranger takes a fresh server. It follows from the secret key and stops working at once after use."""
    return salted_hmac("meldkring.founding", "first run", algorithm="sha256").hexdigest()[:32]


def fits(given: str) -> bool:
    """Whether this is that key, on an installation that is still empty."""
    return constant_time_compare(given, key()) and empty()


@transaction.atomic
def found(*, municipality: str, district: str, neighbourhoods: Sequence[str] = (), name: str, email: str) -> Start:
    """Make the first district and its phone manager; refuses with `NotEmpty` or `BadStart`."""
    if not empty():
        raise NotEmpty(_("This installation has begun already. Sign in instead."))
    wijk = _district(filled("municipality", municipality), filled("district", district))
    return _begin(wijk, neighbourhoods, name=name, email=email, by=None)


@transaction.atomic
def found_in(municipality: Municipality, *, district: str, neighbourhoods: Sequence[str] = (), name: str, email: str, by: Person) -> Start:
    """Make one more district in a municipality, with its phone manager; who may: growth/districts.py. Refuses with `BadStart`."""
    words = filled("district", district)
    return _begin(
        District.objects.create(municipality=municipality, name=words, slug=_slug(words)), neighbourhoods, name=name, email=email, by=by
    )


def _begin(wijk: District, neighbourhoods: Sequence[str], *, name: str, email: str, by: Person | None) -> Start:
    watch, steering, buurten = furnish(wijk, neighbourhoods)
    person = _person(filled("name", name), email, buurten)
    joining.join(person, watch, by=by or person)
    joining.join(person, steering, role=Role.PHONE_MANAGER, by=by or person)
    log.record("found", wijk, by=by or person)
    return Start(wijk, watch, steering, person)


def furnish(district: District, neighbourhoods: Sequence[str]) -> tuple[Group, Group, list[Neighbourhood]]:
    """Give a new district what every one begins with: neighbourhoods, a watch group, a steering group, house rules (phase 1, S22)."""
    buurten = _neighbourhoods(district, neighbourhoods)
    steering = _group(Kind.STEERING, _("Steering group %(district)s") % {"district": district.name}, district)
    watch = _group(Kind.WATCH, _("Watch group %(district)s") % {"district": district.name}, district, run_by=steering)
    watch.neighbourhoods.set(buurten)
    rules.publish_default(district)
    return watch, steering, buurten


def filled(question: str, answer: str) -> str:
    """The answer without stray white space. Refuses with `BadStart`."""
    words = " ".join(answer.split())
    if not words or len(words) > 60:
        raise BadStart(question, _("Fill this in, in at most 60 characters."))
    return words


def _district(municipality: str, district: str) -> District:
    code = CBS_CODE.search(municipality)
    town = Municipality.objects.create(name=CBS_CODE.sub("", municipality) or municipality, code=code.group(1).upper() if code else "")
    return District.objects.create(municipality=town, name=district, slug=_slug(district))


def _slug(district: str) -> str:
    try:
        return slugs.checked(district)
    except slugs.SlugTaken as refusal:
        raise BadStart("district", str(refusal)) from refusal


def _neighbourhoods(district: District, names: Sequence[str]) -> list[Neighbourhood]:
    """These neighbourhoods, each once; or one for now, that bears the name of the district."""
    wanted = list(dict.fromkeys(" ".join(n.split())[:100] for n in names if n.strip())) or [district.name]
    return [Neighbourhood.objects.create(district=district, name=name) for name in wanted]


def _group(kind: str, name: str, district: District, run_by: Group | None = None) -> Group:
    return Group.objects.create(kind=kind, name=name, municipality=district.municipality, district=district, run_by=run_by)


def _person(name: str, email: str, neighbourhoods: Sequence[Neighbourhood]) -> Person:
    try:
        validate_email(email)
    except ValidationError as wrong:
        raise BadStart("email", _("This is not an e-mail address.")) from wrong
    known = Person.objects.filter(email__iexact=email).first()
    if known:
        if known.memberships.filter(left_at=None, kind=Kind.WATCH).exists():
            raise BadStart("email", _("This person is a member of a watch group already."))
        return known
    first, _space, last = name.partition(" ")
    home = neighbourhoods[0] if len(neighbourhoods) == 1 else None
    return Person.objects.create_user(email, first_name=first, last_name=last, neighbourhood=home)
