"""Who takes part: the person (our user model) and the tokens with which a person's own programs may act for them."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _

from meldkring.places.models import Neighbourhood


class PersonManager(BaseUserManager["Person"]):
    """Makes persons; nobody has a password unless an administrator gives one."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "Person":
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "Person":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Person(AbstractBaseUser, PermissionsMixin):
    """A person with an account. Others see `shown_name` only, never the e-mail address (rules: first name and street)."""

    email = models.EmailField(_("e-mail address"), unique=True)
    first_name = models.CharField(_("first name"), max_length=60)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    street = models.CharField(_("street"), max_length=80, blank=True)
    postcode = models.CharField(_("postcode"), max_length=7, blank=True)
    house_number = models.PositiveIntegerField(_("house number"), null=True, blank=True)
    house_suffix = models.CharField(_("suffix"), max_length=10, blank=True)
    mobile = models.CharField(_("mobile number"), max_length=16, blank=True, help_text=_("In international form, such as +31612345678."))
    mobile_proven_at = models.DateTimeField(null=True, blank=True)
    second_factor_since = models.DateTimeField(
        null=True, blank=True, help_text=_("Since when this person signs in with a second step; without it a steering role does not work.")
    )
    neighbourhood = models.ForeignKey(Neighbourhood, models.SET_NULL, null=True, blank=True, related_name="residents")
    language = models.CharField(_("language"), max_length=5, default="nl", choices=[("nl", "Nederlands"), ("en", "English")])
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField(auto_now_add=True)
    asked_to_stay_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When they were asked, after a year of silence, whether to stay.")
    )

    objects: ClassVar[PersonManager] = PersonManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["first_name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes = [models.Index(fields=("postcode", "house_number"))]

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """How neighbours see this person: first name and street."""
        return f"{self.first_name} ({self.street})" if self.street else self.first_name


class Token(models.Model):
    """A key for the API, held by one person. Only its SHA-256 is kept; the key itself is shown once."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class SentCode(models.Model):
    """Six digits that were sent to an address, to prove that it is theirs. Only a keyed digest is kept. What it proves is told by who has it."""

    address = models.CharField(max_length=254)
    digest = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"code {self.pk}"


class NewEmail(SentCode):
    """An e-mail address that somebody wants instead of the one they have. For a week the one before it can take it back."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="new_emails")
    before = models.EmailField()
    changed_at = models.DateTimeField(null=True)
    put_back_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=("address", "sent_at"))]


class Mail(models.Model):
    """An e-mail about someone's own membership that must still go out (law 2). Once sent, its text is erased: it may hold a code."""

    to = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    language = models.CharField(max_length=5, default="nl")
    written_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=("due_at",), condition=models.Q(sent_at=None, given_up_at=None), name="mail_due")]

    def __str__(self) -> str:
        return self.subject
