"""Campaigns, the versions of their steps, and where each contact stands."""

from django.conf import settings
from django.db import models

from greenroom.hub.contacts.models import Contact
from greenroom.hub.segments.models import Segment


class Campaign(models.Model):
    """A flow that contacts move through, step by step."""

    class State(models.TextChoices):
        """What it does."""

        DRAFT = "draft", "Draft"
        RUNNING = "running", "Running"
        PAUSED = "paused", "Paused"
        STOPPED = "stopped", "Stopped"

    name = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    segments = models.ManyToManyField(Segment, related_name="+", help_text="Whoever is in one of these enters.")
    may_repeat = models.BooleanField(default=False, help_text="Who has finished may be started once more.")
    # The one that contacts enter; those under way keep theirs.
    published = models.ForeignKey("CampaignVersion", null=True, on_delete=models.SET_NULL, related_name="+")
    problem = models.TextField(blank=True, help_text="Why it has paused by itself; one sentence.")
    failures = models.PositiveIntegerField(default=0, help_text="Contacts that failed since one did not.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class CampaignVersion(models.Model):
    """The steps of a campaign as they were published; or its draft, which has no date yet."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    goal = models.JSONField(null=True, help_text="`segments.rules.Rule`: whoever it finds is done.")
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["campaign"], condition=models.Q(published_at=None), name="one_draft_per_campaign"
            ),
        ]


class CampaignStep(models.Model):
    """
    One step. Steps stand in order below each other, or in a branch of another step.

    At the end of a branch a contact goes on with what follows the step that the branch belongs to.
    """

    class Kind(models.TextChoices):
        """What it is."""

        ACTION = "action", "Action"
        DECISION = "decision", "Decision"
        CONDITION = "condition", "Condition"
        WAIT = "wait", "Wait"

    class Branch(models.TextChoices):
        """Under what outcome of its parent a step stands."""

        NONE = "", "Next"
        YES = "yes", "Yes"
        NO = "no", "No"
        ERROR = "error", "Error"

    version = models.ForeignKey(CampaignVersion, on_delete=models.CASCADE, related_name="steps")
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="+")
    branch = models.CharField(max_length=8, choices=Branch, default=Branch.NONE, blank=True)
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=Kind)
    action = models.CharField(max_length=64, blank=True, help_text="Key of `actions.registry`, of an action.")
    settings = models.JSONField(help_text="Of the action, or `kinds.Condition`, `kinds.Decision`, `kinds.Wait`.")
    passed_yes = models.PositiveIntegerField(default=0, help_text="Contacts that went on, or by Yes.")
    passed_no = models.PositiveIntegerField(default=0)
    passed_error = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(parent=None, branch="") | (models.Q(parent__isnull=False) & ~models.Q(branch="")),
                name="step_in_a_branch_of_its_parent",
            )
        ]


class CampaignContact(models.Model):
    """
    Where a contact stands in a campaign: the row is the truth, workers only carry it.

    A contact who goes through once more has another row with the next `rotation`.
    """

    class State(models.TextChoices):
        """How far they are."""

        ACTIVE = "active", "Under way"
        FINISHED = "finished", "Finished"
        REACHED = "reached", "Reached the goal"
        FAILED = "failed", "Needs a look"
        LEFT = "left", "Left"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="entries", db_index=False)
    version = models.ForeignKey(CampaignVersion, on_delete=models.CASCADE, related_name="+", db_index=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="campaigns", db_index=False)
    rotation = models.PositiveIntegerField(default=1)
    cause = models.CharField(max_length=100, help_text="What they entered by; once for each.")
    state = models.CharField(max_length=8, choices=State, default=State.ACTIVE)
    step = models.ForeignKey(
        CampaignStep, null=True, on_delete=models.CASCADE, related_name="+", db_index=False, help_text="Null: done."
    )
    arrived_at = models.DateTimeField(help_text="At the step.")
    due_at = models.DateTimeField(null=True, help_text="When the step is looked at next.")
    deadline_at = models.DateTimeField(null=True, help_text="When a decision has waited long enough.")
    tries = models.PositiveSmallIntegerField(default=0, help_text="How often the step was looked at.")
    problem = models.TextField(blank=True, help_text="One sentence.")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "campaign", "rotation"], name="rotation_once")]
        indexes = [
            models.Index(fields=["campaign", "due_at"], condition=models.Q(state="active"), name="campaign_due"),
            models.Index(fields=["step", "due_at"], condition=models.Q(state="active"), name="campaign_step_due"),
            models.Index(fields=["campaign", "-id"], name="campaign_entries"),
        ]


class CampaignPassage(models.Model):
    """That a contact has passed a step, by which exit and when. The constraint is what "exactly once" rests on."""

    entry = models.ForeignKey(CampaignContact, on_delete=models.CASCADE, related_name="passages", db_index=False)
    step = models.ForeignKey(CampaignStep, on_delete=models.CASCADE, related_name="+", db_index=False)
    exit = models.CharField(max_length=8, choices=CampaignStep.Branch)
    passed_at = models.DateTimeField()
    problem = models.TextField(
        blank=True, default="", db_default="", help_text="One sentence, for whom it did not work."
    )

    class Meta:
        ordering = ["passed_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["entry", "step"], name="step_once_per_rotation")]
        indexes = [models.Index(fields=["step"], condition=models.Q(exit="error"), name="passage_by_error")]
