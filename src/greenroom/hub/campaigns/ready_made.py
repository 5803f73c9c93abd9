"""Campaigns that are there to begin with: the steps and e-mails around a webinar, as a draft to be looked at."""

from collections.abc import Mapping

from django.db import transaction

from greenroom.hub.campaigns.models import Campaign, CampaignStep, CampaignVersion
from greenroom.hub.campaigns.services.editing import add_step, make_campaign, open_draft
from greenroom.hub.contacts.models import Purpose
from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.events.models import Event
from greenroom.hub.events.products import Ability, can
from greenroom.hub.mailing.models import Email
from greenroom.hub.mailing.services import save_email
from greenroom.hub.segments.models import Segment
from greenroom.hub.users.models import User

Kind = CampaignStep.Kind

_HOUR, _DAY = 60, 24 * 60
REMINDERS = (-7 * _DAY, -_DAY, -_HOUR, -10)
# GoTo may need so long to publish attendance, and a little more.
_ATTENDANCE_WITHIN = 3 * _DAY

# Of each e-mail: its subject and its text, in which EVENT stands for the tags of the event.
_MAILS = {
    "invitation": (
        "You are invited: {EVENT_title}",
        (
            "Hello {first_name|there},\n\nwe would like to see you at {EVENT_title}.\n\n"
            '<a href="{EVENT_registration_link}">Register</a>'
        ),
    ),
    "confirmation": (
        "You are registered: {EVENT_title}",
        "Hello {first_name|there},\n\nyou have a seat on {EVENT_when}. This is your own way in.\n\n{EVENT_button}",
    ),
    "reminder": (
        "Soon: {EVENT_title}",
        "Hello {first_name|there},\n\n{EVENT_title} is on {EVENT_when}. This is your own way in.\n\n{EVENT_button}",
    ),
    "thanks": (
        "Thank you for coming",
        "Hello {first_name|there},\n\nthank you for being at {EVENT_title}. Answer this mail with whatever is open.",
    ),
    "missed you": (
        "We missed you",
        "Hello {first_name|there},\n\nyou could not be at {EVENT_title}. Answer this mail to hear of the next.",
    ),
}

_IN_BROWSER = '\n\n<a href="{view_in_browser}">View in browser</a>'


def make_webinar_campaign(*, name: str, event: Event, segment: Segment, purpose: Purpose, actor: User) -> Campaign:
    """
    Draft a campaign around an event, with its e-mails: invite, confirm, remind, thank who came, win back who did not.

    Args:
        segment: who is invited; only those who agreed to `purpose` are written to.

    Raises:
        InvalidInputError: the event has begun, or nobody signs up for it; or the name is taken.
    """
    if not can(event.product, Ability.REGISTER):
        raise InvalidInputError("This is not made.", {"event": "Choose an event that people register for."})
    if event.starts_at is None or event.starts_at <= clock.now():
        raise InvalidInputError("This is not made.", {"event": "Choose an event that is still to come."})
    with transaction.atomic():
        campaign = make_campaign(name=name, segments=[segment], actor=actor)
        mails = {one: _write(one, campaign, event, purpose, actor) for one in _MAILS}
        _draw(open_draft(campaign=campaign), event, mails)
    return campaign


def _write(kind: str, campaign: Campaign, event: Event, purpose: Purpose, actor: User) -> Email:
    subject, body = (_about(text, event) for text in _MAILS[kind])
    # What somebody signed up for needs no consent; to be invited does, and has the links below already.
    is_marketing = kind in ("invitation", "missed you")
    return save_email(
        name=f"{campaign.name[:150]}: {kind}",
        actor=actor,
        subject=subject,
        body=body if is_marketing else f"{body}{_IN_BROWSER}",
        purpose_id=purpose.pk if is_marketing else None,
    )


def _about(text: str, event: Event) -> str:
    """Have the tags of an event name this one."""
    for part in ("title", "when", "registration_link", "button"):
        text = text.replace(f"{{EVENT_{part}}}", f"{{{event.product}_{part} event={event.event_key}}}")
    return text


def _draw(draft: CampaignVersion, event: Event, mails: Mapping[str, Email]) -> None:
    def send(kind: str, parent: CampaignStep | None = None, branch: str = "") -> None:
        settings = {"email": mails[kind].pk}
        add_step(version=draft, kind=Kind.ACTION, action="send_email", settings=settings, parent=parent, branch=branch)

    assert event.starts_at is not None
    send("invitation")
    until_start = max(1, int((event.starts_at - clock.now()).total_seconds() // 60))
    registers = {"does": "registered", "event": event.pk, "limit_minutes": until_start}
    registered = add_step(version=draft, kind=Kind.DECISION, settings=registers)
    send("confirmation", registered, "yes")
    for minutes in REMINDERS:
        before = {"event": event.pk, "minutes": minutes}
        in_time = add_step(version=draft, kind=Kind.WAIT, settings=before, parent=registered, branch="yes")
        # Who has cancelled since has no way in to be reminded of.
        still = {"rule": {"did": "registered", "events": [event.pk]}}
        there = add_step(version=draft, kind=Kind.CONDITION, settings=still, parent=in_time, branch="yes")
        send("reminder", there, "yes")
    after = {"event": event.pk, "anchor": "end"}
    add_step(version=draft, kind=Kind.WAIT, settings=after, parent=registered, branch="yes")
    attends = {"does": "attended", "event": event.pk, "limit_minutes": _ATTENDANCE_WITHIN}
    attended = add_step(version=draft, kind=Kind.DECISION, settings=attends, parent=registered, branch="yes")
    send("thanks", attended, "yes")
    send("missed you", attended, "no")
