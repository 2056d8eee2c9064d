"""What somebody complained about to the steering groups of a district, also without being a member. Who it was is only what they chose to leave."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from meldkring.places.models import District

PERSON = settings.AUTH_USER_MODEL


class Complaint(models.Model):
    """One complaint, from new to closed. After its term the words and addresses are erased (`erased_at`); that it was there stays, for the figures."""

    class State(models.TextChoices):
        NEW = "new", _("new")
        ANSWERED = "answered", _("answered")
        CLOSED = "closed", _("closed")

    district = models.ForeignKey(District, models.CASCADE, related_name="complaints")
    state = models.CharField(max_length=8, choices=State.choices, default=State.NEW)
    text = models.TextField(_("complaint"), blank=True)
    name = models.CharField(_("name"), max_length=80, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    address = models.CharField(_("postal address"), max_length=200, blank=True)
    language = models.CharField(max_length=5, default="nl")
    at = models.DateTimeField(db_index=True)
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(PERSON, models.SET_NULL, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(PERSON, models.SET_NULL, null=True, blank=True, related_name="+")
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        indexes = [models.Index(fields=("district", "state"))]

    def __str__(self) -> str:
        return f"complaint {self.pk}"

    @property
    def by_post(self) -> bool:
        """Whether the answer has to go through a letter box."""
        return bool(self.address and not self.email)
