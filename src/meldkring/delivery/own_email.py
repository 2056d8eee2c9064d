"""What follows when somebody's e-mail address becomes another one? Letters on their way go there, and what waits under the old address follows.

Links to stop and replies to old letters keep working: they know the row of the address, which stays. The code, the notice to the old address
and the way back: `people.new_email`.
"""

from django.db import transaction

from meldkring.delivery import addresses
from meldkring.delivery.models import Address
from meldkring.joining import barring, moving
from meldkring.people import new_email
from meldkring.people.models import NewEmail, Person


def prove(person: Person, digits: str) -> None:
    """The code is right: from now on this is their address. Refuses with `codes.CodeRefused` and `new_email.NotThisAddress`."""
    proven = new_email.prove(person, digits)
    with transaction.atomic():
        fresh = new_email.change(proven)
        _follow(fresh, before=proven.before)


@transaction.atomic
def put_back(changed: NewEmail) -> None:
    """The address of before counts again; devices and chats that were added meanwhile hear nothing more. Refuses with `new_email.NotThisAddress`."""
    wrong = Person.objects.get(pk=changed.person_id).email
    person = new_email.put_back(changed)
    for added in Address.objects.filter(person=person, added_at__gte=changed.changed_at).exclude(channel=addresses.EMAIL):
        addresses.remove(added, by=person)
    _follow(person, before=wrong)


def _follow(person: Person, *, before: str) -> None:
    addresses.ensure_email([person])
    moving.follow_email(person, before=before)
    barring.follow_email(before, person.email)
