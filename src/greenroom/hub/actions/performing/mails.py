"""Writing to contacts."""

from collections.abc import Sequence

from django import forms

from greenroom.hub.actions.fields import ActionForm, EventField
from greenroom.hub.actions.performing.registering import find_who_signs_up, get_event
from greenroom.hub.actions.registry import Outcomes, Settings, Subject, action, group_by_cause
from greenroom.hub.contacts.models import Contact
from greenroom.hub.core.errors import InvalidInputError, UnknownObjectError
from greenroom.hub.events.models import Event
from greenroom.hub.mailing.checking import check_version, list_event_tags
from greenroom.hub.mailing.models import Email, EmailVersion
from greenroom.hub.mailing.rendering import compile_version
from greenroom.hub.mailing.resolving import resolve
from greenroom.hub.mailing.services import queue_email
from greenroom.hub.mailing.words import explain


class EmailForm(ActionForm):
    """Which e-mail."""

    email = forms.ModelChoiceField(
        Email.objects.filter(archived_at=None).exclude(version=None),
        label="E-mail",
        empty_label="Choose an e-mail",
        help_text="Its merge tags put in each person's own link, such as {webinar_button} to join.",
    )


class LinkForm(ActionForm):
    """Which event people are led into, and by which e-mail."""

    event = EventField()
    email = forms.ModelChoiceField(
        Email.objects.filter(archived_at=None).exclude(version=None),
        label="E-mail",
        empty_label="Choose an e-mail",
        help_text="{webinar_button}, {training_button}, {meeting_button} or {assist_button} in it leads each person "
        "into the event above; {start_button} lets its organizers start it, and nobody else unless the e-mail says so.",
    )


def find_obstacle(settings: Settings) -> str:
    """Say which merge tag stands for nothing, whoever is addressed."""
    return _find_obstacle(_get_version(settings))


def _find_obstacle(version: EmailVersion, about: Event | None = None) -> str:
    try:
        check_version(version, about=about)
    except InvalidInputError as error:
        return error.errors.get("tags", str(error))
    return ""


@action(
    "send_email", name="Send an e-mail", words="send the e-mail {email}", form=EmailForm, find_obstacle=find_obstacle
)
def send_email(subjects: Sequence[Subject], settings: Settings) -> Outcomes:
    """
    Put an e-mail in line, as it is now, for those who may be sent it; others are passed over.

    Whoever has no link that it needs is held back when it is sent. Two statements for each cause.
    """
    version = _get_version(settings)
    for cause, contacts in group_by_cause(subjects).items():
        chosen = Contact.objects.filter(pk__in=contacts)
        queue_email(version=version, contacts=chosen, key=f"{cause}:{version.email_id}", cause=cause)
    return Outcomes()


def find_obstacle_of_link(settings: Settings) -> str:
    """Say why nobody can be led into the event by this e-mail."""
    event, version = get_event(settings), _get_version(settings)
    if not any(tag.is_way_in for tag in list_event_tags(version)):
        return f"“{version.email}” leads nowhere. Write {{{event.product}_button}} where the link is to stand."
    return _find_obstacle(version, event)


@action(
    "send_link",
    name="Send the link to join or start an event",
    words="send the link to {event} with the e-mail {email}",
    form=LinkForm,
    find_obstacle=find_obstacle_of_link,
)
def send_link(subjects: Sequence[Subject], settings: Settings) -> Outcomes:
    """
    Put an e-mail in line that leads people into an event, or lets its organizers start it.

    Whoever has no link of their own is a problem, and is sent nothing; pending is who is being signed up. Some queries,
    and two statements for each cause.
    """
    event, version = get_event(settings), _get_version(settings)
    if obstacle := find_obstacle_of_link(settings):
        return Outcomes(problems=dict.fromkeys((one.contact_id for one in subjects), obstacle))
    people = Contact.objects.filter(pk__in=[one.contact_id for one in subjects])
    tags, is_for_anybody = compile_version(version).tags, version.allows_host_links
    missing = resolve(tags, people, about=event.event_key, allows_host_links=is_for_anybody).missing
    for cause, contacts in group_by_cause(subjects).items():
        chosen = Contact.objects.filter(pk__in=[one for one in contacts if one not in missing])
        queue_email(
            version=version, contacts=chosen, key=f"{cause}:{version.email_id}", cause=cause, about=event.event_key
        )
    pending = find_who_signs_up(event, missing) if missing else set()
    return Outcomes({one: explain(reason) for one, reason in missing.items() if one not in pending}, pending)


def _get_version(settings: Settings) -> EmailVersion:
    email = Email.objects.select_related("version").filter(pk=settings["email"]).first()
    if email is None or email.version is None:
        raise UnknownObjectError("The e-mail is no longer here.")
    return email.version
