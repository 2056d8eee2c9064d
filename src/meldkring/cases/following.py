"""Later reactions go along without judging, per target group, as long as a steering group follows the case there."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from meldkring.audit import log
from meldkring.cases.models import Case, Follow, Judgement, Status
from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Change, Posting
from meldkring.people.models import Person


def pass_on(posting: Posting, *, case: Case) -> None:
    """Send a new posting along every follow from its group, and from there on; a message stands once per group, so this ends."""
    waiting = [posting]
    while waiting:
        here = waiting.pop()
        for follow in Follow.objects.filter(case=case, source=here.group_id, until=None).select_related("target", "steering", "by"):
            made = postings.post(here.message, [follow.target], by=follow.by, forwarded_from=here)
            # A follow that came with people who went to another group is nobody's judgement: the message still waits for one.
            for p in [q for q in (here, posting) if follow.judgement_id and (q is here or q.group.run_by_id == follow.steering_id)]:
                judge_silently(p, steering=follow.steering, verdict=Judgement.Verdict.FOLLOWED, by=follow.by)
            for p in made:
                judge_silently(p, steering=follow.steering, verdict=Judgement.Verdict.OURS, by=follow.by)
            waiting += made


def judge_silently(posting: Posting, *, steering: Group, verdict: str, by: Person | None) -> None:
    """Record that this steering group need not look at this posting any more, unless it has judged already."""
    Judgement.objects.get_or_create(
        posting=posting, steering=steering, undone_at=None, defaults={"verdict": verdict, "by": by, "at": timezone.now()}
    )


def active(steering: Group) -> QuerySet[Follow]:
    """What goes along by itself now by a judgement of this steering group, newest case first; what came with people is not theirs to stop."""
    lasting = Follow.objects.filter(steering=steering, until=None, case__status=Status.OPEN, judgement__isnull=False)
    return lasting.select_related("case", "source", "target", "by").order_by("-case", "pk")


@transaction.atomic
def stop(follow: Follow, *, by: Person) -> None:
    """Switch a follow off: later reactions are judged one by one again."""
    roles.require(by, roles.Right.JUDGE, follow.steering)
    if Follow.objects.filter(pk=follow.pk, until=None).update(until=timezone.now()):
        log.record("stop_following", follow.case, by=by, target=follow.target_id)
        postings.note(Change.Kind.JUDGED, [follow.steering])
