"""Groups and who belongs to them. Membership of watch and steering groups is kept; that of coordination and municipal groups is derived."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meldkring.places.models import District, Municipality, Neighbourhood


class Kind(models.TextChoices):
    """The four kinds of group (S5, S9)."""

    WATCH = "watch", _("watch group")
    STEERING = "steering", _("steering group")
    COORDINATION = "coordination", _("coordination group")
    MUNICIPAL = "municipal", _("municipal coordination group")


class Role(models.TextChoices):
    """What a person is in a group. What a role may do stands in `roles.py`."""

    MEMBER = "member", _("member")
    STEERING = "steering", _("steering member")
    PHONE_MANAGER = "phone_manager", _("phone manager")
    DEPUTY = "deputy", _("deputy phone manager")
    OFFICER = "officer", _("community officer")
    OFFICIAL = "official", _("municipal official")
    ADMINISTRATOR = "administrator", _("administrator")


class Group(models.Model):
    """A group in which messages stand. `last_number` and `last_change` are given out under its row lock, so both are gapless."""

    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=100)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="groups")
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, related_name="groups")
    run_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="runs")
    neighbourhoods = models.ManyToManyField(Neighbourhood, blank=True, related_name="watch_groups")
    screens_first = models.BooleanField(_("show messages only after screening"), default=False)
    closed_at = models.DateTimeField(
        null=True, blank=True, help_text=_("A closed group can be read back by who was in it, and takes no more.")
    )
    last_number = models.PositiveIntegerField(default=0)
    last_change = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("kind", "name")
        constraints = [
            models.CheckConstraint(name="watch_group_is_run_by_a_steering_group", condition=~Q(kind="watch") | Q(run_by__isnull=False)),
            models.CheckConstraint(name="only_municipal_group_has_no_district", condition=Q(kind="municipal") | Q(district__isnull=False)),
            models.UniqueConstraint(
                fields=("district",), condition=Q(kind="coordination", closed_at=None), name="one_coordination_group_per_district"
            ),
            models.UniqueConstraint(
                fields=("municipality",), condition=Q(kind="municipal", closed_at=None), name="one_municipal_group_per_municipality"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_watch(self) -> bool:
        return self.kind == Kind.WATCH

    @property
    def is_steering(self) -> bool:
        return self.kind == Kind.STEERING


class Membership(models.Model):
    """A person in a group, from `joined_at` until `left_at`. Kept for watch and steering groups, and for officers and officials."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="memberships")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=14, choices=Role.choices, default=Role.MEMBER)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    kind = models.CharField(
        max_length=12, choices=Kind.choices, help_text=_("The kind of the group, kept here for the rule of one watch group.")
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("group", "person"), condition=Q(left_at=None), name="one_membership_per_person_and_group"),
            models.UniqueConstraint(fields=("person",), condition=Q(left_at=None, kind="watch"), name="one_watch_group_per_resident"),
            models.UniqueConstraint(
                fields=("group",), condition=Q(left_at=None, role="phone_manager"), name="one_phone_manager_per_steering_group"
            ),
            models.UniqueConstraint(fields=("group",), condition=Q(left_at=None, role="deputy"), name="one_deputy_per_steering_group"),
        ]
        indexes = [models.Index(fields=("person", "left_at"))]

    def __str__(self) -> str:
        return f"{self.role} {self.person_id} in {self.group_id}"


class Appointment(models.Model):
    """A community officer serves a district (S16): proposed by a phone manager, and serving once another steering member has confirmed who it is.

    Reads along in the coordination group of the district and in the steering groups chosen.
    """

    district = models.ForeignKey(District, models.CASCADE, related_name="appointments")
    steering = models.ManyToManyField(Group, blank=True, related_name="+")
    name = models.CharField(max_length=60)
    email = models.EmailField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="appointments")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-proposed_at", "-pk")
        constraints = [models.UniqueConstraint(fields=("district", "email"), condition=Q(ended_at=None), name="officer_once_per_district")]

    def __str__(self) -> str:
        return f"{self.name} in {self.district_id}"

    @property
    def serves(self) -> bool:
        return self.confirmed_at is not None and self.ended_at is None


class ContactCard(models.Model):
    """Who the officer of a district is and how to reach the station, as they gave it: for steering members only. One is current; old ones stay."""

    district = models.ForeignKey(District, models.CASCADE, related_name="contact_cards")
    name = models.CharField(_("name"), max_length=80)
    station = models.CharField(_("station"), max_length=100, blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    agreements = models.TextField(_("what we agreed"), blank=True)
    handed_over = models.TextField(_("handed over to the next officer"), blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-since", "-pk")
        constraints = [models.UniqueConstraint(fields=("district",), condition=Q(until=None), name="one_current_contact_card")]

    def __str__(self) -> str:
        return self.name


class Shift(models.Model):
    """Who of a steering group judges first in these hours (the duty rota); the others follow when an alarm waits too long."""

    steering = models.ForeignKey(Group, models.CASCADE, related_name="shifts")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="shifts")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ("starts_at",)
        constraints = [models.CheckConstraint(name="shift_ends_after_it_starts", condition=Q(ends_at__gt=models.F("starts_at")))]
        indexes = [models.Index(fields=("steering", "ends_at"))]

    def __str__(self) -> str:
        return f"{self.person_id} judges for {self.steering_id}"


class PublicName(models.Model):
    """A steering member agreed that their first name stands on the public page of the district: a consent of its own, until it is taken back."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="public_names")
    steering = models.ForeignKey(Group, models.CASCADE, related_name="public_names")
    agreed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("person", "steering"), condition=Q(withdrawn_at=None), name="agreed_once_to_be_named")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} for {self.steering_id}"


class Link(models.Model):
    """A district is linked to the others of its municipality (S9): asked by who oversees it, agreed on by the district's steering members."""

    municipal = models.ForeignKey(Group, models.CASCADE, related_name="links")
    district = models.ForeignKey(District, models.CASCADE, related_name="links")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    proposed_at = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text=_("Declined, withdrawn, or no longer linked."))

    class Meta:
        constraints = [models.UniqueConstraint(fields=("district",), condition=Q(ended_at=None), name="one_link_per_district")]

    def __str__(self) -> str:
        return f"{self.district_id} to {self.municipal_id}"


class Agreement(models.Model):
    """A steering member agrees that their district is linked."""

    link = models.ForeignKey(Link, models.CASCADE, related_name="agreements")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("link", "person"), name="agreed_once_per_link")]

    def __str__(self) -> str:
        return f"{self.person_id} agrees"


class Chosen(models.Model):
    """A steering member who speaks for their district in the municipal group. Without any, the phone managers do."""

    district = models.ForeignKey(District, models.CASCADE, related_name="chosen")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="chosen")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("district", "person"), condition=Q(until=None), name="chosen_once_per_district")]

    def __str__(self) -> str:
        return f"{self.person_id} for {self.district_id}"


class Reviewed(models.Model):
    """Somebody looked at a guarded role and found it still right (BIO2: a yearly review of rights)."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="reviews")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.membership_id} on {self.at:%Y-%m-%d}"
