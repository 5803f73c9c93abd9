"""Background work of this app, where the job engine looks for it."""

from greenroom.hub.connections.revoking import revoke_tokens

__all__ = ["revoke_tokens"]
