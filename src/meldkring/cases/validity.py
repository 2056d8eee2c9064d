"""How long does a message of the police hold, and what then? Past its time it withdraws by itself and asks how it ended.

It is a change that follows the tree of postings, like a withdrawal: where the message stands, every page that has it open says that it is no
longer valid, residents read its words no more, and it goes no further. Who is silent after that gets "no word from the police" as its end.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.cases import access, approving, closing, lifecycle, reporting
from meldkring.cases.models import Called, Case, Contribution, Outcome, Status
from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Change, Kind, Message
from meldkring.people import mailing
from meldkring.people.models import Person

LONGEST = timedelta(days=30)  # what is written of people is kept no longer either
USUAL = timedelta(hours=12)
ENDING = timedelta(hours=1)  # time enough to ring the officer and ask whether it still holds


class NoLongerValid(Exception):
    """The message of the police has run out, so it goes no further and cannot be lengthened."""


def until(group: Group, wanted: datetime | None) -> datetime:
    """Until when a message placed in this group holds: as asked, else as its district usually has it."""
    now = timezone.now()
    if wanted is None:
        return now + (group.district.police_valid_for if group.district else USUAL)
    if not now < wanted <= now + LONGEST:
        raise reporting.BadAnswer(_("A message of the police holds from now to at most 30 days."))
    return wanted


def of(case: Case) -> Contribution | None:
    """The message of the police with which this case began, if it did."""
    if case.called != Called.POLICE:
        return None
    return case.contributions.select_related("message").filter(message__kind=Kind.POLICE).order_by("pk").first()


def may_extend(person: Person, case: Case) -> bool:
    """Who placed it, an officer who serves the group where it began, who holds the case, or a steering member of a group it reached."""
    if case.opened_by_id == person.pk and roles.has(person, roles.Right.READ, case.origin):
        return True
    return roles.has(person, roles.Right.POLICE, case.origin) or closing.may_close(person, case)


@transaction.atomic
def extend(case: Case, *, valid_until: datetime, by: Person) -> Contribution:
    """Let the message hold longer, before it has run out. Refuses with `NoLongerValid`, `CaseClosed`, `BadAnswer` or `NotAllowed`."""
    case = lifecycle.open_case(case)
    told = of(case)
    if told is None or not may_extend(by, case):
        raise roles.NotAllowed(_("You cannot change how long this holds."))
    if told.expired_at or told.valid_until is None:
        raise NoLongerValid(_("This message has run out already. Is it still going on? Place a new message."))
    told.valid_until, told.ending_told_at = until(case.origin, valid_until), None
    if ends_soon(told):
        told.ending_told_at = timezone.now()  # who chooses so short a time knows that it ends soon
    told.save(update_fields=["valid_until", "ending_told_at"])
    log.record("extend", case, by=by, until=told.valid_until.isoformat())
    _note(told.message)
    return told


def ends_soon(told: Contribution, *, now: datetime | None = None) -> bool:
    """Whether the message runs out within the hour."""
    return told.expired_at is None and told.valid_until is not None and told.valid_until - (now or timezone.now()) <= ENDING


def warn(*, now: datetime | None = None) -> int:
    """Tell who holds it and who placed it, an hour before a message runs out, that it does: once. How many messages; one query when there is none."""
    now, count = now or timezone.now(), 0
    due = Contribution.objects.filter(expired_at=None, ending_told_at=None, valid_until__lte=now + ENDING, valid_until__gt=now)
    for told in due.filter(case__status=Status.OPEN).select_related("case__origin", "message").order_by("valid_until"):
        with transaction.atomic():
            count += _warn(told.pk, lifecycle.locked(told.case), now)
    return count


def _warn(pk: int, case: Case, now: datetime) -> bool:
    told = Contribution.objects.select_for_update(of=("self",), no_key=True).select_related("message").get(pk=pk)
    if told.ending_told_at or not case.is_open or not ends_soon(told, now=now):
        return False  # lengthened or closed, or done by another process, while we waited for our turn
    told.ending_told_at = now
    told.save(update_fields=["ending_told_at"])
    if told.valid_until is None or told.valid_until - told.message.said_at <= ENDING:
        return False  # so short a time was chosen a moment ago
    log.record("ending", case, by=None)
    _note(told.message)
    for person in asked(case):
        _say_ending(person, case, told.valid_until)
    return True


def expire(*, now: datetime | None = None) -> int:
    """Withdraw every message whose time has come; how many. One query when there is none."""
    now, count = now or timezone.now(), 0
    due = Contribution.objects.filter(expired_at=None, valid_until__lte=now).order_by("valid_until")
    for told in due.select_related("case__origin"):
        with transaction.atomic():
            count += _expire(told.pk, lifecycle.locked(told.case), now)
    return count


def _expire(pk: int, case: Case, now: datetime) -> bool:
    told = Contribution.objects.select_for_update(of=("self",), no_key=True).select_related("message").get(pk=pk)
    if told.expired_at or told.valid_until is None or told.valid_until > now:
        return False  # lengthened, or done by another process, while we waited for our turn
    told.expired_at = now
    told.save(update_fields=["expired_at"])
    with translation.override(settings.LANGUAGE_CODE):
        case.title = " · ".join(filter(None, [_("Message from the police"), told.place]))[:80]
    case.save(update_fields=["title"])
    log.record("expire", case, by=None)
    _note(told.message)
    if case.is_open:
        for person in asked(case):
            _ask(person, case)
    return True


def asked(case: Case) -> list[Person]:
    """Who is asked how it ended: those in touch with the police, and who placed it."""
    people = [h.person for h in case.holders.filter(until=None).select_related("person")]
    return list({p.pk: p for p in [*people, case.opened_by] if p and p.is_active}.values())


def asks_outcome(case: Case) -> bool:
    """Whether this case waits for its outcome: its message has run out and nobody has closed it."""
    told = of(case)
    return case.is_open and told is not None and told.expired_at is not None


def owed(person: Person) -> QuerySet[Case]:
    """The open cases of which this person is asked how they ended."""
    run_out = Case.objects.filter(status=Status.OPEN, called=Called.POLICE, contributions__expired_at__isnull=False)
    mine = run_out.filter(opened_by=person) | run_out.filter(holders__person=person, holders__until=None)
    return access.cases(person).filter(pk__in=mine.values("pk")).order_by("opened_at")


def ending(person: Person) -> list[Case]:
    """The open cases whose message runs out within the hour and which this person may let hold longer."""
    now = timezone.now()
    soon = Contribution.objects.filter(expired_at=None, valid_until__gt=now, valid_until__lte=now + ENDING, case__status=Status.OPEN)
    found = access.cases(person).filter(pk__in=soon.values("case")).select_related("origin").order_by("opened_at")
    return [case for case in found if may_extend(person, case)]


def to_recall() -> QuerySet[Contribution]:
    """What has run out and was not yet told to those who had been told of it."""
    return Contribution.objects.filter(expired_at__isnull=False, recalled_at=None).select_related("case").order_by("expired_at")


def recall(told: Contribution) -> bool:
    """Note that those people are told now, inside the transaction that owes it to them; False if another process was before us."""
    return bool(Contribution.objects.filter(pk=told.pk, recalled_at=None).update(recalled_at=timezone.now()))


def end_silent(*, now: datetime | None = None) -> int:
    """Close as "no word from the police" what nobody answered within the district's time after it ran out; how many."""
    now, count = now or timezone.now(), 0
    run_out = Case.objects.filter(status=Status.OPEN, called=Called.POLICE, contributions__expired_at__isnull=False).distinct()
    for case in run_out.select_related("origin__district"):
        within = case.origin.district.police_outcome_within if case.origin.district else timedelta(days=2)
        with transaction.atomic():
            count += _end(lifecycle.locked(case), before=now - within)
    return count


def _end(case: Case, *, before: datetime) -> bool:
    told = of(case)
    if not case.is_open or told is None or told.expired_at is None or told.expired_at > before:
        return False
    if case.contributions.filter(message__said_at__gt=before).exists():
        return False  # people are still writing about it
    with translation.override(settings.LANGUAGE_CODE):
        text = str(approving.NO_WORD)
    closing.close_by_itself(case, outcome=Outcome.NO_WORD, text=text)
    return True


def _note(message: Message) -> None:
    """Tell every open page of every group where the message stands."""
    standing = list(message.postings.filter(withdrawn_at=None).select_related("group").order_by("group"))
    postings.lock(p.group for p in standing)
    for posting in standing:
        postings.note(Change.Kind.VALIDITY, [posting.group], posting=posting)


def _ask(person: Person, case: Case) -> None:
    with translation.override(person.language):
        mailing.write(
            person.email,
            subject=_("How did it end? (%(reference)s)") % {"reference": case.reference},
            text=_(
                "The message of the police in case %(reference)s is no longer valid and has been withdrawn. How did it end? "
                "Open the case and close it, so that the neighbours hear it. No news is an answer too:\n%(url)s"
            )
            % {"reference": case.reference, "url": f"{settings.SITE_URL}/casus/{case.reference}/"},
        )


def _say_ending(person: Person, case: Case, until: datetime) -> None:
    with translation.override(person.language):
        said = {"at": f"{timezone.localtime(until):%H:%M}", "title": case.title, "reference": case.reference}
        mailing.write(
            person.email,
            subject=_("A message of the police runs out at %(at)s") % said,
            text=_(
                "“%(title)s” (%(reference)s) holds until %(at)s. Is it still going on? Then let it hold longer. If you do nothing, it runs out."
            )
            % said
            + f"\n\n{settings.SITE_URL}/casus/{case.reference}/",
        )
