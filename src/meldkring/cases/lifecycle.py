"""What can become of a case: one table of allowed moves, and the lock under which a case is changed."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from meldkring.cases.models import Case, Status
from meldkring.groups.models import Group
from meldkring.places.models import Municipality

MOVES = {(Status.OPEN, "close"): Status.CLOSED, (Status.CLOSED, "reopen"): Status.OPEN}


class CaseClosed(Exception):
    """The case has ended; the text says what to do instead."""


class CaseOpen(Exception):
    """The case has not ended, so it cannot be reopened."""


def queue(municipalities: Iterable[int]) -> None:
    """Take turns per municipality until the end of the transaction: what moves a case locks several groups, and two of those
    at once in different orders would wait for each other. Posting in one group alone needs no turn."""
    list(Municipality.objects.select_for_update(no_key=True).filter(pk__in=set(municipalities)).order_by("pk"))


def locked(case: Case) -> Case:
    """The case's row, in its municipality's turn, locked until the end of the transaction."""
    queue([case.origin.municipality_id])
    return Case.objects.select_for_update(of=("self",), no_key=True).select_related("origin").get(pk=case.pk)


def reached(case: Case) -> QuerySet[Group]:
    """The groups in which anything of this case stands, but for those that have closed since."""
    return Group.objects.filter(closed_at=None, postings__message__contribution__case=case, postings__withdrawn_at=None).distinct()


def open_case(case: Case) -> Case:
    """The case's row, locked, or `CaseClosed`."""
    fresh = locked(case)
    if not fresh.is_open:
        raise CaseClosed(_("This case has ended and takes no more messages. Is something going on again? Make a new report."))
    return fresh


def move(case: Case, step: str) -> None:
    """Set the new status, or refuse with `CaseClosed` or `CaseOpen`."""
    to = MOVES.get((Status(case.status), step))
    if to is None:
        raise CaseOpen(_("This case has not ended.")) if case.is_open else CaseClosed(_("This case has ended already."))
    case.status = to
