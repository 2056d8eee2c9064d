"""What came in from a provider, as it came; and how far somebody is in telling us something on a channel without pages."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meldkring.delivery.models import Address
from meldkring.messaging.models import Posting

ASKED_FOR = timedelta(minutes=30)  # so long a question waits, with the words beside it


class Incoming(models.Model):
    """The bytes of one webhook or e-mail, stored before anything is understood of them; erased half an hour after they were worked."""

    channel = models.CharField(max_length=20)
    raw = models.BinaryField()
    headers = models.JSONField(default=dict)
    came_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=("id",), condition=Q(done_at=None), name="incoming_waiting")]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"


class PoliceAddress(models.Model):
    """The secret address to which the police mail for one coordination group. A new one takes the place of one that leaked."""

    group = models.ForeignKey("groups.Group", models.CASCADE, related_name="police_addresses")
    secret = models.CharField(max_length=16, unique=True)
    sender_domains = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("group",), condition=Q(ended_at=None), name="one_police_address_per_group")]

    def __str__(self) -> str:
        return f"police address of {self.group_id}"


class PoliceMail(models.Model):
    """A mail of the police that waits for a steering member: what came, what was read in it, and what became of it. Never placed by itself."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for you")
        PLACED = "placed", _("placed")
        REFUSED = "refused", _("refused")
        STRANGER = "stranger", _("from another sender")

    group = models.ForeignKey("groups.Group", models.CASCADE, related_name="police_mails")
    identity = models.CharField(max_length=64)
    sender = models.CharField(max_length=254)
    subject = models.CharField(max_length=200, blank=True)
    original = models.TextField(blank=True)
    reading = models.JSONField(default=dict)
    checks = models.JSONField(default=dict, help_text=_("What our own mail server found about the sender."))
    left_out = models.PositiveSmallIntegerField(default=0)
    came_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    by = models.ForeignKey("people.Person", models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    case = models.ForeignKey("cases.Case", models.SET_NULL, null=True, related_name="+")
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-came_at", "-pk")
        constraints = [models.UniqueConstraint(fields=("group", "identity"), name="police_mail_once")]

    def __str__(self) -> str:
        return f"police mail {self.pk}"


class Taken(models.Model):
    """A fact of a provider that we have acted on: the same one again changes nothing."""

    channel = models.CharField(max_length=20)
    fact = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("channel", "fact"), name="fact_taken_once")]

    def __str__(self) -> str:
        return f"{self.channel} {self.fact}"


class Conversation(models.Model):
    """Somebody is telling us something step by step: what they saw, whether 112 was called. Forgotten after half an hour of silence.

    `heard_at` is when we asked last, by our clock; `said_at` when the last thing that counted was said, by the provider's.

    `about`: the posting of a running case that their words may belong to, until they have said so.
    """

    class Step(models.TextChoices):
        LATE = "late"
        WHICH = "which"
        CALLED = "called"
        NAME = "name"

    address = models.OneToOneField(Address, models.CASCADE, related_name="conversation")
    step = models.CharField(max_length=10, choices=Step.choices)
    text = models.TextField()
    called = models.CharField(max_length=10, blank=True)
    about = models.ForeignKey(Posting, models.CASCADE, null=True, related_name="+")
    place = models.JSONField(null=True)
    key = models.UUIDField()
    heard_at = models.DateTimeField()
    said_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.address_id} {self.step}"


class Consent(models.Model):
    """May what this person says in a chat about this case be passed on? `kept`: their words while that question is open, `passed_on`: the
    messages that went on by their yes."""

    person = models.ForeignKey("people.Person", models.CASCADE, related_name="consents")
    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="+")
    kept = models.JSONField(default=list)
    passed_on = models.JSONField(default=list)
    asked_at = models.DateTimeField(null=True)
    given_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("person", "case"), name="consent_once_per_case")]

    def __str__(self) -> str:
        return f"{self.person_id} about {self.case_id}"

    @property
    def holds(self) -> bool:
        """Whether there is a yes that was not taken back."""
        return self.given_at is not None and self.withdrawn_at is None

    @property
    def waits(self) -> bool:
        """Whether the question is open, with words beside it."""
        return bool(self.kept) and self.asked_at is not None and self.asked_at > timezone.now() - ASKED_FOR


class Binding(models.Model):
    """A link with which a signed-in person ties an address on a channel to their account; works once, for an hour."""

    person = models.ForeignKey("people.Person", models.CASCADE, related_name="bindings")
    channel = models.CharField(max_length=20)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.channel} for {self.person_id}"


class Stranger(models.Model):
    """Somebody unknown wrote to us: told once a day where to sign up, and forgotten after that day.

    `letter`: our answer, as its receipts know it; `booked`: what stands in the ledger for it. `stopped_at`: they said STOP, perhaps in the
    moment before the tie with their account reached us.
    """

    channel = models.CharField(max_length=20)
    value = models.CharField(max_length=200)
    heard_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    letter = models.UUIDField(null=True, unique=True)
    provider_id = models.CharField(max_length=200, blank=True)
    booked = models.PositiveBigIntegerField(default=0, help_text=_("In millionths of a euro."))

    class Meta:
        constraints = [models.UniqueConstraint(fields=("channel", "value"), name="stranger_once")]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"
