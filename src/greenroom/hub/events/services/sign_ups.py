"""Writing down single sign-ups, as GoTo told of each by itself. Lists of all are `registrants`' affair."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from greenroom.hub.core import clock
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.events.facts import about_registrant, about_sign_up
from greenroom.hub.events.models import Event, Registrant, RegistrationRequest
from greenroom.hub.events.products.base import RegistrantData
from greenroom.hub.events.services.attendance import tell_late_absences
from greenroom.hub.events.services.matching import match_newcomers
from greenroom.hub.events.services.registrants import registrant_digest
from greenroom.hub.ledger.services import append
from greenroom.hub.users.models import User

_CHANGED = [
    "email",
    "first_name",
    "last_name",
    "status",
    "registered_at",
    "join_url",
    "gone_at",
    "generation",
    "digest",
    "written_by",
]


def store_sign_ups(*, event: Event, found: Sequence[RegistrantData]) -> None:
    """
    Write down some of an event's registrants; the others stay as they are.

    Somebody who was gone is back, and that is a sign-up of its own. A constant number of statements.
    """
    if not found:
        return
    with transaction.atomic():
        keys = [one.registrant_key for one in found]
        before = {one.registrant_key: one for one in _locked(event, keys)}
        rows = [_row(event, one, before.get(one.registrant_key)) for one in found]
        _link_people(rows)
        Registrant.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["event", "registrant_key"], update_fields=_CHANGED
        )
        waiting = {key for key, one in before.items() if one.is_there and one.status == Registrant.Status.WAITING}
        # As stored: our own door may have written the same people at the same moment, and says whose they are.
        stored = Registrant.objects.filter(event=event, registrant_key__in=keys).order_by("pk")
        append(fact for one in stored for fact in about_sign_up(event, one, was_waiting=one.registrant_key in waiting))
        if event.attendance_read_at:  # whoever becomes known late may have been there, or have stayed away
            match_newcomers(event=event)
            tell_late_absences(event=event)
        compare_list_again(event)
        reached("mirror.sign_ups_stored")


def _locked(event: Event, keys: Sequence[str]) -> list[Registrant]:
    return list(Registrant.objects.select_for_update().filter(event=event, registrant_key__in=keys).order_by("pk"))


def _row(event: Event, one: RegistrantData, before: Registrant | None) -> Registrant:
    """Make the row to be written. What GoTo left out this time stays as it was."""
    generation = 0
    if before:
        generation = before.generation + (not before.is_there)
        one = one._replace(
            join_url=one.join_url or before.join_url, registered_at=one.registered_at or before.registered_at
        )
    return Registrant(
        event=event,
        **one._asdict(),
        user_id=before.user_id if before else None,
        generation=generation,
        digest=registrant_digest(one),
        written_by=int(clock.now().timestamp() * 1_000_000),
    )


def _link_people(rows: Sequence[Registrant]) -> None:
    """Tie new sign-ups to the people who can sign in here under the same address."""
    people: Mapping[str, int] = dict(
        User.objects.filter(email__in=[row.email for row in rows]).values_list("email", "pk")
    )
    for row in rows:
        row.user_id = row.user_id or people.get(row.email)


def compare_list_again(event: Event) -> None:
    """Have GoTo's next list compared with ours though it may be the one of before, from which ours differs now."""
    Event.objects.filter(pk=event.pk).update(registrants_digest="")


def take_off(*, event: Event, registrant_key: str) -> None:
    """Note that somebody is off an event, as GoTo said twice: of itself, and when asked."""
    now = clock.now()
    with transaction.atomic():
        registrant = Registrant.objects.filter(event=event, registrant_key=registrant_key, gone_at=None).first()
        if registrant is None or not Registrant.objects.filter(pk=registrant.pk, gone_at=None).update(gone_at=now):
            return
        # What they had asked of us is over as well; else they could not ask again.
        delivered = RegistrationRequest.objects.filter(registrant=registrant, state=RegistrationRequest.State.DELIVERED)
        delivered.update(state=RegistrationRequest.State.CANCELLED, answered_at=now)
        append([about_registrant("cancelled", event, registrant, happened_at=now)])
        compare_list_again(event)
