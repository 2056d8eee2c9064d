"""How do steering members reach their community officer, and what did they agree? One card per district; a new officer gets a new one.

The old card stays, with its dates: co-operation need not be built up from nothing when an officer changes.
"""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.groups import officers, roles
from meldkring.groups.models import ContactCard
from meldkring.people.models import Person
from meldkring.places.models import District

FIELDS = ("name", "station", "phone", "email", "agreements")


class NoCard(Exception):
    """There is no card to hand over or to confirm."""


def cards(person: Person) -> QuerySet[ContactCard]:
    """The cards, current and old, of the districts this person steers or serves; for anyone else there are none."""
    mine = [d.pk for d in (*officers.steered(person), *officers.served(person))]
    return ContactCard.objects.filter(district__in=mine).select_related("district", "confirmed_by")


def current(district: District) -> ContactCard | None:
    """The card that holds now."""
    return district.contact_cards.filter(until=None).first()


@transaction.atomic
def write(district: District, *, by: Person, **values: str) -> ContactCard:
    """Make the card, or correct what stands on it; a steering member of the district, or its officer. Refuses with `NotAllowed`."""
    _require(district, by)
    given = {name: values.get(name, "").strip() for name in FIELDS}
    found = current(_locked(district))
    if found is None:
        made = ContactCard.objects.create(district=district, since=timezone.now(), **given)
        log.record("contact_card", made, by=by, district=district.pk)
        return made
    changed = [name for name in FIELDS if getattr(found, name) != given[name]]
    for name in changed:
        setattr(found, name, given[name])
    if changed:
        found.save(update_fields=changed)
        log.record("contact_card", found, by=by, district=district.pk, changed=changed)
    return found


@transaction.atomic
def hand_over(district: District, *, note: str, by: Person, **values: str) -> ContactCard:
    """The officer changes: the old card ends with a note for the next one, a new card begins with what was agreed. Refuses with `NoCard` or `NotAllowed`."""
    _require(district, by)
    old, now = current(_locked(district)), timezone.now()
    if old is None:
        raise NoCard(_("There is no card yet. Write the first one."))
    old.until, old.handed_over = now, note.strip()
    old.save(update_fields=["until", "handed_over"])
    given = {name: values.get(name, "").strip() for name in FIELDS if name != "agreements"}
    made = ContactCard.objects.create(district=district, since=now, agreements=old.agreements, **given)
    log.record("hand_over_card", made, by=by, district=district.pk, former=old.pk)
    return made


@transaction.atomic
def confirm(district: District, *, by: Person) -> ContactCard:
    """The officer says that the card and what was agreed are right. Refuses with `NoCard` or `NotAllowed`."""
    if district.pk not in {d.pk for d in officers.served(by)}:
        raise roles.NotAllowed(_("Only the community officer of %(district)s confirms this card.") % {"district": district.name})
    found = current(_locked(district))
    if found is None:
        raise NoCard(_("There is no card yet."))
    found.confirmed_by, found.confirmed_at = by, timezone.now()
    found.save(update_fields=["confirmed_by", "confirmed_at"])
    log.record("confirm_card", found, by=by, district=district.pk)
    return found


def _locked(district: District) -> District:
    return District.objects.select_for_update(no_key=True).get(pk=district.pk)


def _require(district: District, by: Person) -> None:
    if district.pk not in {d.pk for d in (*officers.steered(by), *officers.served(by))}:
        raise roles.NotAllowed(_("You cannot do this in %(group)s.") % {"group": district.name})
