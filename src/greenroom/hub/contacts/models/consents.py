"""What contacts may be written to for, and the evidence of it."""

from django.conf import settings
from django.db import models

from greenroom.hub.contacts.models.people import Contact


class Channel(models.TextChoices):
    """By which way a person is reached."""

    EMAIL = "email", "E-mail"
    PHONE = "phone", "Phone"


class Purpose(models.Model):
    """
    What people may be written to for, such as a newsletter.

    Messages about what a person signed up for are of no purpose: nobody has to consent to them.
    """

    name = models.CharField(max_length=100, unique=True)
    wording = models.TextField(help_text="The sentence by which a person agrees.")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class Consent(models.Model):
    """How a contact stands with a purpose now; without a row they get service messages only."""

    class State(models.TextChoices):
        """What is allowed."""

        GRANTED = "granted", "Granted"
        WITHDRAWN = "withdrawn", "Withdrawn"
        SERVICE_ONLY = "service_only", "Service only"

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="consents", db_index=False)
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, related_name="+", db_index=False)
    channel = models.CharField(max_length=8, choices=Channel)
    state = models.CharField(max_length=16, choices=State)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "purpose", "channel"], name="consent_unique")]
        indexes = [models.Index(fields=["purpose", "channel", "state", "contact"], name="consent_by_state")]


class ConsentRecord(models.Model):
    """
    The evidence of one change: who said what, when, how, and the words they were shown. Never changed.

    Without a purpose it is about every message: withdrawn is then "do not contact".
    """

    class Source(models.TextChoices):
        """How it came to us."""

        FORM = "form", "A form"
        MAIL = "mail", "A link in a mail"
        PREFERENCES = "preferences", "The preference page"
        IMPORT = "import", "An import"
        HAND = "hand", "By hand"
        API = "api", "The API"
        DELIVERY = "delivery", "The delivery of a mail"
        MERGE = "merge", "Two contacts became one"

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="consent_records")
    purpose = models.ForeignKey(Purpose, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    channel = models.CharField(max_length=8, choices=Channel)
    state = models.CharField(max_length=16, choices=Consent.State)
    source = models.CharField(max_length=16, choices=Source)
    wording = models.TextField(blank=True, help_text="What the person was shown or said.")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    happened_at = models.DateTimeField()
    details = models.JSONField(default=dict, help_text="Such as the form and its version, or the mail.")

    class Meta:
        ordering = ["-happened_at", "-pk"]
