"""
Named moments at which a crash would hurt most.

The crash tests start a process with `GREENROOM_KILL_AT` set to one of these names; it then dies there as if the machine
had lost power. Everywhere else a checkpoint does nothing.
"""

import os
import signal

from django.conf import settings


def reached(name: str) -> None:
    """Say that the moment `name` has come; die if the tests asked for it."""
    if name == settings.KILL_AT:
        os.kill(os.getpid(), signal.SIGKILL)
