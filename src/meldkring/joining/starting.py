"""How does somebody begin a district for their own neighbourhood (S2)? Four answers, a code that proves the e-mail address, and it is there.

`OPEN_FOR_DISTRICTS` says who may: anyone, anyone after an official or administrator has looked, or nobody. What was begun is not public until it
has its people: only who was invited sees it, it stands in no list, and it claims no address.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.groups import joining, roles, steering
from meldkring.groups.models import Kind, Membership, Role
from meldkring.joining import entering, founding, sign_up_codes, signing_up
from meldkring.joining.models import Application, Founding
from meldkring.people import mailing
from meldkring.people.models import Person
from meldkring.places import addresses, municipalities, outside, slugs
from meldkring.places.models import District, Municipality

State = Founding.State
ANYONE, APPROVAL, CLOSED = "anyone", "approval", "closed"
MOST_PER_DAY = 20  # over the whole installation; more than that is no neighbours


class CannotStart(Exception):
    """A district cannot be begun here, or not now. The text is for the person."""


class NotReady(Exception):
    """The district cannot become public yet. The text says what is missing."""


@dataclass(frozen=True)
class Made:
    """What came of a proven start. `fresh`: the account is new, so whoever proved its address may go on as that person at once."""

    founding: Founding
    person: Person | None = None
    fresh: bool = False


def policy() -> str:
    """Who may begin a district here; anything that is no answer counts as the careful one."""
    found: str = settings.OPEN_FOR_DISTRICTS
    return found if found in (ANYONE, APPROVAL, CLOSED) else APPROVAL


@transaction.atomic
def ask(
    *, town: str, name: str, neighbourhoods: Sequence[str], first_name: str, last_name: str, postcode: str, email: str, language: str,
) -> Founding:  # fmt: skip
    """Keep the answers and send a code to the e-mail address. Refuses with `CannotStart`, `BadStart`, `BadPostcode` and `CodeRefused`."""
    _must_be_open()
    town, name = founding.filled("town", founding.CBS_CODE.sub("", town)), founding.filled("name", name)
    found = addresses.find(postcode, 1)
    application = Application.objects.create(
        first_name=first_name.strip(), last_name=last_name.strip(), postcode=found.postcode, email=email.strip().lower(), language=language
    )
    made = Founding.objects.create(
        application=application, town=town, municipality=_municipality(town, found.municipality), name=name, asked_at=timezone.now(),
        neighbourhoods=list(dict.fromkeys(" ".join(n.split())[:100] for n in neighbourhoods if n.strip()))[:30],
    )  # fmt: skip
    signing_up.send_code(application, signing_up.EMAIL)
    return made


def again(asked: Founding) -> None:
    """A new code. Refuses with `CodeRefused`."""
    signing_up.send_code(asked.application, signing_up.EMAIL)


def prove(asked: Founding, code: str) -> Made:
    """The code is right: the district begins, or waits for approval. Refuses with `CodeRefused` and `CannotStart`."""
    application = asked.application
    if application.email_proven_at is None:
        sign_up_codes.check(application, signing_up.EMAIL, application.email, code)
    with transaction.atomic():
        fresh = _locked(asked)
        if fresh.state != State.BEGUN:
            return Made(fresh)
        _must_be_open()
        _refuse_who_cannot(application)
        application.email_proven_at = timezone.now()
        application.state, application.sent_at = Application.State.WAITING, timezone.now()
        application.save(update_fields=["email_proven_at", "state", "sent_at"])
        log.record("start_district", fresh, by=None)
        if policy() == ANYONE:
            return _make(fresh, by=None)
        fresh.state = State.WAITING
        fresh.save(update_fields=["state"])
        for person in deciders(fresh):
            _tell_decider(person, fresh)
        return Made(fresh)


def waiting_for(person: Person) -> QuerySet[Founding]:
    """The starts that this person decides on: officials those of their municipality, who administers the installation all of them."""
    waiting = Founding.objects.filter(state=State.WAITING).select_related("application", "municipality").order_by("asked_at")
    if person.is_superuser and person.second_factor_since is not None:
        return waiting
    towns = {g.municipality_id for g in roles.with_right(person, roles.Right.FIGURES)}
    return waiting.filter(municipality__in=towns)


@transaction.atomic
def approve(asked: Founding, *, by: Person | None) -> District:
    """Let it begin; `by` is None for who does it on the server itself. Refuses with `NotAllowed` and `CannotStart`."""
    fresh = _to_decide(asked, by=by)
    _refuse_who_cannot(fresh.application)
    made = _make(fresh, by=by).founding.district
    assert made is not None  # noqa: S101 - tells mypy what `_make` has just set
    return made


@transaction.atomic
def decline(asked: Founding, *, by: Person | None, reason: str) -> None:
    """Do not let it begin, and say why. Refuses with `NotAllowed` and `CannotStart`."""
    fresh = _to_decide(asked, by=by)
    words = " ".join(reason.split())[:300]
    if not words:
        raise CannotStart(_("Give the reason. The resident reads it."))
    _decided(fresh, State.DECLINED, by=by, reason=words)
    application = fresh.application
    application.state, application.decided_at, application.decided_by = Application.State.DECLINED, timezone.now(), by
    application.save(update_fields=["state", "decided_at", "decided_by"])
    log.record("decline_district", fresh, by=by)
    with translation.override(application.language):
        told = {"name": application.first_name, "district": fresh.name}
        lines = [
            _("Hello %(name)s,") % told,
            _("You wanted to begin a neighbourhood watch in %(district)s. That is not possible now. This is the reason:") % told,
            words,
        ]
        mailing.write(application.email, subject=_("About your neighbourhood watch"), text="\n\n".join(lines) + "\n")


@transaction.atomic
def open_to_public(district: District, *, by: Person) -> None:
    """From now on visitors find it. Refuses with `NotAllowed`, and with `NotReady` while it has not got its people."""
    District.objects.select_for_update(no_key=True).get(pk=district.pk)
    if not _manages(by, district):
        raise roles.NotAllowed(_("Only phone managers of %(district)s can change this.") % {"district": district.name})
    working = steering_members(district).filter(person__second_factor_since__isnull=False).count()
    if working < steering.FEWEST:
        raise NotReady(_("First find at least three steering members who have all set their second step. You have %(n)d.") % {"n": working})
    if District.objects.filter(pk=district.pk, is_public=False).update(is_public=True):
        log.record("open_to_public", district, by=by)
        outside.changed()


def steering_members(district: District) -> QuerySet[Membership]:
    """The people who steer in this district now."""
    lasting = Membership.objects.filter(group__district=district, group__closed_at=None, kind=Kind.STEERING, left_at=None)
    return lasting.filter(role__in=roles.STEERING_ROLES, person__is_active=True)


def invitation(district: District) -> str:
    """The word in the link with which a district that is not public yet is shown to who is invited."""
    return salted_hmac("meldkring.starting.invitation", str(district.pk), algorithm="sha256").hexdigest()[:20]


def invites(district: District, word: str) -> bool:
    """Whether this is that word."""
    return constant_time_compare(word, invitation(district))


def belongs(person: Person, district: District) -> bool:
    """Whether this person is in one of the groups of the district."""
    return person.memberships.filter(group__district=district, left_at=None).exists()


def deciders(asked: Founding) -> list[Person]:
    """Who can decide on it: officials of the municipality, else who administers the installation."""
    lasting = Membership.objects.filter(kind=Kind.MUNICIPAL, left_at=None, role__in=(Role.OFFICIAL, Role.ADMINISTRATOR))
    officials = Q(pk__in=lasting.filter(group__municipality=asked.municipality_id, group__closed_at=None).values("person"))
    people = Person.objects.filter(is_active=True, second_factor_since__isnull=False)
    here = list(people.filter(officials)) if asked.municipality_id else []
    return here or list(people.filter(is_superuser=True))


def _must_be_open() -> None:
    if policy() == CLOSED:
        raise CannotStart(_("Nobody can begin a district by themselves here."))
    if Founding.objects.filter(asked_at__gt=timezone.now() - timedelta(days=1)).exclude(state=State.BEGUN).count() >= MOST_PER_DAY:
        raise CannotStart(_("Very many districts were begun today. Try again tomorrow."))


def _refuse_who_cannot(application: Application) -> None:
    """Said only to who proved the address, so nobody learns here who is a member."""
    if Membership.objects.filter(person__email=application.email, kind=Kind.WATCH, left_at=None).exists():
        raise CannotStart(_("You are a member of a watch group already. Leave it first, or use another e-mail address."))
    earlier = Founding.objects.filter(application__email=application.email, state=State.WAITING).exclude(application=application)
    if earlier.exists():
        raise CannotStart(_("You have asked to begin a district already. We write to you when it has been decided."))


def _make(fresh: Founding, *, by: Person | None) -> Made:
    application = fresh.application
    # Asked once more: while this waited somebody else may have begun in the same town.
    town = fresh.municipality or municipalities.named(fresh.town) or Municipality.objects.create(name=fresh.town, code="")
    district = District.objects.create(municipality=town, name=fresh.name, slug=_slug(fresh.name, town), is_public=False)
    watch, steers, buurten = founding.furnish(district, fresh.neighbourhoods)
    application.district, application.neighbourhood = district, buurten[0] if len(buurten) == 1 else None
    application.save(update_fields=["district", "neighbourhood"])
    known = Person.objects.filter(email=application.email).exists()
    person = entering.enter(application, watch, by=None).person
    joining.join(person, steers, role=Role.PHONE_MANAGER, by=person)
    fresh.district, fresh.municipality = district, town
    _decided(fresh, State.MADE, by=by)
    log.record("found", district, by=by or person)
    if by is not None or policy() == APPROVAL:
        _tell_founder(application, district)
    return Made(fresh, person, fresh=not known)


def _decided(fresh: Founding, state: str, *, by: Person | None, reason: str = "") -> None:
    fresh.state, fresh.decided_at, fresh.decided_by, fresh.reason = state, timezone.now(), by, reason
    fresh.save(update_fields=["state", "decided_at", "decided_by", "reason", "district", "municipality"])


def _locked(asked: Founding) -> Founding:
    return Founding.objects.select_for_update(of=("self",), no_key=True).select_related("application", "municipality").get(pk=asked.pk)


def _to_decide(asked: Founding, *, by: Person | None) -> Founding:
    fresh = _locked(asked)
    if by is not None and not waiting_for(by).filter(pk=fresh.pk).exists():
        raise roles.NotAllowed(_("You cannot decide on this."))
    if fresh.state != State.WAITING:
        raise CannotStart(_("A colleague has decided on this already."))
    return fresh


def _municipality(town: str, code: str) -> Municipality | None:
    """The municipality that is here already; its code, where the postcode is known, is surer than how somebody writes its name."""
    by_code = Municipality.objects.filter(code=code).first() if code else None
    return by_code or municipalities.named(town)


def _slug(name: str, town: Municipality) -> str:
    """An address for it; the centre of one town is not that of another."""
    for text in (name, f"{name} {town.name}", *(f"{name} {town.name} {n}" for n in range(2, 50))):
        try:
            return slugs.checked(text)
        except slugs.SlugTaken:
            continue
    raise CannotStart(_("There are very many districts of that name. Choose another name."))


def _manages(by: Person, district: District) -> bool:
    return any(g.district_id == district.pk and g.is_steering for g in roles.with_right(by, roles.Right.MEMBERS))


def _tell_decider(person: Person, asked: Founding) -> None:
    with translation.override(person.language):
        words = {"district": asked.name, "town": asked.town}
        text = _("Somebody wants to begin a neighbourhood watch in %(district)s, %(town)s. Sign in and look under “New districts”.") % words
        mailing.write(person.email, subject=_("A new neighbourhood watch?"), text=text)


def _tell_founder(application: Application, district: District) -> None:
    with translation.override(application.language):
        told = {"name": application.first_name, "district": district.name, "url": settings.SITE_URL}
        lines = [
            _("Hello %(name)s,") % told,
            _("The neighbourhood watch of %(district)s can begin. Sign in with this e-mail address: %(url)s") % told,
            _("There a list tells you step by step what to do first."),
        ]
        mailing.write(application.email, subject=_("You can begin"), text="\n\n".join(lines) + "\n")
