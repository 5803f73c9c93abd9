"""Which events forms and campaigns may use: those of the accounts that a site administrator has opened to them."""

from collections.abc import Collection

from greenroom.hub.actions.fields import title_of
from greenroom.hub.connections.selectors import list_usable_connections
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.events.models import Event


def find_closed_events(*, events: Collection[int], used_by: str, object_id: int) -> dict[int, str]:
    """
    Return a sentence for each of some events that one form or campaign may not use. One query.

    Args:
        used_by: `form` or `campaign`, of `ConnectionUse.UsedBy`.
        object_id: its number there.
    """
    accounts = list_usable_connections(used_by=used_by, object_id=object_id)
    closed = Event.objects.filter(pk__in=events).exclude(connection__in=accounts.order_by().values("pk"))
    sentence = "{} belongs to a GoTo account that is not open to this {}. Ask your site administrator to open it."
    return {one.pk: sentence.format(title_of(one), used_by) for one in closed.order_by("pk")}


def check_events_are_open(*, events: Collection[int], used_by: str, object_id: int, name: str = "event") -> None:
    """
    See whether one form or campaign may use these events. One query.

    Raises:
        InvalidInputError: it may not; `errors` by `name`.
    """
    for sentence in find_closed_events(events=events, used_by=used_by, object_id=object_id).values():
        raise InvalidInputError(sentence, {name: sentence})
