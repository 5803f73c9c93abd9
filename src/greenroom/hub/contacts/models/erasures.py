"""Addresses of people who were erased."""

from django.db import models


class Suppression(models.Model):
    """
    An address that is not to become a contact again by a list or by GoTo, known by its hash alone.

    Somebody who comes back by themselves, with a form, takes it out.
    """

    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the address in lower case.")
    erased_at = models.DateTimeField()
