"""Private words between a steering group and one resident (S12: speak to the resident where needed)."""

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
    elif not Letter.objects.filter(steering=steering, resident=resident).exists():
        raise roles.NotAllowed(_("You can answer once the steering group has written to you."))
    text = postings.checked(text)
    letter = Letter.objects.create(steering=steering, resident=resident, author=by, about=about, text=text, written_at=timezone.now())
    log.record("letter", letter, by=by, steering=steering.pk, resident=resident.pk)
    transaction.on_commit(lambda: bell.ring(f"letters:{resident.pk}"))
    return letter


def readable(person: Person) -> QuerySet[Letter]:
    """The letters this person may read: to and from themself, and those of the steering groups they are in."""
    return (
        Letter.objects.filter(Q(resident=person) | Q(steering__in=roles.steering_groups(person)))
        .select_related("steering", "resident", "author", "about__message")
        .order_by("written_at")
    )


def exchange(person: Person, *, steering: int, resident: int) -> list[Letter]:
    """One exchange of letters, oldest first, or 404."""
    found = list(readable(person).filter(steering=steering, resident=resident))
    if not found:
        raise Http404
    return found


def mark_read(person: Person, *, steering: int) -> None:
    """The resident has opened the letters of this steering group."""
    Letter.objects.filter(resident=person, steering=steering, read_at=None).exclude(author=person).update(read_at=timezone.now())
