"""What is kept for ever (rules 7): numbers about cases and groups, from which no message and no person can be read.

Everything here is written by `keeping`, while the messages are still there, and stays when they are erased.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from meldkring.cases.models import Advised, Called, Judgement, Outcome
from meldkring.groups.models import Group
from meldkring.places.models import Municipality

# Within how many seconds members were told; what took longer is `later`.
WITHIN = {"within_5": 5, "within_15": 15, "within_60": 60, "within_300": 300, "within_900": 900}


class Passage(models.Model):
    """A case in one group: where it began, or one that it reached. `case` is a number and no more: the case may be erased.

    What ends in `_after` is in seconds.
    """

    class Verdict(models.TextChoices):
        FORWARDED = "forwarded", _("passed on")
        NOT_RELEVANT = "not_relevant", _("not of use to others")
        NONE = "none", _("not judged")

    case = models.PositiveBigIntegerField()
    group = models.ForeignKey(Group, models.PROTECT, related_name="passages")
    day = models.DateField()
    origin = models.BooleanField(help_text=_("The case began here."))
    exercise = models.BooleanField()
    called = models.CharField(max_length=10, choices=Called.choices)
    verdict = models.CharField(max_length=12, choices=Verdict.choices, default=Verdict.NONE)
    reason = models.CharField(max_length=9, choices=Judgement.Reason.choices, blank=True, help_text=_("Why it was not passed on."))
    advice = models.CharField(max_length=6, choices=Advised.Followed.choices, blank=True, help_text=_("What was done with the advice."))
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    with_place = models.BooleanField(default=False)
    with_direction = models.BooleanField(default=False)
    hidden = models.BooleanField(default=False)
    arrived_after = models.PositiveIntegerField(null=True)
    told_after = models.PositiveIntegerField(null=True)
    judged_after = models.PositiveIntegerField(null=True)
    coordination_after = models.PositiveIntegerField(null=True)
    elsewhere_after = models.PositiveIntegerField(null=True)
    reaction_after = models.PositiveIntegerField(null=True)
    closed_after = models.PositiveIntegerField(null=True)
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("case", "group"), name="one_passage_per_case_and_group")]
        indexes = [
            models.Index(fields=("group", "day")),
            models.Index(fields=("case",), condition=models.Q(origin=True), name="passage_kept"),
        ]

    def __str__(self) -> str:
        return f"case {self.case} in {self.group_id}"


class Told(models.Model):
    """How many members of a group were told of a case along one channel, and how soon after it stood there."""

    passage = models.ForeignKey(Passage, models.CASCADE, related_name="told")
    channel = models.CharField(max_length=20)
    within_5 = models.PositiveIntegerField(default=0)
    within_15 = models.PositiveIntegerField(default=0)
    within_60 = models.PositiveIntegerField(default=0)
    within_300 = models.PositiveIntegerField(default=0)
    within_900 = models.PositiveIntegerField(default=0)
    later = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("passage", "channel"), name="told_once_per_channel")]

    def __str__(self) -> str:
        return f"{self.channel} of {self.passage_id}"


class Size(models.Model):
    """How many members a watch group had in a month; of the current month, how many it has now."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="sizes")
    month = models.DateField(help_text=_("Its first day."))
    members = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("group", "month"), name="one_size_per_group_and_month")]
        indexes = [models.Index(fields=("month",), name="size_by_month")]

    def __str__(self) -> str:
        return f"{self.group_id}: {self.members}"


class PoliceCount(models.Model):
    """How many crimes the police recorded in a CBS neighbourhood in a whole year (table 47022NED), as imported."""

    class Kind(models.TextChoices):
        BURGLARY = "burglary", _("burglaries of homes")
        ALL = "all", _("all recorded crimes")

    municipality = models.ForeignKey(Municipality, models.CASCADE, related_name="police_counts")
    neighbourhood = models.CharField(max_length=10, help_text=_("The code of CBS."))
    kind = models.CharField(max_length=10, choices=Kind.choices)
    year = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("neighbourhood", "kind", "year"), name="police_count_once")]

    def __str__(self) -> str:
        return f"{self.kind} in {self.neighbourhood}, {self.year}"
