"""
A process that renews the tokens of the one account, and is paused in the middle.

It stops itself (SIGSTOP) at the moment that is named, and goes on when it is told to (SIGCONT).

    python -m tests.processes.renewing before_asking | before_storing
"""

import os
import signal
import sys

import django

django.setup()

from greenroom.goto import Token, admin  # noqa: E402
from greenroom.hub.connections import goto  # noqa: E402
from greenroom.hub.connections.goto import open_goto  # noqa: E402
from greenroom.hub.connections.models import Connection  # noqa: E402
from greenroom.hub.connections.tokens import ConnectionTokens  # noqa: E402


class PausedTokens(ConnectionTokens):
    """A token store whose process is paused while it holds the lease, once GoTo has answered or just before."""

    moment = ""

    def load(self) -> Token:
        """Read the tokens; the second time it is in order to renew them."""
        token = super().load()
        if self._lease and self.moment == "before_asking":
            self._pause()
        return token

    def save(self, token: Token) -> None:
        """Store the tokens that GoTo has given."""
        if self.moment == "before_storing":
            self._pause()
        super().save(token)

    def _pause(self) -> None:
        self.moment = ""
        os.kill(os.getpid(), signal.SIGSTOP)


def main(moment: str) -> None:
    """Ask GoTo something with an access token that has run out."""
    PausedTokens.moment = moment
    goto.ConnectionTokens = PausedTokens
    with open_goto(Connection.objects.get()) as client:
        print(client.send(admin.get_me()).key)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
