"""How does a resident sign up (S24)? Four steps on one row, each kept as soon as it is right, so that one can stop half-way and go on later.

Who and where, how to reach you, a code that proves it, the house rules (S25); then it is sent and admission considers it.
Nothing is written before the first step is right, and an unfinished sign-up is erased after two weeks (rules 7).
"""

from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.groups.models import Kind
from meldkring.joining import admission, rules, sign_up_codes, texting, whereabouts
from meldkring.joining.models import UNFINISHED_KEPT, Application, Code, HouseRules
from meldkring.people import codes, mailing
from meldkring.people.models import Person
from meldkring.places import addresses
from meldkring.places.models import District

State = Application.State
EMAIL, MOBILE = Code.To.EMAIL, Code.To.MOBILE
APP = "app"  # a way to be told: messages on this device
WHO, REACH, PROVE, RULES, SENT = 1, 2, 3, 4, 5
WHO_FIELDS = (
    "first_name", "last_name", "birth_year", "postcode", "house_number", "house_suffix", "street", "neighbourhood", "chosen_by_hand",
)  # fmt: skip


class SignUpRefused(Exception):
    """The step cannot be taken. The text is for the person."""


class Closed(SignUpRefused):
    """The district takes no sign-ups now."""


class TooYoung(SignUpRefused):
    """Certainly under the minimum age of the district."""


class NotYet(SignUpRefused):
    """An earlier step is still to do, or the sign-up was sent already."""


class AlreadyMember(SignUpRefused):
    """There is an account with this e-mail address that is in a watch group (S6)."""


class AlreadyWaiting(SignUpRefused):
    """With this e-mail address somebody is waiting already: `application`."""

    def __init__(self, text: str, application: Application) -> None:
        super().__init__(text)
        self.application = application


def begin(district: District, *, language: str) -> Application:
    """A blank sign-up, kept from the first step on. Refuses with `Closed`."""
    if not district.open_for_sign_up:
        raise Closed(_("%(district)s takes no new members at the moment.") % {"district": district.name})
    return Application(district=district, language=language)


def who_and_where(
    application: Application, *, first_name: str, last_name: str, birth_year: int, postcode: str, number: int | str, suffix: str = "",
    choice: str = "",
) -> Application:  # fmt: skip
    """Step 1. `choice` is the neighbourhood that the person pointed at, for when no source knows. Refuses with `TooYoung` and the refusals of `whereabouts`."""
    district = _unsent(application)
    # Somebody who turns the minimum age this year may be old enough or not: the phone manager sees it.
    if timezone.localdate().year - birth_year < district.minimum_age:
        words = {"age": district.minimum_age, "district": district.name}
        raise TooYoung(_("You can join %(district)s from the age of %(age)d. You are welcome then!") % words)
    here = whereabouts.located(district, postcode, number, suffix, choice=choice)
    application.first_name, application.last_name, application.birth_year = first_name.strip(), last_name.strip(), birth_year
    application.postcode, application.house_number, application.house_suffix = here.postcode, here.number, here.suffix
    application.street, application.neighbourhood, application.chosen_by_hand = here.street, here.neighbourhood, here.by_hand
    application.save(update_fields=None if application.pk is None else WHO_FIELDS)
    return application


def reach(application: Application, *, email: str, mobile: str, channel: str, sign_in: str = "") -> Application:
    """Step 2: where messages go, and a code to each address that is not proven yet. Refuses with `texting.BadNumber` and `codes.TooMany`.

    `sign_in` is the address of the page to sign in; it is told in the e-mail alone, to who has an account already.
    """
    _unsent(application)
    _require(application, REACH)
    email, mobile = email.strip().lower(), texting.normal(mobile) if mobile.strip() else ""
    if email != application.email:
        application.email, application.email_proven_at = email, None
    if mobile != application.mobile:
        application.mobile, application.mobile_proven_at = mobile, None
    application.channel = channel
    application.save(update_fields=["email", "email_proven_at", "mobile", "mobile_proven_at", "channel"])
    for to in to_prove(application):
        try:
            send_code(application, to, sign_in=sign_in)
        except codes.TooMany:
            raise
        except (codes.TooSoon, texting.NotSent):
            continue  # the code of a moment ago still works; a text that does not arrive can be asked for again on the next page
    return application


def send_code(application: Application, to: str, *, sign_in: str = "") -> None:
    """A new code to the e-mail address or mobile number. Refuses with `codes.TooSoon`, `codes.TooMany` and `texting.NotSent`."""
    if to == MOBILE:
        if not texting.can_send():
            raise texting.NotSent(_("We cannot send text messages at the moment."))
        digits = sign_up_codes.new(application, to, application.mobile)
        with translation.override(application.language):
            text = _("Your code for Meldkring is %(digits)s. It works for ten minutes.") % {"digits": digits}
        return texting.send(application.mobile, text)
    with transaction.atomic():
        _mail_code(application, sign_up_codes.new(application, to, application.email), sign_in)
    return None


def prove(application: Application, *, to: str, code: str) -> Application:
    """Step 3, for one of the two. Refuses with `codes.Wrong` and `codes.Expired`."""
    _require(application, PROVE)
    address = application.email if to == EMAIL else application.mobile
    sign_up_codes.check(application, to, address, code)
    field = "email_proven_at" if to == EMAIL else "mobile_proven_at"
    setattr(application, field, timezone.now())
    application.save(update_fields=[field])
    return application


def accept_and_send(application: Application, *, ticked: Collection[int]) -> Application:
    """Step 4: the house rules, each one ticked, and off it goes. Refuses with the refusals of `house_rules` and of `send`."""
    with transaction.atomic():
        accept_rules(application, ticked=ticked)
        return send(application)


def accept_rules(application: Application, *, ticked: Collection[int]) -> Application:
    """Keep that every rule of the version in force was read and ticked (S25). Refuses with `rules.NotAllTicked`."""
    now = house_rules(_unsent(application))
    rules.check_ticked(now, ticked)
    application.rules, application.rules_accepted_at = now, timezone.now()
    application.save(update_fields=["rules", "rules_accepted_at"])
    return application


def send(application: Application) -> Application:
    """Hand it to admission. Sending twice is sending once. Refuses with `NotYet`, `AlreadyMember` and `AlreadyWaiting`."""
    with transaction.atomic():
        row = Application.objects.select_for_update(of=("self",)).select_related("district", "rules").get(pk=application.pk)
        if row.state != State.BEGUN:
            return row
        district = _unsent(row)
        if step(row) < RULES or row.rules is None or row.rules != rules.current(district):
            raise NotYet(_("Not every step is done yet."))
        _refuse_who_is_here(row)
        row.state, row.sent_at = State.WAITING, timezone.now()
        try:
            with transaction.atomic():
                row.save(update_fields=["state", "sent_at"])
        except IntegrityError as raced:
            raise NotYet(_("Somebody has just signed up with this e-mail address.")) from raced
        log.record("sign_up", row, by=None, district=district.pk)
        considered = admission.consider(row)
        if considered.state == State.WAITING:
            _mail_received(considered)
    return considered


def step(application: Application) -> int:
    """The first step that is still to do. A mobile number that cannot be proven here holds nobody up."""
    if application.state != State.BEGUN:
        return SENT
    if application.pk is None or application.neighbourhood_id is None:
        return WHO
    if not application.email:
        return REACH
    return RULES if application.email_proven_at else PROVE


def to_prove(application: Application) -> list[str]:
    """Where a code must still go: what is given, not proven, and within our reach."""
    found: list[str] = [EMAIL] if application.email and not application.email_proven_at else []
    return found + ([MOBILE] if application.mobile and not application.mobile_proven_at and texting.can_send() else [])


def account(application: Application) -> Person | None:
    """The account with this e-mail address: only for who has proven that it is theirs; a stranger learns nothing."""
    if not application.email_proven_at:
        return None
    return Person.objects.filter(email=application.email, is_active=True).first()


def house_rules(district: District) -> HouseRules:
    """The rules to accept. A district that has not written any gets the set it starts with."""
    return rules.current(district) or rules.publish_default(district)


def await_district(*, first_name: str, postcode: str, email: str, language: str) -> Application:
    """Where there is no district yet: write down who wants to hear when there is one, and no more than that takes. Refuses with `addresses.BadPostcode`."""
    found = {"first_name": first_name.strip(), "postcode": addresses.normal(postcode), "email": email.strip().lower()}
    there, fresh = Application.objects.get_or_create(
        state=State.ELSEWHERE, email=found["email"], defaults=found | {"language": language, "sent_at": timezone.now()}
    )
    if fresh:
        log.record("await_district", there, by=None)
    return there


def discard(application: Application) -> None:
    """The person stops half-way: what they filled in is erased."""
    _unsent(application)
    application.delete()


def forget_unfinished() -> int:
    """Erase what was begun two weeks ago and never sent; how many."""
    old = Application.objects.filter(state=State.BEGUN, begun_at__lt=timezone.now() - UNFINISHED_KEPT)
    return old.delete()[1].get(Application._meta.label, 0)


def _unsent(application: Application) -> District:
    if application.state != State.BEGUN or application.district is None:
        raise NotYet(_("You have sent this sign-up already."))
    if not application.district.open_for_sign_up:
        raise Closed(_("%(district)s takes no new members at the moment.") % {"district": application.district.name})
    return application.district


def _require(application: Application, wanted: int) -> None:
    if step(application) < wanted:
        raise NotYet(_("Do the earlier step first."))


def _refuse_who_is_here(application: Application) -> None:
    known = account(application)
    if known and known.memberships.filter(kind=Kind.WATCH, left_at=None).exists():
        raise AlreadyMember(_("You are a member already. Sign in; if you have moved house, tell it there on the page “Me”."))
    waiting = Application.objects.filter(district=application.district, email=application.email, state__in=(State.WAITING, State.FULL))
    earlier = waiting.exclude(pk=application.pk).first()
    if earlier:
        raise AlreadyWaiting(_("You had signed up already. Here you see where it stands."), earlier)


def _mail_code(application: Application, digits: str, sign_in: str) -> None:
    has_account = Person.objects.filter(email=application.email, is_active=True).exists()
    with translation.override(application.language):
        lines = [
            _("This is your code. It works for ten minutes."),
            digits,
            _("Did you not ask for a code? Then you need not do anything."),
        ]
        if has_account:
            lines.insert(0, _("You have an account with Meldkring already. You need not sign up: you can sign in with this address."))
            lines.insert(1, sign_in)
        # Not in the subject: the text of a sent mail is erased, its subject stays.
        mailing.write(application.email, subject=_("Your code for Meldkring"), text=_letter(lines))


def _mail_received(application: Application) -> None:
    with translation.override(application.language):
        lines = [
            _("Hello %(name)s,") % {"name": application.first_name},
            _("Thank you for signing up. Somebody of your steering group looks at it, mostly within a few days."),
            _("You hear from us by e-mail. Until then: do you see something suspicious? Call 112."),
        ]
        mailing.write(application.email, subject=_("We have your sign-up"), text=_letter(lines))


def _letter(lines: list[str]) -> str:
    return "\n\n".join(line for line in lines if line) + "\n"
