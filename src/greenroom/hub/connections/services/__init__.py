"""Connecting GoTo accounts, opening them to what may use them, and letting them go."""

from greenroom.hub.connections.services.authorizing import Pending, begin_authorization, finish_authorization
from greenroom.hub.connections.services.disconnecting import disconnect
from greenroom.hub.connections.services.opening import set_uses

__all__ = ["Pending", "begin_authorization", "disconnect", "finish_authorization", "set_uses"]
