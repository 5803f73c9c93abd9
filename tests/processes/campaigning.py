"""A campaign in processes of its own: made, moved on and reported on. Each act prints one line of JSON."""

import json
import sys
from datetime import timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db.models import Count  # noqa: E402
from tests.factories.campaigns import act, condition, draw, make_segment, wait  # noqa: E402
from tests.factories.users import make_user  # noqa: E402

from greenroom.hub.campaigns.models import Campaign, CampaignContact, CampaignPassage  # noqa: E402
from greenroom.hub.campaigns.services.editing import make_campaign, open_draft  # noqa: E402
from greenroom.hub.campaigns.services.running import publish  # noqa: E402
from greenroom.hub.contacts.models import Contact, ContactAddress  # noqa: E402
from greenroom.hub.core import clock  # noqa: E402
from greenroom.hub.events.models import Event, RegistrationRequest  # noqa: E402
from greenroom.hub.ledger.models import Fact  # noqa: E402
from greenroom.hub.mailing.models import Message  # noqa: E402
from greenroom.hub.mailing.services import save_email  # noqa: E402
from greenroom.hub.segments.models import Member  # noqa: E402

_AT_ONCE = 5000


def prepare() -> None:
    """Make the tables, once."""
    call_command("migrate", verbosity=0)


def make_crowd(prefix: str, contacts: int) -> list[Contact]:
    """Make so many people; every second one is called Name0."""
    now = clock.now()
    return Contact.objects.bulk_create(
        [
            Contact(
                email=f"{prefix}{number}@example.com",
                first_name="Cora",
                last_name=f"Name{number % 2}",
                source="hand",
                created_at=now,
            )
            for number in range(contacts)
        ],
        batch_size=_AT_ONCE,
    )


IS_EVEN = {"field": "last_name", "is": "equals", "value": "Name0"}


def begin(contacts: str) -> None:
    """Publish a campaign that so many people enter: a condition, a mail for some, a wait, and two ways."""
    people = make_crowd("c", int(contacts))
    source, even, odd = make_segment("Everybody", people), make_segment("Even"), make_segment("Odd")
    email = save_email(name="Hello", actor=make_user("Mara"), subject="Hello", body="Good day.")
    campaign = make_campaign(name="Spring", segments=[source], actor=None)
    steps = [
        condition(IS_EVEN, yes=[act("send_email", email=email.pk)]),
        wait(until=(clock.now() - timedelta(days=1)).isoformat()),
        condition(IS_EVEN, yes=[act("add_to_segment", segment=even.pk)], no=[act("add_to_segment", segment=odd.pk)]),
    ]
    draw(open_draft(campaign=campaign), steps)
    publish(campaign=campaign, actor=None)


def begin_signing_up(contacts: str, event_key: str) -> None:
    """Publish a campaign that signs so many people up for an event, and takes every second one off again."""
    people = make_crowd(f"{event_key}-", int(contacts))
    ContactAddress.objects.bulk_create(ContactAddress(contact=one, email=one.email) for one in people)
    campaign = make_campaign(name=event_key, segments=[make_segment(event_key, people)], actor=None)
    event = Event.objects.get(event_key=event_key).pk
    off = act("cancel_registration", event=event)
    draw(open_draft(campaign=campaign), [act("register", event=event), condition(IS_EVEN, yes=[off])])
    publish(campaign=campaign, actor=None)


def report_signing_up(event_key: str) -> dict[str, object]:
    """Return what happened in the campaign of an event."""
    requests = RegistrationRequest.objects.filter(event__event_key=event_key).order_by()
    entries = CampaignContact.objects.filter(campaign__name=event_key).order_by()
    return {
        "people": dict(entries.values_list("state").annotate(count=Count("pk"))),
        "passages": CampaignPassage.objects.filter(entry__in=entries.values("pk")).count(),
        "requests": dict(requests.values_list("state").annotate(count=Count("pk"))),
    }


def report() -> dict[str, object]:
    """Return what happened: all of it must be as often as there are people."""
    doubled = CampaignPassage.objects.values("entry", "step").annotate(times=Count("pk")).filter(times__gt=1)
    return {
        "state": Campaign.objects.get().state,
        "people": dict(CampaignContact.objects.order_by().values_list("state").annotate(count=Count("pk"))),
        "passages": CampaignPassage.objects.count(),
        "doubled": doubled.count(),
        "mails": Message.objects.count(),
        "mailed": Message.objects.values("contact").distinct().count(),
        "facts": Fact.objects.filter(kind="campaign_step").count(),
        "sorted": Member.objects.filter(segment__name__in=["Even", "Odd"]).count(),
    }


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))  # noqa: T201
