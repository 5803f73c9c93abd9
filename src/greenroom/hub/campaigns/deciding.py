"""Who has done what a step asks for: one statement for a set of contacts."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
from django.db.models import Max

from greenroom.hub.campaigns.kinds import OF_EVENTS, Decision
from greenroom.hub.ledger.models import Fact
from greenroom.hub.segments.rules import Rule, find_contacts, read_rules

_NOT_READ = datetime.min.replace(tzinfo=UTC)


class Entry(NamedTuple):
    """Where a contact stands, as far as a step has to know: a fifth of the cost of a row of `CampaignContact`."""

    pk: int
    contact_id: int
    campaign_id: int
    rotation: int
    tries: int
    # Only read where the step goes by them.
    entered_at: datetime = _NOT_READ
    arrived_at: datetime = _NOT_READ
    deadline_at: datetime | None = None


Entries = Sequence[Entry]
_KINDS = {"opened": "mail_opened", "clicked": "mail_clicked", "submitted": "form_submitted"}


def find_who_meets(rule: Any, contacts: Collection[int]) -> set[int]:
    """Return those of these contacts whom a rule of segments finds now. One query."""
    return _find(read_rules(rule), contacts)


def _find(rule: Rule, contacts: Collection[int]) -> set[int]:
    return set(find_contacts(rule).filter(pk__in=contacts).values_list("pk", flat=True))


def find_who_did(decision: Decision, entries: Entries) -> set[int]:
    """Return the contacts who have done what a decision waits for, mails and forms since they entered. One query."""
    entered = {one.contact_id: one.entered_at for one in entries}
    if decision.does in OF_EVENTS:
        return _find(_about_event(decision), entered)
    facts = Fact.objects.filter(kind=_KINDS[decision.does], contact_id__in=entered)
    if decision.does != "submitted":
        facts = facts.filter(data__cause__startswith=f"campaign:{entries[0].campaign_id}:")
    if decision.mail:
        facts = facts.filter(data__email=decision.mail)
    if decision.form:
        facts = facts.filter(data__form_id=decision.form)
    latest = facts.order_by().values_list("contact_id").annotate(at=Max("happened_at"))
    return {contact for contact, at in latest if contact is not None and at >= entered[contact]}


def find_who_cannot(decision: Decision, contacts: Collection[int]) -> set[int]:
    """Return the contacts who can no longer do it: GoTo's attendance is complete without them. One query at most."""
    if decision.does != "attended" or not contacts:
        return set()
    return _find(Rule(did="missed", events=[_event_of(decision)]), contacts)


def _about_event(decision: Decision) -> Rule:
    did = "attended" if decision.does == "attended" else "registered"
    return Rule(did=did, events=[_event_of(decision)], minutes=decision.minutes)  # type: ignore[arg-type]


def _event_of(decision: Decision) -> int:
    assert decision.event is not None  # `kinds.read_decision` sees to it
    return decision.event


def decision_of(settings: dict[str, Any]) -> Decision:
    """Read the settings of a decision."""
    return msgspec.convert(settings, Decision)
