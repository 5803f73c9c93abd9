"""Background work of this app, where the job engine looks for it."""

from greenroom.hub.segments.services import follow_contacts, rebuild_segment

__all__ = ["follow_contacts", "rebuild_segment"]
