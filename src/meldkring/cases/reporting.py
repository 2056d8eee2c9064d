"""A resident reports and others react: the S, A, A and R of SAAR (S27 to S30)."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.cases import approving, following, lifecycle
from meldkring.cases.models import Called, Case, Contribution, Holder
from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Kind, Message, Posting
from meldkring.people.models import Person

EXTRAS = frozenset(
    "persons vehicle place latitude longitude direction going_to_do source source_at".split()  # noqa: SIM905 - reads as a list
) | {"valid_until", "police_number", "police_number_shown"}


class BadAnswer(ValueError):
    """An answer is missing or not one of the choices."""


@transaction.atomic
def report(
    text: str, *, group: Group, by: Person, called: str, key: uuid.UUID | None = None, exercise: bool = False, **extras: Any
) -> Posting:
    """Open a case with what a resident sees (S29); the reporter holds it in this group. `extras` are fields of `Contribution`."""
    # First the lock: a division may just be giving the reporter another group.
    group = postings.lock([group])[group.pk]
    roles.require(by, roles.Right.REPORT, group)
    earlier = said(text, group=group, by=by, key=key)
    if earlier:
        return earlier
    if called not in (Called.BY_ME, Called.BY_OTHER, Called.NOT_NEEDED):
        raise BadAnswer(_("Tell us whether 112 has been called."))
    posting = open_case(text, group=group, by=by, called=called, key=key, exercise=exercise, extras=extras)
    case = posting.message.contribution.case
    Holder.objects.create(case=case, group=group, person=by, how=Holder.How.REPORTED, since=timezone.now())
    log.record("report", case, by=by, called=called, group=group.pk)
    return posting


def open_case(
    text: str, *, group: Group, by: Person, called: str, key: uuid.UUID | None, exercise: bool, extras: Mapping[str, Any] | None = None
) -> Posting:
    """A new case with its first message in its group; the verb has checked the right and holds the lock."""
    message, new = postings.say(by, kind=Kind.REPORT, text=text, key=key)
    if not new:
        raise postings.KeyUsed
    begin(message, group=group, called=called, by=by, exercise=exercise, extras=extras or {})
    # A report is screened whoever sends it; an exercise of who screens is not.
    hold = group.screens_first and not (exercise and roles.has(by, roles.Right.SCREEN, group))
    return postings.post(message, [group], by=by, hold=hold)[0]


@transaction.atomic
def react(
    text: str, *, case: Case, group: Group, by: Person, kind: str = Kind.REACTION, key: uuid.UUID | None = None, **extras: Any
) -> Posting:
    """Add to an open case, in a group where it stands and the person may react (S30); followers pass it on at once."""
    roles.require(by, roles.Right.REACT, group)
    earlier = said(text, kind=kind, group=group, by=by, key=key)
    if earlier:
        return earlier
    case = lifecycle.open_case(case)
    if not reached(case).filter(pk=group.pk).exists():
        raise postings.NotHere(_("This case does not stand in %(group)s.") % {"group": group.name})
    message, new = postings.say(by, kind=kind, text=text, key=key)
    if not new:
        raise postings.KeyUsed
    contribute(message, case=case, extras=extras)
    log.record(kind, case, by=by, group=group.pk)
    hold = group.screens_first and not roles.has(by, roles.Right.SCREEN, group)
    posting = postings.post(message, [group], by=by, hold=hold)[0]
    if not hold:
        following.pass_on(posting, case=case)
    return posting


def said(text: str, *, group: Group, by: Person, key: uuid.UUID | None, kind: str = Kind.REPORT) -> Posting | None:
    """What was said here before with this key, if it is the same; another text must not seem to have been sent."""
    earlier = postings.earlier(by, key, group=group)
    if earlier and (earlier.message.kind, earlier.message.text) != (kind, text.strip()):
        raise postings.KeyUsed
    return earlier


@transaction.atomic
def release(posting: Posting, *, by: Person) -> Posting:
    """Let a held post of an open case appear, and pass it on where its case is followed; refuses with `CaseClosed` or `NotHere`."""
    case = lifecycle.open_case(posting.message.contribution.case)
    posting = postings.release(posting, by=by)
    approving.release(posting, by=by)
    following.pass_on(posting, case=case)
    return posting


@transaction.atomic
def take_back(message: Message, *, by: Person) -> list[Posting]:
    """Withdraw one's own reaction everywhere: who said yes to passing it on may take that back, also when the case has ended."""
    if message.author_id != by.pk or message.kind != Kind.REACTION:
        raise roles.NotAllowed(_("You can only take back a reaction of your own."))
    return postings.withdraw(message.postings.filter(withdrawn_at=None).select_related("group"), by=by)


@transaction.atomic
def hide(posting: Posting, *, by: Person, reason: str) -> Posting:
    """Hide a post with a reason (S12). A case's title is the first words of its report: it goes with the report."""
    posting = postings.hide(posting, by=by, reason=reason)
    _title_again(posting)
    return posting


@transaction.atomic
def unhide(posting: Posting, *, by: Person) -> Posting:
    """Show a hidden post again, and with a report the title of its case."""
    posting = postings.unhide(posting, by=by)
    _title_again(posting)
    return posting


def begin(message: Message, *, group: Group, called: str, by: Person, extras: Mapping[str, Any], exercise: bool = False) -> Case:
    """A new case around its first message, with the next reference of the year."""
    now = timezone.now()
    case = Case.objects.create(
        reference=uuid.uuid4().hex[:12],
        title=title(message.text),
        called=called,
        origin=group,
        opened_by=by,
        opened_at=now,
        exercise=exercise,
    )
    case.reference = f"{timezone.localtime(now).year}-{case.pk}"
    case.save(update_fields=["reference"])
    contribute(message, case=case, extras=extras)
    return case


def contribute(message: Message, *, case: Case, extras: Mapping[str, Any]) -> Contribution:
    """Tie a message to its case, with the optional extras; unknown names are a mistake of ours."""
    unknown = extras.keys() - EXTRAS
    if unknown:
        raise TypeError(f"not fields of a contribution: {sorted(unknown)}")
    contribution = Contribution(case=case, message=message, **extras)
    contribution.clean_fields(exclude=["case", "message"])
    contribution.save()
    return contribution


def reached(case: Case) -> QuerySet[Group]:
    """The groups in which anything of this case stands."""
    return lifecycle.reached(case)


def _title_again(posting: Posting) -> None:
    found = (
        Contribution.objects.select_related("case").filter(message=posting.message_id, message__kind__in=(Kind.REPORT, Kind.POLICE)).first()
    )
    if found and found.case.origin_id == posting.group_id:
        found.case.title = found.case.reference if posting.hidden_at else title(posting.message.text)
        found.case.save(update_fields=["title"])


def title(text: str) -> str:
    """What a case is called: the first words of its report."""
    first = text.split("\n")[0].split(". ")[0].split(", ")[0]
    return Truncator(first).chars(72)
