"""How does somebody get another e-mail address for their account? A code goes to the new one, and it counts once that is typed over.

Whether the new address is somebody else's account is told to who reads that address, and to nobody else. The old address hears of it and can
put itself back for a week: who left a session open somewhere would lose their account without a word. What else hangs on an address follows
in `delivery.own_email`, the door to all this.
"""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.people import codes, mailing, second_factor
from meldkring.people.models import NewEmail, Person, Token

SALT = "meldkring.people.new_email"
PUT_BACK_WITHIN = timedelta(days=7)


class NotThisAddress(Exception):
    """This cannot become somebody's address. The text is for the person."""


def ask(person: Person, email: str) -> NewEmail:
    """Send a code to the new address. Refuses with `NotThisAddress`, `codes.TooSoon` and `codes.TooMany`."""
    email = email.strip().lower()
    if email == person.email:
        raise NotThisAddress(_("This is your address already."))
    if from_municipality(person):
        raise NotThisAddress(_("You sign in with the account of your municipality. Let them invite your new address."))
    with transaction.atomic():
        # Two requests at once would both find no code of a moment ago.
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        codes.may_send(NewEmail.objects.filter(Q(address=email) | Q(person=person)))
        digits, digest = codes.made(_about(person, email))
        owner = Person.objects.filter(email=email).first()
        made = NewEmail.objects.create(
            person=person, before=person.email, address=email, digest="" if owner else digest, sent_at=timezone.now()
        )
        with translation.override((owner or person).language):
            lines = _taken() if owner else _code(digits)
            mailing.write(email, subject=_("Your new e-mail address for Meldkring"), text="\n\n".join(lines))
    return made


def from_municipality(person: Person) -> bool:
    """Whether this person signs in with an account elsewhere, to which the address belongs."""
    return bool(SocialAccount.objects.filter(user=person).exists())


def asked(person: Person) -> NewEmail | None:
    """The new address that waits for its code, if any."""
    latest = person.new_emails.order_by("-sent_at", "-pk").first()
    return latest if latest and latest.used_at is None and timezone.now() - latest.sent_at < codes.HOUR else None


def prove(person: Person, digits: str) -> NewEmail:
    """The digits are right: the address is theirs. Refuses with `codes.Wrong` and `codes.Expired`."""
    found = asked(person)
    codes.use(found, _about(person, found.address if found else ""), digits)
    assert found is not None  # noqa: S101 - tells mypy what `use` refuses
    return found


def change(proven: NewEmail) -> Person:
    """From now on this is the address; the one of before hears of it. Refuses with `NotThisAddress`. In the caller's transaction."""
    person = _set(proven.person, proven.address)
    proven.before, proven.changed_at = proven.person.email, timezone.now()
    proven.save(update_fields=["before", "changed_at"])
    log.record("change_email", person, by=person)
    with translation.override(person.language):
        link = f"{settings.SITE_URL}{reverse('email_back', args=[signing.Signer(salt=SALT).sign(str(proven.pk))])}"
        mailing.write(proven.before, subject=_("You changed your e-mail address"), text="\n\n".join(_notice(person, link)))
    return person


def by_token(given: str) -> NewEmail | None:
    """The change that this link can put back; None when the link is not ours, was used, or is older than a week."""
    try:
        pk = signing.Signer(salt=SALT).unsign(given)
    except signing.BadSignature:
        return None
    since = timezone.now() - PUT_BACK_WITHIN
    return NewEmail.objects.select_related("person").filter(pk=pk, changed_at__gt=since, put_back_at=None, person__is_active=True).first()


def had(person: Person, email: str, *, at: datetime) -> bool:
    """Whether this was their address at that moment, and was changed so lately that they may still speak from there."""
    since = timezone.now() - PUT_BACK_WITHIN
    return person.new_emails.filter(before=email, changed_at__gt=max(at, since), put_back_at=None).exists()


def put_back(changed: NewEmail) -> Person:
    """The address of before is theirs again, and nobody who came in meanwhile stays: sessions, keys and second steps set since then end.

    Refuses with `NotThisAddress`. In the caller's transaction.
    """
    now = timezone.now()
    person = _set(changed.person, changed.before)
    # Whatever was changed later was changed by who had the account then.
    changed.person.new_emails.filter(pk__gte=changed.pk, put_back_at=None).update(put_back_at=now, used_at=now)
    Token.objects.filter(person=person, revoked_at=None).update(revoked_at=now)
    Authenticator.objects.filter(user=person, created_at__gte=changed.changed_at).delete()
    second_factor.note(person)
    second_factor.sign_out(person)
    log.record("put_back_email", person, by=person)
    return person


def shown_in_demo(waiting: NewEmail) -> str:
    """The digits that the demo shows on the page."""
    return codes.shown_in_demo(_about(waiting.person, waiting.address))


def _set(person: Person, email: str) -> Person:
    fresh = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    fresh.email = email
    try:
        with transaction.atomic():
            fresh.save(update_fields=["email"])
    except IntegrityError as taken:
        raise NotThisAddress(_("There is another account with this address by now. Sign in with it, or choose another address.")) from taken
    # allauth lets somebody in with any address it knows of them; it makes the row of the new one when it needs it.
    EmailAddress.objects.filter(user=fresh).delete()
    return fresh


def _about(person: Person, email: str) -> str:
    return f"new e-mail:{person.pk}:{email}"


def _code(digits: str) -> list[str]:
    return [
        _("This is the code for your new e-mail address. It works for ten minutes."),
        digits,
        _("Give it to nobody: we never ask for it by phone or mail."),
        _("Did you not ask for a code? Then you need not do anything."),
    ]


def _taken() -> list[str]:
    return [
        _("Somebody wanted to use this e-mail address for another account. There is an account with it already."),
        _("Was it you? Then sign in with this address, or choose another address for the other account."),
        f"{settings.SITE_URL}{reverse('account_request_login_code')}",
        _("Was it not you? Then you need not do anything."),
    ]


def _notice(person: Person, link: str) -> list[str]:
    return [
        _("Hello %(name)s,") % {"name": person.first_name},
        _("From now on you sign in with another e-mail address, and our messages go there."),
        _("Was it you? Then you need not do anything. Was it not you? Then put this address back within a week:"),
        link,
        _("Whoever is signed in as you is signed out then."),
    ]
