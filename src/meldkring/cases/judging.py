"""Is this message relevant elsewhere? The desk of a steering group, and its verdicts (S12, S31, S32). The first colleague to judge has judged."""

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.cases import lifecycle
from meldkring.cases.models import UNDO, Case, Holder, Judgement, Status
from meldkring.groups import roles, routes
from meldkring.groups.models import Group
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Change, Kind, Posting
from meldkring.people.models import Person

JUDGED_KINDS = (Kind.REPORT, Kind.REACTION, Kind.POLICE, Kind.NEWS, Kind.CALL)
SILENT = (Judgement.Verdict.FOLLOWED, Judgement.Verdict.OURS)


class AlreadyJudged(Exception):
    """A colleague was first; `judgement` tells who and what."""

    def __init__(self, judgement: Judgement) -> None:
        self.judgement = judgement
        who = judgement.by.first_name if judgement.by else _("A colleague")
        super().__init__(_("%(name)s has just judged this message.") % {"name": who})


class TooLate(Exception):
    """The ten seconds in which a judgement can be undone are over, or it was another person's."""


def waiting(steering: Group, *, by: Person | None = None) -> QuerySet[Posting]:
    """The postings this steering group has yet to judge, newest case first; with `by`, those this member may judge.

    The municipal group is among the sources, but only its own members read and judge there (S9).
    """
    judged = Judgement.objects.filter(posting=OuterRef("pk"), steering=steering, undone_at=None)
    sources = routes.sources(steering)
    if by is not None:
        sources = sources.filter(pk__in=[g.pk for g in roles.with_right(by, roles.Right.JUDGE)])
    return (
        Posting.objects.standing()
        .filter(group__in=sources, message__kind__in=JUDGED_KINDS, hidden_at=None)
        .filter(message__contribution__case__status=Status.OPEN, message__contribution__expired_at=None)
        .filter(~Exists(judged))
        .select_related("message__author", "message__contribution__case", "group", "forwarded_from__group", "posted_by")
        .order_by("-message__contribution__case", "posted_at")
    )


def recent(steering: Group) -> QuerySet[Judgement]:
    """What this steering group judged itself, latest first."""
    own = Judgement.objects.filter(steering=steering, verdict__in=(Judgement.Verdict.FORWARDED, Judgement.Verdict.NOT_RELEVANT))
    return (
        own.select_related("by", "posting__message__contribution__case", "posting__group").prefetch_related("made__group").order_by("-at")
    )


@transaction.atomic
def not_relevant(posting: Posting, *, steering: Group, by: Person) -> Judgement:
    """Judge that this message is of no use elsewhere (S31)."""
    return judge(posting, steering=steering, by=by, verdict=Judgement.Verdict.NOT_RELEVANT)


def judge(posting: Posting, *, steering: Group, by: Person, verdict: str) -> Judgement:
    """Record a verdict under the lock of the case; refuses with `NotAllowed`, `CaseClosed`, `NotHere` or `AlreadyJudged`."""
    roles.require(by, roles.Right.JUDGE, steering)
    roles.require(by, roles.Right.JUDGE, posting.group)
    if not routes.sources(steering).filter(pk=posting.group_id).exists():
        raise roles.NotAllowed(_("You cannot do this in %(group)s.") % {"group": posting.group.name})
    if posting.message.kind not in JUDGED_KINDS:
        raise postings.NotHere(_("Only messages of a case are judged."))
    lifecycle.open_case(posting.message.contribution.case)
    if not Posting.objects.standing().filter(pk=posting.pk, hidden_at=None).exists():
        raise postings.NotHere(_("This message no longer stands here."))
    if posting.message.contribution.expired_at:
        raise postings.NotHere(_("This message of the police is no longer valid."))
    earlier = Judgement.objects.select_related("by").filter(posting=posting, steering=steering, undone_at=None).first()
    if earlier and earlier.verdict not in SILENT:
        raise AlreadyJudged(earlier)
    if earlier:
        # Nobody looked yet: it went along or was placed by ourselves. A colleague may still send it further (S9: up to the municipality).
        earlier.undone_at = timezone.now()
        earlier.save(update_fields=["undone_at"])
    made = Judgement.objects.create(posting=posting, steering=steering, verdict=verdict, by=by, at=timezone.now())
    log.record(verdict, posting, by=by, steering=steering.pk)
    postings.note(Change.Kind.JUDGED, [steering], posting=posting)
    return made


@transaction.atomic
def say_why(judgement: Judgement, *, reason: str, by: Person) -> None:
    """Why it was not passed on, by who judged so; nobody need say it. Refuses with `NotAllowed`."""
    fresh = Judgement.objects.select_for_update(of=("self",), no_key=True).select_related("steering").get(pk=judgement.pk)
    roles.require(by, roles.Right.JUDGE, fresh.steering)
    if fresh.by_id != by.pk or fresh.undone_at or fresh.verdict != Judgement.Verdict.NOT_RELEVANT:
        raise roles.NotAllowed(_("Only who judged a message not relevant can say why."))
    fresh.reason = Judgement.Reason(reason)
    fresh.save(update_fields=["reason"])
    log.record("why_not", fresh, by=by, reason=fresh.reason)
    postings.note(Change.Kind.JUDGED, [fresh.steering])


def can_be_judged(posting: Posting, *, steering: Group) -> bool:
    """Whether a verdict of this steering group is still possible: the case is open, and no colleague has judged the posting here."""
    found = posting.message.kind in JUDGED_KINDS and posting.number is not None and not posting.hidden_at and not posting.withdrawn_at
    if not found or not posting.message.contribution.case.is_open or posting.message.contribution.expired_at:
        return False
    by_hand = Judgement.objects.filter(posting=posting, steering=steering, undone_at=None).exclude(verdict__in=SILENT)
    return routes.sources(steering).filter(pk=posting.group_id).exists() and not by_hand.exists()


@transaction.atomic
def undo(judgement: Judgement, *, by: Person) -> None:
    """Take one's own judgement back within ten seconds: what it forwarded is withdrawn, and the posting waits again."""
    case = lifecycle.locked(judgement.posting.message.contribution.case)
    fresh = Judgement.objects.select_for_update(of=("self",), no_key=True).get(pk=judgement.pk)
    if fresh.by_id != by.pk or fresh.undone_at or timezone.now() - fresh.at > UNDO:
        raise TooLate(_("Undoing is possible within ten seconds, by the person who judged."))
    made = list(fresh.made.select_related("group")) + _went_along(fresh)
    _take_back_holders(case, postings.withdraw(made, by=by))
    now = timezone.now()
    fresh.follows.filter(until=None).update(until=now)
    fresh.undone_at = now
    fresh.save(update_fields=["undone_at"])
    log.record("undo", fresh, by=by)
    postings.note(Change.Kind.JUDGED, [fresh.steering], posting=fresh.posting)


def _went_along(judgement: Judgement) -> list[Posting]:
    """What has gone along meanwhile because of this judgement; those reactions wait to be judged again."""
    found: list[Posting] = []
    for follow in judgement.follows.filter(until=None):
        along = Posting.objects.filter(group=follow.target_id, forwarded_from__group=follow.source_id, posted_at__gte=judgement.at)
        mine = list(along.filter(message__contribution__case=follow.case_id, withdrawn_at=None).select_related("group"))
        silent = Judgement.objects.filter(steering=judgement.steering, undone_at=None, verdict=Judgement.Verdict.FOLLOWED)
        silent.filter(posting__in=[p.forwarded_from_id for p in mine]).update(undone_at=timezone.now())
        found += mine
    return found


def _take_back_holders(case: Case, withdrawn: list[Posting]) -> None:
    for posting in withdrawn:
        by_this = case.holders.filter(group=posting.group_id, person=posting.posted_by_id, how=Holder.How.FORWARDED, until=None)
        by_this.update(until=timezone.now())
