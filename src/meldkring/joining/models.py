"""How a resident becomes a member and stays one: sign-up, house rules, proof of living here, admission, expulsion, roll-call."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meldkring.groups.models import Group, Membership
from meldkring.people.models import SentCode
from meldkring.places.models import District, Municipality, Neighbourhood

PERSON = settings.AUTH_USER_MODEL
UNFINISHED_KEPT = timedelta(days=14)  # rules 7


class HouseRules(models.Model):
    """One version of a district's house rules (S25, S26). A version is never edited: a change is the next version, accepted anew."""

    district = models.ForeignKey(District, models.CASCADE, related_name="house_rules")
    version = models.PositiveSmallIntegerField()
    published_at = models.DateTimeField()
    by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ("-version",)
        constraints = [models.UniqueConstraint(fields=("district", "version"), name="house_rules_version_once_per_district")]

    def __str__(self) -> str:
        return f"{self.district_id} version {self.version}"


class HouseRule(models.Model):
    """One rule in a version. `name` stays the same over versions, so that what changed can be shown."""

    rules = models.ForeignKey(HouseRules, models.CASCADE, related_name="lines")
    name = models.SlugField()
    order = models.PositiveSmallIntegerField()
    text = models.TextField()

    class Meta:
        ordering = ("order",)
        constraints = [models.UniqueConstraint(fields=("rules", "name"), name="house_rule_once_per_version")]

    def __str__(self) -> str:
        return self.name


class Acceptance(models.Model):
    """A member has read and ticked every rule of a version (S25)."""

    person = models.ForeignKey(PERSON, models.CASCADE, related_name="acceptances")
    rules = models.ForeignKey(HouseRules, models.PROTECT, related_name="acceptances")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("person", "rules"), name="accepted_once_per_version")]

    def __str__(self) -> str:
        return f"{self.person_id} accepted {self.rules_id}"


class Application(models.Model):
    """A sign-up on its way (S24). Half-way it is `BEGUN` and kept for 14 days; sent, it waits for proof, approval or a place."""

    class State(models.TextChoices):
        BEGUN = "begun", _("not finished yet")
        WAITING = "waiting", _("waits for admission")
        FULL = "full", _("on the waiting list")
        ELSEWHERE = "elsewhere", _("lives where there is no district yet")
        ADMITTED = "admitted", _("admitted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Origin(models.TextChoices):
        SIGNED_UP = "signed_up", _("signed up")
        IMPORTED = "imported", _("imported from a list")

    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, related_name="applications")
    state = models.CharField(max_length=10, choices=State.choices, default=State.BEGUN)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.SIGNED_UP)
    language = models.CharField(max_length=5, default="nl")
    first_name = models.CharField(_("first name"), max_length=60, blank=True)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    postcode = models.CharField(_("postcode"), max_length=7, blank=True)
    house_number = models.PositiveIntegerField(_("house number"), null=True, blank=True)
    house_suffix = models.CharField(_("suffix"), max_length=10, blank=True)
    street = models.CharField(_("street"), max_length=80, blank=True)
    neighbourhood = models.ForeignKey(Neighbourhood, models.SET_NULL, null=True, blank=True, related_name="applications")
    chosen_by_hand = models.BooleanField(default=False, help_text=_("The resident chose the neighbourhood; no source confirmed it."))
    email = models.EmailField(_("e-mail address"), blank=True)
    email_proven_at = models.DateTimeField(null=True, blank=True)
    mobile = models.CharField(_("mobile number"), max_length=16, blank=True)
    mobile_proven_at = models.DateTimeField(null=True, blank=True)
    channel = models.CharField(_("how to receive messages"), max_length=12, default="app")
    rules = models.ForeignKey(HouseRules, models.PROTECT, null=True, blank=True, related_name="+")
    rules_accepted_at = models.DateTimeField(null=True, blank=True)
    begun_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True, db_index=True)
    question = models.TextField(_("question"), blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(PERSON, models.SET_NULL, null=True, blank=True, related_name="+")
    decline_reason = models.CharField(_("reason"), max_length=300, blank=True)
    group = models.ForeignKey(Group, models.SET_NULL, null=True, blank=True, related_name="applications")
    person = models.ForeignKey(PERSON, models.SET_NULL, null=True, blank=True, related_name="applications")

    class Meta:
        constraints = [
            # Somebody who is waiting already resumes that sign-up instead of making another.
            models.UniqueConstraint(
                fields=("district", "email"),
                condition=Q(state__in=("waiting", "full")) & ~Q(email=""),
                name="one_waiting_application_per_district",
            )
        ]
        indexes = [models.Index(fields=("district", "state", "sent_at")), models.Index(fields=("postcode", "house_number"))]

    def __str__(self) -> str:
        return f"application {self.pk}"

    @property
    def is_decided(self) -> bool:
        return self.state in (self.State.ADMITTED, self.State.DECLINED, self.State.WITHDRAWN)


class Code(SentCode):
    """Six digits sent to an e-mail address or mobile number, to prove that it is theirs."""

    class To(models.TextChoices):
        EMAIL = "email"
        MOBILE = "mobile"

    application = models.ForeignKey(Application, models.CASCADE, related_name="codes")
    to = models.CharField(max_length=6, choices=To.choices)


class Proof(models.Model):
    """Why we believe that somebody lives where they say; renewed once a year. Belongs to an application, and to the person once admitted."""

    class How(models.TextChoices):
        LETTER = "letter", _("code by letter")
        VOUCHED = "vouched", _("two neighbours vouched")
        APPROVED = "approved", _("approved by the phone manager")
        IMPORTED = "imported", _("taken over from an existing list")
        SAID = "said", _("said so in the roll-call")

    application = models.ForeignKey(Application, models.CASCADE, null=True, blank=True, related_name="proofs")
    person = models.ForeignKey(PERSON, models.CASCADE, null=True, blank=True, related_name="proofs")
    how = models.CharField(max_length=8, choices=How.choices)
    proven_at = models.DateTimeField()
    until = models.DateTimeField()
    by = models.ForeignKey(PERSON, models.SET_NULL, null=True, blank=True, related_name="+")
    renewal_asked_at = models.DateTimeField(null=True, blank=True, help_text=_("When the member was asked, once, to renew this proof."))

    class Meta:
        constraints = [models.CheckConstraint(name="proof_of_someone", condition=Q(application__isnull=False) | Q(person__isnull=False))]

    def __str__(self) -> str:
        return f"{self.how} until {self.until:%Y-%m-%d}"


class Vouch(models.Model):
    """A member says that they know this resident of their own neighbourhood."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="vouches")
    person = models.ForeignKey(PERSON, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("application", "person"), name="vouched_once_per_application")]

    def __str__(self) -> str:
        return f"{self.person_id} vouches for {self.application_id}"


class CodeLetter(models.Model):
    """A letter with a code, printed and put through the door. The code itself is only on paper; its keyed digest is kept."""

    application = models.ForeignKey(Application, models.CASCADE, null=True, blank=True, related_name="code_letters")
    person = models.ForeignKey(PERSON, models.CASCADE, null=True, blank=True, related_name="code_letters")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    until = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"code letter {self.pk}"


class MemberList(models.Model):
    """An existing member list offered for import: its rows as read, kept between the dry run and the import, at most 14 days.

    `done` counts the rows that were carried out; it moves in the transaction of those rows, so a crash goes on where it stopped.
    """

    steering = models.ForeignKey(Group, models.CASCADE, related_name="member_lists")
    by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    file_name = models.CharField(max_length=120)
    header = models.JSONField(default=list)
    columns = models.JSONField(default=dict, help_text=_("Which column of the list holds what, as the person has corrected it."))
    rows = models.JSONField()
    read_at = models.DateTimeField(auto_now_add=True)
    begun_at = models.DateTimeField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)
    report = models.JSONField(default=list, help_text=_("Per row its number and what became of it; no name or address."))
    imported_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.file_name


class Expulsion(models.Model):
    """Somebody was expelled from a watch group, with the reason they were told, and what came of their objection (S19)."""

    membership = models.OneToOneField(Membership, models.CASCADE, related_name="expulsion")
    reason = models.CharField(_("reason"), max_length=500)
    by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    object_until = models.DateTimeField()
    objection = models.TextField(_("objection"), blank=True)
    objected_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(PERSON, models.SET_NULL, null=True, blank=True, related_name="+")
    upheld = models.BooleanField(null=True, blank=True)
    answer = models.TextField(_("answer to the objection"), blank=True)

    def __str__(self) -> str:
        return f"expulsion {self.pk}"


class Barred(models.Model):
    """How an expelled person is recognised at a new sign-up: keyed digests of e-mail and mobile number that expire, and no name (S19)."""

    district = models.ForeignKey(District, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, db_index=True)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"until {self.until:%Y-%m-%d}"


class RollCall(models.Model):
    """Do you still live here? Asked of every member of a district half-yearly, answered with one tap."""

    district = models.ForeignKey(District, models.CASCADE, related_name="roll_calls")
    begun_at = models.DateTimeField()
    by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"roll-call {self.pk}"


class RollAnswer(models.Model):
    """One member's answer to a roll-call."""

    roll_call = models.ForeignKey(RollCall, models.CASCADE, related_name="answers")
    person = models.ForeignKey(PERSON, models.CASCADE, related_name="roll_answers")
    lives_here = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("roll_call", "person"), name="answered_once_per_roll_call")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.lives_here}"


class Founding(models.Model):
    """Somebody wants to begin a district where they live. What is known of them stands in their sign-up; here is what they want to begin."""

    class State(models.TextChoices):
        BEGUN = "begun", _("e-mail address not proven yet")
        WAITING = "waiting", _("waits for approval")
        MADE = "made", _("begun")
        DECLINED = "declined", _("declined")

    application = models.OneToOneField(Application, models.CASCADE, related_name="founding")
    state = models.CharField(max_length=8, choices=State.choices, default=State.BEGUN)
    town = models.CharField(_("municipality"), max_length=60)
    municipality = models.ForeignKey(Municipality, models.SET_NULL, null=True, blank=True, related_name="+")
    name = models.CharField(_("district"), max_length=60)
    neighbourhoods = models.JSONField(default=list)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(PERSON, models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    district = models.OneToOneField(District, models.SET_NULL, null=True, blank=True, related_name="founding")
    warned_at = models.DateTimeField(null=True, blank=True, help_text=_("When its people heard that it closes unless it becomes public."))

    def __str__(self) -> str:
        return self.name
