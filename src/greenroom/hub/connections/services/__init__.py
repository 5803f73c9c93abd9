"""Connecting GoTo accounts and letting them go."""

from greenroom.hub.connections.services.authorizing import Pending, begin_authorization, finish_authorization
from greenroom.hub.connections.services.disconnecting import disconnect

__all__ = ["Pending", "begin_authorization", "disconnect", "finish_authorization"]
