"""
Pulling what GoTo knows into the mirror.

`runs` are passes over a product of a connection, each carried out by `pulling`; `watching` looks closely around an
event; `asking` is for one thing that somebody needs now.
"""

from greenroom.hub.sync.services.asking import find_at_goto, keep_registration_form_fresh, read_registration_form
from greenroom.hub.sync.services.foreseeing import list_calls
from greenroom.hub.sync.services.runs import open_run, request_sync, run_sync, synchronize
from greenroom.hub.sync.services.watching import close_past_events, watch

__all__ = [
    "close_past_events",
    "find_at_goto",
    "keep_registration_form_fresh",
    "list_calls",
    "open_run",
    "read_registration_form",
    "request_sync",
    "run_sync",
    "synchronize",
    "watch",
]
