"""How is somebody expelled from a watch group, how do they object, and how long is that remembered (S19)?

The person hears the reason and how to object; whoever expelled does not decide about the objection. To recognise them at a new sign-up
keyed digests of e-mail address and mobile number are kept for a time (`barring`), and no list of names.
"""

from collections.abc import Callable
from datetime import timedelta

from django.core import signing
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.groups import joining, roles
from meldkring.groups.models import Group, Kind, Membership
from meldkring.joining import admission, barring, places
from meldkring.joining.models import Application, Barred, Expulsion
from meldkring.people import mailing
from meldkring.people.models import Person
from meldkring.places.models import District

SALT = "meldkring.joining.expelling"
SHOWN_AFTER = timedelta(days=30)
LONGEST = 4000
Link = Callable[[str], str]


class StillSteering(Exception):
    """A steering member is dismissed first; only then can they be expelled."""


class NotAMember(Exception):
    """The membership has ended already, or is not one of a watch group."""


class NoWords(Exception):
    """A reason, an objection or an answer without words."""


class ObjectionOver(Exception):
    """The term has passed, or there is an objection already."""


class AlreadyDecided(Exception):
    """A colleague has decided about the objection, or there is nothing to decide."""


class FourEyes(Exception):
    """Whoever expelled somebody does not decide about their objection."""


def reasons() -> list[str]:
    """Reasons that occur often, in the language of who reads them."""
    return [
        _("You do not live in our neighbourhood any more."),
        _("You broke the house rules more than once, also after we wrote to you."),
        _("You passed on messages or photos of other people outside the group."),
        _("You insulted or threatened other members."),
        _("The details you signed up with are not right."),
    ]


@transaction.atomic
def expel(membership: Membership, *, reason: str, by: Person, link: Link) -> Expulsion:
    """End a membership of a watch group at once. `link` makes an address of the token with which the person can object."""
    waits = list(_waiting_moves(membership).select_related("group"))
    # First the groups, as admission does, so that the two never wait for each other.
    places.lock(membership.group, *(application.group for application in waits))
    member = Membership.objects.select_for_update(of=("self",)).select_related("group__district", "person").get(pk=membership.pk)
    roles.require(by, roles.Right.MEMBERS, member.group)
    reason = _words(reason, limit=500)
    district = member.group.district
    if member.kind != Kind.WATCH or member.left_at or member.person_id == by.pk or district is None:
        raise NotAMember(_("This person cannot be expelled from %(group)s.") % {"group": member.group.name})
    if member.person.memberships.filter(left_at=None, role__in=roles.STEERING_ROLES).exists():
        raise StillSteering(_("%(person)s is a steering member. Dismiss them from the steering group first.") % {"person": member.person})
    now = timezone.now()
    made = Expulsion.objects.create(membership=member, reason=reason, by=by, at=now, object_until=now + district.objection_term)
    joining.leave(member.person, member.group, by=by)
    for known in barring.digests(member.person.email, member.person.mobile):
        Barred.objects.create(district=district, digest=known, until=now + district.expulsion_remembered)
    for application in waits:
        admission.withdraw(application)  # a place that comes free elsewhere is not for who was expelled
    log.record("expel", member, by=by, person=member.person_id, group=member.group_id)
    _tell_expelled(made, link)
    admission.next_in_line(member.group)
    return made


@transaction.atomic
def object_to(expulsion: Expulsion, *, text: str) -> Expulsion:
    """The expelled person says why they do not agree: once, within the term."""
    found = Expulsion.objects.select_for_update(of=("self",)).select_related("membership__person").get(pk=expulsion.pk)
    text = _words(text, limit=LONGEST)
    if not can_object(found):
        raise ObjectionOver(_("You can object once, within the term in our message. That has been, or is over."))
    found.objection, found.objected_at = text, timezone.now()
    found.save(update_fields=["objection", "objected_at"])
    log.record("object", found, by=found.membership.person)
    _tell_steering(found)
    return found


def can_object(expulsion: Expulsion) -> bool:
    """Whether the person can still object."""
    return expulsion.objected_at is None and timezone.now() <= expulsion.object_until


@transaction.atomic
def decide(expulsion: Expulsion, *, upheld: bool, answer: str, by: Person) -> Expulsion:
    """A steering member who did not expel decides: the person comes back (`upheld`), or the expulsion stands. The person gets the answer."""
    found = (
        Expulsion.objects.select_for_update(of=("self",))
        .select_related("membership__group__run_by", "membership__group__district", "membership__person__neighbourhood")
        .get(pk=expulsion.pk)
    )
    steering = found.membership.group.run_by
    if steering is None or steering not in roles.steering_groups(by):
        raise roles.NotAllowed(_("Only the steering members of this group decide about an objection."))
    if found.by_id == by.pk:
        raise FourEyes(_("You expelled this person, so a colleague decides about the objection."))
    if found.objected_at is None or found.decided_at:
        raise AlreadyDecided(_("There is no objection that waits for a decision."))
    found.answer, found.upheld = _words(answer, limit=LONGEST), upheld
    found.decided_at, found.decided_by = timezone.now(), by
    found.save(update_fields=["answer", "upheld", "decided_at", "decided_by"])
    back = _bring_back(found, by) if upheld else False
    log.record("decide_objection", found, by=by, upheld=upheld, back=back)
    _tell_decided(found, back=back)
    return found


def forget_due() -> int:
    """Erase what is remembered no longer: digests, and expulsions of as long ago (a chore)."""
    now = timezone.now()
    Barred.objects.filter(until__lte=now).delete()
    old = Q(membership__group__district__isnull=True)
    for pk, kept in District.objects.values_list("pk", "expulsion_remembered"):
        old |= Q(membership__group__district=pk, at__lte=now - kept)
    return Expulsion.objects.filter(old, Q(objected_at=None) | Q(decided_at__isnull=False), object_until__lt=now).delete()[0]


def token(expulsion: Expulsion) -> str:
    """What stands in the link with which the expelled person comes to the objection page without signing in."""
    return signing.Signer(salt=SALT).sign(str(expulsion.pk))


def by_token(given: str) -> Expulsion:
    """The expulsion this token was made for, or 404."""
    try:
        pk = signing.Signer(salt=SALT).unsign(given)
    except signing.BadSignature as wrong:
        raise Http404 from wrong
    found = Expulsion.objects.select_related("membership__group", "membership__person").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def of(person: Person) -> QuerySet[Expulsion]:
    """The expulsions of this person themself; leaving did not end their account."""
    return Expulsion.objects.filter(membership__person=person).select_related("membership__group").order_by("-at")


def readable(person: Person) -> QuerySet[Expulsion]:
    """What the steering members see: where an objection is still possible, waits, or was decided lately. No more, so it is no list of names."""
    now = timezone.now()
    current = Q(object_until__gte=now) | Q(objected_at__isnull=False, decided_at=None) | Q(decided_at__gte=now - SHOWN_AFTER)
    ours = Q(membership__group__run_by__in=roles.steering_groups(person))
    return (
        Expulsion.objects.filter(current, ours)
        .select_related("membership__group", "membership__person", "by", "decided_by")
        .order_by("-at")
    )


def waiting(person: Person) -> QuerySet[Expulsion]:
    """The objections that wait for a decision of this steering member."""
    return readable(person).filter(objected_at__isnull=False, decided_at=None).exclude(by=person)


def _waiting_moves(membership: Membership) -> QuerySet[Application]:
    """The moves to other groups that this member waits for, in the district that expels them."""
    mine = Application.objects.filter(person=membership.person_id, district=membership.group.district_id)
    return mine.filter(state__in=(Application.State.WAITING, Application.State.FULL)).order_by("pk")


def _words(text: str, *, limit: int) -> str:
    text = text.strip()
    if not text or len(text) > limit:
        raise NoWords(_("Write a few words, at most %(limit)d characters.") % {"limit": limit})
    return text


def _bring_back(found: Expulsion, by: Person) -> bool:
    """Undo the expulsion; without a place in the group the person stands first in the line. Whether they are in a group now."""
    member, district = found.membership, found.membership.group.district
    Barred.objects.filter(district=district, digest__in=barring.digests(member.person.email, member.person.mobile)).delete()
    if member.person.memberships.filter(left_at=None, kind=Kind.WATCH).exists():
        return True
    places.turn(district)
    here = Application(pk=0, district=district, neighbourhood=member.person.neighbourhood)
    group = admission.proposed_group(here) or member.group  # the groups may have been divided since
    group = places.lock(group)[group.pk]
    if group.closed_at is None and places.free(group) > 0:
        joining.join(member.person, group, by=by)
        return True
    _queue(found, group)
    return False


def _queue(found: Expulsion, group: Group) -> None:
    person = found.membership.person
    copied = (
        "first_name",
        "last_name",
        "postcode",
        "house_number",
        "house_suffix",
        "street",
        "neighbourhood",
        "email",
        "mobile",
        "language",
    )
    waiting = Application.objects.filter(district=group.district, email=person.email, state__in=("waiting", "full"))
    if not waiting.update(sent_at=found.at):
        Application.objects.create(
            district=group.district, state=Application.State.FULL, person=person, sent_at=found.at, group=group,
            **{name: getattr(person, name) for name in copied},
        )  # fmt: skip


def _tell_expelled(made: Expulsion, link: Link) -> None:
    person, group = made.membership.person, made.membership.group
    with translation.override(person.language):
        told = {
            "name": person.first_name,
            "group": group.name,
            "reason": made.reason,
            "until": date_format(timezone.localtime(made.object_until), "j F Y"),
            "link": link(token(made)),
        }
        text = _(
            "Hello %(name)s,\n\n"
            "You are no longer a member of %(group)s. The steering group ended your membership today. This is the reason:\n\n"
            "%(reason)s\n\n"
            "Do you not agree? You can object until %(until)s. Write down why you do not agree on this page:\n%(link)s\n\n"
            "You can also sign in and find the page there. A steering member who did not take this decision will look at it "
            "and give you an answer.\n\n"
            "Do you see something suspicious now? Always call 112 when it is urgent.\n"
        )
        mailing.write(person.email, subject=_("You are no longer a member of %(group)s") % told, text=text % told)


def _tell_steering(found: Expulsion) -> None:
    group = found.membership.group
    for colleague in roles.roster(group.run_by or group).filter(role__in=roles.STEERING_ROLES).exclude(person=found.by_id):
        person = colleague.person
        with translation.override(person.language):
            told = {"name": person.first_name, "group": group.name}
            text = _(
                "Hello %(name)s,\n\nSomebody who was expelled from %(group)s objects to that. Please look at it in Meldkring, "
                "under Members, and decide.\n"
            )
            mailing.write(person.email, subject=_("An objection waits for your decision"), text=text % told)


def _tell_decided(found: Expulsion, *, back: bool) -> None:
    person, group = found.membership.person, found.membership.group
    with translation.override(person.language):
        if not found.upheld:
            outcome = _("The steering group has looked at it. The decision stands: you are not a member of %(group)s.")
        elif back:
            outcome = _("The steering group agrees with you. You are a member again.")
        else:
            outcome = _("The steering group agrees with you. %(group)s is full now: you are first on the waiting list.")
        told = {"name": person.first_name, "outcome": outcome % {"group": group.name}, "answer": found.answer}
        text = _("Hello %(name)s,\n\nYou objected to your expulsion. %(outcome)s\n\nThis is the answer:\n\n%(answer)s\n")
        mailing.write(person.email, subject=_("The answer to your objection"), text=text % told)
