"""What do the figures of the demo say? They are kept as everywhere else; how members were told is made up, for nobody here has a phone."""

from collections import defaultdict
from datetime import date, timedelta

from django.utils import timezone

from meldkring.cases.models import Case
from meldkring.figures import keeping
from meldkring.figures.models import Passage, Size, Told
from meldkring.groups.models import Kind, Membership

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
    """The months before: who is a member now was one from the day they joined."""
    months = [timezone.localdate().replace(day=1)]
    for _n in range(MONTHS):
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    joined: dict[int, list[date]] = defaultdict(list)
    lasting = Membership.objects.filter(kind=Kind.WATCH, left_at=None)
    for group, at in lasting.values_list("group", "joined_at"):
        joined[group].append(timezone.localdate(at))
    Size.objects.bulk_create(
        Size(group_id=group, month=month, members=sum(day < month for day in days))
        for group, days in joined.items()
        for month in months[1:]
    )
