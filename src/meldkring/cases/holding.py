"""Who keeps in touch with the police: one holder per case and watch group (S11, S21, S33), handed over when needed."""

import uuid
from itertools import groupby

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.cases import access, approving, lifecycle, reporting
from meldkring.cases.models import Case, Holder, Status
from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.messaging import letters
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Change, Kind, Letter, Posting
from meldkring.people import mailing
from meldkring.people.models import Person


def holder(case: Case, group: Group) -> Holder | None:
    """Who holds the case in this watch group now, and can read there still."""
    found = case.holders.select_related("person").filter(group=group, until=None).first()
    return found if found and roles.has(found.person, roles.Right.READ, group) else None


@transaction.atomic
def call(text: str, *, case: Case, group: Group, by: Person, key: uuid.UUID | None = None) -> Posting:
    """ "I have called the police too" (S33): SAAR starts again and the caller holds the case in this watch group.

    Takes over from a holder who only forwarded a police message. Where a neighbour called before it is said all the same, and they go on
    holding the case (S11).
    """
    roles.require(by, roles.Right.CALL, group)
    case = lifecycle.open_case(case)
    if case.exercise:
        raise postings.NotHere(_("Nobody calls 112 for an exercise. Do you see something real? Call 112 and make a report of its own."))
    present = holder(case, group)
    posting = reporting.react(text or str(approving.CALLED_TOO), case=case, group=group, by=by, kind=Kind.CALL, key=key)
    if present is None or (present.person_id != by.pk and present.how == Holder.How.FORWARDED):
        _hold(case, group, by, how=Holder.How.CALLED, by=by)
    return posting


def asks_for_a_call(told: Posting) -> bool:
    """Whether who told this should call 112 now (S33): they saw something of an alarm, and nobody of this watch group has called yet."""
    case, by = told.message.contribution.case, told.message.author
    if by is None or told.message.text in approving.saw_nobody() or not case.is_alarm or case.exercise or not case.is_open:
        return False
    present = holder(case, told.group)
    return roles.has(by, roles.Right.CALL, told.group) and (present is None or present.how == Holder.How.FORWARDED)


@transaction.atomic
def hand_over(case: Case, *, group: Group, to: Person, by: Person) -> Holder:
    """The holder, or a steering member, hands the case over to another member of the group."""
    case = lifecycle.open_case(case)
    if not lifecycle.reached(case).filter(pk=group.pk).exists():
        raise postings.NotHere(_("This case does not stand in %(group)s.") % {"group": group.name})
    present = holder(case, group)
    if not (present and present.person_id == by.pk) and not roles.has(by, roles.Right.CLOSE, group):
        raise roles.NotAllowed(_("Only the case holder or a steering member can hand the case over."))
    roles.require(to, roles.Right.READ, group)
    return _hold(case, group, to, how=Holder.How.HANDED_OVER, by=by)


@transaction.atomic
def police_news(text: str, *, case: Case, group: Group, by: Person, key: uuid.UUID | None = None) -> Posting:
    """News from the police, passed on by the holder or a steering member (S21)."""
    held = access.holding(by, case)
    if not held and not roles.has(by, roles.Right.CLOSE, group):
        raise roles.NotAllowed(_("News from the police is placed by the case holder or a steering member."))
    return reporting.react(text, case=case, group=group, by=by, kind=Kind.NEWS, key=key)


@transaction.atomic
def write_to_holder(text: str, *, case: Case, group: Group, by: Person) -> Letter:
    """A private word of an officer who serves a group this case reached to who holds it in a watch group (S16)."""
    present = holder(case, group)
    if present is None or not lifecycle.reached(case).filter(pk__in=[g.pk for g in roles.with_right(by, roles.Right.POLICE)]).exists():
        raise roles.NotAllowed(_("An officer writes to who is in touch with the police about a case of their own groups."))
    about = Posting.objects.standing().filter(message__contribution__case=case, group=group).order_by("number").first()
    return letters.write_with_officer(text, officer=by, resident=present.person, steering=group.run_by or group, by=by, about=about)


def settle() -> int:
    """Let nobody hold an open case in a group that they left, were expelled from or steer no more; how many. A chore: one query when none is held.

    The steering members of the group hear that nobody is in touch with the police there.
    """
    held = Holder.objects.filter(until=None, case__status=Status.OPEN).select_related("group").order_by("group", "pk")
    count = 0
    for group, holders in groupby(held, key=lambda holder: holder.group):
        inside = set(roles.members([group]).values_list("pk", flat=True))
        count += sum(_let_go(holder) for holder in holders if holder.person_id not in inside)
    return count


@transaction.atomic
def _let_go(held: Holder) -> int:
    case = lifecycle.locked(held.case)
    found = Holder.objects.select_related("person", "group").get(pk=held.pk)
    if found.until or roles.has(found.person, roles.Right.READ, found.group):
        return 0  # handed over, or back in the group, while we waited for our turn
    Holder.objects.filter(pk=found.pk).update(until=timezone.now())
    log.record("let_go", case, by=None, person=found.person_id, group=found.group_id)
    _note(case, found.group)
    for member in roles.roster(found.group).filter(role__in=roles.STEERING_ROLES):
        _tell(member.person, case, found.group)
    return 1


def _tell(person: Person, case: Case, group: Group) -> None:
    with translation.override(person.language):
        said = {"group": group.name, "reference": case.reference, "url": f"{settings.SITE_URL}/casus/{case.reference}/"}
        text = _(
            "Who was in touch with the police about case %(reference)s has left %(group)s. "
            "Ask a neighbour who called 112 to take the case over, or do so yourself:\n%(url)s"
        )
        mailing.write(person.email, subject=_("Nobody in %(group)s is in touch with the police") % said, text=text % said)


def _hold(case: Case, group: Group, person: Person, *, how: str, by: Person) -> Holder:
    now = timezone.now()
    case.holders.filter(group=group, until=None).update(until=now)
    made = Holder.objects.create(case=case, group=group, person=person, how=how, since=now)
    log.record("hold", case, by=by, person=person.pk, group=group.pk, how=how)
    _note(case, group)
    return made


def _note(case: Case, group: Group) -> None:
    """Have every open page of the group show who holds the case now."""
    here = Posting.objects.filter(message__contribution__case=case, group=group).order_by("pk").first()
    postings.note(Change.Kind.CASE, [group], posting=here)
