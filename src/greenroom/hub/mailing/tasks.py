"""Background work of this app, where the job engine looks for it."""

from greenroom.hub.mailing.services.broadcasting import start_broadcast
from greenroom.hub.mailing.services.sending import send_messages

__all__ = ["send_messages", "start_broadcast"]
