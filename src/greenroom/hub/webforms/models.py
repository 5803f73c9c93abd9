"""Forms, their fields and actions, and what visitors sent."""

from django.conf import settings
from django.db import models

from greenroom.hub.contacts.models import Contact, Purpose
from greenroom.hub.core.tokens import make_token
from greenroom.hub.events.models import Event

# The act of `actions` that signs people up: what organizers ask is checked for it when a form is saved.
REGISTER = "register"
# In the settings of an action: the field in which the visitor chooses the event, in place of `event`.
EVENT_FIELD = "event_field"
_ADDRESS_LENGTH = 16


def make_public_id() -> str:
    """Return a name for an address that cannot be guessed from another."""
    return make_token()[:_ADDRESS_LENGTH]


class WebForm(models.Model):
    """A form for visitors, with a page of its own; other sites may show it in theirs."""

    class State(models.TextChoices):
        """Whether visitors can fill it in."""

        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        CLOSED = "closed", "Closed"

    name = models.CharField(max_length=200, unique=True, help_text="Among ourselves.")
    public_id = models.CharField(max_length=32, unique=True, default=make_public_id)
    state = models.CharField(max_length=16, choices=State, default=State.DRAFT)
    title = models.CharField(max_length=200)
    introduction = models.TextField(blank=True)
    button = models.CharField(max_length=60, default="Send")
    thanks = models.TextField(blank=True, help_text="What is said once it is sent.")
    redirect_url = models.TextField(blank=True, help_text="Where to go instead, once it is sent.")
    sites = models.TextField(blank=True, help_text="One origin a line: those that may show it; empty means all.")
    asks_to_confirm = models.BooleanField(default=False, help_text="Double opt-in.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        """Return the name."""
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether visitors can fill it in now."""
        return self.state == WebForm.State.PUBLISHED


class FormField(models.Model):
    """One thing a form asks, and where the answer goes."""

    class Kind(models.TextChoices):
        """What can be answered."""

        TEXT = "text", "Short text"
        LONG_TEXT = "long_text", "Long text"
        EMAIL = "email", "E-mail address"
        PHONE = "phone", "Phone number"
        NUMBER = "number", "Number"
        DATE = "date", "Date"
        CHOICE = "choice", "Choice of one"
        SEVERAL = "several", "Choice of several"
        CHECKBOX = "checkbox", "Checkbox"
        CONSENT = "consent", "Consent"
        HIDDEN = "hidden", "Hidden"
        EVENT = "event", "Choice of an event"

    form = models.ForeignKey(WebForm, on_delete=models.CASCADE, related_name="fields")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=Kind)
    label = models.TextField(help_text="Of a consent: the words that are agreed to.")
    help = models.TextField(blank=True)
    is_required = models.BooleanField(default=False)
    choices = models.JSONField(default=list, help_text="The answers to choose from, in order.")
    contact_field = models.CharField(
        max_length=80, blank=True, help_text="What of the contact it is, or `CustomField.target`."
    )
    goto_field = models.TextField(
        blank=True, help_text="GoTo's name of the field it answers, or `question:` and the words of a question."
    )
    is_asked_once = models.BooleanField(default=False, help_text="Not shown to who has answered it before.")
    purpose = models.ForeignKey(
        Purpose, null=True, on_delete=models.PROTECT, related_name="+", help_text="What a consent is for."
    )
    parameter = models.CharField(max_length=64, blank=True, help_text="Of the address: what fills a hidden field.")
    default = models.TextField(blank=True, help_text="What a hidden field holds without it.")
    product = models.CharField(max_length=16, blank=True, help_text="Of the events to choose from.")
    # By number and not by key: an event that is gone stays named, and the page says so.
    events = models.JSONField(default=list, help_text="Only these events; empty means all to come.")
    takes_several = models.BooleanField(default=False, help_text="More than one event may be chosen.")

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["form"], condition=models.Q(kind="email"), name="one_address_per_form")
        ]

    def __str__(self) -> str:
        """Return the label."""
        return self.label


class FormViews(models.Model):
    """How often a form was shown on one day; of who looked nothing is kept."""

    form = models.ForeignKey(WebForm, on_delete=models.CASCADE, related_name="views", db_index=False)
    day = models.DateField(help_text="In UTC.")
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["form", "day"], name="form_views_by_day")]


class FormAction(models.Model):
    """Something to be done for who has sent a form."""

    form = models.ForeignKey(WebForm, on_delete=models.CASCADE, related_name="actions")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=64, help_text="The key of an act of `actions`.")
    settings = models.JSONField(default=dict)

    class Meta:
        ordering = ["position", "pk"]


class Submission(models.Model):
    """What a visitor sent, with the words that were shown. Never changed but for its state."""

    class State(models.TextChoices):
        """What has become of it."""

        UNCONFIRMED = "unconfirmed", "Waits for the person's confirmation"
        ACCEPTED = "accepted", "Accepted"
        SET_ASIDE = "set_aside", "Set aside: it looks made by a machine"

    form = models.ForeignKey(WebForm, on_delete=models.CASCADE, related_name="submissions")
    # Who is forgotten is forgotten with all they sent.
    contact = models.ForeignKey(Contact, null=True, on_delete=models.CASCADE, related_name="submissions")
    state = models.CharField(max_length=16, choices=State)
    email = models.CharField(max_length=254, help_text="In lower case.")
    answers = models.JSONField(help_text="`answers.Answer`, a list in the order of the form.")
    searched = models.TextField(blank=True, help_text="The answers again, case-folded, to be searched.")
    # One page that was shown is one submission, however often its button is pressed.
    nonce = models.CharField(max_length=64, unique=True)
    visitor_digest = models.CharField(max_length=64, help_text="Of the network address; only we can tell whose.")
    page = models.TextField(blank=True, help_text="Where the form was shown, as the browser told.")
    submitted_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, help_text="When the person said by e-mail that it was them.")
    # By what the confirmation was proven: the visitor's network at that time.
    confirmed_by_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["form", "-id"], name="submission_by_form"),
            models.Index(fields=["form", "visitor_digest", "submitted_at"], name="submission_by_visitor"),
            models.Index(fields=["form", "email", "submitted_at"], name="submission_by_address"),
        ]


class SubmissionAct(models.Model):
    """One thing to be done for one submission: an outbox, so that it is done though nobody waits for it."""

    class State(models.TextChoices):
        """How far we got."""

        WAITING = "waiting", "Waiting"
        DONE = "done", "Done"
        FAILED = "failed", "Not done"

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="acts")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=64)
    settings = models.JSONField(default=dict, help_text="Those of the action, as they were.")
    event = models.ForeignKey(Event, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    problem = models.TextField(blank=True, help_text="Why it was not done, in a sentence.")
    tries = models.PositiveIntegerField(default=0, help_text="Since somebody asked for it last.")
    # Asked for again, it is another cause: what was refused before is not simply told again.
    round = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position", "pk"]
        indexes = [
            models.Index(fields=["submission"], name="act_failed", condition=models.Q(state="failed")),
        ]
