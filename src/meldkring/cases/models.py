"""One incident from its report to its closing message: the case, what each message contributes to it, who holds it, what was judged."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meldkring.groups.models import Group
from meldkring.messaging.models import Message, Posting
from meldkring.places.models import Neighbourhood

PERSON = settings.AUTH_USER_MODEL
UNDO = timedelta(seconds=10)


class Status(models.TextChoices):
    OPEN = "open", _("now")
    CLOSED = "closed", _("over")


class Called(models.TextChoices):
    """The answer to "has 112 been called?" (S28). `NOT_NEEDED` makes the case no alarm: it is for 0900-8844."""

    BY_ME = "by_me", _("112 called by the reporter")
    BY_OTHER = "by_other", _("112 called by someone else")
    NOT_NEEDED = "not_needed", _("not urgent, 112 not needed")
    POLICE = "police", _("comes from the police")


class Outcome(models.TextChoices):
    """How a case ended, as honestly as we know it."""

    GOOD = "good", _("Ended well")
    INNOCENT = "innocent", _("Turned out to be innocent")
    CAUGHT = "caught", _("The police have someone")
    GONE = "gone", _("No longer seen")
    HARM = "harm", _("Damage or theft")
    NO_WORD = "no_word", _("No word from the police")


class Direction(models.TextChoices):
    N = "n", _("north")
    NE = "ne", _("north-east")
    E = "e", _("east")
    SE = "se", _("south-east")
    S = "s", _("south")
    SW = "sw", _("south-west")
    W = "w", _("west")
    NW = "nw", _("north-west")


class Case(models.Model):
    """One incident. `status` moves only along the table in `lifecycle.py`."""

    reference = models.CharField(max_length=12, unique=True)
    title = models.CharField(max_length=80)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)
    called = models.CharField(max_length=10, choices=Called.choices)
    origin = models.ForeignKey(Group, models.PROTECT, related_name="cases_begun")
    opened_by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    exercise = models.BooleanField(default=False)
    imported_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Taken in from elsewhere after it was over: nobody was told, and it counts as no alarm of ours.")
    )
    holders_reminded_at = models.DateTimeField(null=True)
    steering_reminded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-opened_at",)
        indexes = [models.Index(fields=("status",), name="case_by_status")]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        return self.status == Status.OPEN

    @property
    def is_alarm(self) -> bool:
        return self.called != Called.NOT_NEEDED

    @property
    def about_112(self) -> str:
        """Whether 112 was called, in words; of an exercise nobody may think that it was."""
        return str(_("do not call 112 for it")) if self.exercise else str(Called(self.called).label)


class Contribution(models.Model):
    """What a message brings to a case: place, direction, persons and vehicle are optional extras (S29b, S29c). Never a register of people."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="contributions")
    message = models.OneToOneField(Message, models.CASCADE, related_name="contribution")
    persons = models.CharField(_("persons"), max_length=200, blank=True)
    vehicle = models.CharField(_("vehicle"), max_length=200, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    direction = models.CharField(_("direction of travel"), max_length=2, choices=Direction.choices, blank=True)
    going_to_do = models.CharField(_("what I am going to do"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=100, blank=True, help_text=_("Who of the police told this."))
    source_at = models.DateTimeField(_("told at"), null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True, help_text=_("Until when a message of the police holds."))
    ending_told_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Since when who may let it hold longer knows that it runs out soon.")
    )
    expired_at = models.DateTimeField(null=True, blank=True)
    recalled_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Since when who was told of it has heard that it no longer holds.")
    )
    police_number = models.CharField(_("number of the police"), max_length=40, blank=True)
    police_number_shown = models.BooleanField(default=False, help_text=_("Residents see the number too, not only steering members."))

    class Meta:
        indexes = [
            models.Index(fields=("valid_until",), condition=Q(expired_at=None, valid_until__isnull=False), name="message_will_expire")
        ]

    def __str__(self) -> str:
        return f"{self.message_id} in {self.case_id}"


class Area(models.Model):
    """For which neighbourhoods a message of the police is meant; `outline` is what was drawn, if it was drawn."""

    contribution = models.OneToOneField(Contribution, models.CASCADE, related_name="area")
    neighbourhoods = models.ManyToManyField(Neighbourhood, related_name="+")
    outline = models.JSONField(null=True, blank=True)

    def __str__(self) -> str:
        return f"area of {self.contribution_id}"


class Holder(models.Model):
    """Who keeps in touch with the police about a case, per watch group (S11, S21)."""

    class How(models.TextChoices):
        REPORTED = "reported", _("reported it")
        CALLED = "called", _("called the police too")
        FORWARDED = "forwarded", _("forwarded the message from the police")
        HANDED_OVER = "handed_over", _("took it over")

    case = models.ForeignKey(Case, models.CASCADE, related_name="holders")
    group = models.ForeignKey(Group, models.PROTECT, related_name="+")
    person = models.ForeignKey(PERSON, models.CASCADE, related_name="holdings")
    how = models.CharField(max_length=12, choices=How.choices)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("case", "group"), condition=Q(until=None), name="one_holder_per_case_and_group")]

    def __str__(self) -> str:
        return f"{self.person_id} holds {self.case_id} in {self.group_id}"


class Judgement(models.Model):
    """What one steering group decided about one posting, once (S31, S32). Undone within ten seconds it is open again."""

    class Verdict(models.TextChoices):
        FORWARDED = "forwarded", _("forwarded")
        NOT_RELEVANT = "not_relevant", _("not relevant to others")
        FOLLOWED = "followed", _("went along by itself")
        OURS = "ours", _("placed by ourselves")

    class Reason(models.TextChoices):
        """Why it went no further; whoever is in a hurry says nothing."""

        HERE_ONLY = "here_only", _("only matters here")
        KNOWN = "known", _("known there already")
        OVER = "over", _("over already")
        VAGUE = "vague", _("too little is known")
        ORDINARY = "ordinary", _("nothing suspicious")

    posting = models.ForeignKey(Posting, models.CASCADE, related_name="judgements")
    steering = models.ForeignKey(Group, models.PROTECT, related_name="judgements")
    verdict = models.CharField(max_length=12, choices=Verdict.choices)
    reason = models.CharField(max_length=9, choices=Reason.choices, blank=True)
    by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    made = models.ManyToManyField(Posting, related_name="made_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("posting", "steering"), condition=Q(undone_at=None), name="judged_once_per_steering_group")
        ]

    def __str__(self) -> str:
        return f"{self.verdict} {self.posting_id} by {self.steering_id}"


class Advised(models.Model):
    """What the desk advised for a judgement and what was chosen, as ids of groups, the first one to tell in front; kept for the figures."""

    class Followed(models.TextChoices):
        WHOLLY = "wholly", _("followed")
        PARTLY = "partly", _("followed in part")
        NOT = "not", _("not followed")

    judgement = models.OneToOneField(Judgement, models.CASCADE, related_name="advised")
    proposed = models.JSONField(default=list)
    chosen = models.JSONField(default=list)
    followed = models.CharField(max_length=6, choices=Followed.choices)

    def __str__(self) -> str:
        return f"{self.followed}: {self.judgement_id}"


class Approval(models.Model):
    """Which words of a message may go where only our own words may, who decided that and when (ADR 0007). `holds_from`: undone before that
    moment nobody has read them. `words` is empty where the message goes as it was said."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="approvals")
    posting = models.ForeignKey(Posting, models.CASCADE, related_name="approvals")
    words = models.TextField(blank=True)
    by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    holds_from = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("message",), condition=Q(undone_at=None), name="approved_once")]

    def __str__(self) -> str:
        return f"words of {self.message_id}"


class Follow(models.Model):
    """Later reactions to this case in `source` go to `target` without judging, on behalf of `steering`, until switched off."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="follows")
    steering = models.ForeignKey(Group, models.PROTECT, related_name="+")
    source = models.ForeignKey(Group, models.PROTECT, related_name="+")
    target = models.ForeignKey(Group, models.PROTECT, related_name="+")
    by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    judgement = models.ForeignKey(Judgement, models.SET_NULL, null=True, related_name="follows")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("case", "steering", "source", "target"), condition=Q(until=None), name="followed_once_per_target"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.source_id} to {self.target_id}"


class Escalation(models.Model):
    """Something waited too long on the desk of a steering group, and who comes next has been told. Written once per level."""

    class Level(models.IntegerChoices):
        COLLEAGUES = 1, _("the steering group")
        COORDINATION = 2, _("the coordination group")
        WORDS = 3, _("who screens: words wait for release")

    posting = models.ForeignKey(Posting, models.CASCADE, related_name="escalations")
    steering = models.ForeignKey(Group, models.CASCADE, related_name="+")
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("posting", "steering", "level"), name="escalated_once_per_level")]

    def __str__(self) -> str:
        return f"{self.posting_id} at {self.steering_id}, level {self.level}"
