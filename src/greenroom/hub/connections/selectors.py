"""Fetching connections."""

from collections.abc import Collection
from typing import Any

from django.db.models import Case, Q, QuerySet, When

from greenroom.hub.connections.models import Connection, ConnectionUse, Pace
from greenroom.hub.core import clock


def list_connections() -> QuerySet[Connection]:
    """Return all connections, those that need a person first."""
    needs_a_person = Case(When(state=Connection.State.RECONNECT_NEEDED, then=0), default=1)
    return Connection.objects.order_by(needs_a_person, "state", "account_name", "organizer_name")


def list_usable_connections(*, used_by: str, object_id: int) -> QuerySet[Connection]:
    """
    Return the connections that one course, form or campaign may use, whatever state they are in.

    Args:
        used_by: of `ConnectionUse.UsedBy`.
        object_id: its number there.
    """
    return _open_to(ConnectionUse.objects.filter(used_by=used_by, object_id=object_id))


def find_usable_connections(*, used_by: str, object_ids: Collection[int]) -> dict[int, set[int]]:
    """Return the numbers of the connections that each of many courses, forms or campaigns may use. Two queries."""
    open_to_all = set(Connection.objects.filter(is_open_to_all=True).values_list("pk", flat=True))
    usable = {pk: set(open_to_all) for pk in object_ids}
    uses = ConnectionUse.objects.filter(used_by=used_by, object_id__in=usable)
    for pk, connection in uses.values_list("object_id", "connection"):
        usable[pk].add(connection)
    return usable


def list_connections_usable_by_any(*, used_by: str, objects: QuerySet[Any]) -> QuerySet[Connection]:
    """Return the connections that at least one of these courses, forms or campaigns may use; those open to all too."""
    return _open_to(ConnectionUse.objects.filter(used_by=used_by, object_id__in=objects.values("pk")))


def _open_to(uses: QuerySet[ConnectionUse]) -> QuerySet[Connection]:
    return Connection.objects.filter(Q(is_open_to_all=True) | Q(pk__in=uses.values("connection")))


def list_uses(*, connection: Connection, used_by: str) -> set[int]:
    """Return the numbers of the courses, forms or campaigns that were given leave to use a connection. One query."""
    return set(connection.uses.filter(used_by=used_by).values_list("object_id", flat=True))


def list_colleagues(*, connection: Connection) -> QuerySet[Connection]:
    """Return the other organizers of the same GoTo account who are connected here, by name."""
    if not connection.account_key:
        return Connection.objects.none()
    same = Connection.objects.filter(account_key=connection.account_key)
    return same.exclude(organizer_key=connection.organizer_key).order_by("organizer_name", "pk")


def list_active_connections() -> QuerySet[Connection]:
    """Return the connections that calls can be made with."""
    return Connection.objects.filter(state=Connection.State.ACTIVE)


def count_calls_today() -> int:
    """Return the calls made to GoTo since midnight UTC, over all its APIs."""
    return sum(Pace.objects.filter(day=clock.now().date()).values_list("calls_today", flat=True))
