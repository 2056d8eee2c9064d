"""Private words between a steering group and one resident (S12: speak to the resident where needed), or an officer and one resident (S16)."""

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring import bell
from meldkring.audit import log
from meldkring.groups import roles
from meldkring.groups.models import Group, Kind
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Letter, Posting
from meldkring.people.models import Person


@transaction.atomic
def write(text: str, *, steering: Group, resident: Person, by: Person, about: Posting | None = None) -> Letter:
    """A steering member of `steering` writes to the resident, or the resident answers."""
    if by != resident:
        roles.require(by, roles.Right.JUDGE, steering)
        if steering.kind != Kind.STEERING or not resident.memberships.filter(group__run_by=steering).exists():
            raise roles.NotAllowed(_("You can write to residents of the watch groups that you run."))
    elif not Letter.objects.filter(steering=steering, resident=resident, officer=None).exists():
        raise roles.NotAllowed(_("You can answer once the steering group has written to you."))
    text = postings.checked(text)
    letter = Letter.objects.create(steering=steering, resident=resident, author=by, about=about, text=text, written_at=timezone.now())
    log.record("letter", letter, by=by, steering=steering.pk, resident=resident.pk)
    transaction.on_commit(lambda: bell.ring(f"letters:{resident.pk}"))
    return letter


@transaction.atomic
def write_with_officer(
    text: str, *, officer: Person, resident: Person, steering: Group, by: Person, about: Posting | None = None
) -> Letter:
    """A word between an officer and a resident. Whether an officer may begin is for the caller to say; a resident only answers."""
    begun = Letter.objects.filter(officer=officer, resident=resident)
    if by.pk not in (officer.pk, resident.pk) or (by.pk == resident.pk and not begun.exists()):
        raise roles.NotAllowed(_("You can answer once the officer has written to you."))
    letter = Letter.objects.create(
        steering=steering,
        resident=resident,
        officer=officer,
        author=by,
        about=about,
        text=postings.checked(text),
        written_at=timezone.now(),
    )
    log.record("letter", letter, by=by, officer=officer.pk, resident=resident.pk)
    transaction.on_commit(lambda: bell.ring(f"letters:{resident.pk}"))
    return letter


def readable(person: Person) -> QuerySet[Letter]:
    """The letters this person may read: to and from themself, and those of the steering groups they are in."""
    ours = Q(steering__in=roles.steering_groups(person), officer=None)
    return (
        Letter.objects.filter(Q(resident=person) | Q(officer=person) | ours)
        .select_related("steering", "resident", "officer", "author", "about__message__contribution__case")
        .order_by("written_at")
    )


def exchange(person: Person, *, resident: int, steering: int | None = None, officer: int | None = None) -> list[Letter]:
    """One exchange of letters with a steering group or an officer, oldest first, or 404."""
    which = {"steering": steering, "officer": None} if officer is None else {"officer": officer}
    found = list(readable(person).filter(resident=resident, **which))
    if not found:
        raise Http404
    return found


def mark_read(person: Person, *, steering: int | None = None, officer: int | None = None) -> None:
    """The resident has opened the letters of this steering group or officer."""
    which = {"steering": steering, "officer": None} if officer is None else {"officer": officer}
    Letter.objects.filter(resident=person, read_at=None, **which).exclude(author=person).update(read_at=timezone.now())
