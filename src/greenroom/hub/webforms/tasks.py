"""Background work of this app, where the job engine looks for it."""

from greenroom.hub.webforms.services.performing import perform_acts

__all__ = ["perform_acts"]
