"""What came in from a provider, as it came; and how far somebody is in telling us something on a channel without pages."""

from django.db import models
from django.db.models import Q

from meldkring.delivery.models import Address
from meldkring.messaging.models import Posting


class Incoming(models.Model):
    """The bytes of one webhook or e-mail, stored before anything is understood of them; erased a week after they were worked."""

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

    `about`: the posting of a running case that their words may belong to, until they have said so.
    """

    class Step(models.TextChoices):
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

    def __str__(self) -> str:
        return f"{self.address_id} {self.step}"


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
    """Somebody unknown wrote to us: told once a day where to sign up, and forgotten after that day."""

    channel = models.CharField(max_length=20)
    value = models.CharField(max_length=200)
    heard_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("channel", "value"), name="stranger_once")]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"
