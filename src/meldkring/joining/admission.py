"""Who becomes a member, of which watch group, and who waits for a place? (S18, S6)

Places are counted under a lock of the group's row, so the last place goes to one person. Which group that is, is asked in the municipality's
turn: a division that was going on is over by then, and nobody is put in the group of before. A sign-up that finds its group full goes on
the waiting list (`FULL`); a place that comes free is offered to who waits longest: `WAITING` with a group of its own is such an offer.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.groups import joining, roles
from meldkring.groups.models import Group, Kind, Membership
from meldkring.joining import access, doubts, entering, mails, places, proving
from meldkring.joining.models import Application
from meldkring.people.models import Person

State = Application.State
ASK_AT_MOST = 300
LOOK_AT = 500


class AlreadyDecided(Exception):
    """Somebody decided on this sign-up before, or it was withdrawn."""


class NoGroup(Exception):
    """There is no watch group for this neighbourhood yet."""


class NoWords(ValueError):
    """A reason, question or answer is missing."""


@dataclass(frozen=True)
class Outcome:
    """What became of one sign-up in `bulk_admit`: a membership, or the named refusal."""

    application: Application
    membership: Membership | None = None
    refusal: Exception | None = None


def proposed_group(application: Application) -> Group | None:
    """The open watch group for this resident's neighbourhood; while a district has one watch group, that one."""
    return places.proposed([application]).get(application.pk)


def warnings(applications: Iterable[Application]) -> dict[int, list[str]]:
    """By sign-up, what the phone manager should look at before admitting."""
    return doubts.warnings(applications)


@transaction.atomic
def consider(application: Application) -> Application:
    """Admit at once where the district asks no approval, every proof is there and there is a place; else leave it waiting."""
    places.turn(application.district)
    group = proposed_group(_now(application))
    locked = places.lock(group, application.group)
    fresh = _open(application)
    group = locked.get(group.pk) if group else None
    if group is not None and places.free(group) <= 0:
        _put_on_list(fresh, group)
    elif not (group is not None and _entered_by_itself(fresh, group)) and fresh.state == State.FULL:
        fresh.state, fresh.group = State.WAITING, group
        fresh.save(update_fields=["state", "group"])
    application.refresh_from_db()
    return application


def admit(application: Application, *, by: Person, group: Group | None = None, shown: Group | None = None) -> Membership:
    """Make this resident a member of the proposed group, or of another of one's own. Refuses with `GroupFull`; then they are on its waiting list.

    `shown` is the group that was proposed when somebody chose: who left it as it was gets the one that is proposed by now.
    """
    _require(application, by=by)
    return _admit(application, None if group == shown else group, by=by)


def bulk_admit(applications: Iterable[Application], by: Person) -> list[Outcome]:
    """Admit each to its proposed group; one that cannot be admitted does not stop the others."""
    asked = list(applications)
    ours = {g.pk: g for g in access.managed(by)}
    mine = set(access.handled_by(list(ours.values())).filter(pk__in=[a.pk for a in asked]).values_list("pk", flat=True))
    proposed = places.proposed(asked)
    return [_one_of_many(a, proposed.get(a.pk), by=by, allowed=a.pk in mine and _runs(ours, proposed.get(a.pk))) for a in asked]


@transaction.atomic
def decline(application: Application, *, by: Person, reason: str) -> Application:
    """Do not admit, and tell the resident why. A place offered to them goes to the next."""
    _require(application, by=by)
    reason = _words(reason, _("Give the reason. The resident reads it."))
    offered = _close(application, State.DECLINED, by=by, decline_reason=reason)
    mails.declined(application, reason)
    log.record("decline", application, by=by)
    if offered is not None:
        next_in_line(offered)
    return application


@transaction.atomic
def withdraw(application: Application) -> Application:
    """The resident takes the sign-up back."""
    offered = _close(application, State.WITHDRAWN, by=None)
    log.record("withdraw", application, by=None)
    if offered is not None:
        next_in_line(offered)
    return application


@transaction.atomic
def ask(application: Application, *, by: Person, question: str) -> Application:
    """Ask the resident a question; it stands on the page of the sign-up until it is answered."""
    _require(application, by=by)
    fresh = _open(application)
    fresh.question, fresh.asked_at = _words(question, _("Write the question.")), timezone.now()
    fresh.answer, fresh.answered_at = "", None
    fresh.save(update_fields=["question", "asked_at", "answer", "answered_at"])
    mails.asked(fresh, fresh.question)
    log.record("ask", fresh, by=by)
    application.refresh_from_db()
    return application


@transaction.atomic
def answer(application: Application, *, text: str) -> Application:
    """The resident answers; the phone manager sees it with the sign-up."""
    fresh = _open(application)
    if fresh.asked_at is None:
        raise NoWords(_("No question was asked."))
    fresh.answer, fresh.answered_at = _words(text, _("Write your answer.")), timezone.now()
    fresh.save(update_fields=["answer", "answered_at"])
    application.refresh_from_db()
    return application


@transaction.atomic
def next_in_line(group: Group) -> list[Application]:
    """Give each free place of the group to who waits longest for it: a member at once, or an offer where something must still be done."""
    here = places.lock(group)[group.pk]
    if here.kind != Kind.WATCH or here.closed_at is not None:
        return []
    left = places.free(here) - Application.objects.filter(state=State.WAITING, group=here).count()
    if left <= 0:
        return []
    chosen = list(places.queue(here).select_for_update(of=("self",), no_key=True).order_by("sent_at", "pk")[:left])
    for application in chosen:
        _take_free_place(application, here)
    return chosen


def fill_places() -> int:
    """Look whether a waiting list can move on: a district raised its maximum, or divided its groups. How many got a place."""
    waiting = list(Application.objects.filter(state=State.FULL).select_related("group").order_by("sent_at")[:LOOK_AT])
    if not waiting:
        return 0
    groups = {g.pk for g in (*places.proposed(waiting).values(), *(a.group for a in waiting)) if g is not None}
    return sum(len(next_in_line(group)) for group in places.with_room(Group.objects.filter(pk__in=groups, closed_at=None)))


def _admit(application: Application, chosen: Group | None, *, by: Person) -> Membership:
    made: Membership | None = None
    # Being put on the waiting list must last although the refusal is raised: so it is raised after this transaction.
    with transaction.atomic():
        places.turn(application.district)
        group = chosen or proposed_group(_now(application))
        if group is None:
            raise NoGroup(_("There is no watch group for this neighbourhood yet. Choose one."))
        roles.require(by, roles.Right.MEMBERS, group)
        here = places.lock(group, application.group)[group.pk]
        fresh = _open(application)
        if here.district_id != fresh.district_id or here.closed_at is not None:
            raise NoGroup(_("This group is not for this district."))
        offer = fresh.group if fresh.state == State.WAITING and fresh.group_id not in (None, here.pk) else None
        if places.free(here) > 0:
            made = entering.enter(fresh, here, by=by)
        else:
            _put_on_list(fresh, here)
        if offer is not None:
            next_in_line(offer)
    application.refresh_from_db()
    if made is None:
        raise places.GroupFull(_("%(group)s is full. The resident is on the waiting list.") % {"group": group.name})
    return made


def _one_of_many(application: Application, group: Group | None, *, by: Person, allowed: bool) -> Outcome:
    try:
        if group is None:
            raise NoGroup(_("There is no watch group for this neighbourhood yet. Choose one."))
        if not allowed:
            raise roles.NotAllowed(_("You cannot do this in %(group)s.") % {"group": group.name})
        return Outcome(application, membership=_admit(application, None, by=by))
    except (NoGroup, AlreadyDecided, places.GroupFull, joining.AlreadyMember, entering.NoAddress, roles.NotAllowed) as refusal:
        return Outcome(application, refusal=refusal)


def _runs(ours: dict[int, Group], group: Group | None) -> bool:
    return group is None or group.pk in ours


def _require(application: Application, *, by: Person) -> None:
    if not access.applications(by).filter(pk=application.pk).exists():
        raise roles.NotAllowed(_("You do not decide on this sign-up."))


def _entered_by_itself(application: Application, group: Group) -> bool:
    """Let in without a decision of the phone manager, where nothing asks for one."""
    district = application.district
    if district is None or district.asks_approval or not proving.proven(application) or doubts.needs_a_look(application):
        return False
    try:
        with transaction.atomic():
            entering.enter(application, group, by=None)
    except joining.AlreadyMember:
        return False
    return True


def _take_free_place(application: Application, group: Group) -> None:
    if _entered_by_itself(application, group):
        return
    application.state, application.group = State.WAITING, group
    application.save(update_fields=["state", "group"])
    mails.place_free(application, group)
    log.record("offer_place", application, by=None, group=group.pk)


def _put_on_list(application: Application, group: Group) -> None:
    if application.state == State.FULL and application.group_id == group.pk:
        return
    application.state, application.group = State.FULL, group
    application.save(update_fields=["state", "group"])
    mails.on_waiting_list(application, group)
    log.record("waiting_list", application, by=None, group=group.pk)


def _close(application: Application, state: str, *, by: Person | None, decline_reason: str = "") -> Group | None:
    """End the sign-up; the answer is the group of which it gives a place back."""
    places.lock(application.group)
    fresh = _open(application)
    offered = fresh.group if fresh.state == State.WAITING else None
    fresh.state, fresh.decided_at, fresh.decided_by, fresh.decline_reason, fresh.group = state, timezone.now(), by, decline_reason, None
    fresh.save(update_fields=["state", "decided_at", "decided_by", "decline_reason", "group"])
    application.refresh_from_db()
    return offered


def _now(application: Application) -> Application:
    """The sign-up as it is now, not as it was when the page was made."""
    return Application.objects.select_related("district", "neighbourhood", "group").get(pk=application.pk)


def _open(application: Application) -> Application:
    """The sign-up's row, locked and fresh."""
    rows = Application.objects.select_for_update(of=("self",), no_key=True).select_related("district", "neighbourhood", "group", "person")
    fresh = rows.get(pk=application.pk)
    if fresh.state not in access.UNDECIDED:
        raise AlreadyDecided(_("This sign-up has been decided on already: %(state)s.") % {"state": fresh.get_state_display()})
    return fresh


def _words(text: str, missing: str) -> str:
    text = text.strip()
    if not text:
        raise NoWords(missing)
    return text[:ASK_AT_MOST]
