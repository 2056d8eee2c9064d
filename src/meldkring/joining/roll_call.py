"""Do you still live here? Asked of every member of a district half-yearly, answered with one tap, at home or from the e-mail.

A "yes" renews the proof of an address that was once proven better than by saying so; a "no" changes nothing by itself: the page leads on
to moving house or leaving.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.groups import roles
from meldkring.groups.models import Group, Kind, Membership
from meldkring.joining import proving
from meldkring.joining.models import Proof, RollAnswer, RollCall
from meldkring.people import mailing
from meldkring.people.models import Person
from meldkring.places.models import District

SALT = "meldkring.joining.roll_call"
EVERY, OPEN_FOR = timedelta(days=182), timedelta(days=30)
Link = Callable[[str], str]


class RollCallRuns(Exception):
    """There is one already, or the last one is too short ago to ask again."""


class RollCallOver(Exception):
    """The roll-call has ended, or this person was not asked."""


@dataclass(frozen=True)
class Totals:
    """How far a roll-call has come, for the members of some groups."""

    asked: int
    here: int
    moved: int

    @property
    def silent(self) -> int:
        return self.asked - self.here - self.moved


@transaction.atomic
def begin(steering: Group, *, by: Person, link: Link) -> RollCall:
    """Ask every member of the district. `link` makes an address of the token with which a member answers without signing in."""
    roles.require(by, roles.Right.MEMBERS, steering)
    district = District.objects.select_for_update().filter(pk=steering.district_id or 0).first()
    if district is None or not due(district):
        raise RollCallRuns(_("Everybody was asked less than half a year ago."))
    now = timezone.now()
    made = RollCall.objects.create(district=district, by=by, begun_at=now, until=now + OPEN_FOR)
    everybody = members(district)
    for person in everybody:
        _ask(made, person, link)
    log.record("roll_call", made, by=by, district=district.pk, asked=len(everybody))
    return made


def due(district: District) -> bool:
    """Whether it is time to ask again; the health page offers it, nothing begins by itself."""
    return not district.roll_calls.filter(begun_at__gt=timezone.now() - EVERY).exists()


def last(district: District) -> RollCall | None:
    """The newest roll-call of a district."""
    return district.roll_calls.order_by("-begun_at").first()


def members(district: District, *, steering: Group | None = None) -> QuerySet[Person]:
    """Who is asked: residents in the watch groups and the steering members; of one steering group if that is given."""
    watch, steers = Q(kind=Kind.WATCH), Q(kind=Kind.STEERING, role__in=roles.STEERING_ROLES)
    if steering is not None:
        watch, steers = watch & Q(group__run_by=steering), steers & Q(group=steering)
    lasting = Membership.objects.filter(watch | steers, group__district=district, group__closed_at=None, left_at=None)
    return Person.objects.filter(pk__in=lasting.values("person"), is_active=True).order_by("first_name", "pk")


@transaction.atomic
def answer(call: RollCall, person: Person, *, lives_here: bool) -> RollAnswer:
    """Keep the answer; the last one counts, so a wrong tap can be put right while the roll-call runs."""
    if is_over(call) or not members(call.district).filter(pk=person.pk).exists():
        raise RollCallOver(_("This question is no longer open. Thank you for looking."))
    made, _new = RollAnswer.objects.update_or_create(
        roll_call=call, person=person, defaults={"lives_here": lives_here, "at": timezone.now()}
    )
    if lives_here and person.proofs.exclude(how=Proof.How.SAID).exists():
        proving.prove(person, Proof.How.SAID, by=person)
    log.record("roll_answer", call, by=person)
    return made


def is_over(call: RollCall) -> bool:
    """Whether it can be answered no longer."""
    return call.until <= timezone.now()


def question(person: Person) -> RollCall | None:
    """What this person is asked and has not answered yet; one query."""
    return _running(person).exclude(answers__person=person).first()


def asked(person: Person) -> RollCall | None:
    """What this person is asked now, answered or not: an answer can be changed."""
    return _running(person).first()


def _running(person: Person) -> QuerySet[RollCall]:
    lasting = person.memberships.filter(left_at=None, group__closed_at=None)
    where = lasting.filter(Q(kind=Kind.WATCH) | Q(kind=Kind.STEERING, role__in=roles.STEERING_ROLES)).values("group__district")
    return RollCall.objects.filter(district__in=where, until__gt=timezone.now()).select_related("district").order_by("-begun_at")


def totals(call: RollCall, steering: Group) -> Totals:
    """The numbers for who this steering group serves."""
    everybody = members(call.district, steering=steering)
    given = list(call.answers.filter(person__in=everybody).values_list("lives_here", flat=True))
    return Totals(asked=everybody.count(), here=sum(given), moved=len(given) - sum(given))


def without(call: RollCall, steering: Group, *, answer: bool | None) -> QuerySet[Person]:
    """Who has not answered (None) or says to have moved (False), of who this steering group serves."""
    everybody = members(call.district, steering=steering)
    if answer is None:
        return everybody.exclude(pk__in=call.answers.values("person"))
    return everybody.filter(pk__in=call.answers.filter(lives_here=answer).values("person"))


def token(call: RollCall, person: Person) -> str:
    """What stands in the link in the e-mail: which question, for whom."""
    return signing.Signer(salt=SALT).sign(f"{call.pk}.{person.pk}")


def by_token(given: str) -> tuple[RollCall, Person]:
    """The question and the person this token was made for, or 404."""
    try:
        call, person = signing.Signer(salt=SALT).unsign(given).split(".")
    except (signing.BadSignature, ValueError) as wrong:
        raise Http404 from wrong
    found = RollCall.objects.select_related("district").filter(pk=call).first()
    whose = Person.objects.filter(pk=person, is_active=True).first()
    if found is None or whose is None:
        raise Http404
    return found, whose


def _ask(call: RollCall, person: Person, link: Link) -> None:
    with translation.override(person.language):
        told = {
            "name": person.first_name,
            "district": call.district.name,
            "until": date_format(timezone.localtime(call.until), "j F Y"),
            "link": link(token(call, person)),
        }
        text = _(
            "Hello %(name)s,\n\n"
            "Twice a year we ask everybody in %(district)s one question: do you still live here? That way our messages reach the people "
            "who live here, and nobody else.\n\n"
            "Answer with one tap, before %(until)s:\n%(link)s\n\n"
            "Thank you!\n"
        )
        mailing.write(person.email, subject=_("Do you still live in %(district)s?") % told, text=text % told)
