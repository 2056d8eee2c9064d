"""A proposal about the watch groups of a steering group: made, agreed on or not, withdrawn (S20, S23). Changing it is `changing`, carrying it out `carrying`.

Who proposes or changes agrees with what they wrote. After a change earlier opinions no longer count: they were about something else.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.growth import proposing, telling
from meldkring.growth.models import Allotment, Opinion, Part, Plan
from meldkring.people.models import Person

State = Plan.State
UNDECIDED = (State.OPEN, State.AGREED)


class NotNow(Exception):
    """The plan is no longer, or not yet, in a state for this; the text says what to do."""


class WordsNeeded(ValueError):
    """Who objects says why."""


@transaction.atomic
def propose(steering: Group, drafts: Sequence[proposing.Draft], *, kind: str, by: Person) -> Plan:
    """Put a draft to the steering members (S20): the phone manager or deputy does so. One at a time. Refuses with `NotAllowed` or `NotNow`."""
    roles.require(by, roles.Right.MEMBERS, steering)
    now, district = timezone.now(), steering.district
    if district is None:
        raise NotNow(_("This group has no district."))
    try:
        with transaction.atomic():
            plan = Plan.objects.create(
                district=district,
                steering=steering,
                kind=kind,
                made_by=by,
                made_at=now,
                changed_at=now,
                decide_by=now + district.consultation_term,
            )
    except IntegrityError as raced:
        raise NotNow(_("There is a proposal already. First decide about that one.")) from raced
    _write(plan, drafts)
    log.record("propose", plan, by=by, kind=kind)
    agree(plan, by=by)
    telling.proposed(plan, by=by)
    return plan


def undecided(plan: Plan) -> Plan:
    """The plan's row, locked, if it is still being discussed or waits to be carried out; else `NotNow`."""
    fresh = Plan.objects.select_for_update(of=("self",), no_key=True).select_related("district", "steering").get(pk=plan.pk)
    if fresh.state not in UNDECIDED:
        raise NotNow(_("This proposal has been decided already."))
    return fresh


@transaction.atomic
def agree(plan: Plan, *, by: Person) -> Plan:
    """Say yes to the plan as it is now; with enough of them and nobody against, it is agreed."""
    return _opine(plan, agrees=True, words="", by=by)


@transaction.atomic
def object_to(plan: Plan, *, words: str, by: Person) -> Plan:
    """Say no, and why. What was agreed and not yet carried out is being discussed again."""
    if not words.strip():
        raise WordsNeeded(_("Tell your colleagues why, so that the proposal can become better."))
    return _opine(plan, agrees=False, words=words.strip()[:500], by=by)


@transaction.atomic
def withdraw(plan: Plan, *, by: Person) -> None:
    """Take the proposal back: whoever made it, the phone manager or the deputy."""
    plan = undecided(plan)
    if plan.made_by_id != by.pk:
        roles.require(by, roles.Right.MEMBERS, plan.steering)
    plan.state = State.WITHDRAWN
    plan.save(update_fields=["state"])
    log.record("withdraw_plan", plan, by=by)


def opinions(plan: Plan) -> QuerySet[Opinion]:
    """What current steering members think of the plan as it is now, oldest first."""
    steers = roles.steers(plan.steering_id).values("person")
    return plan.opinions.filter(at__gte=plan.changed_at, person__in=steers).select_related("person").order_by("at")


def quorum(plan: Plan) -> int:
    """How many must agree: the district's number, or all of a steering group that is smaller than that."""
    return max(1, min(plan.district.quorum, roles.steers(plan.steering_id).count()))


def decide(*, now: datetime | None = None) -> int:
    """Decide about the plans whose time for consultation is over; how many. A chore."""
    due = Plan.objects.filter(state=State.OPEN, decide_by__lte=now or timezone.now()).values_list("pk", flat=True)
    return sum(_decide(pk, now or timezone.now()) for pk in due)


def settle(plan: Plan) -> None:
    """Agreed as soon as enough agree and nobody objects; open again when that is no longer so. Inside a transaction."""
    given = list(opinions(plan))
    agreed = sum(o.agrees for o in given) >= quorum(plan) and all(o.agrees for o in given)
    plan.state, plan.agreed_at = (State.AGREED, plan.agreed_at or timezone.now()) if agreed else (State.OPEN, None)
    plan.save(update_fields=["state", "agreed_at"])


def _opine(plan: Plan, *, agrees: bool, words: str, by: Person) -> Plan:
    roles.require(by, roles.Right.JUDGE, plan.steering)
    plan = undecided(plan)
    given = {"agrees": agrees, "words": words, "at": timezone.now()}
    Opinion.objects.update_or_create(plan=plan, person=by, defaults=given)
    log.record("agree" if agrees else "object", plan, by=by)
    settle(plan)
    return plan


@transaction.atomic
def _decide(pk: int, now: datetime) -> bool:
    plan = Plan.objects.select_for_update(of=("self",), no_key=True).select_related("district", "steering").get(pk=pk)
    if plan.state != State.OPEN or plan.decide_by > now:
        return False
    yes = opinions(plan).filter(agrees=True).count()
    agreed = yes >= quorum(plan) and yes > opinions(plan).filter(agrees=False).count()
    plan.state, plan.agreed_at = (State.AGREED, now) if agreed else (State.REJECTED, None)
    plan.save(update_fields=["state", "agreed_at"])
    log.record("decide", plan, by=None, agreed=agreed)
    return True


def _write(plan: Plan, drafts: Sequence[proposing.Draft]) -> None:
    before = dict(
        Group.neighbourhoods.through.objects.filter(group__closed_at=None, group__run_by=plan.steering_id).values_list(
            "neighbourhood", "group"
        )
    )
    own = {n.pk: d.group for d in drafts if d.group for n in d.neighbourhoods}
    # Phase 1: a group that has no neighbourhoods of its own has those in which its members live.
    only = next((d.group for d in drafts if d.group), None) if plan.kind == Plan.Kind.DIVIDE else None
    for order, draft in enumerate(drafts):
        steering = draft.group.run_by if draft.group else plan.steering
        part = Part.objects.create(
            plan=plan, name=draft.name, group=draft.group, is_new=draft.group is None, steering=steering, order=order
        )
        for n in draft.neighbourhoods:
            held = before.get(n.pk) or getattr(own.get(n.pk) or only, "pk", None)
            Allotment.objects.create(plan=plan, neighbourhood=n, part=part, before_id=held)
