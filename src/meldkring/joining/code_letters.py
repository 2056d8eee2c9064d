"""How does a code on paper prove that somebody lives at an address?

The phone manager prints letters and puts them through the doors; whoever has the code has the key of that door. Only a keyed digest of a
code is kept. Printing again makes a new code and ends the one before.
"""

import io
import json
import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import overload

import segno
import typst
from django.core.cache import cache
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.groups import roles
from meldkring.groups.models import Group, Kind, Membership
from meldkring.joining import admission, proving
from meldkring.joining.models import Application, CodeLetter, Proof
from meldkring.people.models import Person
from meldkring.places.models import District

SHAPE = Path(__file__).with_name("code_letter.typ")
# Without vowels no word comes about, and without 0 O 1 I L 2 Z 5 S 8 B U V nothing is read for something else.
LETTERS, LENGTH = "34679CDFGHJKMNPRTWXY", 8
VALID_FOR = timedelta(days=60)
RENEW_BEFORE = timedelta(days=60)
MOST_AT_ONCE = 200
TRIES, TRIES_PER = 10, 3600


class WrongCode(Exception):
    """This is not the code of the newest letter to this person."""


class TooManyTries(Exception):
    """Too many wrong codes in an hour."""


class NothingToPrint(Exception):
    """No addressee was chosen, too many at once, or one of them has no full address."""


@dataclass(frozen=True)
class Addressee:
    """Somebody who may get a letter: a sign-up that waits, or a member whose proof ends. `sent_at` is when the last one was printed."""

    who: Application | Person
    sent_at: datetime | None = None

    @property
    def key(self) -> str:
        return f"{_kind(self.who)}-{self.who.pk}"

    @property
    def is_newcomer(self) -> bool:
        return isinstance(self.who, Application)

    @property
    def name(self) -> str:
        return f"{self.who.first_name} {self.who.last_name}".strip()

    @property
    def lines(self) -> list[str]:
        """The lines in the window of the envelope."""
        house = f"{self.who.house_number}{' ' if self.who.house_suffix.isdigit() else ''}{self.who.house_suffix}"
        postcode = "".join(self.who.postcode.split()).upper()
        place = self.who.neighbourhood.district.municipality.name if self.who.neighbourhood else ""
        return [self.name, f"{self.who.street} {house}".strip(), f"{postcode[:4]} {postcode[4:]}  {place}".strip()]


class Addressees(Sequence[Addressee]):
    """A long row of them, of which only what is asked for is read: the sign-ups first, then the members."""

    def __init__(self, waiting: QuerySet[Application], members: QuerySet[Person]) -> None:
        where = "neighbourhood__district__municipality"
        self._waiting = waiting.select_related(where).order_by("postcode", "house_number", "pk")
        self._members = members.select_related(where).order_by("postcode", "house_number", "pk")

    def __len__(self) -> int:
        return self._waiting.count() + self._members.count()

    @overload
    def __getitem__(self, wanted: int) -> Addressee: ...
    @overload
    def __getitem__(self, wanted: slice) -> "list[Addressee]": ...
    def __getitem__(self, wanted: int | slice) -> "Addressee | list[Addressee]":
        if isinstance(wanted, int):
            return self[wanted : wanted + 1][0]
        start, stop = wanted.start or 0, wanted.stop
        before = self._waiting.count()
        waiting = self._waiting[start:stop]
        members = self._members[max(start - before, 0) : None if stop is None else max(stop - before, 0)]
        return _with_last_letter([*waiting, *members])

    def __iter__(self) -> Iterator[Addressee]:
        return iter(self[:])

    def search(self, words: str) -> "Addressees":
        """Those with each of these words in their name or street."""
        waiting, members = self._waiting, self._members
        for word in words.split()[:5]:
            found = Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(street__icontains=word)
            waiting, members = waiting.filter(found), members.filter(found)
        return Addressees(waiting, members)

    def only(self, keys: Iterable[str]) -> list[Addressee]:
        """Those with these keys."""
        ids = defaultdict[str, list[int]](list)
        for key in keys:
            kind, _dash, pk = key.partition("-")
            if pk.isdecimal():
                ids[kind].append(int(pk))
        waiting, members = self._waiting.filter(pk__in=ids[_kind(Application())]), self._members.filter(pk__in=ids[_kind(Person())])
        return _with_last_letter([*waiting, *members])


def addressees(steering: Group, *, by: Person) -> Addressees:
    """Who may get a letter now: waiting sign-ups without proof by letter first, then members whose proof ends soon."""
    roles.require(by, roles.Right.MEMBERS, steering)
    lasting = Proof.objects.filter(until__gt=timezone.now())
    by_letter = lasting.filter(application=OuterRef("pk"), how=Proof.How.LETTER)
    waiting = Application.objects.filter(~Exists(by_letter), _has_address(), district=steering.district_id, state__in=("waiting", "full"))
    enough = Proof.objects.filter(person=OuterRef("pk"), until__gt=timezone.now() + RENEW_BEFORE)
    here = Membership.objects.filter(kind=Kind.WATCH, left_at=None, group__run_by=steering, group__closed_at=None)
    members = Person.objects.filter(~Exists(enough), _has_address(), pk__in=here.values("person"), is_active=True)
    return Addressees(waiting, members)


@transaction.atomic
def print_batch(chosen: Sequence[Addressee], *, steering: Group, by: Person, link: str) -> bytes:
    """One PDF with a letter for each; from now on only these codes count. `link` is the page that takes the code."""
    roles.require(by, roles.Right.MEMBERS, steering)
    if not chosen:
        raise NothingToPrint(_("Choose at least one person."))
    if len(chosen) > MOST_AT_ONCE:
        raise NothingToPrint(_("Print at most %(n)d letters at a time.") % {"n": MOST_AT_ONCE})
    now = timezone.now()
    printed = []
    for addressee in chosen:
        who, code = addressee.who, _new_code()
        _of(who).filter(used_at=None, until__gt=now).update(until=now)
        CodeLetter.objects.create(**_for(who), digest=_digest(code), made_at=now, made_by=by, until=now + VALID_FOR)
        printed.append(_letter(addressee, code, district=steering.district, by=by, link=link))
        log.record("code_letter", who, by=by)
    return _pdf(printed, link)


@transaction.atomic
def take(code: str, *, who: Application | Person) -> Proof:
    """The code from the letter, typed over by the one it was for: their address is proven."""
    _allow(who)
    now = timezone.now()
    found = _of(who).filter(digest=_digest(code), used_at=None, until__gt=now)
    if not found.update(used_at=now):
        raise WrongCode(_("This is not the code in the newest letter to you. Look once more; a letter is valid for two months."))
    proof = proving.prove(who, Proof.How.LETTER, by=who if isinstance(who, Person) else None)
    if isinstance(who, Application):
        admission.consider(who)
    return proof


def expected(who: Application | Person) -> bool:
    """Whether a letter is on its way to this person."""
    return _of(who).filter(used_at=None, until__gt=timezone.now()).exists()


def _has_address() -> Q:
    return Q(house_number__isnull=False) & ~Q(postcode="") & ~Q(street="")


def _with_last_letter(found: Sequence[Application | Person]) -> list[Addressee]:
    rows = CodeLetter.objects.filter(
        Q(application__in=[w.pk for w in found if isinstance(w, Application)])
        | Q(person__in=[w.pk for w in found if isinstance(w, Person)])
    )
    last: dict[tuple[int | None, int | None], datetime] = {
        (a, p): at for a, p, at in rows.order_by("made_at").values_list("application_id", "person_id", "made_at")
    }
    return [Addressee(w, last.get((w.pk, None) if isinstance(w, Application) else (None, w.pk))) for w in found]


def _of(who: Application | Person) -> QuerySet[CodeLetter]:
    return CodeLetter.objects.filter(**_for(who))


def _for(who: Application | Person) -> dict[str, Application | Person]:
    return {"application": who} if isinstance(who, Application) else {"person": who}


def _new_code() -> str:
    return "".join(secrets.choice(LETTERS) for _n in range(LENGTH))


def _digest(code: str) -> str:
    typed = "".join(c for c in code.upper() if c.isalnum())
    return salted_hmac("meldkring.joining.code_letters", typed, algorithm="sha256").hexdigest()


def _allow(who: Application | Person) -> None:
    """Count this attempt; the codes themselves cannot be guessed, this keeps it quiet as well."""
    key = f"code-letter:{_kind(who)}:{who.pk}"
    cache.add(key, 0, TRIES_PER)
    if cache.incr(key) > TRIES:
        raise TooManyTries(_("That was not right too often. Wait an hour, or ask for a new letter."))


def _kind(who: Application | Person) -> str:
    return "application" if isinstance(who, Application) else "person"


def _letter(addressee: Addressee, code: str, *, district: District | None, by: Person, link: str) -> dict[str, object]:
    who = addressee.who
    with translation.override(who.language):
        told = {"name": who.first_name, "district": district.name if district else "", "link": link.removeprefix("https://")}
        member = isinstance(who, Person)
        return {
            "language": who.language,
            "from": _("Meldkring %(district)s") % told,
            "to": addressee.lines,
            "date": date_format(timezone.localdate(), "j F Y"),
            "title": _("Your code for Meldkring %(district)s") % told,
            "hello": _("Hello %(name)s,") % told,
            "text": [
                _("Do you still live here? Once a year we check that. With this code you show that this is your address.") % told
                if member
                else _("How nice that you want to join. With this code you show that you live at this address."),
                _("That way only neighbours read what happens in the neighbourhood."),
            ],
            "code_label": _("Your code"),
            "code": f"{code[:4]} {code[4:]}",
            "steps": [
                _("Scan the square with your phone, or go to %(link)s") % told,
                _("Sign in if you are asked to.") if member else _("Open it on the device on which you signed up."),
                _("Type the code over."),
            ],
            "qr_alt": _("QR code of the page %(link)s") % told,
            "after": _(
                "The code is valid until %(until)s. Did you not ask for this? Then put this letter in the paper bin; nothing happens."
            )
            % {"until": date_format(timezone.localdate() + VALID_FOR, "j F Y")},
            "bye": _("Kind regards,"),
            "by": f"{by.first_name} {by.last_name}".strip(),
            "role": _("for the steering group of %(district)s") % told,
        }


def _pdf(printed: Iterable[dict[str, object]], link: str) -> bytes:
    qr = io.BytesIO()
    segno.make(link, error="m", micro=False).save(qr, kind="svg", border=2, xmldecl=False, svgns=True)
    data = {"letters": list(printed), "qr": qr.getvalue().decode(), "title": _("Letters with a code")}
    made = typst.compile(
        SHAPE.read_bytes(), sys_inputs={"data": json.dumps(data)}, format="pdf", pdf_standards=["ua-1"], ignore_system_fonts=True
    )
    assert isinstance(made, bytes)  # noqa: S101 - one PDF, not a list of pictures
    return made
