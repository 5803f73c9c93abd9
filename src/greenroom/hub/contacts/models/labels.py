"""What else is known of contacts: tags, and fields that people define themselves."""

from django.db import models

from greenroom.hub.contacts.models.people import Contact


class Tag(models.Model):
    """A word that marks contacts, as it was written first; case makes no other tag of it."""

    key = models.CharField(max_length=64, unique=True, help_text="The name in lower case.")
    name = models.CharField(max_length=64)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class ContactTag(models.Model):
    """A contact has a tag."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="tagged", db_index=False)
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="tagged", db_index=False)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "tag"], name="tag_once_per_contact")]
        indexes = [models.Index(fields=["tag", "contact"], name="contact_by_tag")]


class CustomField(models.Model):
    """Something that people keep of contacts beside what every contact has."""

    class Kind(models.TextChoices):
        """What its values are."""

        TEXT = "text", "Text"
        NUMBER = "number", "Number"
        DATE = "date", "Date"
        YES_NO = "yes_no", "Yes or no"
        CHOICE = "choice", "One of a list"

    key = models.SlugField(max_length=64, unique=True, help_text="By it files and forms name the field; never changed.")
    label = models.CharField(max_length=100)
    kind = models.CharField(max_length=8, choices=Kind)
    choices = models.JSONField(default=list, blank=True, help_text="Of a list: what can be chosen.")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["label", "pk"]

    def __str__(self) -> str:
        """Return the label."""
        return self.label

    @property
    def target(self) -> str:
        """By what columns of files and fields of forms name it, beside the fields that every contact has."""
        return f"custom:{self.key}"


class FieldValue(models.Model):
    """
    What a contact has in a custom field; without a row it is empty.

    `text` holds the value of every kind in one spelling; numbers and dates stand in their own columns as well, so that
    they are compared as what they are.
    """

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="field_values", db_index=False)
    field = models.ForeignKey(CustomField, on_delete=models.CASCADE, related_name="values", db_index=False)
    text = models.CharField(max_length=1000)
    number = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    day = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "field"], name="value_once_per_contact")]
        indexes = [
            models.Index(fields=["field", "number"], name="contact_by_number"),
            models.Index(fields=["field", "day"], name="contact_by_day"),
        ]
