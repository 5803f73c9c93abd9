"""Two contacts that became one."""

from django.conf import settings
from django.db import models

from greenroom.hub.contacts.models.people import Contact
from greenroom.hub.core.encryption import EncryptedTextField


class Merge(models.Model):
    """
    A contact was found to be the same person as another.

    Facts cannot be changed and name the contact that is gone; `other_id` tells whose they are now.
    """

    kept = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="merges")
    other_id = models.BigIntegerField(db_index=True)
    snapshot = EncryptedTextField(help_text="JSON of what it takes to undo this: holds personal data.")
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    merged_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
