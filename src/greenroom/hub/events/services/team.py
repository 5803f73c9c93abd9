"""Who helps to hold an event: read from GoTo when somebody wants to see it, and after each change."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction

from greenroom.hub.connections.goto import open_goto
from greenroom.hub.core import clock
from greenroom.hub.events.models import Event, TeamMember
from greenroom.hub.events.products import get_product
from greenroom.hub.events.products.base import Ability, TeamMemberData
from greenroom.hub.jobs.registry import task

# What somebody looks at is read again when it is older.
FRESH = timedelta(hours=1)


def store_team(*, event: Event, found: Iterable[TeamMemberData]) -> None:
    """Write down who is on the team as GoTo says, in place of who was. A constant number of statements."""
    by_key = {(one.role, one.member_key): one for one in found}
    with transaction.atomic():
        gone = [one.pk for one in event.team.all() if (one.role, one.member_key) not in by_key]
        event.team.filter(pk__in=gone).delete()
        TeamMember.objects.bulk_create(
            [
                TeamMember(event=event, role=role, member_key=key, name=one.name, email=one.email)
                for (role, key), one in by_key.items()
            ],
            update_conflicts=True,
            unique_fields=["event", "role", "member_key"],
            update_fields=["name", "email"],
        )
        Event.objects.filter(pk=event.pk).update(team_read_at=clock.now())


def keep_team_fresh(*, event: Event) -> bool:
    """Have the team read in the background when nobody has for an hour; tell whether it is being read."""
    has_team = get_product(event.product).abilities & {Ability.CO_ORGANIZERS, Ability.PANELISTS}
    if not has_team or not event.connection.is_usable:
        return False
    if event.team_read_at and clock.now() - event.team_read_at < FRESH:
        return False
    read_team.enqueue(event_id=event.pk, dedupe_key=f"team:{event.pk}")
    return True


@task(queue="goto", priority=5, max_attempts=5)
def read_team(event_id: int, is_waited_for: bool = False) -> None:
    """Read who is on the team of one event; be quick to give up when somebody waits."""
    event = Event.objects.select_related("connection").get(pk=event_id)
    with open_goto(event.connection, is_waited_for=is_waited_for) as goto:
        found = list(get_product(event.product).list_team(goto, event.organizer_key, event.event_key))
    store_team(event=event, found=found)
