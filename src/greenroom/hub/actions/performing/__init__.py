"""The actions of this app and of those below."""

from greenroom.hub.actions.performing import registering, segments

__all__ = ["registering", "segments"]
