"""May somebody be quoted? They are asked in the app, with the exact words and name, and say yes or no; until it is used they can take it back."""

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.groups.models import Membership
from meldkring.people import mailing
from meldkring.people.models import Person
from meldkring.places.models import District
from meldkring.publicity import corners
from meldkring.publicity.models import Quote

State = Quote.State
MOST_OPEN = 20


class CannotQuote(Exception):
    """This cannot be asked, answered or taken back; the text says why."""


def candidates(district: District) -> QuerySet[Person]:
    """Who can be asked: everybody who takes part in the district, the community officer too."""
    here = Membership.objects.filter(group__district=district, group__closed_at=None, left_at=None)
    return Person.objects.filter(is_active=True, pk__in=here.values("person")).order_by("first_name", "street", "pk")


def found(district: District, words: str, *, most: int = 20) -> list[Person]:
    """The candidates with these first names or streets: what neighbours know of each other."""
    people = candidates(district)
    for word in words.split()[:5]:
        people = people.filter(Q(first_name__icontains=word) | Q(street__icontains=word))
    return list(people[:most]) if words.strip() else []


@transaction.atomic
def ask(district: District, person: Person, *, text: str, named: str, by: Person) -> Quote:
    """Ask whether these words may stand under this name. They hear of it by e-mail and at home."""
    corners.require(by, district)
    text, named = " ".join(text.split()).strip("“”\"„'‘’ "), " ".join(named.split())
    if not text or not named:
        raise CannotQuote(_("Write down the words and the name below them."))
    if not candidates(district).filter(pk=person.pk).exists():
        raise CannotQuote(_("%(name)s does not take part in %(district)s.") % {"name": person.first_name, "district": district.name})
    if Quote.objects.filter(district=district, state=State.ASKED).count() >= MOST_OPEN:
        raise CannotQuote(_("There are %(n)d questions open. Wait for an answer, or take one back.") % {"n": MOST_OPEN})
    quote = Quote.objects.create(district=district, person=person, text=text, named=named, asked_by=by, asked_at=timezone.now())
    log.record("quote_asked", quote, by=by)
    _tell(quote, by)
    return quote


@transaction.atomic
def answer(quote: Quote, agreed: bool, *, by: Person) -> Quote:
    """The person themself says yes or no; saying no to what was agreed takes it back, as long as it was not used."""
    row = Quote.objects.select_for_update(no_key=True).get(pk=quote.pk)
    if row.person_id != by.pk or row.state == State.CANCELLED:
        raise CannotQuote(_("This is not asked of you."))
    if row.used_at:
        raise CannotQuote(
            _("These words have been used already. Write to the steering group if they must go where that is still possible.")
        )
    before = row.state
    row.state = State.AGREED if agreed else (State.REVOKED if before in (State.AGREED, State.REVOKED) else State.DECLINED)
    row.answered_at = timezone.now()
    row.save(update_fields=["state", "answered_at"])
    log.record("quote_answered", row, by=by, state=row.state)
    return row


@transaction.atomic
def cancel(quote: Quote, *, by: Person) -> None:
    """The steering group does not need it any more."""
    corners.require(by, quote.district)
    if not Quote.objects.filter(pk=quote.pk, state=State.ASKED).update(state=State.CANCELLED):
        raise CannotQuote(_("There is an answer already."))
    log.record("quote_cancelled", quote, by=by)


def _tell(quote: Quote, by: Person) -> None:
    person = quote.person
    with translation.override(person.language):
        told = {"name": person.first_name, "by": by.first_name, "district": quote.district.name, "text": quote.text, "named": quote.named}
        mailing.write(
            person.email,
            subject=_("May we quote you? %(district)s") % told,
            text=_(
                "Hello %(name)s,\n\n%(by)s asks whether these words of yours may stand in the press or on a website:\n\n“%(text)s”\n– %(named)s\n\n"
                "Nothing is used before you say yes. Sign in to Meldkring to answer; you see the question there at once."
            )
            % told,
        )
