"""Background work of this app, where the job engine looks for it."""

from greenroom.hub.actions.together import act_on_contacts

__all__ = ["act_on_contacts"]
