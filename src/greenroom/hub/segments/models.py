"""Segments and who is in them."""

from django.conf import settings
from django.db import models

from greenroom.hub.contacts.models import Contact


class Segment(models.Model):
    """A group of contacts: those whom its rules find, those put in by hand, without those taken out by hand."""

    name = models.CharField(max_length=200, unique=True)
    rules = models.JSONField(help_text="`rules.Rules`")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    rebuilt_at = models.DateTimeField(null=True, help_text="Null: the rules have changed since.")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class Member(models.Model):
    """
    How a contact stands with a segment.

    What the rules say and what a person decided are kept apart, so that neither is lost to the other: `decided` counts
    where it is set, else the rules do. `is_in` is what follows.
    """

    class Decision(models.TextChoices):
        """What somebody decided by hand."""

        NONE = "", "By the rules"
        IN = "in", "Put in by hand"
        OUT = "out", "Taken out by hand"

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="members", db_index=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="memberships")
    is_found = models.BooleanField(help_text="The rules find this contact.")
    decided = models.CharField(max_length=8, choices=Decision, default=Decision.NONE, blank=True)
    is_in = models.BooleanField()
    changed_at = models.DateTimeField(help_text="When they came in or went out last.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["segment", "contact"], name="member_once")]
        indexes = [
            models.Index(fields=["segment", "contact"], name="member_in", condition=models.Q(is_in=True)),
        ]
