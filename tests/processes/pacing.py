"""
A process that calls GoTo as fast as its limiter lets it, for so many seconds.

    python -m tests.processes.pacing client|hub URL TOKEN ORGANIZER_KEY SECONDS

The client's limiter keeps its slots in a folder named in the environment, the hub's in its database.
"""

import os
import sys
import time

from greenroom.goto import FileSlotStore, GoTo, Limiter, SharedLimiter, training


def limiter(kind: str) -> Limiter:
    """Make the limiter that all of these processes share."""
    if kind == "client":
        return SharedLimiter(FileSlotStore(os.environ["SLOTS"]), "an-id")
    import django

    django.setup()
    from greenroom.hub.connections import pacing

    return pacing.SharedLimiter()


def main(kind: str, url: str, token: str, organizer_key: str, seconds: str) -> None:
    """Call, one call after the other."""
    with GoTo(token, base_url=url, limiter=limiter(kind)) as goto:
        end = time.monotonic() + float(seconds)
        while time.monotonic() < end:
            goto.send(training.get_all_trainings(organizer_key))


if __name__ == "__main__":
    main(*sys.argv[1:])
