"""What do the police do in the demo? An officer who serves every district, a contact card with one before it, a mail that waits, a message that holds."""

from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP

from django.utils import timezone

from meldkring.cases import police
from meldkring.channels import email_reading
from meldkring.demo import residents
from meldkring.demo.town import Town
from meldkring.groups import contact
from meldkring.groups.models import Appointment, ContactCard, Kind
from meldkring.intake import police_mail
from meldkring.people.models import Mail, Person
from meldkring.places.models import District, Neighbourhood

SERVES_SINCE = timedelta(days=210)
MAIL = """Onderwerp: Diefstal van fietsaccu's
Plaats: omgeving Vijverpad, Het Park
Omschrijving: In het afgelopen uur zijn drie accu's van fietsen gehaald.
Signalement: twee personen op een bakfiets, een met een gele helm
Looprichting: noord
Wat te doen: Ziet u dit nu gebeuren? Bel 112. Heeft u beelden? Bel 0900-8844.
Zaaknummer: VOORBEELD-0042

Met vriendelijke groet,
De meldkamer (verzonnen)
"""


def settle(town: Town) -> None:
    """Who serves where, how the station is reached, and the mail that waits for Zoomwijck."""
    officer = Person.objects.get(email=f"wijkagent@{residents.DOMAIN}")
    for district in District.objects.filter(groups__kind=Kind.STEERING).distinct().order_by("pk"):
        _serves(officer, district, town)
    zoomwijck = District.objects.get(slug="zoomwijck")
    by = town.phone_manager(town.groups["De Laning"])
    contact.write(
        zoomwijck, by=by, name="Wijkagent Ilse", station="Bureau Voorbeeld",
        agreements="Van een kenteken delen we vier tekens. Geen foto's. Bij een casus belt de casushouder, niet de hele groep.",
    )  # fmt: skip
    contact.hand_over(
        zoomwijck, by=by, name="Wijkagent Sam", station="Bureau Voorbeeld", phone="0900-0000", email=officer.email,
        note="Elke eerste dinsdag drinken we koffie met de stuurgroep.",
    )  # fmt: skip
    ContactCard.objects.filter(until__isnull=False).update(since=timezone.now() - 3 * SERVES_SINCE, until=timezone.now() - SERVES_SINCE)
    ContactCard.objects.filter(until=None).update(since=timezone.now() - SERVES_SINCE)
    contact.confirm(zoomwijck, by=officer)
    _mail(town, by)
    Mail.objects.all().delete()


def tell_now(town: Town) -> None:
    """A message for one neighbourhood of Poortwijk, which the steering members there have yet to forward."""
    officer = Person.objects.get(email=f"wijkagent@{residents.DOMAIN}")
    area = list(Neighbourhood.objects.filter(name="Poortwijk-Zuid"))
    police.place(
        "Er wordt gevraagd uit te kijken naar een witte bakwagen die spullen van een bouwplaats meenam. Zie je hem? Bel 112 en rijd er niet achteraan.",
        by=officer, area=area, place="Bouwplaats Havenzicht", vehicle="Witte bakwagen met een deuk links", direction="s",
        police_number="VOORBEELD-0041", valid_until=timezone.now() + timedelta(hours=6), source="Wijkagent Sam", source_at=timezone.now(),
    )  # fmt: skip


def _serves(officer: Person, district: District, town: Town) -> None:
    steering = [g for g in town.groups.values() if g.kind == Kind.STEERING and g.district_id == district.pk]
    by = town.phone_manager(steering[0])
    colleague = steering[0].memberships.filter(left_at=None).exclude(person__in=(by, officer)).order_by("pk")[0].person
    since = timezone.now() - SERVES_SINCE
    made = Appointment.objects.create(
        district=district, name=officer.first_name, email=officer.email, person=officer, proposed_by=by, proposed_at=since,
        confirmed_by=colleague, confirmed_at=since,
    )  # fmt: skip
    made.steering.set(steering)


def _mail(town: Town, by: Person) -> None:
    group = town.of(Kind.COORDINATION, town.groups["De Laning"])
    to = f"politie+{police_mail.address(group, by=by).secret}@{residents.DOMAIN}"
    police_mail.allow(group, domains=f"meldkamer.{residents.DOMAIN}", by=by)
    message = EmailMessage(policy=SMTP)
    message["From"], message["Subject"] = f"Meldkamer <post@meldkamer.{residents.DOMAIN}>", "Diefstal van fietsaccu's"
    message.set_content(MAIL)
    police_mail.take(email_reading.stamped(message.as_bytes(), sender="", to=to))
    police_mail.work()
