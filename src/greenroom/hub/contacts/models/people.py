"""Contacts, the addresses they are known by, and what they took part in."""

from django.db import models
from django.db.models.functions import Lower

from greenroom.hub.events.models import Event


class Contact(models.Model):
    """
    A person as marketing knows them.

    Who they are is decided by `ContactAddress`, never by name. `email` repeats the primary address, so that lists need
    no second table; it is empty for somebody of whom only a name is known.
    """

    class Source(models.TextChoices):
        """How we came to know of a person."""

        GOTO = "goto", "GoTo"
        FORM = "form", "A form"
        IMPORT = "import", "An import"
        API = "api", "The API"
        HAND = "hand", "By hand"

    class Silence(models.TextChoices):
        """Why a person is not written to at all, service messages included."""

        ASKED = "asked", "They asked for it"
        COMPLAINED = "complained", "They reported a mail as spam"
        BOUNCED = "bounced", "Mail to them comes back"
        HAND = "hand", "Decided by hand"

    email = models.CharField(max_length=254, blank=True, help_text="In lower case.")
    first_name = models.TextField(blank=True)
    last_name = models.TextField(blank=True)
    organization = models.TextField(blank=True)
    job_title = models.TextField(blank=True)
    phone = models.CharField(max_length=64, blank=True)
    city = models.TextField(blank=True)
    country = models.CharField(max_length=64, blank=True)
    time_zone = models.CharField(max_length=64, blank=True, help_text="IANA name; empty when unknown.")
    source = models.CharField(max_length=16, choices=Source)
    created_at = models.DateTimeField()
    last_active_at = models.DateTimeField(null=True)
    do_not_contact_at = models.DateTimeField(null=True, help_text="Set: nobody writes to them.")
    do_not_contact_reason = models.CharField(max_length=16, choices=Silence, blank=True, default="", db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["-last_active_at", "-id"], name="contact_by_activity"),
            models.Index(fields=["last_name", "first_name", "id"], name="contact_by_name"),
        ]

    def __str__(self) -> str:
        """Name the person."""
        return self.get_full_name()

    def get_full_name(self) -> str:
        """Return first and last name, or the address when there is no name."""
        return f"{self.first_name} {self.last_name}".strip() or self.email or "Somebody without a name"


class ContactAddress(models.Model):
    """An e-mail address that belongs to one contact; a contact may have several."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="addresses")
    email = models.CharField(max_length=254, unique=True)
    alias_key = models.CharField(
        max_length=254, db_index=True, default="", db_default="", help_text="`addresses.alias_key`; finds duplicates."
    )

    class Meta:
        ordering = ["email"]
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="address_in_lower_case"),
        ]


class ContactWord(models.Model):
    """
    A word by which a contact is found, in lower case; search asks for the beginning of words.

    Both databases answer that from an ordinary index, however many contacts there are.
    """

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="words", db_index=False)
    # A migration has PostgreSQL compare it byte by byte, as SQLite does: "begins with" is then a range of the index.
    word = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "word"], name="word_once_per_contact")]
        indexes = [models.Index(fields=["word", "contact"], name="contact_by_word")]


class Participation(models.Model):
    """
    What a contact has to do with an event, over all their sign-ups, addresses, sessions and devices.

    Follows from the mirror and can be made anew from it at any time; segments, timelines and campaigns read it.
    """

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="participations", db_index=False)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+", db_index=False)
    is_registered = models.BooleanField(help_text="GoTo has a sign-up of theirs that was neither cancelled nor denied.")
    is_approved = models.BooleanField()
    was_registered = models.BooleanField(help_text="There was a sign-up at some time.")
    registered_at = models.DateTimeField(null=True)
    attended_seconds = models.PositiveIntegerField(help_text="Over all sessions.")
    attended_percent = models.PositiveSmallIntegerField(help_text="Of the length of all sessions, rounded down.")
    sessions_attended = models.PositiveIntegerField()
    is_final = models.BooleanField(help_text="GoTo's attendance is complete: whoever is not in it was absent.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "event"], name="participation_unique")]
        indexes = [models.Index(fields=["event", "contact"], name="participation_by_event")]


class TouchedContact(models.Model):
    """A contact of whom something has changed; whoever follows contacts (segments) takes it from here."""

    contact = models.OneToOneField(Contact, on_delete=models.CASCADE, primary_key=True, related_name="+")
