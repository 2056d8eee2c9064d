"""A steering group passes a message on to other groups (S13, S14, S15, S32); its provenance is the chain of postings it leaves."""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.cases import following, judging
from meldkring.cases.models import Called, Case, Follow, Holder, Judgement
from meldkring.groups import routes
from meldkring.groups.models import Group
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Kind, Posting
from meldkring.people.models import Person


class NotOnRoute(Exception):
    """The message may not go from here to there; the text names the group."""


def targets(postings: Iterable[Posting], *, steering: Group) -> dict[Posting, list[Group]]:
    """Of each posting the groups to which this steering group may forward it: on the route, and where the message does not stand yet.

    As many queries as there are groups in which they stand, however many postings.
    """
    asked = list(postings)
    stands = set(Posting.objects.filter(message__in=[p.message_id for p in asked], withdrawn_at=None).values_list("message", "group"))
    routed = {group: list(routes.targets(group, steering=steering)) for group in {p.group for p in asked}}
    return {p: [g for g in routed[p.group] if (p.message_id, g.pk) not in stands] for p in asked}


@transaction.atomic
def forward(posting: Posting, *, to: Sequence[Group], steering: Group, by: Person, follow: bool = False) -> Judgement:
    """Judge a posting by forwarding it; with `follow`, later reactions to its case go along to the same groups.

    Forwarding a message of the police to watch groups makes the forwarder holder there (S36).
    Refuses with `NotOnRoute`, `AlreadyJudged`, `CaseClosed`, `NotAllowed` or `NotHere`.
    """
    allowed = {g.pk for g in routes.targets(posting.group, steering=steering)}
    off = [g.name for g in to if g.pk not in allowed]
    if off or not to:
        raise NotOnRoute(
            _("From %(here)s you cannot forward to: %(groups)s.") % {"here": posting.group.name, "groups": ", ".join(off) or "–"}
        )
    judgement = judging.judge(posting, steering=steering, by=by, verdict=Judgement.Verdict.FORWARDED)
    made = postings.post(posting.message, to, by=by, forwarded_from=posting)
    judgement.made.set(made)
    for p in made:
        following.judge_silently(p, steering=steering, verdict=Judgement.Verdict.OURS, by=by)
    case = posting.message.contribution.case
    if follow:
        _follow(judgement, case=case, to=to)
    if case.called == Called.POLICE and posting.message.kind == Kind.POLICE:
        _hold_for_police(case, made, by=by)
    for p in made:
        following.pass_on(p, case=case)
    return judgement


def _follow(judgement: Judgement, *, case: Case, to: Sequence[Group]) -> None:
    for target in to:
        Follow.objects.get_or_create(
            case=case, steering=judgement.steering, source=judgement.posting.group, target=target, until=None,
            defaults={"by": judgement.by, "judgement": judgement, "since": timezone.now()},
        )  # fmt: skip


def _hold_for_police(case: Case, made: Sequence[Posting], *, by: Person) -> None:
    for posting in made:
        if posting.group.is_watch and not case.holders.filter(group=posting.group, until=None).exists():
            Holder.objects.create(case=case, group=posting.group, person=by, how=Holder.How.FORWARDED, since=timezone.now())
