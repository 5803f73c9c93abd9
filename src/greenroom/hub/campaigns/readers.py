"""What this app does when something has happened."""

from collections.abc import Sequence

from django.db.models import Q

from greenroom.hub.campaigns.models import Campaign, CampaignContact, CampaignStep
from greenroom.hub.campaigns.tasks import run_campaign
from greenroom.hub.contacts.models import ContactAddress
from greenroom.hub.core import clock
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.readers import reader

Kind = CampaignStep.Kind

_OF_PEOPLE = ("registered", "approved", "denied", "cancelled", "joined", "attended")
_OF_CONTACTS = ("mail_opened", "mail_clicked", "form_submitted")
_OF_EVENTS = ("event_changed", "event_cancelled", "attendance_read", "attendance_final", "attendance_closed")


@reader("campaigns.waiting", kinds=[*_OF_PEOPLE, *_OF_CONTACTS, *_OF_EVENTS])
def wake_contacts(facts: Sequence[Fact]) -> None:
    """Have steps looked at that wait for what has happened, or for an event that has changed."""
    steps = CampaignStep.objects.filter(
        version__campaign__state=Campaign.State.RUNNING, version__published_at__isnull=False
    )
    waiting = steps.filter(kind__in=[Kind.ACTION, Kind.DECISION])
    woken = _wake(Q(step__in=waiting.values("pk"), contact__in=_find_contacts(facts)))
    events = {fact.event_id for fact in facts if fact.kind in _OF_EVENTS}
    timed = steps.filter(kind__in=[Kind.DECISION, Kind.WAIT]).only("settings")
    by_event = [step.pk for step in timed if step.settings.get("event") in events]
    woken |= _wake(Q(step__in=by_event))
    for campaign_id in sorted(woken):
        run_campaign.enqueue(campaign_id=campaign_id, run_at=clock.now(), dedupe_key=f"campaigns.run:{campaign_id}")


def _find_contacts(facts: Sequence[Fact]) -> set[int]:
    """Return the contacts whom facts are about. One query."""
    people = [fact for fact in facts if fact.kind not in _OF_EVENTS]
    owners = ContactAddress.objects.filter(email__in={fact.email for fact in people if fact.email})
    known = {fact.contact_id for fact in people if fact.contact_id}
    return known | set(owners.values_list("contact_id", flat=True))


def _wake(which: Q) -> set[int]:
    """Have those looked at now who wait; return their campaigns. Two statements."""
    now = clock.now()
    asleep = CampaignContact.objects.filter(which, state=CampaignContact.State.ACTIVE, due_at__gt=now)
    campaigns = set(asleep.values_list("campaign", flat=True).distinct())
    if campaigns:
        asleep.update(due_at=now, tries=0)
    return campaigns
