"""A stateful local GoTo: the same paths, answers and quirks, people of its own, and a clock that can be moved."""

from greenroom.sandbox.app import Sandbox
from greenroom.sandbox.clock import Clock

__all__ = ["Clock", "Sandbox"]
