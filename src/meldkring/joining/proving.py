"""Do we know that somebody lives where they say? Layers that a district switches on, each kept as a proof with an end.

Three layers: a code by letter, two neighbours who vouch, and the phone manager's approval. A proof is renewed once a year;
who must renew gets one e-mail, a month before it ends.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from meldkring.audit import log
from meldkring.groups import roles
from meldkring.groups.models import Group, Kind, Membership
from meldkring.joining import mails
from meldkring.joining.models import Application, Proof, Vouch
from meldkring.people.models import Person
from meldkring.places.models import District

How = Proof.How
ENDS_SOON = timedelta(days=30)
VOUCHERS = 2
AT_ONCE = 200


@dataclass(frozen=True)
class Layer:
    """One proof that the district asks of this sign-up: whether it is there, and for vouching how many neighbours did so far."""

    how: Proof.How
    done: bool
    count: int = 0

    @property
    def label(self) -> str:
        return str(self.how.label)


def asked(district: District) -> list[Proof.How]:
    """The layers that this district has switched on."""
    switches = ((district.asks_letter, How.LETTER), (district.asks_vouching, How.VOUCHED), (district.asks_approval, How.APPROVED))
    return [how for on, how in switches if on]


def layers(applications: list[Application]) -> dict[int, list[Layer]]:
    """By sign-up, the layers its district asks and what is there of each; two queries however many sign-ups."""
    now, ids = timezone.now(), [a.pk for a in applications]
    there = set(Proof.objects.filter(application__in=ids, until__gt=now).values_list("application_id", "how"))
    vouches: dict[int, int] = {}
    for pk in Vouch.objects.filter(application__in=ids).values_list("application_id", flat=True):
        vouches[pk] = vouches.get(pk, 0) + 1
    return {
        a.pk: [Layer(how, (a.pk, how) in there, vouches.get(a.pk, 0)) for how in (asked(a.district) if a.district else ())]
        for a in applications
    }


def proven(who: Person | Application) -> bool:
    """A sign-up: every layer is there that does not need the phone manager. A person: at least one proof that lasts."""
    if isinstance(who, Person):
        return who.proofs.filter(until__gt=timezone.now()).exists()
    return all(layer.done for layer in layers([who])[who.pk] if layer.how != How.APPROVED)


@transaction.atomic
def prove(who: Person | Application, how: str, by: Person | None) -> Proof:
    """Keep that this is proven from now on, for as long as the district lets a proof last."""
    now, district = timezone.now(), _district(who)
    until = now + (district.proof_lasts if district else timedelta(days=365))
    person, application = (who, None) if isinstance(who, Person) else (None, who)
    made = Proof.objects.create(person=person, application=application, how=how, proven_at=now, until=until, by=by)
    log.record("prove", who, by=by, how=str(how))
    return made


@transaction.atomic
def confirm(membership: Membership, *, by: Person) -> Proof:
    """The phone manager knows that this member lives at this address."""
    roles.require(by, roles.Right.MEMBERS, membership.group)
    return prove(membership.person, How.APPROVED, by)


def hand_on(application: Application, person: Person) -> None:
    """The proofs of a sign-up become those of the member."""
    application.proofs.update(person=person)


def end(person: Person) -> None:
    """What was proven was proven of another address: it ends now, and nobody is asked to renew it."""
    now = timezone.now()
    person.proofs.filter(until__gt=now).update(until=now, renewal_asked_at=now)


def lapsing(groups: list[Group], *, within: timedelta = ENDS_SOON) -> QuerySet[Person]:
    """The residents of these watch groups whose address is not proven any more, or will not be in a while."""
    lasting = Proof.objects.filter(person=OuterRef("pk"), until__gt=timezone.now() + within)
    here = Membership.objects.filter(group__in=groups, left_at=None).values("person")
    return Person.objects.filter(~Exists(lasting), pk__in=here).order_by("first_name", "pk")


def ends_at(person: Person) -> datetime | None:
    """When the last proof of this person's address ends, or ended."""
    return person.proofs.order_by("-until").values_list("until", flat=True).first()


def ask_to_renew() -> int:
    """Write once to each member whose last proof ends within a month; how many were written to."""
    soon = timezone.now() + ENDS_SOON
    newer = Proof.objects.filter(person=OuterRef("person"), until__gt=OuterRef("until"))
    resident = Membership.objects.filter(person=OuterRef("person"), kind=Kind.WATCH, left_at=None)
    due = Proof.objects.filter(~Exists(newer), Exists(resident), until__lte=soon, renewal_asked_at=None, person__is_active=True)
    return sum(_ask(proof) for proof in due.select_related("person")[:AT_ONCE])


@transaction.atomic
def _ask(proof: Proof) -> int:
    if not Proof.objects.filter(pk=proof.pk, renewal_asked_at=None).update(renewal_asked_at=timezone.now()):
        return 0
    assert proof.person  # noqa: S101 - the query asked for proofs of a resident
    mails.renew(proof.person, until=proof.until)
    return 1


def _district(who: Person | Application) -> District | None:
    if isinstance(who, Application):
        return who.district
    lasting = who.memberships.filter(kind=Kind.WATCH, left_at=None).select_related("group__district").first()
    if lasting:
        return lasting.group.district
    return who.neighbourhood.district if who.neighbourhood else None
