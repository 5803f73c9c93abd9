"""Giving people what is kept of them, and forgetting them."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from greenroom.hub.contacts.addresses import digest
from greenroom.hub.contacts.models import Consent, Contact, Participation, Suppression
from greenroom.hub.contacts.selectors import (
    list_consent_records,
    list_facts_of,
    list_participations,
    list_standings,
    list_values,
)
from greenroom.hub.contacts.services.keeping import FIELDS, find_erased
from greenroom.hub.core import clock
from greenroom.hub.core.errors import HubError
from greenroom.hub.events.models import Attendee, Event, Registrant
from greenroom.hub.events.services import take_registrant_off
from greenroom.hub.ledger.models import Fact

# In one go of the daily work; the others follow the next day.
_AT_ONCE = 500
_BLANK = {"email": "", "first_name": "", "last_name": ""}


def export_person(*, contact: Contact) -> dict[str, Any]:
    """Return everything that is kept of a contact, as JSON takes it, without join links: they admit their bearer."""
    facts = list(list_facts_of(contact=contact))
    titles = dict(Event.objects.filter(pk__in={one.event_id for one in facts}).values_list("pk", "title"))
    return {
        **{name: getattr(contact, name) for name in ("email", *FIELDS, "source", "created_at", "last_active_at")},
        "do_not_contact": {"since": contact.do_not_contact_at, "reason": contact.do_not_contact_reason},
        "addresses": [one.email for one in contact.addresses.all()],
        "tags": [one.tag.name for one in contact.tagged.select_related("tag")],
        "fields": {one.field.label: one.text for one in list_values(contact=contact)},
        "consents": [
            {"purpose": one.purpose.name, "channel": one.channel, "state": one.state, "since": one.changed_at}
            for one in list_standings(contact=contact)
        ],
        "evidence": [
            {
                "purpose": one.purpose.name if one.purpose else None, "channel": one.channel, "state": one.state,
                "how": one.source, "words": one.wording, "at": one.happened_at, "details": one.details,
            }
            for one in list_consent_records(contact=contact)
        ],
        "events": [
            {
                "title": one.event.title, "starts_at": one.event.starts_at, "is_registered": one.is_registered,
                "registered_at": one.registered_at, "attended_seconds": one.attended_seconds,
            }
            for one in list_participations(contact=contact)
        ],
        "history": [
            {"what": one.kind, "at": one.happened_at, "event": titles.get(one.event_id or 0), "details": one.data}
            for one in facts
        ],
    }  # fmt: skip


def erase_contact(*, contact: Contact) -> None:
    """
    Forget a person: take them off events to come at GoTo, and delete what is kept of them here.

    What happened stays in the ledger without saying to whom. GoTo keeps its own lists of events that are over.
    """
    with transaction.atomic():
        contact = Contact.objects.select_for_update().get(pk=contact.pk)
        emails = sorted(contact.addresses.values_list("email", flat=True))
        facts = list(list_facts_of(contact=contact).values_list("pk", flat=True))
        Fact.objects.filter(contact_id=contact.pk).update(data={})
        Fact.objects.filter(pk__in=facts).update(email=None)
        _withdraw(emails)
        Suppression.objects.bulk_create(
            [Suppression(digest=digest(email), erased_at=clock.now()) for email in emails], ignore_conflicts=True
        )
        contact.delete()


def forget_again(facts: Sequence[Fact]) -> None:
    """Take the addresses of people who were erased out of what happened since, such as that they are off an event."""
    erased = find_erased({one.email for one in facts if one.email})
    if erased:
        Fact.objects.filter(pk__in=[one.pk for one in facts if one.email in erased]).update(email=None)
        Registrant.objects.filter(email__in=erased, gone_at__isnull=False).update(**_BLANK, join_url="")


def _withdraw(emails: Collection[str]) -> None:
    """Take addresses off events to come, by the same act as anybody; blank them where an event is over."""
    now = clock.now()
    is_over = Q(event__ends_at__lte=now)
    rows = Registrant.objects.filter(email__in=emails)
    for one in rows.filter(gone_at=None).exclude(is_over).select_related("event"):
        try:
            take_registrant_off(registrant=one)
        except HubError:
            continue  # it has been asked for already
    rows.filter(is_over).update(**_BLANK, join_url="")
    Attendee.objects.filter(email__in=emails, session__event__ends_at__lte=now).update(**_BLANK)


def erase_inactive() -> int:
    """
    Erase contacts of whom nothing was heard for as long as the site keeps them, and return how many.

    Those stay who agreed to a purpose, and those who have had to do with an event since.
    """
    if not settings.CONTACT_RETENTION_DAYS:
        return 0
    since = clock.now() - timedelta(days=settings.CONTACT_RETENTION_DAYS)
    agreed = Consent.objects.filter(contact=OuterRef("pk"), state=Consent.State.GRANTED)
    is_since = Q(event__starts_at__gte=since) | Q(event__starts_at=None) | Q(registered_at__gte=since)
    took_part = Participation.objects.filter(is_since, contact=OuterRef("pk"))
    silent = Contact.objects.filter(Q(last_active_at=None) | Q(last_active_at__lt=since), created_at__lt=since)
    inactive = list(silent.filter(~Exists(agreed), ~Exists(took_part)).order_by("pk")[:_AT_ONCE])
    for contact in inactive:
        erase_contact(contact=contact)
    return len(inactive)
