"""Where people live: municipality, district (wijk) and neighbourhood (buurt), the unit by which members are divided over groups."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class Municipality(models.Model):
    """A municipality (gemeente): several districts whose groups may be linked (S9)."""

    name = models.CharField(_("name"), max_length=100)
    code = models.CharField(_("CBS code"), max_length=10, blank=True)
    theme = models.CharField(max_length=16, blank=True, help_text=_("By which its style sheet is known; empty for our own look."))

    class Meta:
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")
        # Who begins a district need not know the code, so several may be without one.
        constraints = [models.UniqueConstraint(fields=("code",), condition=~models.Q(code=""), name="code_once_per_municipality")]

    def __str__(self) -> str:
        return self.name


class Theme(models.Model):
    """The look of a municipality: design tokens by name. A draft is seen by its administrator only."""

    municipality = models.OneToOneField(Municipality, models.CASCADE, related_name="look")
    tokens = models.JSONField(default=dict, blank=True)
    draft = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return str(self.municipality)


class District(models.Model):
    """A district (wijk), with the settings that its residents agreed on."""

    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="districts")
    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(unique=True)
    remind_after = models.DurationField(
        _("remind of an open case after"), default=timedelta(hours=2), help_text=_("First the case holders, then the steering members.")
    )
    judge_within = models.DurationField(
        _("an alarm is judged within"),
        default=timedelta(minutes=3),
        help_text=_("After that the other steering members are told, then those of the coordination group."),
    )
    police_valid_for = models.DurationField(
        _("a message of the police holds for"), default=timedelta(hours=12), help_text=_("After that it withdraws by itself.")
    )
    police_outcome_within = models.DurationField(_("time to tell how a message of the police ended"), default=timedelta(days=2))
    group_maximum = models.PositiveSmallIntegerField(_("most members in a watch group"), default=100)
    group_threshold = models.PositiveSmallIntegerField(_("propose to divide above this many members"), default=80)
    minimum_age = models.PositiveSmallIntegerField(_("minimum age"), default=18)
    open_for_sign_up = models.BooleanField(_("residents can sign up"), default=True)
    asks_letter = models.BooleanField(_("prove the address with a code by letter"), default=False)
    asks_vouching = models.BooleanField(_("two neighbours vouch for a new member"), default=False)
    asks_approval = models.BooleanField(_("the phone manager admits every new member"), default=True)
    proof_lasts = models.DurationField(_("proof of living here is renewed after"), default=timedelta(days=365))
    quorum = models.PositiveSmallIntegerField(_("steering members who must agree"), default=2)
    consultation_term = models.DurationField(_("time to agree or object"), default=timedelta(days=7))
    objection_term = models.DurationField(_("time to object to an expulsion"), default=timedelta(days=14))
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_reason = models.CharField(_("why it closed"), max_length=300, blank=True)
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    expulsion_remembered = models.DurationField(_("an expulsion is recognised for"), default=timedelta(days=730))
    is_public = models.BooleanField(
        _("visitors can find it"), default=True, help_text=_("A district that has just begun waits until it has its people.")
    )

    def __str__(self) -> str:
        return self.name


class Neighbourhood(models.Model):
    """A neighbourhood (buurt). `outline` is a GeoJSON geometry in WGS84; the label point is where its name is drawn."""

    district = models.ForeignKey(District, models.PROTECT, related_name="neighbourhoods")
    name = models.CharField(_("name"), max_length=100)
    households = models.PositiveIntegerField(_("households"), null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    outline = models.JSONField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("district", "name", name="neighbourhood_name_once_per_district")]

    def __str__(self) -> str:
        return self.name


class Extent(models.Model):
    """One thing by which a neighbourhood says which addresses are its own. A drawn outline is the other way; several may be used at once."""

    class Kind(models.TextChoices):
        POSTCODE = "postcode", _("postcode, or the first four or five characters of one")
        STREET = "street", _("street")
        CBS = "cbs", _("neighbourhood code of CBS")

    neighbourhood = models.ForeignKey(Neighbourhood, models.CASCADE, related_name="extents")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    value = models.CharField(max_length=80)
    key = models.CharField(
        max_length=80, help_text=_("The value as it is compared: capitals, spaces and accents of a street do not count.")
    )

    class Meta:
        constraints = [models.UniqueConstraint("neighbourhood", "kind", "key", name="extent_once_per_neighbourhood")]
        indexes = [models.Index("kind", "key", name="extent_by_key")]

    def __str__(self) -> str:
        return self.value


class Adjoining(models.Model):
    """What people know about two neighbourhoods better than their outlines do: they adjoin, or a railway lies between them."""

    first = models.ForeignKey(Neighbourhood, models.CASCADE, related_name="+")
    second = models.ForeignKey(Neighbourhood, models.CASCADE, related_name="+")
    adjoins = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("first", "second", name="adjoining_kept_once"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="adjoining_lowest_first"),
        ]


class PostcodeTable(models.Model):
    """What the postcode file of CBS says of one municipality. The one that is `current` is used; any other is being read in or thrown away."""

    municipality = models.CharField(_("CBS code"), max_length=6)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    current = models.BooleanField(default=False)
    read_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint("municipality", condition=models.Q(current=True), name="one_current_table_per_municipality")]


class PostcodeRow(models.Model):
    """In which CBS neighbourhood one house number lies. Eight million rows for the whole country, so nothing more than is needed."""

    table = models.ForeignKey(PostcodeTable, models.CASCADE, related_name="rows")
    postcode = models.CharField(max_length=6)
    number = models.PositiveIntegerField()
    neighbourhood = models.CharField(max_length=10)

    class Meta:
        indexes = [models.Index("postcode", name="row_by_postcode")]
