"""What must reach whom, and what became of it. The rows are the queue (law 2): a delivery without an ending is work that waits."""

import uuid
from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meldkring.channels.contract import Urgency
from meldkring.messaging.models import Message, Posting

PERSON = settings.AUTH_USER_MODEL


class Address(models.Model):
    """Where a person can be reached on a channel. `value` is the address as the channel keeps it; neighbours never see it (rules 5)."""

    class State(models.TextChoices):
        ACTIVE = "active", _("works")
        PENDING = "pending", _("not confirmed yet")
        SUSPENDED = "suspended", _("does not work at the moment")
        OPTED_OUT = "opted_out", _("stopped by yourself")
        GONE = "gone", _("no longer exists")

    person = models.ForeignKey(PERSON, models.CASCADE, related_name="addresses")
    channel = models.CharField(max_length=20)
    value = models.TextField()
    label = models.CharField(_("name"), max_length=80, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    position = models.PositiveSmallIntegerField(default=0, help_text=_("The order in which the person wants to be reached."))
    reason = models.CharField(max_length=60, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    added_at = models.DateTimeField(auto_now_add=True)  # since when it has this value: an e-mail address may change
    heard_at = models.DateTimeField(null=True, blank=True, help_text=_("When this address last wrote to us."))
    opted_at = models.DateTimeField(null=True, blank=True, help_text=_("When STOP or START was last said here."))
    busy_until = models.DateTimeField(
        null=True, blank=True, help_text=_("How far the letters to this address are ahead of what its provider allows.")
    )
    tested_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("position", "pk")
        constraints = [models.UniqueConstraint(fields=("channel", "value"), name="address_once_per_channel")]

    def __str__(self) -> str:
        return f"{self.channel} of {self.person_id}"


class Preference(models.Model):
    """How a person wants to be told. An alarm overrides quiet hours, and only those: who mutes hears nothing until then."""

    person = models.OneToOneField(PERSON, models.CASCADE, related_name="preference")
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    muted_until = models.DateTimeField(_("muted until"), null=True, blank=True)
    digest_at = models.TimeField(_("notices together at"), null=True, blank=True, default=time(18))

    def __str__(self) -> str:
        return f"preference of {self.person_id}"


class Spelled(models.Value):
    """A word of ours written out in the statement itself. SQLite uses an index with a condition only where it can read there that the condition
    holds, and a bound value cannot be read (sqlite.org/partialindex.html)."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        word = str(self.value)
        return (word if word.isdigit() else f"'{word}'"), ()


class DeliveryQuery(models.QuerySet["Delivery"]):
    """Adjectives for deliveries."""

    def waiting(self) -> "DeliveryQuery":
        """Not ended, and nobody is busy with it."""
        return self.filter(state__in=[Spelled("queued"), Spelled("unknown")])

    def due(self, channel: str, *, now: datetime, urgencies: Sequence[Urgency] = tuple(Urgency)) -> "DeliveryQuery":
        """What may go out on this channel now. The urgencies are named also where all are meant: so an index gives them in order."""
        return self.waiting().filter(channel=channel, urgency__in=urgencies, due_at__lte=now)

    def claimed(self) -> "DeliveryQuery":
        """Somebody is busy with it."""
        return self.filter(state=Spelled("claimed"))

    def reserving(self) -> "DeliveryQuery":
        """Money is kept apart for it."""
        return self.filter(reserved__gt=Spelled(0))

    def ended(self) -> "DeliveryQuery":
        """Handed over or given up: nothing more will be tried."""
        return self.exclude(state__in=(Delivery.State.QUEUED, Delivery.State.CLAIMED, Delivery.State.UNKNOWN))


class Delivery(models.Model):
    """One message to one address; states above CLAIMED only ever rise. `posting` is where the person reads it.

    Without a message it is our answer to somebody, on the channel where they wrote: `words` holds title, text and buttons.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("waits")
        CLAIMED = "claimed", _("is being sent")
        UNKNOWN = "unknown", _("sent, no answer")
        ACCEPTED = "accepted", _("handed over")
        SENT = "sent", _("on its way")
        DELIVERED = "delivered", _("arrived")
        READ = "read", _("read")
        FAILED = "failed", _("did not work")
        EXPIRED = "expired", _("too late to be of use")
        CANCELLED = "cancelled", _("no longer needed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="deliveries")
    posting = models.ForeignKey(Posting, models.CASCADE, null=True, related_name="deliveries")
    words = models.JSONField(null=True)
    address = models.ForeignKey(Address, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=20)
    urgency = models.CharField(max_length=8)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    digest = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    repeats = models.PositiveSmallIntegerField(default=0, help_text=_("Sent again without knowing whether it had arrived: at most once."))
    as_template = models.BooleanField(default=False)
    facts_only = models.BooleanField(
        default=False, help_text=_("Told without the words of the member, which follow once they are released.")
    )
    provider_id = models.CharField(max_length=200, blank=True)
    problem = models.CharField(max_length=20, blank=True)
    code = models.CharField(max_length=60, blank=True)
    cost = models.PositiveBigIntegerField(default=0, help_text=_("In millionths of a euro."))
    reserved = models.PositiveBigIntegerField(default=0, help_text=_("What it may cost while it is under way, in millionths of a euro."))
    made_at = models.DateTimeField()
    handed_over_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    objects: Any = DeliveryQuery.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("message", "address"), name="message_once_per_address"),
            models.CheckConstraint(name="delivery_says_something", condition=Q(posting__isnull=False) | Q(words__isnull=False)),
        ]
        indexes = [
            models.Index(
                fields=("channel", "urgency", "due_at", "address"), condition=Q(state__in=("queued", "unknown")), name="delivery_due"
            ),
            models.Index(fields=("channel", "lease_until"), condition=Q(state="claimed"), name="delivery_leased"),
            models.Index(fields=("channel", "provider_id"), name="delivery_by_provider"),
            models.Index(fields=("channel", "handed_over_at"), name="delivery_by_month"),
            models.Index(fields=("channel",), condition=Q(reserved__gt=0), name="delivery_reserved"),
            models.Index(fields=("made_at",), name="delivery_by_age"),
            models.Index(fields=("channel", "made_at"), condition=Q(facts_only=True), name="delivery_owes_words"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"


class Account(models.Model):
    """Our own account at a channel's provider: is it shut off for a while, and what may it cost a month?"""

    channel = models.CharField(max_length=20, unique=True)
    shut_until = models.DateTimeField(null=True, blank=True)
    shut_times = models.PositiveSmallIntegerField(default=0)
    shut_why = models.CharField(max_length=80, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True, help_text=_("The provider asked us to wait."))
    ceiling = models.PositiveBigIntegerField(
        _("most per month"), default=0, help_text=_("In millionths of a euro; nothing is spent above it.")
    )

    tokens = models.FloatField(default=0, help_text=_("How many letters may go out now; filled up as time passes."))
    filled_at = models.DateTimeField(null=True, blank=True)
    carried_at = models.DateTimeField(null=True, blank=True, help_text=_("When a worker last said that it carries this channel."))

    def __str__(self) -> str:
        return self.channel


class Spending(models.Model):
    """The ledger: what a channel has cost in a month. Kept when the messages themselves have been erased."""

    channel = models.CharField(max_length=20)
    month = models.DateField(help_text=_("The first day of the month."))
    letters = models.PositiveIntegerField(default=0)
    cost = models.PositiveBigIntegerField(default=0, help_text=_("In millionths of a euro."))

    class Meta:
        ordering = ("-month", "channel")
        constraints = [models.UniqueConstraint(fields=("channel", "month"), name="one_line_per_channel_and_month")]

    def __str__(self) -> str:
        return f"{self.channel} {self.month:%Y-%m}"


class ReceiptRow(models.Model):
    """A receipt as it came; it may come before our own note of the send, so it is kept until its delivery is known."""

    channel = models.CharField(max_length=20)
    letter_id = models.CharField(max_length=64, blank=True)
    provider_id = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10)
    at = models.DateTimeField()
    problem = models.CharField(max_length=20, blank=True)
    code = models.CharField(max_length=60, blank=True)
    cost = models.PositiveBigIntegerField(default=0)
    came_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("channel", "provider_id", "letter_id", "state"), name="receipt_once")]
        indexes = [
            models.Index(fields=("id",), condition=Q(applied_at=None), name="receipt_waiting"),
            models.Index(fields=("came_at",), name="receipt_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"


class Trouble(models.Model):
    """Something about delivery that an administrator must know: overdue work, a shut account, a ceiling reached."""

    kind = models.CharField(max_length=30)
    about = models.CharField(max_length=120)
    since = models.DateTimeField()
    seen_at = models.DateTimeField()
    over_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("kind", "about"), condition=Q(over_at=None), name="one_open_trouble_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.about}"


class WordingRow(models.Model):
    """How a wording that a provider must approve stands there, as we last heard; one that it does not allow is not used."""

    channel = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    state = models.CharField(max_length=10)
    reason = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("channel", "name"), name="wording_once_per_channel")]

    def __str__(self) -> str:
        return f"{self.channel} {self.name}: {self.state}"
