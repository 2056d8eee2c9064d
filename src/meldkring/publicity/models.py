"""What of making a district known is kept: short links and how often each was scanned, where things hang, texts being written, quotes agreed.

A scan is a number per link and day and nothing else: no address, no device, no cookie.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meldkring.places.models import District

PERSON = settings.AUTH_USER_MODEL


class Material(models.TextChoices):
    """On what a short link stands."""

    POSTER_A3 = "poster-a3", _("Poster A3")
    POSTER_A4 = "poster-a4", _("Poster A4")
    FLYER = "flyer", _("Flyer A5")
    DOOR = "door", _("Door sticker")
    CONTAINER = "container", _("Sticker for a wheeled bin")
    CARD = "card", _("Card for new neighbours")
    SIGN = "sign", _("Street sign")
    LETTER = "letter", _("Letter to the press")
    ARTICLE = "article", _("Article for the municipality")
    POST = "post", _("Post for social media")


class Text(models.TextChoices):
    """What can be written: a letter to the press for each occasion, the article, the post."""

    START = "start", _("We begin")
    MEETING = "meeting", _("A meeting")
    MILESTONE = "milestone", _("A milestone")
    WARNING = "warning", _("A warning")
    YEAR = "year", _("The figures of a year")
    ARTICLE = "article", _("Article for the municipality’s website")
    POST = "post", _("Post for social media")


class Corner(models.Model):
    """A place where signs or posters hang: how many, who permits it, and how far it has come."""

    district = models.ForeignKey(District, models.CASCADE, related_name="corners")
    name = models.CharField(_("street corner or place"), max_length=80)
    number = models.PositiveSmallIntegerField(_("how many"), default=1)
    permitted_by = models.CharField(_("who permits it"), max_length=80, blank=True)
    permitted_on = models.DateField(_("permitted on"), null=True, blank=True)
    ordered_on = models.DateField(_("ordered on"), null=True, blank=True)
    placed_on = models.DateField(_("placed on"), null=True, blank=True)

    class Meta:
        ordering = ("name", "pk")
        constraints = [models.UniqueConstraint("district", "name", name="corner_once_per_district")]

    def __str__(self) -> str:
        return self.name


class ShortLink(models.Model):
    """`/q/<code>`: leads to the district's page and knows on which material it stands, and at which corner that hangs."""

    district = models.ForeignKey(District, models.CASCADE, related_name="short_links")
    material = models.CharField(max_length=10, choices=Material.choices)
    corner = models.ForeignKey(Corner, models.SET_NULL, null=True, blank=True, related_name="short_links")
    code = models.CharField(max_length=12, unique=True)
    made_at = models.DateTimeField(auto_now_add=True)
    gone = models.BooleanField(default=False, help_text=_("Its corner was taken off the list; what is printed keeps working."))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("district", "material"), condition=Q(corner=None, gone=False), name="one_link_per_district_and_material"
            ),
            models.UniqueConstraint(
                fields=("corner", "material"), condition=Q(corner__isnull=False), name="one_link_per_corner_and_material"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Scan(models.Model):
    """How often a short link was opened on one day."""

    link = models.ForeignKey(ShortLink, models.CASCADE, related_name="scans")
    day = models.DateField()
    number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint("link", "day", name="scans_counted_once_per_link_and_day")]


class Quote(models.Model):
    """Words that somebody may be quoted with. Nobody is quoted before they said yes; until it is used they can take that back."""

    class State(models.TextChoices):
        ASKED = "asked", _("asked")
        AGREED = "agreed", _("said yes")
        DECLINED = "declined", _("does not want this")
        REVOKED = "revoked", _("taken back")
        CANCELLED = "cancelled", _("no longer asked")

    district = models.ForeignKey(District, models.CASCADE, related_name="quotes")
    person = models.ForeignKey(PERSON, models.CASCADE, related_name="quotes")
    text = models.CharField(_("the words"), max_length=400)
    named = models.CharField(_("the name below them"), max_length=100)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-asked_at", "-pk")

    def __str__(self) -> str:
        return f"{self.named}: {self.state}"


class Draft(models.Model):
    """A text as somebody of the district has changed it. `version` shows whether a colleague saved in between."""

    district = models.ForeignKey(District, models.CASCADE, related_name="drafts")
    kind = models.CharField(max_length=10, choices=Text.choices)
    language = models.CharField(max_length=5)
    title = models.CharField(_("heading"), max_length=120)
    body = models.TextField(_("text"))
    quotes = models.ManyToManyField(Quote, blank=True, related_name="drafts")
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint("district", "kind", "language", name="one_draft_per_text_and_language")]

    def __str__(self) -> str:
        return f"{self.kind} {self.language}"
