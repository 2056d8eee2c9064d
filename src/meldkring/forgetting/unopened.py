"""What becomes of a district that somebody began and that never got its people? They are warned, then it closes and what is known of them is erased.

Personal data without a purpose are not kept: a handful of names in a district that nobody can find has none.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.forgetting import erasing
from meldkring.forgetting.register import days
from meldkring.groups.models import Kind
from meldkring.growth import districts
from meldkring.joining.models import Founding
from meldkring.people import mailing
from meldkring.people.models import Person
from meldkring.places.models import District

WARNED_BEFORE = timedelta(days=30)
A_HANDFUL = 5


def close() -> int:
    """Warn those of a district that still is not public long after it began, and close it a month later; how many closed."""
    now = timezone.now()
    for founding in _without_people().filter(founding__warned_at=None, founding__decided_at__lt=now - days("unopened")):
        _warn(founding)
    return sum(_close(district) for district in _without_people().filter(founding__warned_at__lt=now - WARNED_BEFORE))


def _without_people() -> QuerySet[District]:
    """The districts that were begun, never became public, and have fewer than a handful of residents."""
    here = Count("groups__memberships", filter=Q(groups__kind=Kind.WATCH, groups__memberships__left_at=None))
    begun = District.objects.filter(is_public=False, closed_at=None, founding__state=Founding.State.MADE)
    return begun.annotate(residents=here).filter(residents__lt=A_HANDFUL).order_by("pk")


def _members(district: District) -> list[Person]:
    return list(Person.objects.filter(memberships__group__district=district, memberships__left_at=None).distinct().order_by("pk"))


@transaction.atomic
def _warn(district: District) -> None:
    now = timezone.now()
    if not Founding.objects.filter(district=district, warned_at=None).update(warned_at=now):
        return
    log.record("warn_unopened", district, by=None)
    for person in _members(district):
        with translation.override(person.language):
            said = {
                "name": person.first_name, "district": district.name, "url": settings.SITE_URL,
                "until": date_format(timezone.localdate(now + WARNED_BEFORE), "j F Y"),
            }  # fmt: skip
            text = _(
                "Hello %(name)s,\n\nThe neighbourhood watch of %(district)s was begun a while ago, and nobody can find it yet. Do you want to go on? "
                "Find three steering members and make it public, before %(until)s:\n%(url)s\n\n"
                "If that does not happen we close it and erase what we know of you. You can always begin again."
            )
            mailing.write(person.email, subject=_("Does %(district)s go on?") % said, text=text % said)


@transaction.atomic
def _close(district: District) -> bool:
    members = _members(district)
    try:
        districts.close_by_itself(district)
    except districts.CannotChange:
        return False  # a case is going on: tomorrow again
    for person in members:
        if not person.memberships.filter(left_at=None).exists() and not person.is_superuser:
            erasing.erase(person, by=None)
    return True
