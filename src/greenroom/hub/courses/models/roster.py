"""What is done for all learners of a course at once."""

from django.conf import settings
from django.db import models

from greenroom.hub.courses.models.course import SectionItem


class RosterRegistration(models.Model):
    """
    An item for whose event all learners of the course are registered, whoever comes later too; who leaves is taken off.

    `problems` has, by the id of a person, why they could not be asked for.
    """

    item = models.OneToOneField(SectionItem, on_delete=models.CASCADE, related_name="roster_registration")
    answers = models.JSONField(help_text="`events.registration_form.Answers`: the same for everybody.")
    problems = models.JSONField(default=dict)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    started_at = models.DateTimeField()
