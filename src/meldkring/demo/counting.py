"""What do the figures of the demo say? They are kept as everywhere else; how members were told is made up, for nobody here has a phone."""

from datetime import timedelta

from django.utils import timezone

from meldkring.cases.models import Case
from meldkring.figures import keeping
from meldkring.figures.models import Passage, Size, Told
from meldkring.groups.models import Group, Kind, Membership

# Of every hundred members: along which way, and how many within 5, 15, 60, 300 and 900 seconds, later, and not at all.
WAYS = {"web_push": (44, 16, 4, 1, 0, 0, 1), "email": (4, 14, 9, 3, 1, 0, 1)}
MONTHS = 12


def count() -> None:
    """Keep the figures of everything that was told, and how large the groups were in the months before."""
    while Case.objects.exclude(pk__in=Passage.objects.values("case")).exists():
        keeping.keep()
    keeping.sizes()
    _told()
    _grew()


def _told() -> None:
    size = dict(Size.objects.values_list("group", "members"))
    names = ("within_5", "within_15", "within_60", "within_300", "within_900", "later", "failed")
    rows = [
        Told(passage=p, channel=channel, **{name: n * size.get(p.group_id, 0) // 100 for name, n in zip(names, numbers, strict=True)})
        for p in Passage.objects.all()
        for channel, numbers in WAYS.items()
    ]
    Told.objects.bulk_create(rows, ignore_conflicts=True)
    Passage.objects.filter(told_after=None).update(told_after=6)


def _grew() -> None:
    month = timezone.localdate().replace(day=1)
    for _n in range(MONTHS):
        month = (month - timedelta(days=1)).replace(day=1)
        for group in Group.objects.filter(kind=Kind.WATCH):
            joined = Membership.objects.filter(group=group, joined_at__date__lt=month, left_at=None).count()
            Size.objects.get_or_create(group=group, month=month, defaults={"members": joined})
