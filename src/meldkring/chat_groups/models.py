"""A WhatsApp group that people run themselves beside a watch group: who is in it as far as we were told, and what was placed there.

WhatsApp tells us nothing, so every row here is what a person ticked. The words of the chat itself are never kept.
"""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meldkring.groups.models import Group
from meldkring.messaging.models import Posting

PERSON = settings.AUTH_USER_MODEL


class ChatGroup(models.Model):
    """A group in another app, beside a watch group. Its link lets anybody in, so it is kept sealed; its size has nothing to do with ours.

    `also` are other watch groups of the same steering group whose members read in it too, as after a division that WhatsApp does not follow yet.
    """

    group = models.ForeignKey(Group, models.PROTECT, related_name="chat_groups")
    also = models.ManyToManyField(Group, related_name="shared_chat_groups", blank=True)
    name = models.CharField(_("name of the WhatsApp group"), max_length=100)
    sealed_invite = models.TextField(blank=True)
    size_limit = models.PositiveIntegerField(_("how many people fit in it"), default=100)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("group",), condition=Q(ended_at=None), name="one_chat_group_per_watch_group")]

    def __str__(self) -> str:
        return self.name


class Seat(models.Model):
    """How one person stands in a chat group, as far as we were told. `before` makes the last tick undoable.

    Who erases their account leaves a seat without a name behind: somebody still has to take them out of the chat.
    """

    class State(models.TextChoices):
        UNKNOWN = "unknown", _("not ticked")
        IN = "in", _("in the WhatsApp group")
        OUT = "out", _("taken out")
        DECLINED = "declined", _("does not take part there")

    chat_group = models.ForeignKey(ChatGroup, models.CASCADE, related_name="seats")
    person = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="seats")
    state = models.CharField(max_length=10, choices=State.choices, default=State.UNKNOWN)
    before = models.CharField(max_length=10, choices=State.choices, default=State.UNKNOWN)
    since = models.DateTimeField()
    by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    link_shown_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("chat_group", "person"), name="one_seat_per_person_and_chat_group")]

    def __str__(self) -> str:
        return f"{self.state} {self.person_id} in {self.chat_group_id}"


class Placing(models.Model):
    """Somebody says that they placed a line about this posting in the chat group, or that it need not be there (`skipped`).

    `owed_since` is when the posting, or its withdrawal, was there to be passed on: `at` minus that is how long the last mile took.
    """

    class What(models.TextChoices):
        SAID = "said", _("placed")
        TAKEN_BACK = "taken_back", _("taken back")

    chat_group = models.ForeignKey(ChatGroup, models.CASCADE, related_name="placings")
    posting = models.ForeignKey(Posting, models.CASCADE, related_name="placings")
    what = models.CharField(max_length=10, choices=What.choices)
    skipped = models.BooleanField(default=False)
    owed_since = models.DateTimeField()
    at = models.DateTimeField()
    by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("chat_group", "posting", "what"), condition=Q(undone_at=None), name="placed_once_per_chat_group"
            )
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.posting_id} in {self.chat_group_id}"

    @property
    def took(self) -> timedelta:
        return self.at - self.owed_since


class Reading(models.Model):
    """An exported chat that somebody is looking at: sealed under a key that only their browser has, and gone after an hour.

    `taken` are the line numbers that became a case; `examples` a few dates that can be read in two ways.
    """

    class State(models.TextChoices):
        ASKING = "asking"
        READING = "reading"
        READY = "ready"

    chat_group = models.ForeignKey(ChatGroup, models.CASCADE, related_name="readings")
    by = models.ForeignKey(PERSON, models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices)
    progress = models.PositiveSmallIntegerField(default=0)
    messages = models.PositiveIntegerField(default=0)
    examples = models.JSONField(default=list)
    taken = models.JSONField(default=list)
    sealed = models.BinaryField(default=b"")
    begun_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.state} {self.pk}"
