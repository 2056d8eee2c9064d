"""How do the stories become history? Each is told through the verbs, as people would; afterwards every stamp is moved to when it happened.
Only the audit log keeps the real moments: its lines are never changed, not even for a demo.

A `Clock` keeps which moment of the story each stretch of real time stands for, so one pass over the rows sets all stamps.
"""

import bisect
from datetime import datetime, time, timedelta

from django.db import models
from django.db.models import F
from django.utils import timezone

from meldkring.cases import closing, holding, judging, police, reporting
from meldkring.cases.models import Case, Contribution, Follow, Holder, Judgement
from meldkring.demo.stories import STORIES, Story
from meldkring.demo.town import Town
from meldkring.groups import roles
from meldkring.groups.models import Group, Kind, Role
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Change, Message, Posting
from meldkring.people.models import Person

STAMPS: tuple[tuple[type[models.Model], tuple[str, ...]], ...] = (
    (Message, ("said_at",)),
    (Posting, ("posted_at",)),
    (Change, ("at",)),
    (Case, ("opened_at", "closed_at")),
    (Contribution, ("source_at", "valid_until")),
    (Holder, ("since", "until")),
    (Judgement, ("at",)),
    (Follow, ("since", "until")),
)


class Clock:
    """Which told moment each stretch of real time stands for."""

    def __init__(self) -> None:
        self._real: list[datetime] = []
        self._told: list[datetime] = []

    def at(self, told: datetime) -> None:
        """What is done from here on happened then."""
        now = timezone.now()
        # Two things in the same minute stay in the order in which they are told.
        told = max(told, self.told(now)) if self._told else told
        self._real.append(now)
        self._told.append(told)

    def told(self, real: datetime) -> datetime:
        """When what was really stamped so happened; the order within a stretch is kept."""
        found = bisect.bisect_right(self._real, real) - 1
        return real if found < 0 else self._told[found] + (real - self._real[found])

    def move_stamps(self) -> None:
        """Move every stamp made since the clock began, and keep the year in the references right."""
        for model, fields in STAMPS:
            rows = list(model._default_manager.filter(**{f"{fields[0]}__gte": self._real[0]}))
            for row in rows:
                for name in fields:
                    real = getattr(row, name)
                    setattr(row, name, self.told(real) if real else None)
            model._default_manager.bulk_update(rows, fields, batch_size=200)
        for case in Case.objects.all():
            Case.objects.filter(pk=case.pk).update(reference=f"{timezone.localtime(case.opened_at).year}-{case.pk}")


def tell_all(town: Town) -> None:
    """The ended cases, oldest first, which everybody has seen; then the one that is happening now."""
    clock = Clock()
    for n, story in enumerate(STORIES):
        _tell(story, n, town, clock)
    clock.move_stamps()
    for group in Group.objects.filter(last_number__gt=0):
        postings.seen(roles.members([group]).values_list("pk", flat=True), group.pk, group.last_number)
    # Nobody needs to be told of what is over.
    Posting.objects.filter(fanned_out_at=None).update(fanned_out_at=F("posted_at"))
    tell_now(town)


def tell_now(town: Town) -> None:
    """A case of four minutes old: forwarded, one reaction passed on, one that waits on the desk."""
    clock, now = Clock(), timezone.now()
    laning, oostwal, centrum = (town.groups[name] for name in ("De Laning", "Oostwal", "Centrumrand"))
    clock.at(now - timedelta(minutes=4))
    text = "Iemand klimt over schuttingen achter de Kersengaarde. Hij voelt aan achterdeuren en kijkt naar binnen."
    who = "Eén persoon, donkere jas, lichte broek, zwarte rugzak"
    posting = reporting.report(
        text, group=laning, by=town.resident(laning, 5), called="by_me", persons=who, place="Achterpad Kersengaarde", direction="e",
        latitude=51.8249, longitude=4.3941, going_to_do="Ik blijf binnen en houd het achterpad in de gaten",
    )  # fmt: skip
    case = posting.message.contribution.case
    clock.at(now - timedelta(minutes=3))
    town.carry(posting.message, (laning, [oostwal, centrum, town.of(Kind.COORDINATION, laning)]), follow=False)
    clock.at(now - timedelta(minutes=2))
    seen = reporting.react(
        "Hij loopt nu door de Bolwerkhof, richting het Walzicht.", case=case, group=oostwal, by=town.resident(oostwal, 9), direction="e"
    )
    clock.at(now - timedelta(seconds=75))
    town.carry(seen.message, (oostwal, [laning]), follow=False)
    clock.at(now - timedelta(seconds=40))
    reporting.react(
        "Ik zie iemand met een zwarte rugzak bij het Torenzicht staan. Hij belt.", case=case, group=centrum, by=town.resident(centrum, 3)
    )
    clock.move_stamps()


def _tell(story: Story, n: int, town: Town, clock: Clock) -> None:
    hour = time.fromisoformat(story.at)
    day = timezone.localdate() - timedelta(days=story.days)
    start = timezone.make_aware(datetime.combine(day, hour))
    clock.at(start)
    home = town.groups[story.home]
    case, told_by = _begin(story, n, home, town, clock, start)
    for minutes, name, text in sorted((*story.reactions, *story.news)):
        clock.at(start + timedelta(minutes=minutes))
        group = town.groups[name]
        if (minutes, name, text) in story.news:
            holding.police_news(text, case=case, group=group, by=told_by)
            continue
        posting = reporting.react(text, case=case, group=group, by=town.resident(group, n * 11 + minutes))
        if story.route == "buurt":
            judging.not_relevant(posting, steering=town.of(Kind.STEERING, group), by=town.phone_manager(group))
    clock.at(start + timedelta(minutes=story.lasted))
    closing.close(case, outcome=story.outcome, text=story.ending, by=told_by)


def _begin(story: Story, n: int, home: Group, town: Town, clock: Clock, start: datetime) -> tuple[Case, Person]:
    if story.route in ("politie", "stuurgroep"):
        return _begin_with_police(story, home, town, clock, start)
    by = town.resident(home, n * 7 + 2)
    posting = reporting.report(story.text, group=home, by=by, called=story.called, exercise=story.exercise, **story.extras)
    clock.at(start + timedelta(minutes=2))
    if story.route == "buurt":
        judging.not_relevant(posting, steering=town.of(Kind.STEERING, home), by=town.phone_manager(home))
        return posting.message.contribution.case, by
    named = {name for _minutes, name, _text in (*story.reactions, *story.news)}
    near = sorted(town.siblings(home), key=lambda group: group.name not in named)
    coordination, there = town.of(Kind.COORDINATION, home), town.elsewhere(home)
    targets = near[:2] if story.route == "buren" else [*near, coordination]
    town.carry(posting.message, (home, targets))
    if story.route == "gemeente":
        for hop in town.way(home, there[0])[1:-1]:
            town.carry(posting.message, hop)
        town.carry(posting.message, (town.of(Kind.COORDINATION, there[0]), there))
    return posting.message.contribution.case, by


def _begin_with_police(story: Story, home: Group, town: Town, clock: Clock, start: datetime) -> tuple[Case, Person]:
    entry = town.of(Kind.COORDINATION if story.route == "politie" else Kind.STEERING, home)
    officer = Person.objects.get(memberships__group=entry, memberships__role=Role.OFFICER)
    case = police.place(story.text, to=[entry], by=officer, source="Wijkagent", source_at=timezone.now())
    clock.at(start + timedelta(minutes=6))
    message = Message.objects.get(contribution__case=case)
    town.carry(message, (entry, [home, *town.siblings(home)]))
    return case, town.phone_manager(home)
