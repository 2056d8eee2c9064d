"""A change in which groups there are and who lives under which: proposed, agreed, carried out, and undone within a week (S4, S20, S22, S23).

And the smaller one beneath it: neighbourhoods get other borders, so that some members live in another one from then on.
"""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meldkring.groups.models import Group, Membership
from meldkring.joining.models import Application
from meldkring.places.models import District, Neighbourhood

PERSON = settings.AUTH_USER_MODEL
UNDO = timedelta(days=7)


class Plan(models.Model):
    """A proposal of a steering group: which watch groups there will be, and which neighbourhoods each has."""

    class Kind(models.TextChoices):
        DIVIDE = "divide", _("divide a watch group")
        CREATE = "create", _("make a new watch group")
        MERGE = "merge", _("merge watch groups")
        MOVE = "move", _("move a neighbourhood")
        CLOSE = "close", _("close a watch group")

    class State(models.TextChoices):
        OPEN = "open", _("being discussed")
        REJECTED = "rejected", _("not agreed")
        WITHDRAWN = "withdrawn", _("withdrawn")
        AGREED = "agreed", _("agreed")
        DONE = "done", _("carried out")
        UNDONE = "undone", _("undone")

    district = models.ForeignKey(District, models.PROTECT, related_name="plans")
    steering = models.ForeignKey(Group, models.PROTECT, related_name="plans")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    made_by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField(help_text=_("Opinions given before the last change no longer count."))
    decide_by = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(PERSON, models.SET_NULL, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-made_at",)
        constraints = [
            models.UniqueConstraint(
                fields=("steering",), condition=Q(state__in=("open", "agreed")), name="one_plan_at_a_time_per_steering_group"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Part(models.Model):
    """A watch group as it will be. `group` is the group that goes on as this part; without one it is new, and filled in when carried out.

    A part without neighbourhoods whose group exists is a group that closes.
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="parts")
    name = models.CharField(_("name"), max_length=100)
    group = models.ForeignKey(Group, models.PROTECT, null=True, blank=True, related_name="+")
    is_new = models.BooleanField(default=False)
    steering = models.ForeignKey(
        Group, models.PROTECT, null=True, blank=True, related_name="+", help_text=_("The steering group that runs it; none: a new one.")
    )
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("order", "pk")

    def __str__(self) -> str:
        return self.name


class Allotment(models.Model):
    """A neighbourhood falls under a part. `before` is the watch group it was under, for the undo."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="allotments")
    neighbourhood = models.ForeignKey(Neighbourhood, models.CASCADE, related_name="+")
    part = models.ForeignKey(Part, models.CASCADE, related_name="allotments")
    before = models.ForeignKey(Group, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("plan", "neighbourhood"), name="neighbourhood_once_per_plan")]

    def __str__(self) -> str:
        return f"{self.neighbourhood_id} in {self.part_id}"


class Seat(models.Model):
    """A steering member who goes along to the new steering group of a part."""

    part = models.ForeignKey(Part, models.CASCADE, related_name="seats")
    person = models.ForeignKey(PERSON, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("part", "person"), name="one_seat_per_part")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.part_id}"


class Opinion(models.Model):
    """What a steering member thinks of a plan: agrees, or objects with words."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="opinions")
    person = models.ForeignKey(PERSON, models.CASCADE, related_name="+")
    agrees = models.BooleanField()
    words = models.CharField(_("why"), max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("plan", "person"), name="one_opinion_per_plan")]

    def __str__(self) -> str:
        return f"{self.person_id} {'agrees' if self.agrees else 'objects'}"


class Redrawing(models.Model):
    """Neighbourhoods got other borders: what each claimed before, and which one was made, so that it can be undone for a week."""

    class Kind(models.TextChoices):
        CLAIM = "claim", _("other addresses")
        CREATE = "create", _("a new neighbourhood")
        SPLIT = "split", _("a neighbourhood split in two")

    district = models.ForeignKey(District, models.PROTECT, related_name="redrawings")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    neighbourhood = models.ForeignKey(Neighbourhood, models.SET_NULL, null=True, blank=True, related_name="+")
    made = models.ForeignKey(Neighbourhood, models.SET_NULL, null=True, blank=True, related_name="+")
    before = models.JSONField(default=dict, help_text=_("What the neighbourhood claimed before: postcodes, streets, codes and outline."))
    by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Resettled(models.Model):
    """A member, or a sign-up that waits, that counts as living in another neighbourhood since its borders changed."""

    redrawing = models.ForeignKey(Redrawing, models.CASCADE, related_name="resettled")
    person = models.ForeignKey(PERSON, models.CASCADE, null=True, blank=True, related_name="+")
    application = models.ForeignKey(Application, models.CASCADE, null=True, blank=True, related_name="+")
    before = models.ForeignKey(Neighbourhood, models.SET_NULL, null=True, blank=True, related_name="+")
    after = models.ForeignKey(Neighbourhood, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="resettled_member_or_sign_up",
                condition=Q(person__isnull=False, application=None) | Q(person=None, application__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.before_id} to {self.after_id}"


class Move(models.Model):
    """A membership that ended and the one that began because of a plan or of other borders: what undoing it turns back, and what the member is told."""

    plan = models.ForeignKey(Plan, models.CASCADE, null=True, blank=True, related_name="moves")
    redrawing = models.ForeignKey(Redrawing, models.CASCADE, null=True, blank=True, related_name="moves")
    ended = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    begun = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(null=True, blank=True, help_text=_("When the member has read where they went."))

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="move_has_one_reason", condition=Q(plan__isnull=False, redrawing=None) | Q(plan=None, redrawing__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"{self.ended_id} to {self.begun_id}"
