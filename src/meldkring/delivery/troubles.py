"""What about delivery must an administrator know, since when, and what can be done? One row as long as it lasts; told by mail, once.

The mail goes by the way of sign-in codes, not by the channels, which may be what the trouble is about. Where mail itself is, the administrator's
phone is told as well.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meldkring.channels import registry
from meldkring.channels.contract import SetWrongly
from meldkring.delivery import addresses, answering
from meldkring.delivery.models import Address, Trouble
from meldkring.groups.models import Membership, Role
from meldkring.people import mailing
from meldkring.people.models import Person

AGAIN_AFTER = timedelta(hours=1)
# These say that something happened; when it has not happened for this long, it is over.
PASSING, PASSES_AFTER = ("content", "unreadable"), timedelta(days=1)


@dataclass(frozen=True)
class Words:
    """A trouble for who must do something about it."""

    what: str
    advice: str


def note(kind: str, about: str) -> None:
    """This is the matter; the same trouble is one row as long as it lasts."""
    now = timezone.now()
    Trouble.objects.update_or_create(
        kind=kind, about=about[:120], over_at=None, defaults={"seen_at": now}, create_defaults={"since": now, "seen_at": now}
    )


def over(kind: str, about: str = "", *, begins: str = "") -> None:
    """This is the matter no more; `begins`: everything of this kind that begins so."""
    which = Q(about__startswith=begins) if begins else Q(about=about)
    Trouble.objects.filter(which, kind=kind, over_at=None).update(over_at=timezone.now())


def lasting() -> list[Trouble]:
    """What is the matter now, longest first."""
    now = timezone.now()
    Trouble.objects.filter(kind__in=PASSING, over_at=None, seen_at__lt=now - PASSES_AFTER).update(over_at=now)
    return list(Trouble.objects.filter(over_at=None).order_by("since"))


def words(trouble: Trouble) -> Words:
    """What is the matter and what to do, in the language that is on."""
    name, _colon, detail = trouble.about.partition(":")
    channel, _space, code = name.partition(" ")
    told = {"channel": label(channel), "detail": (detail or code).strip()}
    found = {
        "not_fanned_out": Words(
            _("Messages stand in a group, but nobody has been told of them by phone or e-mail."),
            _("See whether the worker runs (meldkring serve or meldkring work) and what its log says."),
        ),
        "overdue": Words(
            _("Messages by %(channel)s wait longer than two minutes.") % told,
            _("If its account is shut or paused below, that is why. Otherwise see whether the worker runs."),
        ),
        "account": Words(
            _("%(channel)s does not accept our account (%(detail)s).") % told,
            _("Check the settings of this channel and the pages of its provider. We try again by ourselves, ever less often."),
        ),
        "ceiling": Words(
            _("%(channel)s has reached the most that it may cost this month. What did not fit was told another way, or not.") % told,
            _("Raise the ceiling on this page if that is what you want."),
        ),
        "content": Words(
            _("%(channel)s refused a message because of what was in it (%(detail)s).") % told,
            _("Only that message stopped on this channel. If it happens again, tell who maintains Meldkring."),
        ),
        "wording": Words(
            _("The provider of %(channel)s says something about the wording “%(detail)s”.") % told,
            _("See on the page of wordings how it stands. What may not be used is told another way, or not."),
        ),
        "disk": Words(
            _("The disk of the server gets full: less than a gigabyte is left."),
            _("Make room, or move old backups away: on a full disk nobody can report anything. More is told by: meldkring doctor"),
        ),
        "unreadable": Words(
            _("Something that came in by %(channel)s could not be worked after five times.") % told,
            _("The log says why. It is kept, so it can be worked again after a repair."),
        ),
    }
    return found.get(trouble.kind, Words(f"{trouble.kind}: {trouble.about}", ""))


def label(channel: str) -> str:
    """What people call this channel."""
    kind = registry.kinds().get(channel)
    return str(_(kind.label)) if kind else channel


def set_wrongly(error: ValueError) -> str:
    """Why a channel's settings cannot be used, in the language that is on where its file gave us words to translate."""
    return str(_(error.why)) % error.filled if isinstance(error, SetWrongly) else str(error)


def tell() -> int:
    """One mail to each administrator about what is new; the number of troubles told. What comes and goes is told once an hour."""
    now = timezone.now()
    lately = Trouble.objects.filter(told_at__gt=now - AGAIN_AFTER).values_list("kind", "about")
    new = [t for t in Trouble.objects.filter(over_at=None, told_at=None).order_by("since") if (t.kind, t.about) not in set(lately)]
    if not new:
        return 0
    with transaction.atomic():
        Trouble.objects.filter(pk__in=[t.pk for t in new]).update(told_at=now)
        for person in administrators():
            _write(person, new)
    return len(new)


def administrators() -> list[Person]:
    """Who runs this installation: by role, else whoever was made superuser on its command line."""
    kept = Membership.objects.filter(role=Role.ADMINISTRATOR, left_at=None)
    found = list(Person.objects.filter(is_active=True, memberships__in=kept).distinct())
    return found or list(Person.objects.filter(is_active=True, is_superuser=True))


def _write(person: Person, new: list[Trouble]) -> None:
    with translation.override(person.language):
        said = [words(t) for t in new]
        parts = [f"{w.what}\n{w.advice}".strip() for w in said]
        page, subject = f"{settings.SITE_URL}{reverse('channels')}", _("Meldkring: something is the matter with delivery")
        mailing.write(person.email, subject=subject, text="\n\n".join([*parts, _("See how the channels are: %(url)s") % {"url": page}]))
        if any(trouble.about.startswith(addresses.EMAIL) for trouble in new):
            for address in _otherwise(person):
                answering.answer(address, "\n\n".join(parts), title=subject, url=page)


def _otherwise(person: Person) -> list[Address]:
    """Where this person can be told without mail, for nothing."""
    free = [name for name, kind in registry.kinds().items() if not kind.paid and name != addresses.EMAIL]
    return list(Address.objects.filter(person=person, channel__in=free, state=Address.State.ACTIVE))
