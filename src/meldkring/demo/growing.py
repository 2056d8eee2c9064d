"""What happens in the demo besides cases: a district just past 80, house rules that everybody accepted, neighbours who sign up, a duty rota."""

from datetime import timedelta

from django.utils import timezone

from meldkring.demo import places, residents
from meldkring.groups import duty
from meldkring.groups.models import Group, Kind, Membership, Role
from meldkring.joining import rules
from meldkring.joining.models import Acceptance, Application, Proof
from meldkring.people.models import Mail
from meldkring.places.models import District, Neighbourhood

# First name, last name, street of De Laning, year of birth, chosen by hand, e-mail proven.
WAITING = (
    ("Nora", "Voorbeeld", "Laninghof", 1961, False, True),
    ("Sem", "Bedenksel", "Kersengaarde", 2008, False, True),
    ("Willeke", "van Papier", "Perengaarde", 1952, True, False),
)
RENEWED_AGAIN = timedelta(days=300)


def settle() -> None:
    """The rules, proofs, sign-ups and shifts of the whole town."""
    for district in District.objects.all():
        _rules(district)
    _proofs()
    _waiting()
    for steering in Group.objects.filter(kind=Kind.STEERING):
        manager = Membership.objects.select_related("person").get(group=steering, role=Role.PHONE_MANAGER, left_at=None).person
        duty.fill(steering, 2, by=manager)
    # Nobody in the town reads mail; what the console shows is for who plays.
    Mail.objects.all().delete()


def spread_joining(memberships: list[Membership]) -> None:
    """Who joined when in a district that grows: the first half in its first months, the rest ever faster."""
    now = timezone.now()
    for n, membership in enumerate(memberships):
        membership.joined_at = now - timedelta(days=360) * (1 - n / len(memberships)) ** 0.7


def _rules(district: District) -> None:
    version = rules.publish_default(district)
    people = Membership.objects.filter(kind=Kind.WATCH, group__district=district, left_at=None).values_list("person", flat=True)
    now = timezone.now()
    Acceptance.objects.bulk_create([Acceptance(person_id=pk, rules=version, at=now) for pk in people])


def _proofs() -> None:
    """Nearly everybody is proven; some proofs end soon, so that the health of the groups has something to show."""
    now = timezone.now()
    people = Membership.objects.filter(kind=Kind.WATCH, left_at=None).order_by("pk").values_list("person", flat=True)
    Proof.objects.bulk_create(
        [
            Proof(
                person_id=pk,
                how=Proof.How.IMPORTED,
                proven_at=now,
                renewal_asked_at=now,
                until=now + (timedelta(days=20) if n % 29 == 0 else RENEWED_AGAIN),
            )
            for n, pk in enumerate(people)
        ]
    )


def _waiting() -> None:
    buurt = places.WIJKEN[0].buurten[0]
    neighbourhood = Neighbourhood.objects.select_related("district").get(name=buurt.name)
    version, now = rules.publish_default(neighbourhood.district), timezone.now()
    for n, (first, last, street, born, by_hand, proven) in enumerate(WAITING):
        Application.objects.create(
            district=neighbourhood.district, state=Application.State.WAITING, first_name=first, last_name=last, birth_year=born,
            postcode="3263AA", house_number=10 + n, street=street, neighbourhood=neighbourhood, chosen_by_hand=by_hand,
            email=f"aanmelder{n}@{residents.DOMAIN}", email_proven_at=now if proven else None, rules=version, rules_accepted_at=now,
            sent_at=now - timedelta(hours=5 * (n + 1)),
        )  # fmt: skip
