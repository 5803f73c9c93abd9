"""Fetching connections."""

from django.db.models import QuerySet

from greenroom.hub.connections.models import Connection, Pace
from greenroom.hub.core import clock


def list_connections() -> QuerySet[Connection]:
    """Return all connections, those that need a person first."""
    return Connection.objects.order_by("state", "account_name", "organizer_name")


def list_active_connections() -> QuerySet[Connection]:
    """Return the connections that calls can be made with."""
    return Connection.objects.filter(state=Connection.State.ACTIVE)


def count_calls_today() -> int:
    """Return the calls made to GoTo since midnight UTC, over all its APIs."""
    return sum(Pace.objects.filter(day=clock.now().date()).values_list("calls_today", flat=True))
