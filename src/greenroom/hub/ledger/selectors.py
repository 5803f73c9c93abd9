"""Reading the ledger back."""

from django.db.models import QuerySet

from greenroom.hub.ledger.models import Fact, ReaderCursor


def list_facts_about(
    *, event_id: int | None = None, registrant_id: int | None = None, user_id: int | None = None
) -> QuerySet[Fact]:
    """Return the facts about the given event, registrant and person together, oldest first. One query."""
    about = {"event_id": event_id, "registrant_id": registrant_id, "user_id": user_id}
    wanted = {name: number for name, number in about.items() if number is not None}
    if not wanted:
        raise ValueError("Say what the facts are to be about")
    return Fact.objects.filter(**wanted).order_by("happened_at", "pk")


def list_stuck_readers() -> list[ReaderCursor]:
    """Return the readers whose last batch failed, by name. One query."""
    return list(ReaderCursor.objects.exclude(last_error="").order_by("name"))
