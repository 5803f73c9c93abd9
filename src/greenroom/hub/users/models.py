"""People who sign in."""

import zoneinfo
from functools import cache
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone


class UserManager(BaseUserManager["User"]):
    """Makes people."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person who signs in with this e-mail address."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save()
        return user


@cache
def time_zones() -> frozenset[str]:
    """Return the names of all IANA time zones. Python looks through hundreds of files for them, so we ask once."""
    return frozenset(zoneinfo.available_timezones())


def validate_time_zone(name: str) -> None:
    """Refuse a name that is no IANA time zone."""
    if name not in time_zones():
        raise ValidationError("Choose a time zone from the list, like Europe/Berlin.")


class User(AbstractBaseUser):
    """
    A person who signs in with an e-mail address and a password.

    A site admin connects accounts and sees everything; a marketer sees events, and everything of contacts and what is
    sent to them. All other rights come from the role in a course (`courses.Enrollment`).
    """

    email = models.EmailField(max_length=254, unique=True)
    first_name = models.CharField(max_length=128)
    last_name = models.CharField(max_length=128)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    is_site_admin = models.BooleanField(default=False)
    is_marketer = models.BooleanField(default=False, db_default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now)
    # The address under which what was done without signing in has been given to this person; another than `email`
    # means that it is still to be done.
    linked_email = models.EmailField(max_length=254, blank=True, default="", db_default="")

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["first_name", "last_name"]

    objects = UserManager()

    class Meta:
        constraints = [
            # One spelling per address, so that uniqueness holds whatever the case it was typed in.
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_in_lower_case")
        ]
        indexes = [
            models.Index(fields=["id"], condition=~models.Q(linked_email=models.F("email")), name="user_to_be_linked")
        ]

    def __str__(self) -> str:
        """Name the person."""
        return self.get_full_name()

    def get_full_name(self) -> str:
        """Return first and last name."""
        return f"{self.first_name} {self.last_name}".strip()


class ExternalIdentity(models.Model):
    """
    As whom somebody else knows a person: addresses change, this does not.

    `issuer` and `subject` are what LTI 1.3 calls a platform and its user; an empty issuer stands for the numbers in the
    lists that people bring here. Given by who takes people in, never by whoever happens to be signed in.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="identities")
    issuer = models.CharField(max_length=255, blank=True)
    subject = models.CharField(max_length=255)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="one_person_per_external_identity")]


class ApiKey(models.Model):
    """
    A key with which a program acts for whoever made it. Only its hash is kept; the key itself is shown once.

    Source: the shape `grk_...` is part of the contract with the outside.
    """

    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=16, help_text="The beginning, by which people tell keys apart.")
    digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    verbs = models.JSONField(help_text="`automation.callers.Verb`s")
    connection_ids = models.JSONField(null=True, help_text="The GoTo accounts it may touch; null is all of them.")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]


class OAuthClient(models.Model):
    """A program that asks people for leave to act for them, instead of for a key."""

    client_id = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=100)
    # Empty for a program that can keep no secret, such as one in a browser: it has to use PKCE.
    secret_digest = models.CharField(max_length=64, blank=True)
    redirect_uris = models.JSONField(help_text="Compared letter by letter.")
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]


class OAuthGrant(models.Model):
    """What one person allowed one program, until either takes it back."""

    client = models.ForeignKey(OAuthClient, on_delete=models.CASCADE, related_name="grants")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="oauth_grants")
    verbs = models.JSONField(help_text="`automation.callers.Verb`s")
    connection_ids = models.JSONField(null=True, help_text="The GoTo accounts it may touch; null is all of them.")
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]


class OAuthToken(models.Model):
    """What a program holds of a grant. Only its hash is kept."""

    class Kind(models.TextChoices):
        """What it is good for."""

        CODE = "code", "Authorization code"
        ACCESS = "access", "Access token"
        REFRESH = "refresh", "Refresh token"

    grant = models.ForeignKey(OAuthGrant, on_delete=models.CASCADE, related_name="tokens")
    kind = models.CharField(max_length=8, choices=Kind)
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)
    # Codes and refresh tokens are used once; kept afterwards, so that a second use is noticed.
    used_at = models.DateTimeField(null=True)
    redirect_uri = models.TextField(blank=True, help_text="Of a code: the one it was sent to.")
    code_challenge = models.CharField(max_length=64, blank=True, help_text="Of a code: S256.")
