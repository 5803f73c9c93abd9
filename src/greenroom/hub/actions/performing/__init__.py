"""The actions of this app and of those below."""

from greenroom.hub.actions.performing import mails, registering, segments, tags

__all__ = ["mails", "registering", "segments", "tags"]
