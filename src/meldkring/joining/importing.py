"""What becomes of each row of an existing member list, and carrying that out (S18)?

The dry run shows the fate of every row (`fates`) and changes nothing. Carrying out goes by small parts, each in one transaction with its
lines in the report: a long list never keeps an alarm waiting, and after a crash it goes on where it stopped. Undoing is not possible.
"""

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.groups import joining, roles
from meldkring.groups.models import Group
from meldkring.joining import admission, entering, fates, places, proving, sheets
from meldkring.joining.fates import Fate, Line
from meldkring.joining.models import Application, MemberList, Proof
from meldkring.people.models import Person

KEPT = timedelta(days=14)
PART = 25


class NotImportable(Exception):
    """This list was taken over already, or what is asked comes too late."""


def offer(content: bytes, *, file_name: str, steering: Group, by: Person) -> MemberList:
    """Keep a list for the dry run. Refuses with `sheets.Unreadable`."""
    roles.require(by, roles.Right.MEMBERS, steering)
    sheet = sheets.read(content)
    rows = [[number, *row] for number, row in zip(sheet.numbers, sheet.rows, strict=True)]
    with transaction.atomic():
        made = MemberList.objects.create(
            steering=steering, by=by, file_name=file_name[-120:], rows=rows,
            header=sheet.header, columns=sheets.recognised(sheet.header),
        )  # fmt: skip
        log.record("offer_list", made, by=by, rows=len(rows))
    return made


@transaction.atomic
def map_columns(found: MemberList, columns: dict[str, int], *, by: Person) -> MemberList:
    """Say which column holds what; what is not named is left out."""
    fresh = _open(found, by)
    if fresh.begun_at:
        raise NotImportable(_("This list is being taken over; its columns are fixed."))
    fresh.columns = {name: place for name, place in columns.items() if name in sheets.FIELDS and 0 <= place < len(fresh.header)}
    fresh.save(update_fields=["columns"])
    return fresh


def dry_run(found: MemberList) -> list[Line]:
    """The fate of each row as things stand now."""
    lines = fates.lines(found.columns, found.rows)
    fates.judge(lines, steering=found.steering)
    return lines


def carry_out(found: MemberList, *, by: Person, enough: Callable[[], bool] = lambda: False) -> MemberList:
    """Take the list over, part by part; between two parts `enough` may say to leave the rest for later."""
    with transaction.atomic():
        fresh = _open(found, by)
        fresh.begun_at = fresh.begun_at or timezone.now()
        fresh.save(update_fields=["begun_at"])
    lines = fates.lines(fresh.columns, fresh.rows)
    while not _part(fresh, lines, by) and not enough():
        pass
    return MemberList.objects.select_related("steering__district").get(pk=found.pk)


def forget_due() -> int:
    """Erase lists that nobody took over in time (a chore; rules 7)."""
    return MemberList.objects.filter(read_at__lte=timezone.now() - KEPT, imported_at=None).delete()[0]


def readable(person: Person) -> QuerySet[MemberList]:
    """The lists of the steering groups whose members this person manages, newest first; without their rows."""
    ours = [g.pk for g in roles.with_right(person, roles.Right.MEMBERS) if g.is_steering]
    return MemberList.objects.filter(steering__in=ours).select_related("steering__district", "by").order_by("-read_at")


def member_list(person: Person, pk: int) -> MemberList:
    """One of those, or 404."""
    found = readable(person).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@transaction.atomic
def _part(found: MemberList, lines: list[Line], by: Person) -> bool:
    """Carry out the next rows; whether that was the last part."""
    fresh = MemberList.objects.select_for_update(of=("self",)).select_related("steering__district").get(pk=found.pk)
    if fresh.imported_at:
        return True
    places.turn(fresh.steering.district)
    part = lines[fresh.done : fresh.done + PART]
    fates.judge(part, steering=fresh.steering)
    for line in part:
        fate = _do(fresh, line, by)
        fresh.report.append([line.number, fate, line.group.name if line.group and fate in (Fate.MEMBER, Fate.FULL) else ""])
    fresh.done += len(part)
    over = fresh.done >= len(fresh.rows)
    if over:
        fresh.rows, fresh.header, fresh.columns, fresh.imported_at = [], [], {}, timezone.now()
        log.record("import_list", fresh, by=by, rows=fresh.done)
    fresh.save()
    return over


def _do(found: MemberList, line: Line, by: Person) -> Fate:
    if line.fate not in (Fate.MEMBER, Fate.FULL, Fate.WAITING):
        return line.fate
    application = Application.objects.create(
        district=found.steering.district, state=Application.State.WAITING, origin=Application.Origin.IMPORTED,
        sent_at=timezone.now(), language=by.language, neighbourhood=line.neighbourhood, **line.row.fields,
    )  # fmt: skip
    proving.prove(application, Proof.How.IMPORTED, by)
    if line.fate == Fate.WAITING or line.group is None:
        return Fate.WAITING
    try:
        admission.admit(application, by=by, group=line.group)
    except places.GroupFull:
        return Fate.FULL
    except (joining.AlreadyMember, entering.NoAddress, admission.NoGroup, roles.NotAllowed):
        return Fate.WAITING
    return Fate.MEMBER


def _open(found: MemberList, by: Person) -> MemberList:
    fresh = MemberList.objects.select_for_update(of=("self",)).select_related("steering__district").get(pk=found.pk)
    roles.require(by, roles.Right.MEMBERS, fresh.steering)
    if fresh.imported_at:
        raise NotImportable(_("This list has been taken over already."))
    return fresh
