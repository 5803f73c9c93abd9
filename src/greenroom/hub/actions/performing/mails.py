"""Writing to contacts."""

from collections.abc import Iterable, Sequence

from django import forms
from django.db.models import prefetch_related_objects

from greenroom.hub.actions.fields import ActionForm, EventField
from greenroom.hub.actions.performing.registering import find_who_signs_up, get_event
from greenroom.hub.actions.registry import (
    Named,
    Outcomes,
    Settings,
    Subject,
    action,
    find_obstacle,
    group_by_cause,
)
from greenroom.hub.contacts.models import Contact
from greenroom.hub.contacts.selectors import may_be_mailed
from greenroom.hub.core.errors import InvalidInputError, UnknownObjectError
from greenroom.hub.events.models import Event
from greenroom.hub.mailing.checking import Known, check_version, list_event_tags, look_up
from greenroom.hub.mailing.models import Email, EmailVersion
from greenroom.hub.mailing.rendering import compile_version
from greenroom.hub.mailing.resolving import find_events, resolve
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


def find_obstacles(many: Sequence[Named]) -> list[str]:
    """Say which merge tag stands for nothing, whoever is addressed. Three queries."""
    known = _look_up([one["email"] for one in many])
    return [_find_obstacle(one["email"], known) for one in many]


def _look_up(emails: Sequence[Email]) -> Known:
    """Look up what these e-mails say, and what their merge tags name. Three queries."""
    prefetch_related_objects(emails, "version")
    return look_up(one.version for one in emails if one.version)


def _find_obstacle(email: Email, known: Known, about: Event | None = None) -> str:
    if email.version is None:
        return "The e-mail says nothing yet."
    try:
        check_version(email.version, about=about, known=known)
    except InvalidInputError as error:
        return error.errors.get("tags", str(error))
    return ""


@action(
    "send_email", name="Send an e-mail", words="send the e-mail {email}", form=EmailForm, find_obstacles=find_obstacles
)
def send_email(subjects: Sequence[Subject], settings: Settings) -> Outcomes:
    """
    Put an e-mail in line, as it is now, for those who may be sent it; who did not agree to it is passed over.

    Whoever has no address, or no link that it needs, is a problem, and is sent nothing; pending is who is being signed
    up. One query, some for each event that it names, and two statements for each cause.
    """
    version = _get_version(settings)
    named = [tag for tag in list_event_tags(version) if tag.event]
    return _send(subjects, version, set(find_events(named).values()))


def find_obstacles_of_links(many: Sequence[Named]) -> list[str]:
    """Say why nobody can be led into the event by the e-mail. Three queries."""
    known = _look_up([one["email"] for one in many])
    return [_find_obstacle_of_link(one["email"], known, one["event"]) for one in many]


def _find_obstacle_of_link(email: Email, known: Known, event: Event) -> str:
    if email.version and not any(tag.is_way_in for tag in list_event_tags(email.version)):
        return f"“{email}” leads nowhere. Write {{{event.product}_button}} where the link is to stand."
    return _find_obstacle(email, known, event)


@action(
    "send_link",
    name="Send the link to join or start an event",
    words="send the link to {event} with the e-mail {email}",
    form=LinkForm,
    find_obstacles=find_obstacles_of_links,
)
def send_link(subjects: Sequence[Subject], settings: Settings) -> Outcomes:
    """
    Put an e-mail in line that leads people into an event, or lets its organizers start it.

    Whoever has no link of their own is a problem, and is sent nothing; pending is who is being signed up. Some queries,
    and two statements for each cause.
    """
    event, version = get_event(settings), _get_version(settings)
    if obstacle := find_obstacle("send_link", settings):
        return Outcomes(problems=dict.fromkeys((one.contact_id for one in subjects), obstacle))
    return _send(subjects, version, [event], about=event.event_key)


def _send(subjects: Sequence[Subject], version: EmailVersion, events: Iterable[Event], *, about: str = "") -> Outcomes:
    """
    Put an e-mail in line for those whom it can be filled in for.

    Args:
        events: what it leads to.
        about: key of the event of merge tags that name none.
    """
    missing = _find_missing(subjects, version, about)
    passed_over: dict[int, str] = {}
    for cause, contacts in group_by_cause(subjects).items():
        whole = [one for one in contacts if one not in missing]
        chosen = Contact.objects.filter(pk__in=whole)
        new = queue_email(version=version, contacts=chosen, key=f"{cause}:{version.email_id}", cause=cause, about=about)
        if new < len(whole):
            unwanted = chosen.exclude(may_be_mailed(version.purpose_id)).values_list("pk", flat=True)
            passed_over |= dict.fromkeys(unwanted, explain("no_consent"))
    pending = {one for event in events for one in find_who_signs_up(event, missing)} if missing else set()
    problems = {one: explain(reason) for one, reason in missing.items() if one not in pending}
    return Outcomes(problems, pending, passed_over)


def _find_missing(subjects: Sequence[Subject], version: EmailVersion, about: str) -> dict[int, str]:
    """Return why contacts cannot be sent an e-mail, as codes of `explain`; not those who do not want it."""
    people = Contact.objects.filter(pk__in=[one.contact_id for one in subjects])
    missing = dict.fromkeys(people.filter(email="").values_list("pk", flat=True), "no_address")
    if list_event_tags(version):
        tags, may_start = compile_version(version).tags, version.allows_host_links
        wanted = people.filter(may_be_mailed(version.purpose_id))
        missing |= resolve(tags, wanted, about=about, allows_host_links=may_start).missing
    return missing


def _get_version(settings: Settings) -> EmailVersion:
    email = Email.objects.select_related("version").filter(pk=settings["email"]).first()
    if email is None or email.version is None:
        raise UnknownObjectError("The e-mail is no longer here.")
    return email.version
