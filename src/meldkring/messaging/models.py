"""What is said and where it stands: a message is said once and never edited; a posting is that message standing in one group."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meldkring.groups.models import Group

PERSON = settings.AUTH_USER_MODEL


class Kind(models.TextChoices):
    """What sort of message it is."""

    REPORT = "report", _("report")
    REACTION = "reaction", _("reaction")
    POLICE = "police", _("message from the police")
    NEWS = "news", _("news from the police")
    CLOSING = "closing", _("closing message")
    REOPENING = "reopening", _("reopened")
    CALL = "call", _("police called")
    NOTICE = "notice", _("notice")
    TALK = "talk", _("conversation")


class Message(models.Model):
    """Said once, never edited. `key` is chosen by the sender's device: the same key twice is the same message (no double posts)."""

    author = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="messages")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.TextField()
    said_at = models.DateTimeField()
    key = models.UUIDField(default=uuid.uuid4)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("author", "key"), name="message_key_once_per_author")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class PostingQuery(models.QuerySet["Posting"]):
    """Adjectives for postings."""

    def standing(self) -> "PostingQuery":
        """Visible in its group: numbered and not withdrawn."""
        return self.filter(number__isnull=False, withdrawn_at=None)

    def held(self) -> "PostingQuery":
        """Waiting for screening before it appears."""
        return self.filter(number=None, withdrawn_at=None, hidden_at=None)

    def owed(self) -> "PostingQuery":
        """Standing, and people whose page is closed have not been told yet (law 2)."""
        return self.standing().filter(fanned_out_at=None)


class Posting(models.Model):
    """A message standing in a group. The chain of `forwarded_from` is its provenance. `number` is gapless in the group; None while held."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="postings")
    group = models.ForeignKey(Group, models.PROTECT, related_name="postings")
    number = models.PositiveIntegerField(null=True)
    forwarded_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="forwarded_to")
    posted_by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    posted_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    hidden_at = models.DateTimeField(null=True)
    hidden_by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    hidden_reason = models.CharField(max_length=200, blank=True)
    seen_before_withdrawal: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(PERSON, blank=True, related_name="+")
    fanned_out_at = models.DateTimeField(null=True)
    fanned_out_to = models.PositiveBigIntegerField(default=0)  # the person up to whom it has been

    objects = PostingQuery.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("group", "number"), name="posting_number_once_per_group"),
            models.UniqueConstraint(fields=("message", "group"), condition=Q(withdrawn_at=None), name="message_stands_once_per_group"),
        ]
        indexes = [models.Index(fields=("fanned_out_at",), condition=Q(fanned_out_at=None), name="posting_owed")]

    def __str__(self) -> str:
        return f"message {self.message_id} in {self.group_id}"


class Change(models.Model):
    """Something happened to what already stands in a group: open pages must show it. Gapless per group, beside the postings' numbers."""

    class Kind(models.TextChoices):
        WITHDRAWN = "withdrawn"
        HIDDEN = "hidden"
        SHOWN = "shown"
        JUDGED = "judged"
        CASE = "case"
        VALIDITY = "validity"

    group = models.ForeignKey(Group, models.CASCADE, related_name="changes")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    posting = models.ForeignKey(Posting, models.CASCADE, null=True, related_name="changes")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("group", "number"), name="change_number_once_per_group")]

    def __str__(self) -> str:
        return f"{self.kind} {self.group_id}.{self.number}"


class ReadMark(models.Model):
    """Up to which number a person has had a group's postings on the screen."""

    person = models.ForeignKey(PERSON, models.CASCADE, related_name="read_marks")
    group = models.ForeignKey(Group, models.CASCADE, related_name="read_marks")
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("person", "group"), name="one_read_mark_per_person_and_group")]

    def __str__(self) -> str:
        return f"{self.person_id} read {self.group_id} to {self.number}"


class Letter(models.Model):
    """A private word between a steering group and one resident (S12), or between an officer and one resident: nobody else reads it.

    Of an officer's letters `steering` is the group that runs the resident's watch group; its members do not read them.
    """

    steering = models.ForeignKey(Group, models.PROTECT, related_name="letters")
    resident = models.ForeignKey(PERSON, models.CASCADE, related_name="letters")
    officer = models.ForeignKey(PERSON, models.CASCADE, null=True, related_name="officer_letters")
    author = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    about = models.ForeignKey(Posting, models.SET_NULL, null=True, related_name="letters")
    text = models.TextField()
    written_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"letter {self.pk}"
